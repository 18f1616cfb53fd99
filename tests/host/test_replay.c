// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write logs, made here entry by entry, and what tests/replay says of them: of
 * damaged ones, and of cases in which units were whole, torn, late or lost.
 */
#include <endian.h>
#include <stdlib.h>

#include "../replay/replay.h"
#include "th.h"

#define RUN	7
#define UNIT	4096
#define AT	65536		/* of the unit; the control is behind it */
#define CONTROL	(AT + 2 * UNIT)
#define MARKS	1024
#define MAGIC	0x6a736677736872ULL

static struct {
	uint8_t bytes[1 << 20];
	size_t len;
	uint64_t entries;
	uint32_t marks;
	bool apart;		/* the control's halves are */
} log_;

static void log_super(uint64_t magic, uint64_t version, uint32_t sector)
{
	uint64_t head[3] = {
		htole64(magic), htole64(version), htole64(log_.entries),
	};

	sector = htole32(sector);
	memcpy(log_.bytes, head, sizeof(head));
	memcpy(log_.bytes + sizeof(head), &sector, sizeof(sector));
}

static void log_new(void)
{
	memset(&log_, 0, sizeof(log_));
	log_.len = 512;
	log_super(MAGIC, 1, 512);
}

static void log_add(uint64_t pos, uint64_t len, uint64_t flags,
		    const void *data)
{
	uint64_t head[4] = {
		htole64(pos / 512), htole64(len / 512), htole64(flags),
	};

	memcpy(log_.bytes + log_.len, head, sizeof(head));
	log_.len += 512;
	if (data) {
		memcpy(log_.bytes + log_.len, data, len);
		log_.len += len;
	}
	log_.entries++;
	log_super(MAGIC, 1, 512);
}

static void mark(enum mark_kind kind, uint32_t slot, uint32_t write,
		 uint32_t flags)
{
	uint8_t block[MARK_SIZE] = { 0 };
	struct mark m = {
		.magic = MARK_MAGIC, .kind = kind, .run = RUN,
		.nr = log_.marks++, .slot = slot, .write = write,
		.flags = flags, .name = "replay/x",
	};

	m.part[0].pos = slot ? CONTROL : AT;
	m.part[0].len = slot && !log_.apart ? 2 * UNIT : UNIT;
	if (slot && log_.apart)
		m.part[1] = (struct mark_part) { CONTROL + 2 * UNIT, UNIT };
	memcpy(block, &m, sizeof(m));
	log_add(MARKS, MARK_SIZE, 0, block);
}

/* [from, to) of @slot, as @write has it, in one command. */
static void command(uint32_t slot, uint32_t write, uint32_t from, uint32_t to)
{
	uint8_t buf[2 * UNIT];
	uint32_t i;

	for (i = from; i < to; i += 512)
		stamp_fill(buf + i - from, RUN, slot, write, i / 512);
	log_add((slot ? CONTROL : AT) + from + (log_.apart && from ? UNIT : 0),
		to - from, 0, buf);
}

/* A unit and a control of two commands; and what each test adds is between. */
static void begin(void)
{
	log_new();
	mark(MARK_BEGIN, 0, 0, 0);
	command(0, 0, 0, UNIT);
	mark(MARK_UNIT, 0, 0, 0);
}

static void control(uint32_t write, bool torn)
{
	command(1, 0, 0, 2 * UNIT);
	mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mark(MARK_SUBMIT, 1, write, 0);
	command(1, write, 0, UNIT);
	if (torn)
		command(1, write, UNIT, 2 * UNIT);
	mark(MARK_ACK, 0, write, 0);
}

static const char *judged(const char *properties, int *status)
{
	static char text[4096];
	struct ut_buf out = { 0 };
	struct limits limits;
	const char *bad;
	struct replay r;
	struct story s;
	struct wlog log;
	char *why;

	*status = UT_BROKEN;
	if (limits_parse(&limits, properties))
		return "limits";
	if (wlog_open(&log, log_.bytes, log_.len, &bad))
		return bad;
	if (story_read(&s, &log, "replay/x", RUN, &why)) {
		snprintf(text, sizeof(text), "%s", strrchr(why, ':') + 2);
		free(why);
		return text;
	}
	*status = replay_run(&r, &log, &limits, &s, &out);
	snprintf(text, sizeof(text), "%s", ut_str(&out));
	ut_free(&out);
	story_free(&s);
	return text;
}

/* The device promises 16 KiB, but not across the end of a window of 32 KiB. */
#define PROMISE "logical_block_size=512,atomic.nawupf=31,atomic.nabspf=63"

/* It ended so, and said this. */
static bool says(int want, const char *words)
{
	int status;
	const char *text;

	mark(MARK_END, 0, 0, 0);
	text = judged(PROMISE, &status);
	if (status == want && strstr(text, words))
		return true;
	printf("# expected %d and \"%s\", saw %d: %s\n", want, words, status,
	       text);
	return false;
}

