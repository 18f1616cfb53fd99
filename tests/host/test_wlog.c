// SPDX-License-Identifier: GPL-2.0-only
/* Damaged write logs, and what devices promise. */
#include "../replay/limits.h"
#include "../replay/wlog.h"
#include "mklog.h"
#include "th.h"

static const char *opened(size_t len)
{
	const char *why = "";
	struct wlog_entry e;
	struct wlog log;
	int ret;

	ret = wlog_open(&log, mklog.bytes, len, &why);
	while (!ret && (ret = wlog_next(&log, &e, &why)) > 0)
		ret = 0;
	return why;
}

static bool damaged(void)
{
	mklog_new();
	mklog_mark(MARK_BEGIN, 0, 0, 0);
	mklog_command(0, 0, 0, MKLOG_UNIT);
	mklog_mark(MARK_UNIT, 0, 0, 0);
	TH_STR(opened(mklog.len), "");
	TH_STR(opened(0), "the log is empty");
	TH_STR(opened(mklog.len - 1), "the log ends in the data of an entry");
	TH_STR(opened(600), "the log ends before its last entry");
	mklog_super(MKLOG_MAGIC + 1, 1, 512);
	TH_STR(opened(mklog.len), "the log does not begin like one");
	mklog_super(MKLOG_MAGIC, 2, 512);
	TH_STR(opened(mklog.len), "the log has another version");
	mklog_super(MKLOG_MAGIC, 1, 513);
	TH_STR(opened(mklog.len), "the log has no valid sector size");
	mklog_new();
	mklog_add(0, 0, 64, NULL);
	TH_STR(opened(mklog.len), "the log has an entry of unknown kind");
	mklog_new();
	mklog_add(0, UINT64_MAX, 0, NULL);
	TH_STR(opened(mklog.len), "the log has an entry beyond any disk");
	mklog_new();
	mklog_add(0, 1 << 30, 0, NULL);
	TH_STR(opened(mklog.len), "the log ends in the data of an entry");
	mklog_new();
	mklog_add(0, 1 << 30, 4, NULL);
	TH_STR(opened(mklog.len), "");
	return true;
}

static bool promises(void)
{
	static const struct {
		const char *properties;
		uint64_t pos, len;
		bool whole;
	} rows[] = {
		{ "", 512, 512, true },
		{ "", 512, 1024, false },
		{ "logical_block_size=4096", 0, 4096, true },
		{ "logical_block_size=4096", 0, 4608, false },
		{ "atomic.nawupf=31", 512, 16384, true },
		{ "atomic.nawupf=31", 0, 16896, false },
		{ "atomic.nawun=31", 0, 16384, false },
		{ MKLOG_PROMISE, 16384, 16384, true },
		{ MKLOG_PROMISE, 16896, 16384, false },
		{ MKLOG_PROMISE, 32768, 16384, true },
		{ MKLOG_PROMISE ",atomic.nabo=8", 32768 + 4096 - 512, 1024, false },
		{ MKLOG_PROMISE ",atomic.nabo=8", 32768 - 512, 1024, true },
		{ MKLOG_PROMISE ",atomic.nabo=8", 4096 - 512, 1024, false },
	};
	struct limits l;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		TH_CHECK(!limits_parse(&l, rows[i].properties));
		if (limits_promise(&l, rows[i].pos, rows[i].len) ==
		    rows[i].whole)
			continue;
		printf("# row %zu\n", i);
		return false;
	}
	TH_CHECK(limits_parse(&l, "logical_block_size=0"));
	TH_CHECK(limits_parse(&l, "atomic.nabspf="));
	return true;
}

const struct th_test th_wlog[] = {
	{ "damaged", damaged },
	{ "promises", promises },
	{ }
};
