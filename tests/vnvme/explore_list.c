// SPDX-License-Identifier: GPL-2.0-only
/* Which states are shown: each once, in shards, by lot; and what that leaves. */
#include <stdlib.h>

#include "power_log.h"
#include "vt.h"

/* Six commands, with sixty-four states at the end and marks between. */
#define LOG	"A0+1 A! m B1+1 B! C2+1 m C! D3+1 D! E4+1 E! F5+1 F! m"

static const struct power_rules cached = { .cache = true, .unit = 1 };

struct run {
	size_t n;		/* states shown */
	uint64_t skipped;
	struct pl_set set;	/* marks and content */
	struct pl_set contents;
	struct pl_set hashes;	/* and a part of the hash */
	struct pl_set only;	/* that alone */
	char order[65536];	/* all of them, as they came */
};

static void run_free(struct run *r)
{
	pl_set_free(&r->set);
	pl_set_free(&r->contents);
	pl_set_free(&r->hashes);
	pl_set_free(&r->only);
	free(r);
}

static void run_state(struct run *r, const struct vnvme_state *out,
		      const char *state)
{
	char word[24];

	pl_set_add(&r->contents, state);
	snprintf(word, sizeof(word), "%08x:%s", (unsigned int)out->hash, state);
	pl_set_add(&r->hashes, word);
	word[8] = '\0';
	pl_set_add(&r->only, word);
	snprintf(word, sizeof(word), "%u:%s", out->marks, state);
	pl_set_add(&r->set, word);
	strncat(r->order, word, sizeof(r->order) - strlen(r->order) - 1);
}

/* Between two states the guest writes here and there, as recovery does. */
static void scribble(struct vmedia *m, size_t nr)
{
	uint8_t data[1024];

	memset(data, '#', sizeof(data));
	vmedia_write(m, nr % (PL_BLOCKS - 1), 2, false, data);
	vmedia_zeroes(m, nr * 5 % PL_BLOCKS, 1, true, false);
	vmedia_flush(m);
}

static struct run *run_with(const char *log, const struct explore_cfg *cfg,
			    void (*between)(struct vmedia *, size_t))
{
	struct run *r = calloc(1, sizeof(*r));
	char state[PL_BLOCKS + 1], before[PL_BLOCKS + 1];
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;

	if (!pl_open(&m, log, cfg->rules.cache))
		abort();
	pl_state(m.now, before);
	x = explore_begin(&m, cfg);
	while (!explore_next(x, &out) && out.flags) {
		pl_state(m.now, state);
		run_state(r, &out, state);
		if (between)
			between(&m, r->n);
		r->n++;
	}
	r->skipped = out.skipped;
	explore_end(x);
	pl_state(m.now, state);
	if (strcmp(state, before))
		printf("# left as %s, not %s\n", state, before);
	r->n = strcmp(state, before) ? 0 : r->n;
	pl_close(&m);
	return r;
}

static struct run *run(const char *log, const struct explore_cfg *cfg)
{
	return run_with(log, cfg, scribble);
}

/* Two writes of the same data: one state, though there are four sets. */
static bool equal(void)
{
	struct explore_cfg cfg = { .rules = cached };
	struct run *r = run("A0+1 A! A0+1 A!", &cfg);

	TH_CHECK(r->n == 2 && r->set.n == 2);
	/* After the first one of two was seen before; after the second all are. */
	TH_CHECK(r->skipped == 1 + 4);
	run_free(r);
	return true;
}

/* The same content after more marks has to be looked at again. */
static bool marks(void)
{
	struct explore_cfg cfg = { .rules = cached };
	struct run *r = run("A0+1 A! m BF B! m", &cfg), *want;

	want = calloc(1, sizeof(*want));
	pl_set_words(&want->set, "0:........ 0:A....... 1:........ 1:A....... "
		     "2:A.......");
	TH_CHECK(pl_set_same(&r->set, &want->set, "marks"));
	TH_CHECK(r->n == 5);
	run_free(r);
	run_free(want);
	return true;
}

static bool once(void)
{
	struct explore_cfg cfg = { .rules = cached };
	struct run *r = run(LOG, &cfg);

	TH_CHECK(r->n == r->set.n);
	/* 0 marks: A; 1: A, B, C; 2: all; 3: all. */
	TH_CHECK(r->n == 2 + 8 + 64 + 64);
	run_free(r);
	return true;
}

