/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test of the host's programs is a function; tests/host/run makes KTAP of
 * what this prints. A test fails at its first failed check and says where.
 */
#ifndef TH_H
#define TH_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct th_test {
	const char *name;
	bool (*fn)(void);
};

#define TH_CHECK(cond) do {						\
	if (!(cond)) {							\
		printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond);	\
		return false;						\
	}								\
} while (0)

#define TH_STR(got, want) do {						\
	const char *th_got = (got), *th_want = (want);			\
									\
	if (!th_got || strcmp(th_got, th_want)) {			\
		printf("# %s:%d: expected \"%s\", saw \"%s\"\n",	\
		       __FILE__, __LINE__, th_want,			\
		       th_got ? th_got : "(null)");			\
		return false;						\
	}								\
} while (0)

/* Run them all: did all pass? */
static inline bool th_group(const char *group, const struct th_test *t)
{
	bool all = true;

	for (; t->name; t++) {
		bool ok = t->fn();

		printf("%s %s/%s\n", ok ? "ok" : "not ok", group, t->name);
		all = all && ok;
	}
	return all;
}

extern const struct th_test th_ktap[], th_con[], th_line[], th_cases[],
	th_prof[], th_args[], th_bid[], th_res[], th_qemu[], th_qmp[], th_tty[], th_decode[],
	th_replay[], th_wlog[], th_lists[];

#endif
