// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write logs, made entry by entry, and what tests/replay says of them: of cases
 * in which units were whole, torn, late or lost.
 */
#include <stdlib.h>

#include "../replay/replay.h"
#include "mklog.h"
#include "th.h"

/* The first unit; what each test adds is between this and a control. */
static void begin(void)
{
	mklog_new();
	mklog_mark(MARK_BEGIN, 0, 0, 0);
	mklog_command(0, 0, 0, MKLOG_UNIT);
	mklog_mark(MARK_UNIT, 0, 0, 0);
}

static void control(uint32_t write)
{
	mklog_command(1, 0, 0, 2 * MKLOG_UNIT);
	mklog_mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mklog_mark(MARK_SUBMIT, 1, write, 0);
	mklog_command(1, write, 0, MKLOG_UNIT);
	mklog_command(1, write, MKLOG_UNIT, 2 * MKLOG_UNIT);
	mklog_mark(MARK_ACK, 0, write, 0);
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
	if (wlog_open(&log, mklog.bytes, mklog.len, &bad))
		return bad;
	if (story_read(&s, &log, "replay/x", MKLOG_RUN, &why)) {
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

/* It ended so, and said this. */
static bool says(int want, const char *words)
{
	int status;
	const char *text;

	mklog_mark(MARK_END, 0, 0, 0);
	text = judged(MKLOG_PROMISE, &status);
	if (status == want && strstr(text, words))
		return true;
	printf("# expected %d and \"%s\", saw %d: %s\n", want, words, status,
	       text);
	return false;
}

static void submit(uint32_t write)
{
	mklog_mark(MARK_SUBMIT, 0, write, 0);
}

static void ack(uint32_t write)
{
	mklog_mark(MARK_ACK, 0, write, 0);
}

static void written(uint32_t write)
{
	submit(write);
	mklog_command(0, write, 0, MKLOG_UNIT);
	ack(write);
}

/* A control that is one command. */
static void control_whole(uint32_t write)
{
	mklog_command(1, 0, 0, 2 * MKLOG_UNIT);
	mklog_mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mklog_mark(MARK_SUBMIT, 1, write, 0);
	mklog_command(1, write, 0, 2 * MKLOG_UNIT);
	ack(write);
}

/* What write 1 puts into the first unit. */
static void fill(uint8_t *unit)
{
	uint32_t i;

	for (i = 0; i < MKLOG_UNIT; i += 512)
		stamp_fill(unit + i, MKLOG_RUN, 0, 1, i / 512);
}

static bool whole(void)
{
	begin();
	written(1);
	mklog_add(0, 0, 1, NULL);		/* a flush */
	written(2);
	control(3);
	TH_CHECK(says(UT_PASS, "2 writes of units"));
	return true;
}

static bool torn(void)
{
	begin();
	submit(1);
	mklog_command(0, 1, 0, 512);
	mklog_command(0, 1, 512, MKLOG_UNIT);
	ack(1);
	control(2);
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
	mklog_command(0, 1, 0, 512);
	control(2);
	TH_CHECK(says(UT_FAIL, "torn"));
	return true;
}

/* One command, but one that the device may tear: too long, or in two windows. */
static bool not_promised(void)
{
	uint8_t buf[32768] = { 0 };

	begin();
	submit(1);
	fill(buf + 4096);
	mklog_add(MKLOG_AT - 4096, 32768 - 4096, 0, buf);
	ack(1);
	control(2);
	TH_CHECK(says(UT_FAIL, "expected a command that the device does not tear"));
	TH_CHECK(says(UT_FAIL, "torn"));

	begin();
	submit(1);
	mklog_add(MKLOG_AT - 4096, 8192, 0, buf);
	ack(1);
	control(2);
	TH_CHECK(says(UT_FAIL, "expected a command that the device does not tear"));
	return true;
}

/* The block layer put a neighbour into it, within all limits. */
static bool merged(void)
{
	uint8_t buf[8192] = { 0 };

	begin();
	submit(1);
	fill(buf);
	mklog_add(MKLOG_AT, 8192, 0, buf);
	ack(1);
	control(2);
	TH_CHECK(says(UT_PASS, "1 commands had neighbours too"));
	return true;
}

static bool lost(void)
{
	begin();
	written(1);
	submit(2);
	ack(2);
	control(3);
	TH_CHECK(says(UT_FAIL, "expected what was acknowledged, or is under way; seen write 1"));
	TH_CHECK(says(UT_FAIL, "write 2: expected 1 command, seen 0"));
	return true;
}

static bool lost_first(void)
{
	begin();
	submit(1);
	ack(1);
	control(2);
	TH_CHECK(says(UT_FAIL, "under way; seen write 0"));
	return true;
}

static bool two_parts(void)
{
	uint32_t i;

	begin();
	written(1);
	mklog.apart = true;
	for (i = 0; i < 2; i++)
		mklog_command(1, 0, i * MKLOG_UNIT, (i + 1) * MKLOG_UNIT);
	mklog_mark(MARK_UNIT, 1, 0, MARK_CONTROL);
	mklog_mark(MARK_SUBMIT, 1, 2, 0);
	for (i = 0; i < 2; i++)
		mklog_command(1, 2, i * MKLOG_UNIT, (i + 1) * MKLOG_UNIT);
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
	mklog_command(0, 1, 0, MKLOG_UNIT);
	control(3);
	TH_CHECK(says(UT_FAIL, "under way; seen write 1"));
	return true;
}

static bool twice(void)
{
	begin();
	submit(1);
	mklog_command(0, 1, 0, MKLOG_UNIT);
	mklog_command(0, 1, 0, MKLOG_UNIT);
	ack(1);
	control(2);
	TH_CHECK(says(UT_FAIL, "write 1: expected 1 command, seen 2"));
	return true;
}

static bool early(void)
{
	begin();
	mklog_command(0, 1, 0, MKLOG_UNIT);
	submit(1);
	ack(1);
	control(2);
	TH_CHECK(says(UT_FAIL, "under way; seen write 1"));
	return true;
}

static bool zeroed(void)
{
	begin();
	written(1);
	mklog_add(MKLOG_AT, MKLOG_UNIT, 4, NULL);	/* a discard */
	control(2);
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
	mklog_command(0, 2, 0, MKLOG_UNIT);
	mklog_command(0, 1, 0, MKLOG_UNIT);
	ack(2);
	ack(1);
	control(4);
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
	control_whole(2);
	TH_CHECK(says(UT_FAIL, "the detector is blind"));

	begin();
	control(1);
	TH_CHECK(says(UT_BROKEN, "no unit was written"));
	return true;
}

/* A control whose commands are whole, but longer than what is promised. */
static bool torn_inside(void)
{
	int status;

	begin();
	written(1);
	control_whole(2);
	mklog_mark(MARK_END, 0, 0, 0);
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

	mklog_new();
	TH_STR(judged("", &status), "there are none");
	begin();
	TH_STR(judged("", &status), "the last is missing");
	mklog.marks++;
	written(1);
	TH_STR(judged("", &status), "one is missing, or stands twice");
	begin();
	ack(1);
	TH_STR(judged("", &status), "a write succeeded that had not begun");
	begin();
	submit(2);
	TH_STR(judged("", &status), "writes are out of order");
	begin();
	mklog_mark(MARK_SUBMIT, 1, 1, 0);
	TH_STR(judged("", &status), "writes are out of order");
	begin();
	mklog_mark(MARK_UNIT, 0, 0, 0);
	TH_STR(judged("", &status), "units are out of order");
	begin();
	mklog_mark(9, 0, 0, 0);
	TH_STR(judged("", &status), "one is of unknown kind");
	TH_CHECK(status == UT_BROKEN);
	return true;
}

const struct th_test th_replay[] = {
	{ "blind", blind },
	{ "early", early },
	{ "late", late },
	{ "lost", lost },
	{ "lost_first", lost_first },
	{ "merged", merged },
	{ "not_promised", not_promised },
	{ "overlapping", overlapping },
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
