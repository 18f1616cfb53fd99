// SPDX-License-Identifier: GPL-2.0-only
/* The vendor's functions: a whole cycle, and what is refused when. */
#include <stdlib.h>
#include <unistd.h>

#include "../../vm/vnvme/nvme.h"
#include "../../vm/vnvme/vendor_call.h"
#include "power_log.h"
#include "vt.h"

#define SEQUENCE	(NVME_SC_SEQUENCE | NVME_SC_DNR)
#define FIELD		(NVME_SC_FIELD | NVME_SC_DNR)

struct calls {
	struct cfg cfg;
	struct vmedia m;
	struct vendor *v;
	unsigned int in_flight;
	uint32_t repairs;	/* token + 1 of the last */
	uint32_t result;
	union {
		uint8_t bytes[VNVME_PAGE];
		struct vnvme_about about;
		struct vnvme_state state;
	} page;
};

static unsigned int calls_in_flight(void *ctx)
{
	return ((struct calls *)ctx)->in_flight;
}

static void calls_repair(void *ctx, uint32_t token)
{
	((struct calls *)ctx)->repairs = token + 1;
}

static bool calls_open(struct calls *c, bool repair)
{
	struct vendor_ops ops = {
		.in_flight = calls_in_flight,
		.repair = repair ? calls_repair : NULL,
		.ctx = c,
	};
	int fd = vt_image(PL_BLOCKS * 512);

	memset(c, 0, sizeof(*c));
	cfg_default(&c->cfg);
	TH_CHECK(!vmedia_open(&c->m, fd, PL_BLOCKS * 512, 512, true, false));
	close(fd);
	c->v = vendor_new(&c->cfg, &c->m, &ops);
	return c->v;
}

static void calls_close(struct calls *c)
{
	vendor_free(c->v);
	vmedia_close(&c->m);
}

static int call(struct calls *c, uint32_t fn, uint32_t a, uint32_t b, uint32_t d)
{
	const uint32_t arg[4] = { a, b, d };
	const struct ctrl_vendor *calls = vendor_calls(c->v);

	memset(&c->page, 0, sizeof(c->page));
	c->result = 0xeeee;
	return calls->call(calls->ctx, 42, fn, arg, &c->page, &c->result);
}

static long put(struct calls *c, uint64_t lba, char letter, bool fua)
{
	uint8_t data[512];
	long ticket;

	memset(data, letter, sizeof(data));
	ticket = vmedia_write(&c->m, lba, 1, fua, data);
	vmedia_done(&c->m, ticket);
	return ticket;
}

static bool now_is(struct calls *c, const char *want)
{
	char state[PL_BLOCKS + 1];

	pl_state(c->m.now, state);
	TH_STR(state, want);
	return true;
}

