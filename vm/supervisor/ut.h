/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small things every part needs: text buffers, files, time, messages.
 *
 * Allocation failure ends the program (status 2): there is nothing useful to
 * do without memory, and a test runner that goes on half-blind would lie.
 */
#ifndef UT_H
#define UT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Exit codes of every program here; harness rule H4. */
enum { UT_PASS = 0, UT_FAIL = 1, UT_BROKEN = 2, UT_SKIP = 4 };

/* Growing text. All zero is an empty one; @s is NULL or NUL-terminated. */
struct ut_buf {
	char *s;
	size_t len;
	size_t cap;
};

void ut_add(struct ut_buf *b, const char *s, size_t len);
__attribute__((format(printf, 2, 3)))
void ut_addf(struct ut_buf *b, const char *fmt, ...);
void ut_free(struct ut_buf *b);
/* The text, "" when empty. */
const char *ut_str(const struct ut_buf *b);

void *ut_zalloc(size_t size);
/* Room for one more at @n in an array of @size elements; returns the array. */
void *ut_grow(void *array, size_t n, size_t size);
char *ut_strdup(const char *s);
__attribute__((format(printf, 1, 2)))
char *ut_fmt(const char *fmt, ...);

/* Whole file; NULL and errno on error. The caller frees. */
char *ut_read(const char *path, size_t *len);
/* Replace @path by a rename, so a reader sees all or nothing. -errno. */
int ut_write(const char *path, const char *text);
/* The same to @dir/@name; says on stderr what fails. */
void ut_write_in(const char *dir, const char *name, const char *text);
int ut_copy(const char *from, const char *to);
int ut_mkdirs(const char *path);
bool ut_exists(const char *path);
/* Remove a directory with what is in it. */
void ut_rmtree(const char *path);

/* Seconds on the monotonic clock. */
double ut_now(void);
/* Next blank-separated word of *@s, terminated in place; NULL at the end. */
char *ut_word(char **s);
/* Cut white space off both ends, in place. */
char *ut_trim(char *s);
bool ut_glob(const char *pattern, const char *s);
bool ut_starts(const char *s, const char *prefix);
/* "512", "16K", "1G" to bytes; false unless all of it is a number. */
bool ut_size(const char *s, uint64_t *bytes);
/* Decimal, nothing else, within [@min, @max]. */
bool ut_num(const char *s, uint64_t min, uint64_t max, uint64_t *out);

/* "vmtest: message" on stderr. */
__attribute__((format(printf, 1, 2)))
void ut_err(const char *fmt, ...);
__attribute__((format(printf, 1, 2), noreturn))
void ut_die(const char *fmt, ...);

#endif