static void submit(uint32_t write)
{
	mark(MARK_SUBMIT, 0, write, 0);
}

static void ack(uint32_t write)
{
	mark(MARK_ACK, 0, write, 0);
}

static void written(uint32_t write)
{
	submit(write);
	command(0, write, 0, UNIT);
	ack(write);
}

static bool whole(void)
{
	begin();
	written(1);
	log_add(0, 0, 1, NULL);		/* a flush */
	written(2);
	control(3, true);
	TH_CHECK(says(UT_PASS, "2 writes of units"));
	return true;
}

static bool torn(void)
{
	begin();
	submit(1);
	command(0, 1, 0, 512);
	command(0, 1, 512, UNIT);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "seen another at byte 512"));
	TH_CHECK(says(UT_FAIL, "expected a command with 4096 bytes of it, seen 512"));
	TH_CHECK(says(UT_FAIL, "write 1: expected 1 command, seen 2"));
	return true;
}

/* Two commands, which no cut finds: power failed before the write was over. */
static bool torn_not_acked(void)
{
	begin();
	submit(1);
	command(0, 1, 0, 512);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "torn"));
	return true;
}

/* One command, but one that the device may tear: too long, or in two windows. */
static bool not_promised(void)
{
	uint8_t buf[32768] = { 0 };
	uint32_t i;

	begin();
	submit(1);
	for (i = 0; i < UNIT; i += 512)
		stamp_fill(buf + 4096 + i, RUN, 0, 1, i / 512);
	log_add(AT - 4096, 32768 - 4096, 0, buf);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "expected a command that the device does not tear"));
	TH_CHECK(says(UT_FAIL, "torn"));

	begin();
	submit(1);
	log_add(AT - 4096, 8192, 0, buf);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "expected a command that the device does not tear"));
	return true;
}

/* The block layer put a neighbour into it, within all limits. */
static bool merged(void)
{
	uint8_t buf[8192] = { 0 };
	uint32_t i;

	begin();
	submit(1);
	for (i = 0; i < UNIT; i += 512)
		stamp_fill(buf + i, RUN, 0, 1, i / 512);
	log_add(AT, 8192, 0, buf);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_PASS, "1 commands had neighbours too"));
	return true;
}

static bool lost(void)
{
	begin();
	written(1);
	submit(2);
	ack(2);
	control(3, true);
	TH_CHECK(says(UT_FAIL, "expected what was acknowledged, or is under way; seen write 1"));
	TH_CHECK(says(UT_FAIL, "write 2: expected 1 command, seen 0"));
	return true;
}

static bool lost_first(void)
{
	begin();
	submit(1);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "under way; seen write 0"));
	return true;
}

static bool two_parts(void)
{
	uint32_t i;

	begin();
	written(1);
	log_.apart = true;
	for (i = 0; i < 2; i++)
		command(1, 0, i * UNIT, (i + 1) * UNIT);
	mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mark(MARK_SUBMIT, 1, 2, 0);
	for (i = 0; i < 2; i++)
		command(1, 2, i * UNIT, (i + 1) * UNIT);
	ack(2);
	TH_CHECK(says(UT_PASS, "control 1 (8192 bytes): torn at 1 cuts"));
	return true;
}

/* What was superseded comes once more. */
static bool late(void)
{
	begin();
	written(1);
	written(2);
	command(0, 1, 0, UNIT);
	control(3, true);
	TH_CHECK(says(UT_FAIL, "under way; seen write 1"));
	return true;
}

static bool twice(void)
{
	begin();
	submit(1);
	command(0, 1, 0, UNIT);
	command(0, 1, 0, UNIT);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "write 1: expected 1 command, seen 2"));
	return true;
}

static bool early(void)
{
	begin();
	command(0, 1, 0, UNIT);
	submit(1);
	ack(1);
	control(2, true);
	TH_CHECK(says(UT_FAIL, "under way; seen write 1"));
	return true;
}

static bool zeroed(void)
{
	begin();
	written(1);
	log_add(AT, UNIT, 4, NULL);	/* a discard */
	control(2, true);
	TH_CHECK(says(UT_FAIL, "torn: expected one write"));
	return true;
}

/* Two at a time: any of them may be the last, and one of them may not succeed. */
static bool overlapping(void)
{
	begin();
	submit(1);
	submit(2);
	submit(3);
	command(0, 2, 0, UNIT);
	command(0, 1, 0, UNIT);
	ack(2);
	ack(1);
	control(4, true);
	TH_CHECK(says(UT_PASS, "2 writes of units"));
	return true;
}