/* As a guest does it, twice. */
static bool cycle(void)
{
	struct calls c;
	int round, n;

	TH_CHECK(calls_open(&c, false));
	put(&c, 7, 'Z', false);
	for (round = 0; round < 2; round++) {
		TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
		put(&c, 0, 'A' + round, true);
		TH_CHECK(!call(&c, VNVME_MARK, 1, 2, 0));
		put(&c, 1, 'B', false);
		put(&c, 1 + round, 'C', false);
		TH_CHECK(!call(&c, VNVME_ABOUT, 0, 0, 0));
		TH_CHECK(c.page.about.recording == 1 && c.page.about.cache);
		TH_CHECK(c.page.about.blocks == PL_BLOCKS);
		TH_CHECK(c.page.about.magic == VNVME_MAGIC);
		TH_CHECK(c.page.about.events == c.m.log.events);
		TH_CHECK(!call(&c, VNVME_END, 3, 0, 0));
		put(&c, 5, '#', false);
		for (n = 0; !call(&c, VNVME_NEXT, 0, 0, 0); n++) {
			if (!c.page.state.flags)
				break;
			TH_CHECK(c.page.state.nr == (uint64_t)n + 1);
			TH_CHECK(c.m.now[7 * 512] == 'Z' && !c.m.now[5 * 512]);
			put(&c, 5, '!', false);
			TH_CHECK(!call(&c, VNVME_VERDICT, 0, 0, 0));
		}
		TH_CHECK(!c.page.state.flags);
		/* Before, A; after the mark none, B, C; the second time both. */
		TH_CHECK(n == (round ? 6 : 5));
		TH_CHECK(!call(&c, VNVME_BACK, 0, 0, 0));
		TH_CHECK(now_is(&c, round ? "BBC0000Z" : "AC00000Z"));
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
	put(&c, 0, 'A', true);
	TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
	put(&c, 0, 'A', false);
	vmedia_zeroes(&c.m, 1, 2, false, false);
	TH_CHECK(!call(&c, VNVME_END, 0, 0, 0));
	for (n = 0; !call(&c, VNVME_NEXT, 0, 0, 0) && c.page.state.flags; n++)
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
		TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
		for (n = 0; n < 5; n++)
			put(&c, n, 'A' + n, false);
		TH_CHECK(!call(&c, VNVME_END, 3, 12, shard ? 2u << 16 | shard : 0));
		for (n = 0; !call(&c, VNVME_NEXT, 0, 0, 0) && c.page.state.flags; n++)
			;
		if (!shard)
			TH_CHECK(n == 12);
		sum += shard ? n : 0;
		calls_close(&c);
	}
	TH_CHECK(sum == 12);
	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
	put(&c, 0, 'A', false);
	TH_CHECK(!call(&c, VNVME_END, 3, 0, 0));
	while (!call(&c, VNVME_NEXT, 0, 0, 0) && c.page.state.flags) {
		smallest += !!(c.page.state.flags & VNVME_STATE_SMALLEST);
		TH_CHECK(!call(&c, VNVME_VERDICT, 77, 0, 0));
	}
	TH_CHECK(smallest == 1);
	calls_close(&c);
	return true;
}

