// SPDX-License-Identifier: GPL-2.0-only
/* See plan.h: what a person wants of a run beside its cases. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* run/NAME, of what may stand in a case's name. */
static char *plan_program(const char *run)
{
	char *copy = ut_strdup(run);
	char *rest = copy;
	char *word = ut_word(&rest);
	char *slash = strrchr(word, '/');
	char *name = ut_fmt("run/%.60s", slash ? slash + 1 : word);
	char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("/._-", *p))
			*p = '_';
	free(copy);
	return name;
}

void plan_own(struct plan_set *set, const struct args *a)
{
	bool shell = a->mode == ARGS_SHELL;
	struct group g = { .prof = set->profs, .fs = set->fs, .n = 1 };
	struct tcase *tc = ut_zalloc(sizeof(*tc));

	tc->name = shell ? ut_strdup("shell/sh") : plan_program(a->run);
	tc->rules = ut_strdup("-");
	tc->limit = PLAN_NO_LIMIT;
	g.v = ut_zalloc(sizeof(*g.v));
	*g.v = (struct res) { .name = tc->name, .tc = tc, .last = -1 };
	set->groups = ut_grow(set->groups, 0, sizeof(g));
	set->groups[set->nr_groups++] = g;
	set->nr_cases = 1;
}

void plan_repeat(struct plan_set *set, unsigned int times)
{
	size_t i, j;

	if (times == 1)
		return;
	for (i = 0; i < set->nr_groups; i++) {
		struct group *g = &set->groups[i];
		struct res *v = ut_zalloc(g->n * times * sizeof(*v));

		for (j = 0; j < g->n * times; j++)
			v[j] = g->v[j % g->n];
		free(g->v);
		g->v = v;
		g->n *= times;
	}
	set->nr_cases *= times;
}
