// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each rule of power.h leaves, by hand: small logs, and all states that the
 * media may be in if the power goes at their end.  Words are power_log.h's; in a
 * state `a` is a block that has A or what it had before, each by itself.
 */
#include <ctype.h>
#include <stdlib.h>

#include "../../vm/vnvme/vendor.h"
#include "power_log.h"
#include "vt.h"

struct row {
	const char *desc;
	const char *log;
	const char *states;
	struct power_rules rules;	/* unit 0: 1 */
};

#define CACHE		.cache = true
#define NONE		"........"

static const struct row p1[] = {
	{ "done, in the cache", "A0+1 A!", NONE " A.......", { CACHE } },
	{ "done with FUA", "A0+1f A!", "A.......", { CACHE } },
	{ "FUA, in flight", "A0+1f", NONE " A.......", { CACHE } },
	{ "no cache: done", "A0+1 A!", "A.......", { } },
	{ "no cache: in flight", "A0+1", NONE " A.......", { } },
	{ "flushed", "A0+1 A! BF B!", "A.......", { CACHE } },
	{ "flush in flight", "A0+1 A! BF", NONE " A.......", { CACHE } },
	{ "flush failed", "A0+1 A! BF B?", NONE " A.......", { CACHE } },
	{ "flush came before it was done", "A0+1 BF A! B!",
	  NONE " A.......", { CACHE } },
	{ "the second flush came after it", "A0+1 BF A! CF B! C!",
	  "A.......", { CACHE } },
	{ "the second flush came after it, and is in flight",
	  "A0+1 BF A! CF B!", NONE " A.......", { CACHE } },
	{ "flushes are done in another order", "A0+1 A! BF CF C!",
	  "A.......", { CACHE } },
	{ "an earlier flush that is done later", "A0+1 BF A! CF C! B!",
	  "A.......", { CACHE } },
	{ "flush with one in flight", "A0+1 B1+1 B! CF C!",
	  ".B...... AB......", { CACHE } },
	{ "flush, then one more", "A0+1 A! BF B! C1+1 C!",
	  "A....... AC......", { CACHE } },
	{ "FUA is for itself only", "A0+1 A! B1+1f B!",
	  ".B...... AB......", { CACHE } },
	{ "FUA over what is cached", "A0+1 A! B0+1f B!", "B.......", { CACHE } },
	{ "FUA over half of what is cached", "A0+2 A! B0+1f B!",
	  "B....... BA......", { CACHE } },
	{ "cached over FUA", "A0+1f A! B0+1 B!", "A....... B.......", { CACHE } },
	{ }
};

static const struct row p2[] = {
	{ "lost, kept or torn: done", "A1+2 A!", ".aa.....", { CACHE } },
	{ "lost, kept or torn: in flight", "A1+2", ".aa.....", { } },
	{ "two, each by itself", "A0+1 B5+1 B!", NONE " A....... .....B.. A....B..",
	  { CACHE } },
	{ "the later one alone", "A0+1 A! B1+1 B! C2+1 C!", "abc.....", { CACHE } },
	{ }
};

static const struct row p3[] = {
	{ "at the limit", "A0+4", NONE " AAAA....", { .unit = 4 } },
	{ "beyond it", "A0+4", "aaaa....", { .unit = 3 } },
	{ "an end beyond it is torn as well", "A0+3", "aaa.....", { .unit = 2 } },
	{ "within a window", "A4+4", NONE " ....AAAA", { .unit = 4, .boundary = 4 } },
	{ "across a boundary", "A3+2", "...aa...", { .unit = 4, .boundary = 4 } },
	{ "windows begin elsewhere", "A2+4", NONE " ..AAAA..",
	  { .unit = 4, .boundary = 4, .offset = 2 } },
	{ "the window before the first", "A0+2", NONE " AA......",
	  { .unit = 4, .boundary = 4, .offset = 2 } },
	{ "across the first boundary", "A1+2", ".aa.....",
	  { .unit = 4, .boundary = 4, .offset = 2 } },
	{ "across, elsewhere", "A4+4", "....aaaa",
	  { .unit = 4, .boundary = 4, .offset = 2 } },
	{ "multiple: within", "A0+4", NONE " AAAA....",
	  { .unit = 4, .boundary = 4, .multiple = true } },
	{ "multiple: torn at the boundary", "A2+4",
	  NONE " ..AA.... ....AA.. ..AAAA..",
	  { .unit = 4, .boundary = 4, .multiple = true } },
	{ "multiple: torn at two", "A0+6",
	  NONE " A....... .AAAA... .....A.. AAAAA... A....A.. .AAAAA.. AAAAAA..",
	  { .unit = 4, .boundary = 4, .offset = 1, .multiple = true } },
	{ "multiple: a part beyond the limit", "A1+5",
	  ".aaa.... .aaaAA..",
	  { .unit = 2, .boundary = 4, .multiple = true } },
	{ "multiple: no boundary", "A0+3", "aaa.....",
	  { .unit = 2, .multiple = true } },
	{ }
};

static const struct row p4[] = {
	{ "any block, none in parts", "A0+3", "aaa.....", { } },
	{ "two at once", "A0+2 B6+2", "aa....bb", { } },
	{ }
};