static bool out_of_turn(void)
{
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(call(&c, VNVME_MARK, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_END, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_NEXT, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_VERDICT, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_BACK, 0, 0, 0) == SEQUENCE);
	c.in_flight = 1;
	TH_CHECK(call(&c, VNVME_BEGIN, 0, 0, 0) == SEQUENCE);
	c.in_flight = 0;
	TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(call(&c, VNVME_NEXT, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_END, 0, 0, 3) == FIELD);
	TH_CHECK(call(&c, VNVME_END, 0, 0, 2u << 16) == FIELD);
	TH_CHECK(call(&c, VNVME_END, 0, 0, 2u << 16 | 3) == FIELD);
	TH_CHECK(!call(&c, VNVME_END, 0, 0, 2u << 16 | 2));
	TH_CHECK(call(&c, VNVME_BEGIN, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_MARK, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_CUT, 0, 0, 0) == SEQUENCE);
	c.in_flight = 1;
	TH_CHECK(call(&c, VNVME_NEXT, 0, 0, 0) == SEQUENCE);
	TH_CHECK(call(&c, VNVME_BACK, 0, 0, 0) == SEQUENCE);
	c.in_flight = 0;
	TH_CHECK(!call(&c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(call(&c, 0, 0, 0, 0) == FIELD);
	TH_CHECK(call(&c, VNVME_LOG + 1, 0, 0, 0) == FIELD);
	TH_CHECK(call(&c, 0xffffffff, 0, 0, 0) == FIELD);
	calls_close(&c);
	return true;
}

static bool power(void)
{
	struct calls c;
	unsigned int seed, lost = 0;

	for (seed = 0; seed < 32; seed++) {
		TH_CHECK(calls_open(&c, false));
		put(&c, 0, 'A', true);
		put(&c, 3, 'B', false);
		TH_CHECK(!call(&c, VNVME_CUT, seed, 0, 0));
		TH_CHECK(c.page.state.flags == VNVME_STATE_VALID);
		lost += c.page.state.lost;
		TH_CHECK(now_is(&c, c.page.state.lost ? "A0000000" : "A00B0000"));
		TH_CHECK(vmedia_flush(&c.m) < 0);
		TH_CHECK(call(&c, VNVME_CUT, seed, 0, 0) == SEQUENCE);
		TH_CHECK(call(&c, VNVME_BEGIN, seed, 0, 0) == SEQUENCE);
		TH_CHECK(!call(&c, VNVME_ON, 0, 0, 0));
		put(&c, 1, 'C', true);
		TH_CHECK(c.m.now[512] == 'C');
		calls_close(&c);
	}
	TH_CHECK(lost > 4 && lost < 28);
	return true;
}

/* With lies the same log has more states. */
static bool lies(void)
{
	struct calls c;
	unsigned int lost = 0;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(call(&c, VNVME_LIE, 8, 0, 0) == FIELD);
	TH_CHECK(!call(&c, VNVME_LIE, VNVME_LIE_FUA, 0, 0));
	TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
	put(&c, 0, 'A', true);
	TH_CHECK(!call(&c, VNVME_MARK, 0, 0, 0));
	TH_CHECK(!call(&c, VNVME_END, 0, 0, 0));
	while (!call(&c, VNVME_NEXT, 0, 0, 0) && c.page.state.flags)
		lost += c.page.state.marks && !c.m.now[0];
	TH_CHECK(lost == 1);
	calls_close(&c);
	return true;
}

/* The limits that count are the namespace's, if it has any. */
static bool limits(void)
{
	struct calls c;
	uint8_t data[4 * 512];
	int ns, torn;

	memset(data, 'A', sizeof(data));
	for (ns = 0; ns < 4; ns++) {
		TH_CHECK(calls_open(&c, false));
		c.cfg.awupf = ns ? 0 : 3;
		c.cfg.ns_atomics = ns;
		c.cfg.nawupf = 3;
		c.cfg.nabspf = ns > 1 ? 3 : 0;
		c.cfg.nabo = ns > 2 ? 2 : 0;
		TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
		vmedia_write(&c.m, 2, 4, false, data);
		TH_CHECK(!call(&c, VNVME_END, 0, 0, 0));
		for (torn = 0; !call(&c, VNVME_NEXT, 0, 0, 0) &&
		     c.page.state.flags;)
			torn += c.page.state.torn;
		/* Only with a boundary that is not moved to its begin. */
		TH_CHECK(torn == (ns == 2 ? 14 : 0));
		calls_close(&c);
	}
	return true;
}

static bool repair(void)
{
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!call(&c, VNVME_REPAIR, 0, 0, 0) && c.result == 255);
	calls_close(&c);
	TH_CHECK(calls_open(&c, true));
	TH_CHECK(call(&c, VNVME_REPAIR, 0, 0, 0) == CTRL_LATER);
	TH_CHECK(c.repairs == 43);
	calls_close(&c);
	return true;
}

/* All lines come, in as many pages as it takes, and none in part. */
static bool log_text(void)
{
	struct calls c;
	uint32_t line = 0, n, i;
	char want[128];
	char *at;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!call(&c, VNVME_BEGIN, 0, 0, 0));
	for (n = 0; n < 500; n++)
		put(&c, n % PL_BLOCKS, 'A', n & 1);
	do {
		TH_CHECK(!call(&c, VNVME_LOG, line, 0, 0));
		at = (char *)c.page.bytes;
		for (i = 0; i < c.result; i++, line++) {
			vlog_text(&c.m.log, line, want, sizeof(want));
			TH_CHECK(!strncmp(at, want, strlen(want)));
			at += strlen(want);
			TH_CHECK(*at++ == '\n');
		}
		TH_CHECK(!*at);
	} while (c.result);
	TH_CHECK(line == 500);
	TH_CHECK(!call(&c, VNVME_LOG, 1000, 0, 0) && !c.result);
	calls_close(&c);
	return true;
}

const struct th_test vt_calls[] = {
	{ "cycle", cycle },
	{ "no_change", no_change },
	{ "poison", poison },
	{ "arguments", arguments },
	{ "out_of_turn", out_of_turn },
	{ "power", power },
	{ "lies", lies },
	{ "limits", limits },
	{ "repair", repair },
	{ "log_text", log_text },
	{ }
};
