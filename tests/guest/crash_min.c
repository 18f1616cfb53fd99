// SPDX-License-Identifier: GPL-2.0-only
/*
 * A workload that shows something, cut down: operations are taken away, many
 * at first, then one by one, as long as some state of what is left is wrong in the
 * same way.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#define CRASH_TRIES	60	/* workloads that are run, at most */
#define CRASH_SECONDS	240	/* spent on them, or a bit more */

/* The smallest that is known to show it. */
struct crash_min {
	void *ops;
	int nr;
	struct crash_failure failure;
	char state[sizeof(((struct crash *)0)->state)];
};

static void crash_keep(struct crash_min *m, struct crash *c)
{
	struct crash_list list = c->work->list(c);

	memcpy(m->ops, list.ops, *list.nr * list.size);
	m->nr = *list.nr;
	m->failure = c->failure;
	memcpy(m->state, c->state, sizeof(m->state));
}

static void crash_back(struct crash *c, const struct crash_min *m)
{
	struct crash_list list = c->work->list(c);

	memcpy(list.ops, m->ops, m->nr * list.size);
	*list.nr = m->nr;
	c->failure = m->failure;
	memcpy(c->state, m->state, sizeof(c->state));
}

/* Without operations @at to @end. */
static void crash_without(struct crash *c, int at, int end)
{
	struct crash_list list = c->work->list(c);
	char *ops = list.ops;

	memmove(ops + at * list.size, ops + end * list.size,
		(*list.nr - end) * list.size);
	*list.nr -= end - at;
}

/* True: what is left fails in the same way, and is what there is now. */
static bool crash_still(struct crash *c, struct crash_min *m)
{
	bool same = *c->work->list(c).nr && !crash_explore(c) &&
		    c->failure.what == m->failure.what;

	if (same)
		crash_keep(m, c);
	else
		crash_back(c, m);
	return same;
}

static void crash_print_state(const struct crash *c)
{
	char *save, *line, text[sizeof(c->state)];

	memcpy(text, c->state, sizeof(text));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		printf("#   %s\n", line);
}

static void crash_print(struct crash *c)
{
	int i, nr = *c->work->list(c).nr;

	printf("# the workload, cut down, for FSX=FILE TESTS=%s:\n",
	       c->work->replay);
	for (i = 0; i < nr; i++)
		printf("#   %s\n", c->work->text(c, i));
	crash_print_state(c);
}

void crash_minimise(struct crash *c)
{
	struct crash_list list = c->work->list(c);
	struct crash_min m = { .ops = t_alloc(*list.nr * list.size) };
	long long late = t_now() + CRASH_SECONDS * 1000000000LL;
	int tries = 0, size, at, end;

	printf("# wrong, and to be cut down: %s\n", c->failure.text);
	crash_print_state(c);
	crash_keep(&m, c);
	c->work->narrow(c);
	if (*list.nr < m.nr)
		tries += !crash_still(c, &m);
	for (size = *list.nr / 2; size; size /= 2)
		for (at = 0; at < *list.nr && tries < CRASH_TRIES &&
		     t_now() < late; tries++) {
			end = at + size < *list.nr ? at + size : *list.nr;
			crash_without(c, at, end);
			if (!crash_still(c, &m))
				at += size;
		}
	crash_print(c);
	free(m.ops);
}