/* All shards together have what one run has, and no two of them the same. */
static bool shards_of(uint64_t states, uint64_t seed)
{
	struct explore_cfg cfg = { .rules = cached, .states = states,
				   .seed = seed };
	struct run *all = run(LOG, &cfg), *part;
	struct pl_set sum = { 0 };
	size_t n = 0;
	bool same;

	cfg.shards = 3;
	for (cfg.shard = 1; cfg.shard <= 3; cfg.shard++) {
		part = run(LOG, &cfg);
		n += part->n;
		pl_set_add_all(&sum, &part->set);
		TH_CHECK(part->n && part->n < all->n);
		run_free(part);
	}
	same = pl_set_same(&sum, &all->set, "shards");
	TH_CHECK(same && n == all->n);
	pl_set_free(&sum);
	run_free(all);
	return true;
}

static bool shards(void)
{
	return shards_of(0, 1) && shards_of(40, 1) && shards_of(40, 9);
}

static bool by_lot(void)
{
	struct explore_cfg cfg = { .rules = cached, .states = 30, .seed = 5 };
	struct run *a = run(LOG, &cfg), *b = run(LOG, &cfg), *c, *all;
	size_t i, early = 0;

	TH_CHECK(a->n == 30 && a->set.n == 30 && !strcmp(a->order, b->order));
	/* From all over the log, not its beginning. */
	for (i = 0; i < a->set.n; i++)
		early += a->set.v[i][0] < '2';
	TH_CHECK(early >= 3 && early < 20);
	cfg.seed = 6;
	c = run(LOG, &cfg);
	TH_CHECK(c->n == 30 && strcmp(a->order, c->order));
	/* More than there are: an end comes nevertheless, near all of them. */
	cfg.states = 100000;
	all = run(LOG, &cfg);
	TH_CHECK(all->n > 130 && all->n <= 138);
	run_free(a);
	run_free(b);
	run_free(c);
	run_free(all);
	return true;
}

/* The seed says which cuts, too, and few states are not those of the first. */
static bool by_lot_cuts(void)
{
	struct explore_cfg cfg = { .rules = cached, .states = 20, .seed = 5 };
	struct run *a, *b;
	char log[401] = "";
	size_t i, late = 0;

	for (i = 0; i < 200; i++)
		strcat(log, "m ");
	a = run(log, &cfg);
	cfg.seed = 6;
	b = run(log, &cfg);
	TH_CHECK(a->n == 20 && b->n == 20 && strcmp(a->order, b->order));
	for (i = 0; i < a->n; i++)
		late += atoi(a->set.v[i]) >= 100;
	TH_CHECK(late > 4 && late < 16);
	run_free(a);
	run_free(b);
	return true;
}

/*
 * To and fro in a log where much gets durable: what is in place is what the hash
 * says, and it says the same wherever it came from.
 */
static bool to_and_fro(void)
{
	static const char log[] = "A0+2f A! B1+3 B! C2+1 CF C! D0+1f D! EF E! "
		"m Fz4+2 F! GF G! H5+2 H! I6+2f I! m";
	struct explore_cfg cfg = { .rules = cached, .states = 100000 };
	struct run *lots = run_with(log, &cfg, NULL), *all;
	bool same;

	cfg.states = 0;
	all = run(log, &cfg);
	same = pl_set_same(&lots->set, &all->set, "to and fro");
	TH_CHECK(same && lots->n == lots->set.n && all->n == all->set.n);
	pl_set_add_all(&lots->hashes, &all->hashes);
	TH_CHECK(lots->hashes.n == all->contents.n);
	TH_CHECK(all->only.n == all->contents.n);
	run_free(lots);
	run_free(all);
	return true;
}

/* What gets durable leaves few enough for all sets of the others. */
static bool fewer(void)
{
	static const char *const logs[] = {
		"A0+1 A! B1+1 B! XF C2+1 D3+1 E4+1 X!",
		"A0+1f B1+1f C2+1 D3+1 E4+1 B! A!",
	};
	struct explore_cfg cfg = { .rules = cached, .few = 3, .lots = 1 };
	struct run *r;
	size_t i, n;

	for (i = 0; i < sizeof(logs) / sizeof(*logs); i++) {
		r = run(logs[i], &cfg);
		n = r->set.n;
		pl_set_words(&r->set, "0:AB...... 0:ABC..... 0:AB.D.... "
			     "0:ABCD.... 0:AB..E... 0:ABC.E... 0:AB.DE...");
		TH_CHECK(r->set.n == n);
		run_free(r);
	}
	return true;
}

