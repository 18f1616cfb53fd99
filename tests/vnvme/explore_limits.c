// SPDX-License-Identifier: GPL-2.0-only
/* The limits of a device that runs: what is taken, what is refused, what goes by them. */
#include <string.h>

#include "calls.h"

#define LIMITS(un, pf)	((uint32_t)(pf) << 16 | (un))

static int set(struct calls *c, uint32_t units, uint32_t boundaries, uint32_t more)
{
	return calls_do(c, VNVME_LIMITS, units, boundaries, more);
}

static bool taken(void)
{
	const struct cfg *cfg;
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	cfg = &c.cfg;
	TH_CHECK(!set(&c, LIMITS(7, 3), LIMITS(31, 15), VNVME_LIMITS_MAM | 5));
	TH_CHECK(cfg->ns_atomics && cfg->nawun == 7 && cfg->nawupf == 3);
	TH_CHECK(cfg->nabsn == 31 && cfg->nabspf == 15 && cfg->nabo == 5);
	TH_CHECK(cfg->mam && c.changes == 1);
	TH_CHECK(!set(&c, LIMITS(65535, 65535), 0, 0));
	TH_CHECK(cfg->nawupf == 65535 && !cfg->nabspf && !cfg->nabo && !cfg->mam);
	TH_CHECK(!set(&c, 0, 0, VNVME_LIMITS_NONE));
	TH_CHECK(!cfg->ns_atomics && !cfg->nawupf && c.changes == 3);
	calls_close(&c);
	return true;
}

static bool refused(void)
{
	static const uint32_t bad[][3] = {
		{ LIMITS(3, 7), 0, 0 },		/* nawupf exceeds nawun */
		{ LIMITS(1, 1), 0, 0 },		/* less than awun, awupf */
		{ LIMITS(7, 1), 0, 0 },
		{ LIMITS(7, 7), LIMITS(7, 3), 0 },
		{ LIMITS(7, 7), LIMITS(3, 7), 0 },
		{ LIMITS(7, 7), LIMITS(7, 7), 8 },
		{ LIMITS(7, 7), 0, 1 },
		{ LIMITS(7, 7), 0, VNVME_LIMITS_MAM },
		{ LIMITS(7, 7), 0, 1 << 18 },
		{ LIMITS(7, 7), 0, 1u << 31 },
		{ LIMITS(7, 7), 0, VNVME_LIMITS_NONE },
		{ 0, LIMITS(7, 7), VNVME_LIMITS_NONE },
		{ 0, 0, VNVME_LIMITS_NONE | VNVME_LIMITS_MAM },
		{ 0, 0, VNVME_LIMITS_NONE | 1 },
	};
	struct calls c;
	struct cfg was;
	size_t i;

	TH_CHECK(calls_open(&c, false));
	c.cfg.awun = 3;
	c.cfg.awupf = 3;
	TH_CHECK(!set(&c, LIMITS(15, 15), LIMITS(31, 31), 4));
	was = c.cfg;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (set(&c, bad[i][0], bad[i][1], bad[i][2]) != CALLS_FIELD)
			return printf("# taken: %zu\n", i), false;
	TH_CHECK(!memcmp(&c.cfg, &was, sizeof(was)) && c.changes == 1);
	calls_close(&c);
	return true;
}

static bool turns(void)
{
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(set(&c, LIMITS(7, 7), 0, 0) == CALLS_SEQUENCE);
	c.m.log_max = 1;
	calls_put(&c, 0, 'A', false);
	TH_CHECK(set(&c, LIMITS(7, 7), 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_FULL);
	c.m.log_max = 0;
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	TH_CHECK(set(&c, LIMITS(7, 7), 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(!calls_do(&c, VNVME_BACK, 0, 0, 0) && !c.changes);
	TH_CHECK(!calls_do(&c, VNVME_CUT, 0, 0, 0));
	TH_CHECK(set(&c, LIMITS(7, 7), 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(!calls_do(&c, VNVME_ON, 0, 0, 0));
	TH_CHECK(!set(&c, LIMITS(7, 7), 0, 0) && c.changes == 1);
	calls_close(&c);
	return true;
}

/* How often is a write of four blocks torn, in 64 cuts? */
static unsigned int torn(struct calls *c, bool then_lower)
{
	unsigned int seed, n = 0;
	uint8_t data[4 * 512];

	memset(data, 'A', sizeof(data));
	for (seed = 0; seed < 64; seed++) {
		vmedia_done(&c->m, vmedia_write(&c->m, 0, 4, false, data));
		if (then_lower)
			set(c, LIMITS(1, 1), 0, 0);
		calls_do(c, VNVME_CUT, seed, 0, 0);
		n += c->page.state.torn;
		calls_do(c, VNVME_ON, 0, 0, 0);
		vmedia_done(&c->m, vmedia_zeroes(&c->m, 0, 4, true, false));
	}
	return n;
}

/* Cuts go by them; not those of what came before. */
static bool cuts(void)
{
	struct calls c;

	TH_CHECK(calls_open(&c, false));
	TH_CHECK(!set(&c, LIMITS(3, 3), 0, 0) && !torn(&c, false));
	TH_CHECK(!set(&c, LIMITS(1, 1), 0, 0) && torn(&c, false) > 10);
	TH_CHECK(!set(&c, LIMITS(3, 3), 0, 0) && !torn(&c, true));
	calls_close(&c);
	return true;
}

const struct th_test vt_limits[] = {
	{ "taken", taken },
	{ "refused", refused },
	{ "turns", turns },
	{ "cuts", cuts },
	{ }
};
