// SPDX-License-Identifier: GPL-2.0-only
/* The vendor's functions beside an exploration: power, lies, limits, repair, log. */
#include <string.h>

#include "calls.h"

static bool power(void)
{
	struct calls c;
	unsigned int seed, lost = 0;

	for (seed = 0; seed < 32; seed++) {
		TH_CHECK(calls_open(&c, false));
		calls_put(&c, 0, 'A', true);
		calls_put(&c, 3, 'B', false);
		TH_CHECK(!calls_do(&c, VNVME_CUT, seed, 0, 0));
		TH_CHECK(c.page.state.flags == VNVME_STATE_VALID);
		lost += c.page.state.lost;
		TH_CHECK(calls_now_is(&c, c.page.state.lost ? "A0000000" : "A00B0000"));
		TH_CHECK(vmedia_flush(&c.m) < 0);
		TH_CHECK(calls_do(&c, VNVME_CUT, seed, 0, 0) == CALLS_SEQUENCE);
		TH_CHECK(calls_do(&c, VNVME_BEGIN, seed, 0, 0) == CALLS_SEQUENCE);
		TH_CHECK(!calls_do(&c, VNVME_ON, 0, 0, 0));
		calls_put(&c, 1, 'C', true);
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
	TH_CHECK(calls_do(&c, VNVME_LIE, 8, 0, 0) == CALLS_FIELD);
	TH_CHECK(!calls_do(&c, VNVME_LIE, VNVME_LIE_FUA, 0, 0));
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	calls_put(&c, 0, 'A', true);
	TH_CHECK(!calls_do(&c, VNVME_MARK, 0, 0, 0));
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	while (calls_next(&c))
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
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		vmedia_write(&c.m, 2, 4, false, data);
		TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
		for (torn = 0; calls_next(&c);)
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
	TH_CHECK(!calls_do(&c, VNVME_REPAIR, 0, 0, 0) && c.result == 255);
	calls_close(&c);
	TH_CHECK(calls_open(&c, true));
	TH_CHECK(calls_do(&c, VNVME_REPAIR, 0, 0, 0) == CTRL_LATER);
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
	TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
	for (n = 0; n < 500; n++)
		calls_put(&c, n % PL_BLOCKS, 'A', n & 1);
	do {
		TH_CHECK(!calls_do(&c, VNVME_LOG, line, 0, 0));
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
	TH_CHECK(!calls_do(&c, VNVME_LOG, 1000, 0, 0) && !c.result);
	calls_close(&c);
	return true;
}

const struct th_test vt_beside[] = {
	{ "power", power },
	{ "lies", lies },
	{ "limits", limits },
	{ "repair", repair },
	{ "log_text", log_text },
	{ }
};
