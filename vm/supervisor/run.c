// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static void run_keep_boot(struct run *run, const struct boot *b, bool again)
{
	struct run_boot *rb;

	run->boots = ut_grow(run->boots, run->nr_boots, sizeof(*rb));
	rb = &run->boots[run->nr_boots++];
	*rb = (struct run_boot) {
		.nr = b->nr, .group = b->group, .first = b->first,
		.seconds = b->seconds, .cases = b->n, .again = again,
		.release = ut_strdup(b->ktap.release),
		.build_id = ut_strdup(b->ktap.build_id),
		.why = b->why ? ut_strdup(b->why) : NULL,
	};
	run->own_exit = b->ktap.exit;
}

/* Boot once with @cases. Fills @b; boot_free() is the caller's. */
static void run_boot(struct run *run, struct boot *b, struct group *g,
		     struct res **cases, size_t n)
{
	size_t i;
	int ret;

	memset(b, 0, sizeof(*b));
	b->run = run;
	b->group = g;
	b->cases = cases;
	b->n = n;
	b->nr = run->nr_boots + 1;
	for (i = 0; i < n; i++)
		b->fs |= !cases[i]->tc->nofs;
	b->mounts = b->fs && g->fs->mkfs;
	b->dir = ut_fmt("%s/boot-%d", run->dir, b->nr);
	ret = ut_mkdirs(b->dir);
	if (ret)
		ut_die("%s: %s", b->dir, strerror(-ret));
	scr_boot(&run->scr, b);
	boot_run(b);
	scr_boot_end(&run->scr, b);
}

static size_t run_undecided(struct group *g, struct res **pending)
{
	size_t n = 0;
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].outcome == OUT_NONE)
			pending[n++] = &g->v[i];
	return n;
}

static void run_all_are(struct run *run, struct group *g, enum outcome o,
			const char *reason)
{
	size_t i;

	for (i = 0; i < g->n; i++)
		if (g->v[i].outcome == OUT_NONE) {
			res_set(&g->v[i], o, "%s", reason);
			run->scr.done++;
		}
}

/* Can this group run here at all? */
static bool run_able(struct run *run, struct group *g)
{
	const struct prof *p = g->prof;
	char *why;

	if (g->unpatched && !run->unpatched) {
		run_all_are(run, g, OUT_BROKEN,
			    "there is no unpatched kernel in the cache");
		return false;
	}
	if (!p->qemu_min ||
	    prof_vercmp(run->qemu.version, p->qemu_min) >= 0)
		return true;
	why = ut_fmt("needs QEMU >= %s%s%s%s", p->qemu_min,
		     *p->qemu_why ? " (" : "", p->qemu_why,
		     *p->qemu_why ? ")" : "");
	run_all_are(run, g, OUT_SKIP, why);
	scr_say(&run->scr, "%s %s: # SKIP %s, here is %s", p->name,
		g->fs->name, why, run->qemu.version);
	free(why);
	return false;
}

/* The guest reads the plan byte by byte. */
#define RUN_BOOT_MAX 500	/* cases */

/* --first: nobody asks what else fails. */
static bool run_enough(const struct run *run, const struct group *g)
{
	size_t i;

	for (i = 0; run->args.first && i < g->n; i++)
		if (g->v[i].outcome == OUT_FAIL)
			return true;
	return false;
}

static void run_group(struct run *run, struct group *g)
{
	struct res **pending = ut_zalloc(g->n * sizeof(*pending));
	size_t n = g->n, left;
	struct boot b;

	if (!run_able(run, g))
		goto out;
	while ((left = run_undecided(g, pending)) && !run->interrupted) {
		n = left < RUN_BOOT_MAX ? left : RUN_BOOT_MAX;
		run_boot(run, &b, g, pending, n);
		run_keep_boot(run, &b, false);
		/* A boot must decide something, else the next will not. */
		if (run_undecided(g, pending) == left)
			run_all_are(run, g, OUT_BROKEN,
				    b.why ? b.why : "the boot ran no case");
		res_merge(&g->device, &b.device);
		res_merge(&g->check, &b.check);
		res_merge(&g->boot, &b.other);
		boot_free(&b);
		if (run_enough(run, g)) {
			run_all_are(run, g, OUT_BROKEN,
				    "not run: another case failed");
			break;
		}
	}
	if (run->interrupted)
		run_all_are(run, g, OUT_BROKEN, "interrupted before its turn");
out:
	free(pending);
}

