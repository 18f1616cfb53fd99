// SPDX-License-Identifier: GPL-2.0-only
/*
 * vnvme's functions for scripts (tests/postgres/run): /t/cases vnvme FUNCTION.
 * `next` prints `state MARKS` and the state in words, or `none`; ends like a case.
 */
#include <stdlib.h>
#include <string.h>

#include "t_vnvme.h"

static void vnvme_begin(struct t *t, struct t_vnvme *v)
{
	(void)t;
	t_vnvme(v, VNVME_BEGIN, 0, 0, 0);
}

static void vnvme_mark(struct t *t, struct t_vnvme *v)
{
	(void)t;
	t_vnvme(v, VNVME_MARK, 1, 0, 0);
}

static void vnvme_end(struct t *t, struct t_vnvme *v)
{
	t_vnvme_end(v, t->seed, strtoul(t_vnvme_states("1"), NULL, 10));
}

static void vnvme_next(struct t *t, struct t_vnvme *v)
{
	const struct vnvme_state *s = (const void *)v->page;

	(void)t;
	t_vnvme(v, VNVME_NEXT, 0, 0, 0);
	if (s->flags & VNVME_STATE_VALID)
		printf("state %u %.*s\n", s->marks,
		       (int)strcspn(s->text, "\n"), s->text);
	else
		printf("none\n");
}

static void vnvme_good(struct t *t, struct t_vnvme *v)
{
	(void)t;
	t_vnvme(v, VNVME_VERDICT, 0, 0, 0);
}

static void vnvme_back(struct t *t, struct t_vnvme *v)
{
	(void)t;
	t_vnvme(v, VNVME_BACK, 0, 0, 0);
}

static const struct vnvme_call {
	const char *name;
	void (*fn)(struct t *t, struct t_vnvme *v);
} vnvme_calls[] = {
	{ "back", vnvme_back }, { "begin", vnvme_begin }, { "end", vnvme_end },
	{ "good", vnvme_good }, { "mark", vnvme_mark }, { "next", vnvme_next },
};

static void vnvme(struct t *t)
{
	struct t_vnvme *v = t_vnvme_open(t);
	size_t i, n = sizeof(vnvme_calls) / sizeof(vnvme_calls[0]);

	for (i = 0; i < n && strcmp(t->name, vnvme_calls[i].name); i++)
		;
	T_MUST(i < n);
	vnvme_calls[i].fn(t, v);
	t_vnvme_close(v);
}

T_GROUP_ANY(vnvme, vnvme)
