// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks: see t.h.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

bool t_eq(struct t *t, const char *file, int line, const char *what,
	  long long expected, long long seen)
{
	return t_ok(t, file, line, expected == seen,
		    "%s: expected %lld, seen %lld", what, expected, seen);
}

bool t_ok(struct t *t, const char *file, int line, bool cond,
	  const char *fmt, ...)
{
	va_list ap;

	if (cond)
		return true;
	t->failed++;
	printf("# %s:%d: ", file, line);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return false;
}

_Noreturn void t_broken(const char *file, int line, const char *what)
{
	printf("# BROKEN %s:%d: needed: %s (errno: %s)\n", file, line, what,
	       strerror(errno));
	exit(T_BROKEN);
}

_Noreturn void t_skip(const char *fmt, ...)
{
	va_list ap;

	printf("# SKIP ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	exit(T_SKIP);
}
