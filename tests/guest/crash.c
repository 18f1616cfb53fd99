// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads whose power goes: see crash.h.  Those of crash_enum.c and
 * crash_control.c are the others.
 */
#include <stdlib.h>

#include "crash_fsx.h"

/* Each kind that writes, alone, at each place: all states, if wanted. */
static void crash_single(struct t *t)
{
	const struct crash_kind *kinds[CRASH_KINDS];
	struct crash_op op;
	int k, p, n;

	for (k = 0, n = 1; k < n; k++) {
		struct crash *c = crash_new(t);

		n = crash_choose(c, kinds, CRASH_SYNCS | CRASH_KEEPS);
		crash_default(c, 30);
		for (p = 0; p < crash_nr_places; p++) {
			op = crash_at(c, kinds[k], p, crash_places[p].pos,
				      crash_places[p].len);
			crash_push(c, &op);
			crash_next_file(c);
		}
		printf("# %s\n", kinds[k]->name);
		crash_judge(c);
		crash_free(c);
	}
}

/* A way to call @kind, by lot: a quarter is not waited for, if that can be. */
static enum crash_way crash_way(const struct crash_kind *kind, uint64_t *rng)
{
	uint64_t way = crash_draw(rng) % 8;

	if (!crash_can_fly(kind) || way > CRASH_AIO)
		return CRASH_SYNC_CALL;
	return way;
}

static void crash_lot(struct crash *c, const struct crash_kind *kind, int file,
		      uint64_t *rng)
{
	const struct crash_place *p =
		&crash_places[crash_draw(rng) % crash_nr_places];
	struct crash_op op = crash_at(c, kind, file, p->pos, p->len);

	op.way = crash_way(kind, rng);
	crash_push(c, &op);
}

void crash_fill(struct crash *c, int len, int files, unsigned int not)
{
	const struct crash_kind *kinds[CRASH_KINDS];
	int n = crash_choose(c, kinds, not), file, i;
	uint64_t rng = c->seed;

	for (file = 0; file < files; file++) {
		for (i = 0; i < len; i++)
			crash_lot(c, kinds[crash_draw(&rng) % n], file, &rng);
		crash_next_file(c);
	}
}

static void crash_lots(struct t *t, int len, int files, uint64_t states,
		       unsigned int not)
{
	struct crash *c = crash_new(t);

	crash_default(c, states);
	crash_fill(c, len, files, not);
	crash_judge(c);
	crash_free(c);
}

static void crash_long(struct t *t)
{
	crash_lots(t, 60, 4, 200, 0);
}

/* What no kernel needs the series for: a check of those who look. */
static void crash_plain(struct t *t)
{
	crash_lots(t, 3, 50, 200, CRASH_WT);
}

/* A log: appends that are durable when they return, of any length. */
static void crash_append(struct t *t)
{
	struct crash *c = crash_new(t);
	long long pos = CRASH_EOF, len;
	uint64_t rng = t->seed;

	crash_default(c, 100);
	while (pos + 6000 < CRASH_MAX) {
		len = 1 + crash_draw(&rng) % 6000;
		crash_add(c, crash_draw(&rng) % 4 ? "wt-dsync" : "wt", 0, pos,
			  len);
		pos += len;
	}
	crash_judge(c);
	crash_free(c);
}

/* A database's pages, over and over. */
static void crash_pages(struct t *t)
{
	struct crash *c = crash_new(t);
	uint64_t rng = t->seed;
	int i;

	crash_default(c, 100);
	for (i = 0; i < 60; i++)
		crash_add(c, crash_draw(&rng) % 4 ? "wt-atomic" :
			  "wt-atomic-dsync", 0,
			  crash_draw(&rng) % 4 * CRASH_UNIT, CRASH_UNIT);
	crash_judge(c);
	crash_free(c);
}

/* What was never written is written to, in and around unwritten blocks. */
static void crash_unwritten(struct t *t)
{
	struct crash *c = crash_new(t);
	uint64_t rng = t->seed;
	long long pos;
	int i;

	crash_default(c, 100);
	for (i = 0; i < 30; i++) {
		pos = CRASH_HOLE + crash_draw(&rng) % (CRASH_TAIL - CRASH_HOLE);
		crash_add(c, crash_draw(&rng) % 2 ? "wt" : "wt-dsync", i / 3, pos,
			  1 + crash_draw(&rng) % 6000);
	}
	crash_judge(c);
	crash_free(c);
}

/*
 * Units over blocks of which some have become written ones, or others, and the log
 * does not have it yet.  If that is lost, so must the unit be, in all its blocks.
 */
static void crash_unlogged(struct t *t)
{
	static const char *const names[] = {
		"wt", "wt", "wt", "direct", "wt-dsync", "fdatasync", "zero",
	};
	struct crash *c = crash_new(t);
	uint64_t rng = t->seed;
	long long at, len = 4 * T_KIB;
	struct crash_op op;
	int i, file;

	crash_default(c, 200);
	for (file = 0; file < 20; file++) {
		at = CRASH_TAIL - CRASH_UNIT / (1 + crash_draw(&rng) % 2);
		for (i = 0; i < 4; i++) {
			op = crash_at(c, crash_kind(names[crash_draw(&rng) % 7]),
				      file, at + crash_draw(&rng) % 4 * len, len);
			crash_push(c, &op);
		}
		crash_add(c, crash_draw(&rng) % 2 ? "wt-atomic" :
			  "wt-atomic-dsync", file, at, CRASH_TAIL - at);
		crash_next_file(c);
	}
	crash_judge(c);
	crash_free(c);
}

