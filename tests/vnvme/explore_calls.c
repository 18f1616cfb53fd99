// SPDX-License-Identifier: GPL-2.0-only
/* The vendor's functions: a whole exploration, and what is refused when. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"

/* As a guest does it, twice. */
static bool cycle(void)
{
	struct calls c;
	int round, n;

	TH_CHECK(calls_open(&c, false));
	calls_put(&c, 7, 'Z', false);
	for (round = 0; round < 2; round++) {
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		calls_put(&c, 0, 'A' + round, true);
		TH_CHECK(!calls_do(&c, VNVME_MARK, 1, 2, 0));
		calls_put(&c, 1, 'B', false);
		calls_put(&c, 1 + round, 'C', false);
		TH_CHECK(!calls_do(&c, VNVME_ABOUT, 0, 0, 0));
		TH_CHECK(c.page.about.recording == 1 && c.page.about.cache);
		TH_CHECK(c.page.about.blocks == PL_BLOCKS);
		TH_CHECK(c.page.about.magic == VNVME_MAGIC);
		TH_CHECK(c.page.about.events == c.m.log.events);
		TH_CHECK(!calls_do(&c, VNVME_END, 3, 0, 0));
		calls_put(&c, 5, '#', false);
		for (n = 0; !calls_do(&c, VNVME_NEXT, 0, 0, 0); n++) {
			if (!c.page.state.flags)
				break;
			TH_CHECK(c.page.state.nr == (uint64_t)n + 1);
			TH_CHECK(c.m.now[7 * 512] == 'Z' && !c.m.now[5 * 512]);
			calls_put(&c, 5, '!', false);
			TH_CHECK(!calls_do(&c, VNVME_VERDICT, 0, 0, 0));
		}
		TH_CHECK(!c.page.state.flags);
		/* Before, A; after the mark none, B, C; the second time both. */
		TH_CHECK(n == (round ? 6 : 5));
		TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
		TH_CHECK(calls_now_is(&c, round ? "BBC0000Z" : "AC00000Z"));
		TH_CHECK(!memcmp(c.m.now, c.m.base, PL_BLOCKS * 512));
		TH_CHECK(!c.m.recording && !c.m.stopped && !c.m.log.n);
	}
	calls_close(&c);
	return true;
}

/* Who writes what is there anyway has done nothing. */
static bool no_change(void)
{
	struct calls c;
	int n;

	TH_CHECK(calls_open(&c, false));
	calls_put(&c, 0, 'A', true);
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	calls_put(&c, 0, 'A', false);
	vmedia_zeroes(&c.m, 1, 2, false, false);
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	for (n = 0; calls_next(&c); n++)
		;
	TH_CHECK(n == 1);
	calls_close(&c);
	return true;
}

/* Is the first block of 4096 all @letter, or poison (0)? */
static bool block_is(const uint8_t *block, char letter)
{
	uint64_t word, want;
	size_t i;

	for (i = 0; i < 4096; i += sizeof(word)) {
		memset(&want, letter, sizeof(want));
		if (!letter)
			want = VNVME_POISON ^ (i / 8);
		memcpy(&word, block + i, sizeof(word));
		if (word != want)
			return false;
	}
	return true;
}

/* Larger blocks, and poison where one was deallocated. */
static bool poison(void)
{
	struct explore_cfg cfg = { .rules = { .cache = true, .unit = 1 } };
	struct vnvme_state out;
	unsigned int a = 0, b = 0, none = 0, n = 0;
	int fd = vt_image(2 * 4096);
	uint8_t data[4096];
	struct explore *x;
	struct vmedia m;

	TH_CHECK(!vmedia_open(&m, fd, 2 * 4096, 4096, true, true));
	close(fd);
	memset(data, 'A', sizeof(data));
	vmedia_write(&m, 0, 1, true, data);
	vmedia_record(&m);
	memset(data, 'B', sizeof(data));
	vmedia_write(&m, 0, 1, true, data);
	vmedia_discard(&m, 0, 1);
	/* That has been poison all the time: nothing new. */
	vmedia_discard(&m, 1, 1);
	vmedia_stop(&m);
	x = explore_begin(&m, &cfg);
	while (!explore_next(x, &out) && out.flags) {
		a += block_is(m.now, 'A');
		b += block_is(m.now, 'B');
		none += block_is(m.now, 0);
		n++;
		memset(data, '#', sizeof(data));
		vmedia_write(&m, 0, 1, false, data);
	}
	TH_CHECK(a == 1 && b == 1 && none == 1 && n == 3);
	explore_end(x);
	TH_CHECK(block_is(m.now, 0));
	vmedia_close(&m);
	return true;
}

/* A verdict gets through, and so do seed, number and shard. */
static bool arguments(void)
{
	struct calls c;
	uint32_t smallest = 0;
	int shard, n, sum = 0;

	for (shard = 0; shard <= 2; shard++) {
		TH_CHECK(calls_open(&c, false));
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		for (n = 0; n < 5; n++)
			calls_put(&c, n, 'A' + n, false);
		TH_CHECK(!calls_do(&c, VNVME_END, 3, 12, shard ? 2u << 16 | shard : 0));
		for (n = 0; calls_next(&c); n++)
			;
		if (!shard)
			TH_CHECK(n == 12);
		sum += shard ? n : 0;
		calls_close(&c);
	}
	TH_CHECK(sum == 12);
	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	calls_put(&c, 0, 'A', false);
	TH_CHECK(!calls_do(&c, VNVME_END, 3, 0, 0));
	while (calls_next(&c)) {
		smallest += !!(c.page.state.flags & VNVME_STATE_SMALLEST);
		TH_CHECK(!calls_do(&c, VNVME_VERDICT, 77, 0, 0));
	}
	TH_CHECK(smallest == 1);
	calls_close(&c);
	return true;
}

static bool out_of_turn(void)
{
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(calls_do(&c, VNVME_MARK, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_NEXT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_VERDICT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_BACK, 0, 0, 0) == CALLS_SEQUENCE);
	c.in_flight = 1;
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	c.in_flight = 0;
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(calls_do(&c, VNVME_NEXT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 3) == CALLS_FIELD);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 2u << 16) == CALLS_FIELD);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 2u << 16 | 3) == CALLS_FIELD);
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 2u << 16 | 2));
	TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_MARK, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_CUT, 0, 0, 0) == CALLS_SEQUENCE);
	c.in_flight = 1;
	TH_CHECK(calls_do(&c, VNVME_NEXT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_BACK, 0, 0, 0) == CALLS_SEQUENCE);
	c.in_flight = 0;
	TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(calls_do(&c, 0, 0, 0, 0) == CALLS_FIELD);
	TH_CHECK(calls_do(&c, VNVME_LIMITS + 1, 0, 0, 0) == CALLS_FIELD);
	TH_CHECK(calls_do(&c, 0xffffffff, 0, 0, 0) == CALLS_FIELD);
	calls_close(&c);
	return true;
}

const struct th_test vt_calls[] = {
	{ "cycle", cycle },
	{ "no_change", no_change },
	{ "poison", poison },
	{ "arguments", arguments },
	{ "out_of_turn", out_of_turn },
	{ }
};
