// SPDX-License-Identifier: GPL-2.0-only
/*
 * In front of libc's functions that write.  What the kernel refuses fails:
 * nothing is ever tried again without the flags.
 */
#include <errno.h>
#include <unistd.h>

#include "shim.h"

struct shim_write {
	int fd;
	const struct iovec *iov;
	int nr;
	off_t pos;		/* -1: where the descriptor is */
	int flags;		/* the program's own */
};

static uint64_t shim_write_len(const struct iovec *iov, int nr)
{
	uint64_t len = 0;
	int i;

	for (i = 0; i < nr; i++)
		len += iov[i].iov_len;
	return len;
}

static bool shim_write_appends(const struct shim_write *w)
{
	int flags = fcntl(w->fd, F_GETFL);

	return w->flags & RWF_APPEND || (flags >= 0 && flags & O_APPEND);
}

/*
 * Could this be atomic?  The first reason against it, in the order of the
 * enum.  A write to the end of a file is not: where that is, is known only
 * under the kernel's lock.
 */
static enum shim_outcome shim_write_fit(const struct shim_file *file,
					const struct shim_write *w)
{
	uint64_t len = shim_write_len(w->iov, w->nr);
	off_t pos = w->pos;

	if (!file->unit_max)
		return SHIM_WT_NONE;
	if (w->nr != 1)
		return SHIM_WT_BUFFERS;
	if (!len || len & (len - 1))
		return SHIM_WT_SIZE;
	if (len < file->unit_min)
		return SHIM_WT_SMALL;
	if (len > file->unit_max)
		return SHIM_WT_LARGE;
	if (shim_write_appends(w))
		return SHIM_WT_APPEND;
	if (pos == -1)
		pos = lseek(w->fd, 0, SEEK_CUR);
	return pos & (len - 1) ? SHIM_WT_OFFSET : SHIM_DONE_ATOMIC;
}

/* A program that asks for atomic writes itself has decided that they are. */
static enum shim_outcome shim_write_plan(const struct shim_file *file,
					 const struct shim_write *w)
{
	int saved = errno;
	enum shim_outcome outcome;

	if (w->flags & RWF_ATOMIC)
		return SHIM_DONE_ATOMIC;
	if (file->class == SHIM_WT)
		return SHIM_DONE_WT;
	outcome = shim_write_fit(file, w);
	errno = saved;
	return outcome;
}

static ssize_t shim_write_done(const struct shim_file *file, ssize_t ret,
			       enum shim_outcome outcome, uint64_t len)
{
	if (ret >= 0)
		shim_count(file->rule, outcome, ret);
	else if (errno == EOPNOTSUPP || errno == EINVAL)
		shim_count(file->rule, SHIM_REFUSED, len);
	else
		shim_count(file->rule, SHIM_FAILED, len);
	return ret;
}

static ssize_t shim_write(const struct shim_file *file,
			  const struct shim_write *w)
{
	enum shim_outcome outcome = shim_write_plan(file, w);
	uint64_t len = shim_write_len(w->iov, w->nr);
	int flags = w->flags | RWF_WRITETHROUGH;

	if (outcome == SHIM_DONE_ATOMIC) {
		flags |= RWF_ATOMIC;
	} else if (file->class == SHIM_ATOMIC_ONLY) {
		shim_count(file->rule, SHIM_UNFIT, len);
		errno = EINVAL;
		return -1;
	}
	return shim_write_done(file, shim_next.pwritev2(w->fd, w->iov, w->nr,
							w->pos, flags),
			       outcome, len);
}

/* Is it for us?  A bad @nr is the kernel's to refuse, before we look at @iov. */
static bool shim_write_ours(int fd, int nr, struct shim_file *file)
{
	return shim_ready() && nr >= 0 && nr <= 1024 &&
	       shim_file_find(fd, file);
}