static bool blind(void)
{
	begin();
	written(1);
	TH_CHECK(says(UT_FAIL, "expected a control, seen none"));

	begin();
	written(1);
	command(1, 0, 0, 2 * UNIT);
	mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mark(MARK_SUBMIT, 1, 2, 0);
	command(1, 2, 0, 2 * UNIT);
	ack(2);
	TH_CHECK(says(UT_FAIL, "the detector is blind"));

	begin();
	control(1, true);
	TH_CHECK(says(UT_BROKEN, "no unit was written"));
	return true;
}

/* A control whose commands are whole, but longer than what is promised. */
static bool torn_inside(void)
{
	int status;

	begin();
	written(1);
	command(1, 0, 0, 2 * UNIT);
	mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mark(MARK_SUBMIT, 1, 2, 0);
	command(1, 2, 0, 2 * UNIT);
	ack(2);
	mark(MARK_END, 0, 0, 0);
	TH_CHECK(strstr(judged("logical_block_size=512,atomic.nawupf=7",
			       &status), "torn at 15 cuts"));
	TH_CHECK(status == UT_PASS);
	TH_CHECK(strstr(judged("logical_block_size=4096,atomic.nawupf=0",
			       &status), "torn at 1 cuts"));
	TH_CHECK(status == UT_PASS);
	TH_CHECK(strstr(judged("atomic.nawupf=x", &status), "limits"));
	return true;
}

/* Marks that are not all there. */
static bool stories(void)
{
	int status;

	log_new();
	TH_STR(judged("", &status), "there are none");
	begin();
	TH_STR(judged("", &status), "the last is missing");
	log_.marks++;
	written(1);
	TH_STR(judged("", &status), "one is missing, or stands twice");
	begin();
	ack(1);
	TH_STR(judged("", &status), "a write succeeded that had not begun");
	begin();
	submit(2);
	TH_STR(judged("", &status), "writes are out of order");
	begin();
	mark(MARK_SUBMIT, 1, 1, 0);
	TH_STR(judged("", &status), "writes are out of order");
	begin();
	mark(MARK_UNIT, 0, 0, 0);
	TH_STR(judged("", &status), "units are out of order");
	begin();
	mark(9, 0, 0, 0);
	TH_STR(judged("", &status), "one is of unknown kind");
	TH_CHECK(status == UT_BROKEN);
	return true;
}

static const char *opened(size_t len)
{
	const char *why = "";
	struct wlog_entry e;
	struct wlog log;
	int ret;

	ret = wlog_open(&log, log_.bytes, len, &why);
	while (!ret && (ret = wlog_next(&log, &e, &why)) > 0)
		ret = 0;
	return why;
}

static bool damaged(void)
{
	begin();
	TH_STR(opened(log_.len), "");
	TH_STR(opened(0), "the log is empty");
	TH_STR(opened(log_.len - 1), "the log ends in the data of an entry");
	TH_STR(opened(600), "the log ends before its last entry");
	log_super(MAGIC + 1, 1, 512);
	TH_STR(opened(log_.len), "the log does not begin like one");
	log_super(MAGIC, 2, 512);
	TH_STR(opened(log_.len), "the log has another version");
	log_super(MAGIC, 1, 513);
	TH_STR(opened(log_.len), "the log has no valid sector size");
	log_new();
	log_add(0, 0, 64, NULL);
	TH_STR(opened(log_.len), "the log has an entry of unknown kind");
	log_new();
	log_add(0, UINT64_MAX, 0, NULL);
	TH_STR(opened(log_.len), "the log has an entry beyond any disk");
	log_new();
	log_add(0, 1 << 30, 0, NULL);
	TH_STR(opened(log_.len), "the log ends in the data of an entry");
	log_new();
	log_add(0, 1 << 30, 4, NULL);
	TH_STR(opened(log_.len), "");
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
		{ PROMISE, 16384, 16384, true },
		{ PROMISE, 16896, 16384, false },
		{ PROMISE, 32768, 16384, true },
		{ PROMISE ",atomic.nabo=8", 32768 + 4096 - 512, 1024, false },
		{ PROMISE ",atomic.nabo=8", 32768 - 512, 1024, true },
		{ PROMISE ",atomic.nabo=8", 4096 - 512, 1024, false },
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

const struct th_test th_replay[] = {
	{ "blind", blind },
	{ "damaged", damaged },
	{ "early", early },
	{ "late", late },
	{ "lost", lost },
	{ "lost_first", lost_first },
	{ "merged", merged },
	{ "not_promised", not_promised },
	{ "overlapping", overlapping },
	{ "promises", promises },
	{ "stories", stories },
	{ "torn", torn },
	{ "torn_inside", torn_inside },
	{ "torn_not_acked", torn_not_acked },
	{ "twice", twice },
	{ "two_parts", two_parts },
	{ "whole", whole },
	{ "zeroed", zeroed },
	{ }
};
