// SPDX-License-Identifier: GPL-2.0-only
/*
 * The power goes a second time, while the file system recovers from the first: what
 * was durable then must still be there, and what recovery wrote be no worse than
 * nothing.  See crash.h; the rules are the same, with the marks of the first cut.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"

#define TWICE_STATES	200	/* of recovery, from all first cuts together ... */
#define TWICE_EACH	25	/* ... and from one */
#define TWICE_LIAR	40

static uint64_t twice_cuts(const struct crash *c)
{
	return (c->states + TWICE_EACH - 1) / TWICE_EACH;
}

/* The next first cut: false when there is none left. */
static bool twice_next(struct crash *c, struct vnvme_state *s)
{
	t_vnvme(c->v, VNVME_NEXT, 0, 0, 0);
	memcpy(s, c->v->page, sizeof(*s));
	T_MUST(s->magic == VNVME_MAGIC);
	return s->flags & VNVME_STATE_VALID;
}

/*
 * Recovery is recorded: the mount, and every other time the unmount as well, which
 * leaves nothing in the file system's log to recover from.
 */
static bool twice_recover(struct crash *c, const struct t_mount *mnt,
			  bool unmount)
{
	int ret;

	t_vnvme(c->v, VNVME_BEGIN, 0, 0, 0);
	ret = t_mount(mnt);
	if (!ret && unmount)
		t_umount(mnt);
	t_vnvme(c->v, VNVME_END, c->seed, TWICE_EACH, 0);
	if (!ret && !unmount)
		t_umount(mnt);
	if (!ret)
		return true;
	c->failure = (struct crash_failure){ .what = CRASH_NO_MOUNT, .op = -1 };
	snprintf(c->failure.text, sizeof(c->failure.text),
		 "the file system cannot be mounted: %s", strerror(-ret));
	return false;
}

/* One first cut, and the states of its recovery.  @lie: of the device meanwhile. */
static bool twice_again(struct crash *c, const struct t_mount *mnt,
			const struct vnvme_state *first, uint32_t lie)
{
	bool good;

	t_vnvme(c->v, VNVME_LIE, lie, 0, 0);
	good = twice_recover(c, mnt, lie || first->nr % 2);
	t_vnvme(c->v, VNVME_LIE, 0, 0, 0);
	c->promised = first->marks;
	if (good)
		good = crash_states(c, mnt);
	c->promised = -1;
	t_vnvme(c->v, VNVME_BACK, 0, 0, 0);
	return good;
}

/* First cuts by lot, until one is wrong: @first has it then. */
static bool twice_explore(struct crash *c, struct vnvme_state *first,
			  uint32_t lie)
{
	struct t_mount mnt = t_mounted();
	uint64_t cuts = 0;
	bool good = true;

	c->states = twice_cuts(c);
	crash_record(c, &mnt);
	while (good && twice_next(c, first)) {
		cuts++;
		good = twice_again(c, &mnt, first, lie);
	}
	t_vnvme(c->v, VNVME_BACK, 0, 0, 0);
	T_MUST(!t_mount(&mnt));
	/* A part of the states (PART=) may be none at all. */
	T_MUST(cuts || getenv("WT_PART"));
	T_OK(c->t, !cuts || c->seen, "recovery had no states");
	printf("# seed %llu: %llu first cuts, %llu states of their recovery looked at\n",
	       (unsigned long long)c->seed, (unsigned long long)cuts,
	       (unsigned long long)c->seen);
	if (!good)
		printf("# the first cut: %s\n# the second: %s\n", first->text,
		       c->state);
	return good;
}

void crash_twice(struct t *t)
{
	struct crash *c = crash_new(t);
	struct vnvme_state first;

	if (!c->states)
		c->states = TWICE_STATES;
	crash_fill(c, 3, 50, 0);
	T_OK(t, twice_explore(c, &first, 0), "%s", c->failure.text);
	crash_free(c);
}

/*
 * A disk whose flushes make nothing durable while the file system recovers: its log
 * is empty after the unmount, and what it was about is lost.
 */
void crash_twice_liar(struct t *t)
{
	struct crash *c = crash_new(t);
	struct vnvme_state first;

	c->states = TWICE_LIAR * TWICE_EACH;
	crash_fill(c, 3, 50, CRASH_WT);
	T_OK(t, !twice_explore(c, &first, VNVME_LIE_FLUSH),
	     "nothing was noticed in %llu states", (unsigned long long)c->seen);
	printf("# noticed: %s\n", c->failure.text);
	crash_free(c);
}