SHIM_EXPORT ssize_t write(int fd, const void *buf, size_t len)
{
	const struct iovec iov = { (void *)buf, len };
	struct shim_file file;

	if (!shim_write_ours(fd, 1, &file))
		return shim_next.write(fd, buf, len);
	if (file.class == SHIM_ORDINARY)
		return shim_write_done(&file, shim_next.write(fd, buf, len),
				       SHIM_DONE_ORDINARY, len);
	return shim_write(&file, &(struct shim_write){ fd, &iov, 1, -1, 0 });
}

SHIM_EXPORT ssize_t pwrite(int fd, const void *buf, size_t len, off_t pos)
{
	const struct iovec iov = { (void *)buf, len };
	struct shim_file file;

	/* To pwritev2() -1 is a position. */
	if (pos < 0 || !shim_write_ours(fd, 1, &file))
		return shim_next.pwrite(fd, buf, len, pos);
	if (file.class == SHIM_ORDINARY)
		return shim_write_done(&file,
				       shim_next.pwrite(fd, buf, len, pos),
				       SHIM_DONE_ORDINARY, len);
	return shim_write(&file, &(struct shim_write){ fd, &iov, 1, pos, 0 });
}

SHIM_EXPORT ssize_t writev(int fd, const struct iovec *iov, int nr)
{
	struct shim_file file;

	if (!shim_write_ours(fd, nr, &file))
		return shim_next.writev(fd, iov, nr);
	if (file.class == SHIM_ORDINARY)
		return shim_write_done(&file, shim_next.writev(fd, iov, nr),
				       SHIM_DONE_ORDINARY,
				       shim_write_len(iov, nr));
	return shim_write(&file, &(struct shim_write){ fd, iov, nr, -1, 0 });
}

SHIM_EXPORT ssize_t pwritev(int fd, const struct iovec *iov, int nr, off_t pos)
{
	struct shim_file file;

	if (pos < 0 || !shim_write_ours(fd, nr, &file))
		return shim_next.pwritev(fd, iov, nr, pos);
	if (file.class == SHIM_ORDINARY)
		return shim_write_done(&file,
				       shim_next.pwritev(fd, iov, nr, pos),
				       SHIM_DONE_ORDINARY,
				       shim_write_len(iov, nr));
	return shim_write(&file, &(struct shim_write){ fd, iov, nr, pos, 0 });
}

SHIM_EXPORT ssize_t pwritev2(int fd, const struct iovec *iov, int nr,
			     off_t pos, int flags)
{
	struct shim_file file;

	if (pos < -1 || !shim_write_ours(fd, nr, &file))
		return shim_next.pwritev2(fd, iov, nr, pos, flags);
	if (file.class == SHIM_ORDINARY)
		return shim_write_done(&file,
				       shim_next.pwritev2(fd, iov, nr, pos,
							  flags),
				       SHIM_DONE_ORDINARY,
				       shim_write_len(iov, nr));
	return shim_write(&file, &(struct shim_write){ fd, iov, nr, pos,
						       flags });
}

/* The other names of the same, where off_t is off64_t. */
_Static_assert(sizeof(off_t) == sizeof(off64_t), "off_t has 64 bits");

#define SHIM_ALIAS(name)	__attribute__((alias(name))) SHIM_EXPORT

SHIM_ALIAS("write") ssize_t __write(int fd, const void *buf, size_t len);
SHIM_ALIAS("pwrite") ssize_t pwrite64(int fd, const void *buf, size_t len,
				      off64_t pos);
SHIM_ALIAS("pwrite") ssize_t __pwrite64(int fd, const void *buf, size_t len,
					off64_t pos);
SHIM_ALIAS("pwritev") ssize_t pwritev64(int fd, const struct iovec *iov,
					int nr, off64_t pos);
SHIM_ALIAS("pwritev2") ssize_t pwritev64v2(int fd, const struct iovec *iov,
					   int nr, off64_t pos, int flags);
