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

struct crash_min {
	struct crash_op ops[CRASH_OPS];
	int nr;
	struct crash_failure failure;
	char state[sizeof(((struct crash *)0)->state)];
};

static void crash_keep(struct crash_min *m, const struct crash *c)
{
	memcpy(m->ops, c->ops, sizeof(m->ops));
	m->nr = c->nr;
	m->failure = c->failure;
	memcpy(m->state, c->state, sizeof(m->state));
}

static void crash_back(struct crash *c, const struct crash_min *m)
{
	memcpy(c->ops, m->ops, sizeof(c->ops));
	c->nr = m->nr;
	c->failure = m->failure;
	memcpy(c->state, m->state, sizeof(c->state));
}

/* Only what is done to one file. */
static void crash_one_file(struct crash *c, int file)
{
	int i, n = 0;

	for (i = 0; i < c->nr; i++)
		if (c->ops[i].file == file)
			c->ops[n++] = c->ops[i];
	c->nr = n;
}

/* True: what is left fails in the same way, and is what there is now. */
static bool crash_still(struct crash *c, struct crash_min *m)
{
	bool same = c->nr && !crash_explore(c) &&
		    c->failure.what == m->failure.what;

	if (same)
		crash_keep(m, c);
	else
		crash_back(c, m);
	return same;
}

static void crash_print(const struct crash *c)
{
	char *save, *line, text[sizeof(c->state)];
	int i;

	printf("# the workload, cut down, for FSX=FILE TESTS=crash/replay:\n");
	for (i = 0; i < c->nr; i++)
		printf("#   %s\n", crash_text(&c->ops[i]));
	memcpy(text, c->state, sizeof(text));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		printf("#   %s\n", line);
}

void crash_minimise(struct crash *c)
{
	struct crash_min *m = calloc(1, sizeof(*m));
	int tries = 0, size, at, file = -1;

	T_MUST(m);
	crash_keep(m, c);
	if (c->failure.op >= 0)
		file = c->ops[c->failure.op].file;
	if (file >= 0) {
		crash_one_file(c, file);
		tries += !crash_still(c, m);
	}
	for (size = c->nr / 2; size; size /= 2)
		for (at = 0; at < c->nr && tries < CRASH_TRIES; tries++) {
			int end = at + size < c->nr ? at + size : c->nr;

			memmove(&c->ops[at], &c->ops[end],
				(c->nr - end) * sizeof(c->ops[0]));
			c->nr -= end - at;
			if (!crash_still(c, m))
				at += size;
		}
	crash_print(c);
	free(m);
}
