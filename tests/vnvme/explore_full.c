// SPDX-License-Identifier: GPL-2.0-only
/* A recording that does not fit into the memory it may take says so. */
#include <string.h>

#include "calls.h"

#define ENTRY	sizeof(struct vlog_entry)

/* With room for @writes of one block. */
static bool begin(struct calls *c, unsigned int writes)
{
	TH_CHECK(calls_open(c, false));
	c->m.log_max = writes * (512 + ENTRY);
	TH_CHECK(!calls_do(c, VNVME_BEGIN, 0, 0, 0));
	return true;
}

static bool is_full(struct calls *c)
{
	return !calls_do(c, VNVME_ABOUT, 0, 0, 0) && c->page.about.full;
}

static bool works(struct calls *c)
{
	int n = 0;

	TH_CHECK(!calls_do(c, VNVME_BEGIN, 0, 0, 0));
	calls_put(c, 6, 'W', false);
	TH_CHECK(!calls_do(c, VNVME_END, 0, 0, 0));
	while (calls_next(c))
		n++;
	TH_CHECK(n == 2 && !calls_do(c, VNVME_BACK, 0, 0, 0));
	return true;
}

static bool writes(void)
{
	struct calls c;
	uint64_t bytes;

	TH_CHECK(begin(&c, 3));
	calls_put(&c, 0, 'A', false);
	calls_put(&c, 1, 'B', false);
	calls_put(&c, 2, 'C', false);
	TH_CHECK(!is_full(&c) && c.page.about.recording);
	bytes = c.m.log.bytes;
	calls_put(&c, 3, 'D', true);
	TH_CHECK(is_full(&c) && !c.page.about.recording);
	calls_put(&c, 1, 'E', false);
	TH_CHECK(c.m.log.bytes == bytes);
	TH_CHECK(calls_now_is(&c, "AECD0000"));
	TH_CHECK(calls_do(&c, VNVME_MARK, 1, 1, 0) == CALLS_FULL);
	TH_CHECK(calls_do(&c, VNVME_CUT, 0, 0, 0) == CALLS_FULL);
	TH_CHECK(calls_do(&c, VNVME_NEXT, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_FULL);
	/* That was all; nothing is lost. */
	TH_CHECK(!is_full(&c) && !c.m.stopped && !c.m.log.n);
	TH_CHECK(!memcmp(c.m.now, c.m.base, PL_BLOCKS * 512));
	TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_SEQUENCE);
	TH_CHECK(calls_now_is(&c, "AECD0000"));
	TH_CHECK(works(&c));
	calls_close(&c);
	return true;
}

/* What has no data takes memory as well. */
static bool others(void)
{
	uint8_t data[512];
	struct calls c;
	int kind, n;

	for (kind = 0; kind < 3; kind++) {
		TH_CHECK(begin(&c, 4));
		for (n = 0; !c.m.full && n < 1000; n++) {
			if (kind == 0)
				vmedia_read(&c.m, 0, 1, data);
			else if (kind == 1)
				vmedia_flush(&c.m);
			else
				calls_do(&c, VNVME_MARK, 0, n, 0);
		}
		TH_CHECK(n == (int)(4 * (512 + ENTRY) / ENTRY) + 1);
		TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_FULL);
		calls_close(&c);
	}
	return true;
}

/* Who begins again has a log that is empty. */
static bool again(void)
{
	struct calls c;

	TH_CHECK(begin(&c, 1));
	calls_put(&c, 0, 'A', false);
	calls_put(&c, 1, 'B', false);
	TH_CHECK(is_full(&c));
	TH_CHECK(works(&c));
	calls_close(&c);
	return true;
}

/* The limit is a recording's: what is outside has another. */
static bool outside(void)
{
	struct calls c;
	int i;

	TH_CHECK(calls_open(&c, false));
	c.m.log_max = 512 + ENTRY;
	for (i = 0; i < 8; i++)
		calls_put(&c, i, 'A' + i, false);
	TH_CHECK(!c.m.full && c.m.log.n == 8);
	TH_CHECK(calls_now_is(&c, "ABCDEFGH"));
	calls_close(&c);
	return true;
}

/* In a state: the exploration around it goes on. */
static bool nested(void)
{
	struct calls c;
	int n = 0;

	TH_CHECK(begin(&c, 2));
	calls_put(&c, 0, 'A', false);
	TH_CHECK(!calls_do(&c, VNVME_END, 0, 0, 0));
	for (; calls_next(&c); n++) {
		TH_CHECK(!calls_do(&c, VNVME_BEGIN, 0, 0, 0));
		calls_put(&c, 1, 'B', false);
		calls_put(&c, 2, 'C', false);
		calls_put(&c, 3, 'D', false);
		TH_CHECK(is_full(&c));
		TH_CHECK(calls_do(&c, VNVME_BEGIN, 0, 0, 0) == CALLS_SEQUENCE);
		TH_CHECK(calls_do(&c, VNVME_BACK, 0, 0, 0) == CALLS_SEQUENCE);
		TH_CHECK(calls_do(&c, VNVME_END, 0, 0, 0) == CALLS_FULL);
		TH_CHECK(c.m.now[512] == 'B' && c.m.now[3 * 512] == 'D');
		TH_CHECK(!calls_do(&c, VNVME_VERDICT, 0, 0, 0));
	}
	TH_CHECK(n == 2 && !calls_do(&c, VNVME_BACK, 0, 0, 0));
	TH_CHECK(calls_now_is(&c, "A0000000"));
	calls_close(&c);
	return true;
}

const struct th_test vt_full[] = {
	{ "writes", writes },
	{ "others", others },
	{ "again", again },
	{ "outside", outside },
	{ "nested", nested },
	{ }
};
