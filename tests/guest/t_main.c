// SPDX-License-Identifier: GPL-2.0-only
/*
 * /t/cases GROUP CASE: run one case.  One program holds all groups: each boot
 * has to unpack it, and most of a static program is libc.
 *
 * What the case may know of its run is in the environment (vm/guest/run.c).
 * Exit code: T_PASS, T_FAIL, T_BROKEN, T_SKIP.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "t.h"

/* By the linker: the ends of what T_GROUP() puts there. */
extern const struct t_group *const __start_t_groups[];
extern const struct t_group *const __stop_t_groups[];

static const char *t_env(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

static void t_init(struct t *t, const char *name)
{
	*t = (struct t){
		.name = name,
		.dev = t_env("WT_DEV", ""),
		.dir = t_env("WT_DIR", ""),
		.profile = t_env("WT_PROFILE", ""),
		.bs = atoll(t_env("WT_BLOCKSIZE", "0")),
		.blkdev = !*t_env("WT_DIR", "") && *t_env("WT_FS", ""),
		.page = sysconf(_SC_PAGESIZE),
		.seed = strtoull(t_env("WT_SEED", "1"), NULL, 10),
	};
	t->ps = t->bs > t->page ? t->bs : t->page;
}

static const struct t_group *t_group_find(const char *name)
{
	const struct t_group *const *g;

	for (g = __start_t_groups; g < __stop_t_groups; g++)
		if (!strcmp((*g)->name, name))
			return *g;
	return NULL;
}

static int t_run(const struct t_group *g, const char *name)
{
	void (*fn)(struct t *t) = g->any;
	struct t t;
	size_t i;

	for (i = 0; i < g->nr; i++)
		if (!strcmp(g->cases[i].name, name))
			fn = g->cases[i].fn;
	if (!fn) {
		printf("# BROKEN group %s has no case '%s'\n", g->name, name);
		return T_BROKEN;
	}
	t_init(&t, name);
	/* The kernel's complaints are to name the group. */
	prctl(PR_SET_NAME, g->name);
	fn(&t);
	return t.failed ? T_FAIL : T_PASS;
}

int main(int argc, char **argv)
{
	const struct t_group *g = argc == 3 ? t_group_find(argv[1]) : NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (g)
		return t_run(g, argv[2]);
	if (argc == 3)
		printf("# BROKEN no group '%s'\n", argv[1]);
	else
		printf("# BROKEN usage: %s GROUP CASE\n", argv[0]);
	return T_BROKEN;
}
