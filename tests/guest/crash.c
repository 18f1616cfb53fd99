// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads whose power goes: see crash.h.  Each little workload has a file of its
 * own, which is synced at the end, so that one run of many shows the states of
 * each.
 */
#include <stdlib.h>
#include <string.h>

#include "crash_fsx.h"

/* Where an operation may happen: see crash_make(). */
static const struct crash_place {
	const char *name;
	long long pos;
	long long len;
} crash_places[] = {
	{ "blocks", 16 * T_KIB, 8 * T_KIB },
	{ "a unit", 32 * T_KIB, 16 * T_KIB },
	{ "parts of blocks", 4100, 9000 },
	{ "half a hole", CRASH_HOLE - 4096, 8 * T_KIB },
	{ "unwritten", CRASH_UNWRITTEN, 8 * T_KIB },
	{ "a bit of unwritten", CRASH_UNWRITTEN + 1000, 2000 },
	{ "across EOF", CRASH_EOF - 3000, 12000 },
	{ "at EOF", CRASH_EOF, 10000 },
	{ "beyond EOF", CRASH_EOF + 10000, 5000 },
};

#define CRASH_PAIRS	60	/* in one run */
#define CRASH_PLACES	((int)(sizeof(crash_places) / sizeof(crash_places[0])))

static uint64_t crash_draw(uint64_t *rng)
{
	uint64_t x = *rng += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static void crash_at(struct crash *c, const struct crash_kind *kind, int file,
		     const struct crash_place *place)
{
	if (kind->does & (CRASH_DATA | CRASH_ZEROS))
		crash_add(c, kind->name, file, place->pos, place->len);
	else if (kind->does & CRASH_CUTS)
		crash_add(c, kind->name, file, place->pos, 0);
	else
		crash_add(c, kind->name, file, 0, 0);
}

static void crash_next_file(struct crash *c)
{
	crash_add(c, "fsync", c->files - 1, 0, 0);
}

/* The kinds that can be done here, without those whose `does` has @not. */
static int crash_choose(struct crash *c, const struct crash_kind **kinds,
			unsigned int not)
{
	int i, n = 0;

	for (i = 0; i < crash_nr_kinds; i++)
		if (!(crash_kinds[i].does & not) &&
		    crash_can(c, &crash_kinds[i]))
			kinds[n++] = &crash_kinds[i];
	T_MUST(n);
	return n;
}

static void crash_default(struct crash *c, uint64_t states)
{
	if (!c->states)
		c->states = states;
}

/* Each kind that writes, alone, at each place: all states, if wanted. */
static void crash_single(struct t *t)
{
	const struct crash_kind *kinds[64];
	int k, p, n;

	for (k = 0, n = 1; k < n; k++) {
		struct crash *c = crash_new(t);

		n = crash_choose(c, kinds, CRASH_SYNCS | CRASH_KEEPS);
		crash_default(c, 30);
		for (p = 0; p < CRASH_PLACES; p++) {
			crash_at(c, kinds[k], p, &crash_places[p]);
			crash_next_file(c);
		}
		printf("# %s\n", kinds[k]->name);
		crash_judge(c);
		crash_free(c);
	}
}

/* Lists of @len operations, by lot, each on a file of its own. */
static void crash_lots(struct t *t, int len, int files, uint64_t states,
		       unsigned int not)
{
	const struct crash_kind *kinds[64];
	struct crash *c = crash_new(t);
	int n = crash_choose(c, kinds, not), file, i;
	uint64_t rng = t->seed;

	crash_default(c, states);
	for (file = 0; file < files; file++) {
		for (i = 0; i < len; i++)
			crash_at(c, kinds[crash_draw(&rng) % n], file,
				 &crash_places[crash_draw(&rng) % CRASH_PLACES]);
		crash_next_file(c);
	}
	crash_judge(c);
	crash_free(c);
}

/* Of @n kinds, pair @nr, in the places that the lot says. */
static void crash_pair(struct crash *c, const struct crash_kind **kinds, int n,
		       int nr, uint64_t *rng)
{
	int file = nr % CRASH_PAIRS, i, k[2] = { nr / n, nr % n };

	for (i = 0; i < 2; i++)
		crash_at(c, kinds[k[i]], file,
			 &crash_places[crash_draw(rng) % CRASH_PLACES]);
	crash_next_file(c);
}

/* Each kind after each kind. */
static void crash_pairs(struct t *t)
{
	const struct crash_kind *kinds[64];
	uint64_t rng = t->seed;
	int n = 1, nr, end;

	for (nr = 0; nr < n * n; nr = end) {
		struct crash *c = crash_new(t);

		n = crash_choose(c, kinds, 0);
		crash_default(c, 60);
		end = nr + CRASH_PAIRS < n * n ? nr + CRASH_PAIRS : n * n;
		for (; nr < end; nr++)
			crash_pair(c, kinds, n, nr, &rng);
		crash_judge(c);
		crash_free(c);
	}
}

static void crash_triples(struct t *t)
{
	crash_lots(t, 3, 50, 200, 0);
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

static void crash_liar_fua(struct t *t)
{
	crash_liar(t, VNVME_LIE_FUA, "direct-dsync", NULL, CRASH_OLD);
}

static void crash_liar_flush(struct t *t)
{
	crash_liar(t, VNVME_LIE_FLUSH, "direct", "fsync", CRASH_OLD);
}

static void crash_liar_atomic(struct t *t)
{
	crash_liar(t, VNVME_LIE_ATOMIC, "direct-atomic-dsync", NULL,
		   CRASH_TORN);
}

/* Writes larger than any limit must be seen torn, if that were promised. */
static void crash_control(struct t *t)
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

static const struct t_case crash_cases[] = {
	{ "append", crash_append },
	{ "control", crash_control },
	{ "fsx", crash_fsx_case },
	{ "fsx-control", crash_fsx_control },
	{ "fsx-replay", crash_fsx_replay },
	{ "liar-atomic", crash_liar_atomic },
	{ "liar-flush", crash_liar_flush },
	{ "liar-fua", crash_liar_fua },
	{ "long", crash_long },
	{ "pages", crash_pages },
	{ "pairs", crash_pairs },
	{ "plain", crash_plain },
	{ "replay", crash_replay },
	{ "single", crash_single },
	{ "triples", crash_triples },
	{ "unwritten", crash_unwritten },
};

T_GROUP(crash, crash_cases)
