// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel that is not there: preloaded behind libwtshim.so, it stands for
 * pwritev2(2) and statx(2) of a kernel and a device that know the flags, so
 * that the library's tests run anywhere.  What it is given it writes to the
 * file FAKE_LOG, a line a call; then it writes the data without the flags.
 *
 *	FAKE_UNITS="MIN MAX"	what statx says of atomic writes; if that is no
 *				number, it fails
 *	FAKE_REFUSE=FLAGS	calls with one of these end with FAKE_ERROR
 *	FAKE_ERROR=ERRNO
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define FAKE_FLAGS	(0x40 | 0x200)		/* ATOMIC, WRITETHROUGH */
#define FAKE_ATOMIC	0x00010000U		/* STATX_WRITE_ATOMIC */

static long fake_env(const char *name)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 0) : 0;
}

static void fake_log(const struct iovec *iov, int nr, off_t pos, int flags)
{
	const char *path = getenv("FAKE_LOG");
	size_t len = 0;
	char line[120];
	int fd, n, i;

	for (i = 0; i < nr; i++)
		len += iov[i].iov_len;
	n = snprintf(line, sizeof(line), "%#x: %d of %zu at %lld\n", flags, nr,
		     len, (long long)pos);
	fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;
	if (fd < 0 || syscall(SYS_write, fd, line, n) != n)
		abort();
	syscall(SYS_close, fd);
}

ssize_t pwritev2(int fd, const struct iovec *iov, int nr, off_t pos, int flags)
{
	fake_log(iov, nr, pos, flags);
	if (flags & fake_env("FAKE_REFUSE")) {
		errno = fake_env("FAKE_ERROR");
		return -1;
	}
	return syscall(SYS_pwritev2, fd, iov, nr, pos, pos >> 63,
		       flags & ~FAKE_FLAGS);
}

int statx(int dir, const char *restrict path, int flags, unsigned int mask,
	  struct statx *restrict stx)
{
	int ret = syscall(SYS_statx, dir, path, flags, mask, stx);
	const char *units = getenv("FAKE_UNITS");
	uint32_t unit[2];
	char *end;

	if (ret || !units || !(mask & FAKE_ATOMIC))
		return ret;
	unit[0] = strtoul(units, &end, 10);
	if (end == units) {
		errno = ENOSYS;
		return -1;
	}
	unit[1] = strtoul(end, NULL, 10);
	memcpy((char *)stx + 0xa8, unit, sizeof(unit));
	stx->stx_mask |= FAKE_ATOMIC;
	return 0;
}