/*
 * A failed case once more, alone in a fresh boot: it fails again (solid) or
 * not (flaky). Either way it stays failed.
 */
static void run_again(struct run *run, struct res *r)
{
	struct res alone = {
		.name = r->name, .tc = r->tc, .group = r->group, .last = -1,
	};
	struct res *one = &alone;
	struct boot b;

	scr_say(&run->scr, "again, alone: %s", r->name);
	run_boot(run, &b, r->group, &one, 1);
	run_keep_boot(run, &b, true);
	if (alone.outcome == OUT_FAIL)
		r->again = RES_SOLID;
	else if (alone.outcome == OUT_PASS)
		r->again = RES_FLAKY;
	res_reset(&alone);
	boot_free(&b);
}

/*
 * When this many failed, it is not chance that must be told from fault, and
 * an hour of boots would tell nothing new.
 */
#define RUN_AGAIN_MAX 10

static void run_failed_again(struct run *run)
{
	size_t failed = 0;
	size_t i, j;

	for (i = 0; i < run->nr_groups; i++)
		for (j = 0; j < run->groups[i].n; j++) {
			struct res *r = &run->groups[i].v[j];

			if (r->outcome != OUT_FAIL || run->interrupted ||
			    ++failed > RUN_AGAIN_MAX)
				continue;
			run->scr.total++;
			run_again(run, r);
		}
	if (failed > RUN_AGAIN_MAX)
		scr_say(&run->scr, "%zu more failed cases are not run again",
			failed - RUN_AGAIN_MAX);
}

/* REPEAT=: how often did a case fail, of all the times that it ran? */
static void run_count(struct group *g, struct res *r)
{
	struct res *other;
	size_t i;

	for (i = 0; i < g->n; i++) {
		other = &g->v[i];
		if (strcmp(other->name, r->name))
			continue;
		r->runs += other->outcome == OUT_PASS ||
			other->outcome == OUT_FAIL;
		r->failed += other->outcome == OUT_FAIL;
		if (other == r)
			r->nth = r->failed;
	}
	r->again = r->failed < r->runs ? RES_FLAKY : RES_SOLID;
}

static void run_repeated(struct run *run)
{
	size_t i, j;

	for (i = 0; i < run->nr_groups; i++)
		for (j = 0; j < run->groups[i].n; j++)
			if (run->groups[i].v[j].outcome == OUT_FAIL)
				run_count(&run->groups[i],
					  &run->groups[i].v[j]);
}

int run_verdict(const struct run *run, unsigned int *tally)
{
	bool passed = false;
	size_t i, j;

	memset(tally, 0, (OUT_SKIP + 1) * sizeof(*tally));
	for (i = 0; i < run->nr_groups; i++) {
		const struct group *g = &run->groups[i];
		const struct res *own[] = { &g->device, &g->check, &g->boot };

		for (j = 0; j < g->n; j++) {
			tally[g->v[j].outcome]++;
			passed |= g->v[j].outcome == OUT_PASS;
		}
		for (j = 0; j < 3; j++)
			if (own[j]->outcome != OUT_NONE)
				tally[own[j]->outcome]++;
	}
	if (run->interrupted && !run->held)
		return UT_BROKEN;
	if (tally[OUT_FAIL])
		return UT_FAIL;
	if (tally[OUT_BROKEN] || tally[OUT_NONE])
		return UT_BROKEN;
	if (passed)
		return UT_PASS;
	return tally[OUT_SKIP] ? UT_SKIP : UT_BROKEN;
}

void run_all(struct run *run)
{
	unsigned int tally[OUT_SKIP + 1];
	size_t i;

	for (i = 0; i < run->nr_groups; i++)
		run_group(run, &run->groups[i]);
	/* A person's own program is theirs to repeat; REPEAT= has done it. */
	if (run->args.mode == ARGS_TEST && run->args.repeat == 1 &&
	    !run->args.once && !run->args.first)
		run_failed_again(run);
	if (run->args.repeat > 1)
		run_repeated(run);
	run->seconds = ut_now() - run->start;
	run->status = run_verdict(run, tally);
}
