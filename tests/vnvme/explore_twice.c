// SPDX-License-Identifier: GPL-2.0-only
/* The power goes again: a recording that begins in a state of an exploration. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"

#define STATES	16

/* A is durable, B, C and D are not. */
static bool outer_begin(struct calls *c)
{
	TH_CHECK(calls_open(c, false));
	calls_put(c, 7, 'Z', false);
	TH_CHECK(!calls_do(c, VNVME_BEGIN, 0, 0, 0));
	calls_put(c, 0, 'A', true);
	TH_CHECK(!calls_do(c, VNVME_MARK, 1, 1, 0));
	calls_put(c, 1, 'B', false);
	calls_put(c, 2, 'C', false);
	calls_put(c, 6, 'D', false);
	TH_CHECK(!calls_do(c, VNVME_END, 0, 0, 0));
	return true;
}

static bool outer_end(struct calls *c)
{
	TH_CHECK(!calls_do(c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(calls_now_is(c, "ABC000DZ"));
	TH_CHECK(!memcmp(c->m.now, c->m.base, PL_BLOCKS * 512));
	TH_CHECK(!c->m.recording && !c->m.stopped && !c->m.log.n && !c->m.outer);
	return true;
}

/* What may be left of the inner recording below, with @state as its ground. */
static bool inner_states(struct calls *c, const char *state)
{
	static const char *const left[] = {
		"..0..#..", "..X..#..", "..X.Y#..", ".EX..#..", ".EX.Y#..",
	};
	struct pl_set want = { 0 }, got = { 0 };
	char word[PL_BLOCKS + 1];
	size_t i, b;
	bool same;

	for (i = 0; i < sizeof(left) / sizeof(*left); i++) {
		strcpy(word, state);
		for (b = 0; b < PL_BLOCKS; b++)
			if (left[i][b] != '.' && (i || b != 2))
				word[b] = left[i][b];
		pl_set_add(&want, word);
	}
	while (calls_next(c)) {
		pl_state(c->m.now, word);
		pl_set_add(&got, word);
		calls_put(c, 3, '!', true);
		TH_CHECK(!calls_do(c, VNVME_VERDICT, 0, 0, 0));
	}
	same = pl_set_same(&got, &want, state);
	pl_set_free(&got);
	pl_set_free(&want);
	return same;
}

/* Recovery writes X, and Y and E, which lies over what was undecided before. */
static bool inner(struct calls *c, const char *state)
{
	calls_put(c, 5, '#', false);
	TH_CHECK(!calls_do(c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(!calls_do(c, VNVME_ABOUT, 0, 0, 0));
	TH_CHECK(c->page.about.recording && c->page.about.depth == 1);
	calls_put(c, 2, 'X', true);
	TH_CHECK(!calls_do(c, VNVME_MARK, 1, 2, 0));
	calls_put(c, 4, 'Y', false);
	calls_put(c, 1, 'E', false);
	TH_CHECK(!calls_do(c, VNVME_END, 0, 0, 0));
	TH_CHECK(inner_states(c, state));
	TH_CHECK(!calls_do(c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(c->m.now[512] == 'E' && c->m.now[4 * 512] == 'Y');
	TH_CHECK(c->m.now[0] == (uint8_t)state[0] || state[0] == '0');
	TH_CHECK(!calls_do(c, VNVME_VERDICT, 0, 0, 0));
	return true;
}

/* The outer exploration has the same states, whatever happens within each. */
static bool nested(void)
{
	char states[STATES][PL_BLOCKS + 1], word[PL_BLOCKS + 1];
	struct calls c;
	int n, all;

	TH_CHECK(outer_begin(&c));
	for (all = 0; calls_next(&c); all++) {
		TH_CHECK(all < STATES);
		pl_state(c.m.now, states[all]);
	}
	TH_CHECK(outer_end(&c));
	calls_close(&c);
	TH_CHECK(all == 10);

	TH_CHECK(outer_begin(&c));
	for (n = 0; calls_next(&c); n++) {
		pl_state(c.m.now, word);
		TH_STR(word, states[n]);
		TH_CHECK(inner(&c, word));
	}
	TH_CHECK(n == all);
	TH_CHECK(outer_end(&c));
	calls_close(&c);
	return true;
}

/* As deep as it goes, and back step by step. */
static bool deep(void)
{
	char at[VNVME_DEPTH + 1][PL_BLOCKS + 1];
	struct calls c;
	int depth;

	TH_CHECK(outer_begin(&c));
	for (depth = 1; depth < VNVME_DEPTH; depth++) {
		TH_CHECK(calls_next(&c));
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		calls_put(&c, 2 + depth % 2, 'a' + depth, depth & 1);
		calls_put(&c, 4, 'k' + depth, false);
		TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
		pl_state(c.m.now, at[depth]);
	}
	TH_CHECK(calls_next(&c));
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	calls_put(&c, 7, '#', false);
	for (depth--; depth; depth--) {
		TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
		TH_CHECK(calls_now_is(&c, at[depth]));
		calls_put(&c, 7, '#', false);
		TH_CHECK(calls_next(&c) && c.page.state.nr == 2);
		TH_CHECK(c.m.now[7 * 512] == 'Z');
	}
	TH_CHECK(outer_end(&c));
	calls_close(&c);
	return true;
}

static bool turns(void)
{
	struct calls c;

	TH_CHECK(outer_begin(&c));
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_next(&c));
	c.in_flight = 1;
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	c.in_flight = 0;
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_NEXT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_VERDICT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_BACK, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_CUT, 0, 0, 0) == CALLS_SEQUENCE);
	calls_put(&c, 3, 'X', false);
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
	/* That is no state any more. */
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	while (calls_next(&c))
		;
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(outer_end(&c));
	calls_close(&c);
	return true;
}

/* Who goes away in the middle leaves what there was at the first END. */
static bool leave(void)
{
	struct calls c;
	int end;

	for (end = 0; end < 2; end++) {
		TH_CHECK(outer_begin(&c));
		TH_CHECK(calls_next(&c));
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		calls_put(&c, 3, 'X', true);
		if (end)
			TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
		vendor_free(c.v);
		TH_CHECK(calls_now_is(&c, "ABC000DZ"));
		TH_CHECK(!c.m.outer && !c.m.stopped);
		vmedia_close(&c.m);
	}
	return true;
}

/*
 * A flush of the inner recording is no later than what is written after it, though
 * the outer log, which is shorter, came back in between.
 */
static bool flushed(void)
{
	struct calls c;
	int i;

	TH_CHECK(outer_begin(&c));
	TH_CHECK(calls_next(&c));
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	for (i = 0; i < 100; i++)
		calls_put(&c, 3, 'X', false);
	vmedia_done(&c.m, vmedia_flush(&c.m));
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(outer_end(&c));
	calls_put(&c, 5, 'W', false);
	TH_CHECK(c.m.now[5 * 512] == 'W' && !c.m.base[5 * 512]);
	calls_close(&c);
	return true;
}

/* What recovery loses is wrong with the state that it recovers from. */
static bool smaller(void)
{
	struct calls c;
	bool good;

	TH_CHECK(outer_begin(&c));
	while (calls_next(&c)) {
		if (c.page.state.flags & VNVME_STATE_SMALLEST)
			break;
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		good = c.m.now[512] == 'B' || c.page.state.marks == 0;
		calls_put(&c, 3, 'X', false);
		TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
		while (calls_next(&c))
			good &= c.m.now[512] == 'B' || c.m.now[3 * 512];
		TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
		TH_CHECK(!calls_do(&c, VNVME_VERDICT, good ? 0 : 7, 0, 0));
	}
	TH_CHECK(c.page.state.flags & VNVME_STATE_SMALLEST);
	TH_CHECK(c.m.now[512] != 'B' && !c.page.state.lost);
	calls_close(&c);
	return true;
}

static void put_4096(struct vmedia *m, uint64_t lba, char letter)
{
	uint8_t data[4096];

	memset(data, letter, sizeof(data));
	vmedia_done(m, vmedia_write(m, lba, 1, false, data));
}

/* Blocks from 1 on are as they were before everything. */
static bool untouched(const struct vmedia *m)
{
	size_t i;

	for (i = 4096; i < PL_BLOCKS * 4096; i++)
		if (m->now[i] || m->base[i])
			return false;
	return true;
}

/*
 * Nothing stays behind of what was written in a state, before the inner recording,
 * in it, or in a state of it: each in a chunk of its own (media.h).
 */
static bool chunks(void)
{
	struct explore_cfg cfg = { .rules = { .cache = true, .unit = 1 } };
	int fd = vt_image(PL_BLOCKS * 4096), n = 0;
	struct explore *x, *y;
	struct vnvme_state out;
	struct vmedia m;

	TH_CHECK(!vmedia_open(&m, fd, PL_BLOCKS * 4096, 4096, true, false));
	close(fd);
	vmedia_record(&m);
	put_4096(&m, 0, 'A');
	vmedia_stop(&m);
	x = explore_begin(&m, &cfg);
	for (; !explore_next(x, &out) && out.flags; n++) {
		TH_CHECK(untouched(&m));
		put_4096(&m, 1, '#');
		TH_CHECK(!vmedia_nest(&m));
		put_4096(&m, 2, 'X');
		vmedia_stop(&m);
		y = explore_begin(&m, &cfg);
		while (!explore_next(y, &out) && out.flags) {
			TH_CHECK(m.now[4096] == '#' && !m.now[3 * 4096]);
			put_4096(&m, 3, '!');
		}
		explore_end(y);
		TH_CHECK(m.now[2 * 4096] == 'X' && !m.now[3 * 4096]);
		vmedia_unnest(&m);
	}
	TH_CHECK(n == 2);
	explore_end(x);
	TH_CHECK(m.now[0] == 'A' && untouched(&m));
	vmedia_close(&m);
	return true;
}

const struct th_test vt_twice[] = {
	{ "nested", nested },
	{ "deep", deep },
	{ "turns", turns },
	{ "leave", leave },
	{ "flushed", flushed },
	{ "smaller", smaller },
	{ "chunks", chunks },
	{ }
};
