// SPDX-License-Identifier: GPL-2.0-only
/*
 * Short lists of operations, all there are up to a bound: crash/pairs and
 * crash/triples.  Each list has a file of its own, which is synced at the end, so
 * that one run of many shows the states of each.
 *
 * Pairs are each kind at each place, after each kind at each place.
 *
 * Triples like that would be three millions.  What bounds them:
 *
 * - Some kinds stand for all.  What RWF_DSYNC and RWF_SYNC add to a write is done
 *   behind it by the same code, and wt-dsync has it, by FUA and by a flush;
 *   fdatasync and msync are fsync with less to do; syncfs promises nothing; zeroing
 *   is punching, or writing to what is unwritten at first.
 * - What an operation finds is what the file was there, or what one before has
 *   made of it.  So the first happens at each place, and the others where the first
 *   did (enum crash_relation).  Operations that have nothing to do with each
 *   other are in the same run anyhow, on other files.
 * - The sync at the end is a fourth.  So the last changes what is in the file;
 *   and so does the first: what comes of sharing, dropping or syncing first the
 *   pairs have.
 *
 * LISTS says how many, PART which part of these is this guest's: it has all the
 * states of its lists.  Without LISTS there are as many as take a minute or two,
 * others with each seed.
 */
#include <stdlib.h>
#include <string.h>

#include "crash.h"
#include "crash_lists.h"

#define CRASH_RUN	60	/* lists in one run, and its states */
#define CRASH_STEPS	(CRASH_KINDS * 9)

/* Where a later operation of three is, seen from the first. */
enum crash_relation {
	CRASH_THERE,
	CRASH_PART_OF_IT,	/* no whole blocks */
	CRASH_ACROSS_BEGIN,
	CRASH_BEHIND,		/* its end */
	CRASH_RELATIONS
};

/* One of the operations that may be at some position of a list. */
struct crash_step {
	const struct crash_kind *kind;
	int where;		/* of crash_places, or enum crash_relation */
};

struct crash_enum {
	int len;		/* of each list */
	int nr[3];		/* of steps, by position */
	struct crash_step steps[3][CRASH_STEPS];
	uint64_t lists;
};

static struct crash_op crash_placed(struct crash *c,
				    const struct crash_step *s, int file)
{
	return crash_at(c, s->kind, file, crash_places[s->where].pos,
			crash_places[s->where].len);
}

static struct crash_op crash_related(struct crash *c,
				     const struct crash_step *s,
				     const struct crash_op *first)
{
	long long pos = first->pos, len = first->len;

	if (!len)		/* where it cut the file */
		len = 8 * T_KIB;
	switch (s->where) {
	case CRASH_PART_OF_IT:
		pos += 1000;
		len /= 3;
		break;
	case CRASH_ACROSS_BEGIN:
		pos -= pos < 3000 ? pos : 3000;
		len = 6000;
		break;
	case CRASH_BEHIND:
		pos += len;
		len = 5000;
		break;
	}
	return crash_at(c, s->kind, first->file, pos, len);
}

/* List @list, on a file that has no operations yet. */
static void crash_enum_add(struct crash *c, const struct crash_enum *e,
			   uint64_t list)
{
	struct crash_op first, op;
	int digit[3], i;

	crash_list_digits(list, e->nr, e->len, digit);
	first = op = crash_placed(c, &e->steps[0][digit[0]], c->files);
	for (i = 0; i < e->len; i++) {
		const struct crash_step *s = &e->steps[i][digit[i]];

		if (i)
			op = e->len == 2 ? crash_placed(c, s, first.file) :
				crash_related(c, s, &first);
		crash_push(c, &op);
	}
	crash_next_file(c);
}

/* Some places are the same for a kind that is moved to where it can be. */
static bool crash_placed_twice(struct crash *c, const struct crash_step *s)
{
	struct crash_op op = crash_placed(c, s, 0), other;
	struct crash_step before = *s;

	for (before.where = 0; before.where < s->where; before.where++) {
		other = crash_placed(c, &before, 0);
		if (other.pos == op.pos && other.len == op.len)
			return true;
	}
	return false;
}