/* Where there are too many: those that tell most, and some by lot. */
static bool telling(void)
{
	struct explore_cfg cfg = { .rules = cached, .few = 1, .lots = 1 };
	struct run *r = run("A0+1 A! B1+4 B! C5+1 C! D6+1 D! m", &cfg);
	size_t i, n = r->set.n, lost = 0, kept = 0;

	/* None, all; but one; one; the first two; halves. */
	pl_set_words(&r->set, "1:........ 1:ABBBBCD. "
		     "1:.BBBBCD. 1:A....CD. 1:ABBBB.D. 1:ABBBBC.. "
		     "1:A....... 1:.BBBB... 1:.....C.. 1:......D. "
		     "1:ABBBB... 1:ABB..CD. 1:A..BBCD.");
	TH_CHECK(r->set.n == n);
	for (i = 0; i < r->set.n; i++) {
		const char *s = r->set.v[i];
		int k, b = 0;

		for (k = 3; k < 7; k++)
			b += s[k] == 'B';
		if (s[0] != '1' || s[2] != 'A' || s[7] != 'C' || s[8] != 'D')
			continue;
		lost += b == 3;
		kept += b == 1;
	}
	TH_CHECK(lost && kept);
	/* By no means all of them. */
	TH_CHECK(r->n < 60);
	run_free(r);
	return true;
}

/* What something durable covers is no loss. */
static bool covered(void)
{
	struct explore_cfg cfg = { .rules = cached };
	struct vnvme_state out, last = { 0 };
	struct explore *x;
	struct vmedia m;

	TH_CHECK(pl_open(&m, "A0+1 A! B0+2f B! m", true));
	x = explore_begin(&m, &cfg);
	while (!explore_next(x, &out) && out.flags)
		last = out;
	TH_CHECK(last.marks == 1 && !last.lost && !last.torn && !last.kept);
	explore_end(x);
	pl_close(&m);
	return true;
}

/* The power goes once: a state of the end, and nothing else is left. */
static bool cut(void)
{
	struct pl_set got = { 0 }, want = { 0 };
	char state[PL_BLOCKS + 1], then[PL_BLOCKS + 1];
	uint8_t data[512];
	bool same;

	for (uint64_t seed = 0; seed < 200; seed++) {
		struct explore_cfg cfg = { .rules = cached, .seed = seed };
		struct vnvme_state out;
		struct vmedia m;

		TH_CHECK(pl_open(&m, "A0+1f A! B1+1 B! C4+2 m", true));
		TH_CHECK(!explore_cut(&m, &cfg, &out));
		TH_CHECK(out.flags == VNVME_STATE_VALID && out.marks == 1);
		TH_CHECK(m.off && !m.log.n && !m.recording);
		TH_CHECK(vmedia_read(&m, 0, 1, data) < 0);
		pl_state(m.now, state);
		pl_state(m.base, then);
		TH_STR(then, state);
		pl_set_add(&got, state);
		pl_close(&m);
	}
	pl_set_words(&want, "A....... AB...... A...C... AB..C... A....C.. "
		     "AB...C.. A...CC.. AB..CC..");
	same = pl_set_same(&got, &want, "cut");
	pl_set_free(&got);
	pl_set_free(&want);
	return same;
}

static bool text(void)
{
	struct explore_cfg cfg = { .rules = { .cache = true, .unit = 2 } };
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;
	bool lost = false, torn = false;

	TH_CHECK(pl_open(&m, "A0+2 A! m B2+5 CF C! m", true));
	x = explore_begin(&m, &cfg);
	while (!explore_next(x, &out) && out.flags) {
		TH_CHECK(!memchr(out.text, 0xff, 1) && strlen(out.text) < 400);
		lost |= !strcmp(out.text, "cut after event 2, 1 mark (last: 1 2);"
			" of 1 undecided command 1 lost, 0 torn; "
			"lost: #0 write 0+2 (done, cached)");
		torn |= !strcmp(out.text, "cut after event 6, 2 marks (last: 1 6);"
			" of 1 undecided command 0 lost, 1 torn; "
			"torn: #3 write 2+5 (in flight) without blocks 1, 3..4");
		TH_CHECK(out.lost + out.torn + out.kept <= 2);
	}
	explore_end(x);
	pl_close(&m);
	/* #3's states after the flush that covered #0. */
	TH_CHECK(lost && torn);
	return true;
}

const struct th_test vt_explore[] = {
	{ "equal", equal },
	{ "marks", marks },
	{ "once", once },
	{ "shards", shards },
	{ "by_lot", by_lot },
	{ "by_lot_cuts", by_lot_cuts },
	{ "to_and_fro", to_and_fro },
	{ "fewer", fewer },
	{ "telling", telling },
	{ "covered", covered },
	{ "cut", cut },
	{ "text", text },
	{ }
};
