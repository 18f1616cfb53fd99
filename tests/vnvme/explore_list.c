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
	char order[65536];	/* all of them, as they came */
};

static void run_free(struct run *r)
{
	pl_set_free(&r->set);
	free(r);
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

static struct run *run(const char *log, const struct explore_cfg *cfg)
{
	struct run *r = calloc(1, sizeof(*r));
	char word[24], state[PL_BLOCKS + 1], before[PL_BLOCKS + 1];
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;

	if (!pl_open(&m, log, cfg->rules.cache))
		abort();
	pl_state(m.now, before);
	x = explore_begin(&m, cfg);
	while (!explore_next(x, &out) && out.flags) {
		pl_state(m.now, state);
		snprintf(word, sizeof(word), "%u:%s", out.marks, state);
		pl_set_add(&r->set, word);
		strncat(r->order, word, sizeof(r->order) - strlen(r->order) - 1);
		scribble(&m, r->n++);
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

/* Where there are too many: those that tell most, and some by lot. */
static bool telling(void)
{
	struct explore_cfg cfg = { .rules = cached, .few = 1, .lots = 1 };
	struct run *r = run("A0+1 A! B1+4 B! C5+1 C! m", &cfg);
	static const char *const must[] = {
		"1:........", "1:ABBBBC..",			/* none, all */
		"1:.BBBBC..", "1:A....C..", "1:ABBBB...",	/* but one */
		"1:A.......", "1:.BBBB...", "1:.....C..",	/* one */
		"1:ABB..C..", "1:A..BBC..",			/* halves */
	};
	struct pl_set want = { 0 };
	size_t i, lost = 0, kept = 0;

	for (i = 0; i < sizeof(must) / sizeof(*must); i++) {
		want.n = 0;
		pl_set_add(&want, must[i]);
		want.n = r->set.n;
		pl_set_add(&r->set, must[i]);
		if (r->set.n != want.n)
			printf("# missing %s\n", must[i]);
		TH_CHECK(r->set.n == want.n);
	}
	for (i = 0; i < r->set.n; i++) {
		const char *s = r->set.v[i];
		int n, b = 0;

		for (n = 3; n < 7; n++)
			b += s[n] == 'B';
		lost += s[0] == '1' && s[2] == 'A' && s[7] == 'C' && b == 3;
		kept += s[0] == '1' && s[2] == 'A' && s[7] == 'C' && b == 1;
	}
	TH_CHECK(lost && kept);
	/* Two by lot more: at the cut of three commands, and of two. */
	TH_CHECK(r->n < 40);
	pl_set_free(&want);
	run_free(r);
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
	{ "telling", telling },
	{ "cut", cut },
	{ "text", text },
	{ }
};
