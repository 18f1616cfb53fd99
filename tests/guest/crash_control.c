// SPDX-License-Identifier: GPL-2.0-only
/*
 * Those that must be found out: disks that lie, and promises that nobody keeps.  See
 * crash.h.
 */
#include "crash.h"

/* A disk that lies must be found out, or nothing here proves anything. */
static void crash_liar(struct t *t, enum vnvme_lie lie, const char *kind,
		       const char *after, enum crash_wrong what)
{
	struct crash *c = crash_new(t);
	bool good;
	int i;

	if (!crash_can(c, crash_kind(kind)))
		t_skip("%s cannot be done here", kind);
	t_vnvme(c->v, VNVME_LIE, lie, 0, 0);
	crash_default(c, 200);
	for (i = 0; i < 6; i++) {
		crash_add(c, kind, 0, i % 2 * CRASH_UNIT, CRASH_UNIT);
		if (after)
			crash_add(c, after, 0, 0, 0);
	}
	good = crash_explore(c);
	T_OK(t, !good, "nothing was noticed in %llu states",
	     (unsigned long long)c->seen);
	printf("# noticed after %llu states: %s\n# %s\n",
	       (unsigned long long)c->seen, c->failure.text, c->state);
	T_EQ(t, "what was noticed", what, c->failure.what);
	t_vnvme(c->v, VNVME_LIE, 0, 0, 0);
	crash_free(c);
}

void crash_liar_fua(struct t *t)
{
	crash_liar(t, VNVME_LIE_FUA, "direct-dsync", NULL, CRASH_OLD);
}

void crash_liar_flush(struct t *t)
{
	crash_liar(t, VNVME_LIE_FLUSH, "direct", "fsync", CRASH_OLD);
}

void crash_liar_atomic(struct t *t)
{
	crash_liar(t, VNVME_LIE_ATOMIC, "direct-atomic-dsync", NULL,
		   CRASH_TORN);
}

/* Writes larger than any limit must be seen torn, if that were promised. */
void crash_control(struct t *t)
{
	struct crash *c = crash_new(t);
	struct crash_kind promised = *crash_kind("direct");
	bool good;
	int i;

	promised.does |= CRASH_ATOMIC;
	crash_default(c, 200);
	for (i = 0; i < 6; i++) {
		crash_add(c, "direct", 0, i % 2 * T_KIB * 4, 2 * CRASH_UNIT);
		c->ops[i].kind = &promised;
	}
	good = crash_explore(c);
	T_OK(t, !good, "no write was torn in %llu states",
	     (unsigned long long)c->seen);
	T_EQ(t, "what was noticed", CRASH_TORN, c->failure.what);
	crash_free(c);
}