/* Position @i has @kind, at all places, or in all relations. */
static void crash_enum_kind(struct crash *c, struct crash_enum *e, int i,
			    const struct crash_kind *kind, bool related)
{
	struct crash_step s = { .kind = kind };
	int all = related ? CRASH_RELATIONS : crash_nr_places;

	if (!crash_has_place(kind))
		all = 1;
	for (; s.where < all; s.where++) {
		if (!related && crash_placed_twice(c, &s))
			continue;
		T_MUST(e->nr[i] < CRASH_STEPS);
		e->steps[i][e->nr[i]++] = s;
	}
}

static void crash_enum_pairs(struct crash *c, struct crash_enum *e)
{
	const struct crash_kind *kinds[CRASH_KINDS];
	int n = crash_choose(c, kinds, 0), i, k;

	e->len = 2;
	for (i = 0; i < 2; i++)
		for (k = 0; k < n; k++)
			crash_enum_kind(c, e, i, kinds[k], false);
}

static void crash_enum_triples(struct crash *c, struct crash_enum *e)
{
	static const char *const names[] = {
		"write", "wt", "wt-dsync", "wt-atomic", "direct", "mwrite",
		"truncate", "punch", "share", "drop", "fsync",
	};
	const struct crash_kind *kind;
	size_t k;
	int i;

	e->len = 3;
	for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		kind = crash_kind(names[k]);
		if (!crash_can(c, kind))
			continue;
		for (i = 0; i < 3; i++)
			if (i == 1 || crash_has_place(kind))
				crash_enum_kind(c, e, i, kind, i > 0);
	}
}

/* The part of @e that LISTS, PART and the seed say; @otherwise lists. */
static struct crash_part crash_enum_part(struct t *t,
					 const struct crash_enum *e,
					 uint64_t otherwise)
{
	const char *wanted = getenv("WT_LISTS");
	unsigned int shard, shards;
	struct crash_part part;
	uint64_t n = otherwise;

	t_vnvme_part(&shard, &shards);
	if (wanted)
		n = strcmp(wanted, "all") ? strtoull(wanted, NULL, 10) : 0;
	part = crash_part(e->lists, n, t->seed, shard, shards);
	printf("# lists %llu..%llu of %llu\n",
	       (unsigned long long)part.first + 1,
	       (unsigned long long)part.end, (unsigned long long)e->lists);
	return part;
}

static void crash_enum_explore(struct t *t, const struct crash_enum *e,
			       struct crash_part run)
{
	struct crash *c = crash_new(t);
	uint64_t lists = run.end - run.first;

	crash_default(c, CRASH_RUN);
	c->states = (c->states * lists + CRASH_RUN - 1) / CRASH_RUN;
	c->whole = true;
	for (; run.first < run.end; run.first++)
		crash_enum_add(c, e, crash_list_at(e->lists, run.first));
	crash_judge(c);
	crash_free(c);
}

static void crash_enum_run(struct t *t,
			   void (*fill)(struct crash *c, struct crash_enum *e),
			   uint64_t lists)
{
	struct crash_enum *e = calloc(1, sizeof(*e));
	struct crash *c = crash_new(t);
	struct crash_part part, run;
	int i;

	T_MUST(e);
	fill(c, e);
	crash_free(c);
	for (e->lists = 1, i = 0; i < e->len; i++)
		e->lists *= e->nr[i];
	part = crash_enum_part(t, e, lists);
	for (run = part; run.first < part.end; run.first = run.end) {
		run.end = run.first + CRASH_RUN;
		if (run.end > part.end)
			run.end = part.end;
		crash_enum_explore(t, e, run);
	}
	free(e);
}

void crash_pairs(struct t *t)
{
	crash_enum_run(t, crash_enum_pairs, 420);
}

void crash_triples(struct t *t)
{
	crash_enum_run(t, crash_enum_triples, 180);
}
