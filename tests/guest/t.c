// SPDX-License-Identifier: GPL-2.0-only
/*
 * Case selection and checks: see t.h.
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

static const char *t_env(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

int t_main(int argc, char **argv, const struct t_case *cases, size_t nr)
{
	struct t t = {
		.name = argc == 2 ? argv[1] : "",
		.dev = t_env("WT_DEV", ""),
		.dir = t_env("WT_DIR", ""),
		.profile = t_env("WT_PROFILE", ""),
		.bs = atoll(t_env("WT_BLOCKSIZE", "0")),
		.blkdev = !*t_env("WT_DIR", "") && *t_env("WT_FS", ""),
		.page = sysconf(_SC_PAGESIZE),
		.seed = strtoull(t_env("WT_SEED", "1"), NULL, 10),
	};
	size_t i;

	t.ps = t.bs > t.page ? t.bs : t.page;
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < nr; i++) {
		if (strcmp(t.name, cases[i].name))
			continue;
		cases[i].fn(&t);
		return t.failed ? T_FAIL : T_PASS;
	}
	printf("# BROKEN %s has no case '%s'\n", argv[0], t.name);
	return T_BROKEN;
}
