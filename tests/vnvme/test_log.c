// SPDX-License-Identifier: GPL-2.0-only
/* The log counts events in the order in which the guest could know of them. */
#include "../../vm/vnvme/log.h"
#include "vt.h"

static bool events(void)
{
	uint8_t data[1024];
	struct vlog log;
	long a, b;

	memset(data, 7, sizeof(data));
	vlog_init(&log, 512);
	a = vlog_arrive(&log, VLOG_WRITE, 4, 2, true, data);
	memset(data, 8, sizeof(data));
	b = vlog_arrive(&log, VLOG_FLUSH, 0, 0, false, NULL);
	TH_CHECK(a == 0 && b == 1 && log.n == 2 && log.bytes == 1024);
	TH_CHECK(log.v[0].done == VLOG_NEVER);
	vlog_done(&log, b, false);
	TH_CHECK(!vlog_mark(&log, 3, 4));
	vlog_done(&log, a, true);
	TH_CHECK(log.v[0].arrived == 0 && log.v[1].arrived == 1);
	TH_CHECK(log.v[1].done == 2 && log.v[0].done == 4);
	TH_CHECK(log.v[2].arrived == 3 && log.v[2].done == 3);
	TH_CHECK(log.v[0].failed && !log.v[1].failed && log.events == 5);
	/* The copy is the log's own. */
	TH_CHECK(((uint8_t *)log.v[0].data)[1023] == 7);
	vlog_free(&log);
	TH_CHECK(!log.n && !log.bytes);
	return true;
}

static bool drop(void)
{
	uint8_t data[512] = { 0 };
	struct vlog log;
	long i;

	vlog_init(&log, 512);
	for (i = 0; i < 1000; i++) {
		data[0] = i % 251;
		TH_CHECK(vlog_arrive(&log, VLOG_WRITE, i, 1, false, data) == i);
	}
	vlog_drop(&log, 990);
	TH_CHECK(log.n == 10 && log.bytes == 10 * 512);
	TH_CHECK(log.v[0].lba == 990);
	TH_CHECK(*(uint8_t *)log.v[0].data == 990 % 251);
	vlog_free(&log);
	return true;
}

static bool text(void)
{
	uint8_t data[512] = { 0 };
	struct vlog log;
	char s[80];

	vlog_init(&log, 512);
	vlog_arrive(&log, VLOG_WRITE, 8, 1, true, data);
	vlog_arrive(&log, VLOG_FLUSH, 0, 0, false, NULL);
	vlog_done(&log, 1, false);
	vlog_mark(&log, 1, 77);
	vlog_done(&log, 0, true);
	vlog_text(&log, 0, s, sizeof(s));
	TH_STR(s, "0 write fua 8+1, failed 4");
	vlog_text(&log, 1, s, sizeof(s));
	TH_STR(s, "1 flush, done 2");
	TH_CHECK(vlog_text(&log, 2, s, 4) == 11);
	vlog_text(&log, 2, s, sizeof(s));
	TH_STR(s, "3 mark 1 77");
	vlog_arrive(&log, VLOG_DISCARD, 1, 2, false, NULL);
	vlog_text(&log, 3, s, sizeof(s));
	TH_STR(s, "5 discard 1+2, in flight");
	vlog_free(&log);
	return true;
}

const struct th_test vt_log[] = {
	{ "events", events },
	{ "drop", drop },
	{ "text", text },
	{ }
};
