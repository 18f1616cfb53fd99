// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ut.h"

static void ut_verr(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

void ut_err(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ut_verr(fmt, ap);
	va_end(ap);
}

void ut_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	ut_verr(fmt, ap);
	va_end(ap);
	exit(UT_BROKEN);
}

void *ut_zalloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		ut_die("out of memory");
	return p;
}

void *ut_grow(void *array, size_t n, size_t size)
{
	/* Grow at powers of two only; n is one less than what must fit. */
	if (n & (n - 1))
		return array;
	array = realloc(array, (n ? 2 * n : 1) * size);
	if (!array)
		ut_die("out of memory");
	return array;
}

char *ut_strdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		ut_die("out of memory");
	return p;
}

char *ut_fmt(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		ut_die("out of memory");
	va_end(ap);
	return s;
}

void ut_add(struct ut_buf *b, const char *s, size_t len)
{
	if (b->len + len + 1 > b->cap) {
		b->cap = 2 * b->cap + len + 64;
		b->s = realloc(b->s, b->cap);
		if (!b->s)
			ut_die("out of memory");
	}
	memcpy(b->s + b->len, s, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void ut_addf(struct ut_buf *b, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&s, fmt, ap);
	va_end(ap);
	if (len < 0)
		ut_die("out of memory");
	ut_add(b, s, len);
	free(s);
}

void ut_free(struct ut_buf *b)
{
	free(b->s);
	memset(b, 0, sizeof(*b));
}

const char *ut_str(const struct ut_buf *b)
{
	return b->s ? b->s : "";
}

char *ut_read(const char *path, size_t *len)
{
	struct ut_buf b = { 0 };
	char chunk[4096];
	ssize_t got;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	while ((got = read(fd, chunk, sizeof(chunk))) > 0)
		ut_add(&b, chunk, got);
	close(fd);
	if (got < 0) {
		ut_free(&b);
		return NULL;
	}
	ut_add(&b, "", 0);
	if (len)
		*len = b.len;
	return b.s;
}

int ut_write(const char *path, const char *text)
{
	char *tmp = ut_fmt("%s.tmp", path);
	FILE *f = fopen(tmp, "we");
	int ret = 0;

	if (!f) {
		ret = -errno;
		goto out;
	}
	if (fputs(text, f) < 0)
		ret = -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(tmp, path))
		ret = -errno;
	if (ret)
		unlink(tmp);
out:
	free(tmp);
	return ret;
}

void ut_write_in(const char *dir, const char *name, const char *text)
{
	char *path = ut_fmt("%s/%s", dir, name);
	int ret = ut_write(path, text);

	if (ret)
		ut_err("%s: %s", path, strerror(-ret));
	free(path);
}

int ut_copy(const char *from, const char *to)
{
	char *text = ut_read(from, NULL);
	int ret;

	if (!text)
		return -errno;
	ret = ut_write(to, text);
	free(text);
	return ret;
}

int ut_mkdirs(const char *path)
{
	char *copy = ut_strdup(path);
	int ret = 0;
	char *p;

	for (p = copy + 1; ; p++) {
		char c = *p;

		if (c && c != '/')
			continue;
		*p = '\0';
		if (mkdir(copy, 0777) && errno != EEXIST) {
			ret = -errno;
			break;
		}
		*p = c;
		if (!c)
			break;
	}
	free(copy);
	return ret;
}

bool ut_exists(const char *path)
{
	return !access(path, F_OK);
}

static int ut_rm_one(const char *path, const struct stat *st, int flag,
		     struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void ut_rmtree(const char *path)
{
	nftw(path, ut_rm_one, 16, FTW_DEPTH | FTW_PHYS);
}

double ut_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

char *ut_word(char **s)
{
	char *word = *s + strspn(*s, " \t\r\n");
	size_t len = strcspn(word, " \t\r\n");

	if (!len) {
		*s = word;
		return NULL;
	}
	*s = word + len;
	if (**s)
		*(*s)++ = '\0';
	return word;
}

char *ut_trim(char *s)
{
	size_t len;

	s += strspn(s, " \t\r\n");
	len = strlen(s);
	while (len && strchr(" \t\r\n", s[len - 1]))
		s[--len] = '\0';
	return s;
}

bool ut_glob(const char *pattern, const char *s)
{
	return !fnmatch(pattern, s, 0);
}

bool ut_starts(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool ut_num(const char *s, uint64_t min, uint64_t max, uint64_t *out)
{
	unsigned long long v;
	char *end;

	if (!*s || strspn(s, "0123456789") != strlen(s))
		return false;
	errno = 0;
	v = strtoull(s, &end, 10);
	if (errno || v < min || v > max)
		return false;
	*out = v;
	return true;
}

bool ut_size(const char *s, uint64_t *bytes)
{
	static const char units[] = "KMG";
	size_t len = strlen(s);
	const char *unit = NULL;
	char digits[24];
	int shift;

	if (!len || len >= sizeof(digits))
		return false;
	strcpy(digits, s);
	unit = strchr(units, digits[len - 1]);
	shift = unit ? 10 * (unit - units + 1) : 0;
	if (unit)
		digits[len - 1] = '\0';
	if (!ut_num(digits, 0, UINT64_MAX >> shift, bytes))
		return false;
	*bytes <<= shift;
	return true;
}