/*
 * One of several in flight at once: in a place of its own inside the file, or
 * behind what is its end by then, in the next block or, now and then, right there.
 */
static void crash_fly(struct crash *c, int file, int nr, long long *eof,
		      enum crash_way way, uint64_t *rng)
{
	static const char *const names[] = {
		"wt", "wt", "wt-dsync", "wt-dsync", "wt-sync", "wt-atomic-dsync",
	};
	const struct crash_kind *kind = crash_kind(names[crash_draw(rng) % 6]);
	long long len = 1 + crash_draw(rng) % 5000, pos = crash_draw(rng) % 3000;
	struct crash_op op;

	if (!crash_can(c, kind))
		kind = crash_kind("wt-dsync");
	if (crash_draw(rng) % 3 || *eof + 4 * c->t->ps > CRASH_MAX) {
		pos += nr * 8 * T_KIB;
	} else {
		if (crash_draw(rng) % 3)
			pos += (*eof + c->t->ps - 1) / c->t->ps * c->t->ps;
		else
			pos = *eof;
		if (!(kind->does & CRASH_ATOMIC))
			*eof = pos + len;
	}
	op = crash_op(c, kind, file, pos, len);
	op.way = way;
	crash_push(c, &op);
}

/* Several in flight at once, of which the power leaves some. */
static void crash_async(struct t *t)
{
	static const char *const ends[] = { "reap", "fsync", "msync" };
	long long eof[] = { CRASH_EOF, CRASH_EOF, CRASH_EOF };
	struct crash *c = crash_new(t);
	uint64_t rng = t->seed;
	int batch, i, n, file, at;
	enum crash_way way;

	crash_default(c, 200);
	for (batch = 0; batch < 24; batch++) {
		file = batch % 3;
		n = 2 + crash_draw(&rng) % (CRASH_FLIGHT - 2);
		at = crash_draw(&rng) % 9;
		way = crash_draw(&rng) % 3 ? CRASH_URING : CRASH_AIO;
		for (i = 0; i < n; i++)
			crash_fly(c, file, (at + i) % 9, &eof[file], way, &rng);
		if (crash_draw(&rng) % 3)
			crash_fly(c, file, (at + n) % 9, &eof[file],
				  CRASH_SYNC_CALL, &rng);
		else
			crash_add(c, ends[crash_draw(&rng) % 3], file, 0, 0);
	}
	crash_judge(c);
	crash_free(c);
}

/* Stores, and writes to the same blocks, and to what is beside them. */
static void crash_mapped(struct t *t)
{
	static const char *const names[] = {
		"mwrite", "mwrite", "mwrite", "wt", "wt-dsync", "write", "msync",
		"fsync",
	};
	static const long long at[] = {
		0, 16 * T_KIB, CRASH_HOLE, CRASH_UNWRITTEN, CRASH_EOF - 1000,
	};
	struct crash *c = crash_new(t);
	uint64_t rng = t->seed;
	struct crash_op op;
	int i;

	crash_default(c, 200);
	for (i = 0; i < 120; i++) {
		op = crash_at(c, crash_kind(names[crash_draw(&rng) % 8]), i / 24,
			      at[crash_draw(&rng) % 5] + crash_draw(&rng) % 3000,
			      1 + crash_draw(&rng) % 3000);
		crash_push(c, &op);
	}
	crash_judge(c);
	crash_free(c);
}

/* A workload of the user's. */
static void crash_replay(struct t *t)
{
	struct crash *c = crash_new(t);
	FILE *in = fopen(getenv("WT_INPUT") ? getenv("WT_INPUT") : "", "re");

	T_MUST(in);
	crash_read(c, in);
	fclose(in);
	crash_judge(c);
	crash_free(c);
}

static const struct t_case crash_cases[] = {
	{ "append", crash_append },
	{ "async", crash_async },
	{ "control", crash_control },
	{ "fsx", crash_fsx_case },
	{ "fsx-control", crash_fsx_control },
	{ "fsx-replay", crash_fsx_replay },
	{ "liar-atomic", crash_liar_atomic },
	{ "liar-flush", crash_liar_flush },
	{ "liar-fua", crash_liar_fua },
	{ "long", crash_long },
	{ "mapped", crash_mapped },
	{ "pages", crash_pages },
	{ "pairs", crash_pairs },
	{ "plain", crash_plain },
	{ "replay", crash_replay },
	{ "single", crash_single },
	{ "triples", crash_triples },
	{ "twice", crash_twice },
	{ "twice-liar", crash_twice_liar },
	{ "unlogged", crash_unlogged },
	{ "unwritten", crash_unwritten },
};

T_GROUP(crash, crash_cases)
