// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files and patterns: see t.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "t.h"

#define T_GENERATIONS	8	/* that t_what() tries */

/* splitmix64's finaliser: any bit of the input moves half of the output. */
static uint64_t t_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static uint8_t t_byte(uint64_t word, off_t pos)
{
	return word >> (8 * (pos % 8));
}

static uint64_t t_word(struct t *t, off_t pos, int gen)
{
	return gen ? t_mix(pos / 8 + ((uint64_t)gen << 48) + (t->seed << 56)) :
		     0;
}

void *t_alloc(size_t len)
{
	void *buf;

	T_MUST((ssize_t)len >= 0);
	T_MUST(!posix_memalign(&buf, 4096, len ? len : 1));
	return buf;
}

void t_fill(struct t *t, void *buf, size_t len, off_t pos, int gen)
{
	uint8_t *p = buf;
	uint64_t word = t_word(t, pos, gen);
	size_t i;

	for (i = 0; i < len; i++, pos++) {
		if (!(pos % 8))
			word = t_word(t, pos, gen);
		p[i] = t_byte(word, pos);
	}
}

long long t_differs(struct t *t, const void *buf, size_t len, off_t pos,
		    int gen)
{
	const uint8_t *p = buf;
	uint64_t word = t_word(t, pos, gen);
	size_t i;

	for (i = 0; i < len; i++, pos++) {
		if (!(pos % 8))
			word = t_word(t, pos, gen);
		if (p[i] != t_byte(word, pos))
			return i;
	}
	return -1;
}

const char *t_what(struct t *t, const void *buf, size_t len, off_t pos)
{
	static const char *const names[T_GENERATIONS] = {
		"zeros", "generation 1", "generation 2", "generation 3",
		"generation 4", "generation 5", "generation 6", "generation 7",
	};
	int gen;

	if (len > 16)
		len = 16;
	for (gen = 0; gen < T_GENERATIONS; gen++)
		if (t_differs(t, buf, len, pos, gen) < 0)
			return names[gen];
	return "no known generation";
}

int t_open(struct t *t, const char *name, int flags)
{
	char path[512];
	int fd;

	if (t->blkdev)
		snprintf(path, sizeof(path), "%s", t->dev);
	else
		snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	fd = open(path, (t->blkdev ? flags & ~O_CREAT : flags) | O_CLOEXEC,
		  0644);
	T_MUST(fd >= 0);
	return fd;
}

int t_file(struct t *t, const char *name, long long size)
{
	int fd = t_open(t, name, O_RDWR | O_CREAT | O_TRUNC);

	T_MUST(t_write(t, fd, 0, size, 1, 0) == size);
	T_MUST(!fsync(fd));
	return fd;
}

ssize_t t_pwritev2(int fd, const struct iovec *iov, int nr, off_t pos,
		   int flags)
{
	ssize_t n = pwritev2(fd, iov, nr, pos, flags);

	return n < 0 ? -errno : n;
}

ssize_t t_write(struct t *t, int fd, off_t pos, size_t len, int gen, int flags)
{
	struct iovec iov = { .iov_base = t_alloc(len), .iov_len = len };
	ssize_t n;

	t_fill(t, iov.iov_base, len, pos, gen);
	n = t_pwritev2(fd, &iov, 1, pos, flags);
	free(iov.iov_base);
	return n;
}

long long t_size(int fd)
{
	struct stat st;

	T_MUST(!fstat(fd, &st));
	return st.st_size;
}

long long t_now(void)
{
	struct timespec ts;

	T_MUST(!clock_gettime(CLOCK_MONOTONIC, &ts));
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

void t_drop(int fd)
{
	T_MUST(!posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED));
}

void t_touch(int fd)
{
	T_MUST(!futimens(fd, NULL));
}

bool t_reads(struct t *t, const char *file, int line, int fd, off_t pos,
	     size_t len, int gen)
{
	uint8_t *buf = t_alloc(len);
	ssize_t n = pread(fd, buf, len, pos);
	bool ok;
	long long at;

	ok = t_eq(t, file, line, "bytes read", len, n < 0 ? -errno : n);
	at = ok ? t_differs(t, buf, len, pos, gen) : -1;
	if (at >= 0)
		ok = t_ok(t, file, line, false,
			  "read at %lld: expected generation %d, seen %s",
			  (long long)pos + at, gen,
			  t_what(t, buf + at, len - at, pos + at));
	free(buf);
	return ok;
}