static const struct row p5[] = {
	{ "the later arrival is read", "A0+2 B1+2",
	  NONE " AA...... .BB..... ABB.....", { .unit = 2 } },
	{ "whichever was done first", "A0+1 B0+1 B! A!",
	  NONE " A....... B.......", { CACHE } },
	{ "both durable", "A0+2 B1+2 B! A! CF C!", "ABB.....", { CACHE } },
	{ "both durable, FUA", "A0+2f B1+2f B! A!", "ABB.....", { CACHE } },
	{ "the later one is durable", "A0+1 B0+1f B!", "B.......", { CACHE } },
	{ "the later one is durable, the earlier larger", "A0+3 B1+1f B!",
	  ".B...... ABA.....", { CACHE, .unit = 4 } },
	{ "three", "A0+2 B0+1 C1+1",
	  NONE " AA...... B....... BA...... .C...... AC...... BC......",
	  { .unit = 2 } },
	{ }
};

static const struct row p6[] = {
	{ "failed", "A0+2f A?", NONE, { CACHE } },
	{ "failed, then flushed", "A0+1 A? BF B!", NONE, { CACHE } },
	{ "failed, over another", "A0+1f A! B0+2 B?", "A.......", { CACHE } },
	{ "write zeroes", "A0+3f A! Bz0+2", "AAA..... 00A.....",
	  { CACHE, .unit = 4 } },
	{ "write zeroes with FUA", "Az0+3f A!", "000.....", { CACHE } },
	{ "write zeroes are torn", "Az0+2",
	  NONE " 0....... .0...... 00......", { CACHE } },
	{ "deallocated or not", "A0+3f A! Bd0+2",
	  "AAA..... 0AA..... A0A..... 00A.....", { CACHE, .unit = 4 } },
	{ "deallocated and flushed", "Ad0+2 A! BF B!", "00......", { CACHE } },
	{ "a read", "Ar0+8 A!", NONE, { CACHE } },
	{ }
};

static const struct row lies[] = {
	{ "flush", "A0+1 A! BF B!", NONE " A.......",
	  { CACHE, .lies = VNVME_LIE_FLUSH } },
	{ "flush, not FUA", "A0+1f A!", "A.......",
	  { CACHE, .lies = VNVME_LIE_FLUSH } },
	{ "FUA", "A0+1f A!", NONE " A.......", { CACHE, .lies = VNVME_LIE_FUA } },
	{ "FUA, not flush", "A0+1f A! BF B!", "A.......",
	  { CACHE, .lies = VNVME_LIE_FUA } },
	{ "FUA without a cache", "A0+1f A!", "A.......",
	  { .lies = VNVME_LIE_FUA } },
	{ "atomic", "A0+2", "aa......", { .unit = 4, .lies = VNVME_LIE_ATOMIC } },
	{ "atomic, multiple", "A3+3", "...aaa..",
	  { .unit = 4, .boundary = 4, .multiple = true,
	    .lies = VNVME_LIE_ATOMIC } },
	{ }
};

/* Each small letter both ways. */
static void expand(struct pl_set *s, char *word)
{
	char *c = word, was;

	while (*c && !islower((unsigned char)*c))
		c++;
	if (!*c) {
		pl_set_add(s, word);
		return;
	}
	was = *c;
	*c = toupper((unsigned char)was);
	expand(s, word);
	*c = '.';
	expand(s, word);
	*c = was;
}

/* A mark at the end makes the last cut's states differ from all others. */
static bool last_states(const struct row *row, struct pl_set *got)
{
	struct explore_cfg cfg = { .rules = row->rules, .few = 16 };
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;
	char log[128], state[PL_BLOCKS + 1];

	if (!cfg.rules.unit)
		cfg.rules.unit = 1;
	snprintf(log, sizeof(log), "%s m", row->log);
	if (!pl_open(&m, log, cfg.rules.cache))
		return false;
	x = explore_begin(&m, &cfg);
	while (!explore_next(x, &out) && out.flags) {
		if (!out.marks)
			continue;
		pl_state(m.now, state);
		pl_set_add(got, state);
	}
	explore_end(x);
	pl_close(&m);
	return true;
}

static bool row_ok(const struct row *row)
{
	struct pl_set got = { 0 }, words = { 0 }, want = { 0 };
	bool ok = last_states(row, &got);
	size_t i;

	pl_set_words(&words, row->states);
	for (i = 0; i < words.n; i++)
		expand(&want, words.v[i]);
	ok = ok && pl_set_same(&got, &want, row->desc);
	pl_set_free(&got);
	pl_set_free(&words);
	pl_set_free(&want);
	return ok;
}

static bool table(const struct row *row)
{
	bool all = true;

	for (; row->desc; row++)
		all &= row_ok(row);
	return all;
}

static bool table_p1(void) { return table(p1); }
static bool table_p2(void) { return table(p2); }
static bool table_p3(void) { return table(p3); }
static bool table_p4(void) { return table(p4); }
static bool table_p5(void) { return table(p5); }
static bool table_p6(void) { return table(p6); }
static bool table_lies(void) { return table(lies); }

const struct th_test vt_power[] = {
	{ "p1_durable", table_p1 },
	{ "p2_undecided", table_p2 },
	{ "p3_atomic", table_p3 },
	{ "p4_torn", table_p4 },
	{ "p5_order", table_p5 },
	{ "p6_no_write", table_p6 },
	{ "lies", table_lies },
	{ }
};
