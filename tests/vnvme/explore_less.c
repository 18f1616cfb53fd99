// SPDX-License-Identifier: GPL-2.0-only
/* From a state that failed to the smallest one that fails in the same way. */
#include <stdlib.h>

#include "../../vm/vnvme/explore_cut.h"
#include "power_log.h"
#include "vt.h"

/* Eight commands of a block each; then the workload is told something. */
#define EIGHT	"A0+1 A! B1+1 B! C2+1 C! D3+1 D! E4+1 E! F5+1 F! G6+1 G! H7+1 H! m"

/* What the guest finds wrong with a state; 0: nothing. */
typedef uint32_t (*oracle_fn)(const char *state, uint32_t marks, uint64_t arg);

struct how {
	uint64_t states;	/* by lot */
	uint64_t from;		/* no verdict on what is listed before that cut */
	bool worst;		/* nor where anything of a command is kept */
};

static const struct how all_states, worst = { .worst = true };

static bool judge(const struct how *how, const struct vnvme_state *out)
{
	if (out->flags != VNVME_STATE_VALID)
		return true;
	return out->event >= how->from && !(how->worst && (out->kept || out->torn));
}

struct found {
	size_t shown;		/* all in all */
	size_t tries;		/* to make it smaller */
	size_t smallest;	/* how often there was a result */
	struct vnvme_state out;	/* the first of them */
	char state[PL_BLOCKS + 1];
	bool fails;		/* it does as it is shown */
	struct pl_set set;	/* marks and content of all that was shown */
};

static void found_add(struct found *f, const struct vnvme_state *out,
		      const char *state, uint32_t wrong)
{
	char word[24];

	f->shown++;
	f->tries += !!(out->flags & VNVME_STATE_SMALLER);
	snprintf(word, sizeof(word), "%u:%s", out->marks, state);
	pl_set_add(&f->set, word);
	if (out->flags & VNVME_STATE_SMALLEST && !f->smallest++) {
		f->out = *out;
		strcpy(f->state, state);
		f->fails = wrong;
	}
}

static bool look(const char *log, const struct how *how, oracle_fn oracle,
		 uint64_t arg, struct found *f)
{
	struct explore_cfg cfg = {
		.rules = { .cache = true, .unit = 1 },
		.states = how->states,
		.seed = 1,
	};
	char state[PL_BLOCKS + 1];
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;
	uint32_t wrong;

	*f = (struct found){ 0 };
	if (!pl_open(&m, log, true))
		return false;
	x = explore_begin(&m, &cfg);
	while (!explore_next(x, &out) && out.flags) {
		pl_state(m.now, state);
		wrong = oracle(state, out.marks, arg);
		found_add(f, &out, state, wrong);
		if (judge(how, &out))
			explore_verdict(x, wrong);
	}
	explore_end(x);
	pl_close(&m);
	return true;
}

/* Which of the eight are lost? */
static unsigned int lost(const char *state)
{
	unsigned int mask = 0;
	int i;

	for (i = 0; i < PL_BLOCKS; i++)
		mask |= (state[i] == '.') << i;
	return mask;
}

static uint32_t all_of(const char *state, uint32_t marks, uint64_t set)
{
	return marks && (lost(state) & set) == set ? 7 : 0;
}

/* Any set of commands, the empty one too, is found exactly. */
static bool planted(void)
{
	struct found f;
	unsigned int set;

	for (set = 0; set < 256; set++) {
		TH_CHECK(look(EIGHT, &worst, all_of, set, &f));
		TH_CHECK(f.smallest == 1 && f.fails);
		TH_CHECK(lost(f.state) == set && f.tries < 60);
		TH_CHECK(f.out.lost == (uint32_t)__builtin_popcount(set));
		TH_CHECK(f.out.flags == (VNVME_STATE_VALID | VNVME_STATE_SMALLEST));
		TH_CHECK(!strncmp(f.out.text, "smallest: cut after event ", 26));
		pl_set_free(&f.set);
	}
	return true;
}

/* A table of 256 verdicts, by lot; losing everything always fails. */
static uint32_t by_table(const char *state, uint32_t marks, uint64_t seed)
{
	unsigned int mask = lost(state);

	if (!marks || !mask)
		return 0;
	return mask == 255 || xcut_lot(seed, mask, 0) % 3 == 0 ? 7 : 0;
}

/* Whatever the verdicts are: without any one of its losses it is good. */
static bool minimal(void)
{
	char state[PL_BLOCKS + 1];
	struct found f;
	uint64_t seed;
	int i;

	for (seed = 0; seed < 200; seed++) {
		TH_CHECK(look(EIGHT, &worst, by_table, seed, &f));
		TH_CHECK(f.smallest == 1 && f.fails);
		for (i = 0; i < PL_BLOCKS; i++) {
			strcpy(state, f.state);
			if (state[i] != '.')
				continue;
			state[i] = 'A' + i;
			TH_CHECK(!by_table(state, 1, seed));
		}
		pl_set_free(&f.set);
	}
	return true;
}

static uint32_t torn_b(const char *state, uint32_t marks, uint64_t arg)
{
	int i, n = 0;

	(void)arg;
	for (i = 2; i < 6; i++)
		n += state[i] == 'B';
	return marks && n > 0 && n < 4 ? 3 : 0;
}

/* One block of one command is enough. */
static bool torn(void)
{
	struct found f;

	TH_CHECK(look("A0+2 A! B2+4 B! C6+2 C! m", &all_states, torn_b, 0, &f));
	TH_CHECK(f.smallest == 1 && f.fails);
	TH_CHECK(f.out.lost == 0 && f.out.torn == 1);
	TH_CHECK(__builtin_popcount(lost(f.state)) == 1);
	TH_CHECK(strstr(f.out.text, "torn: #2 write 2+4 (done, cached) without"));
	pl_set_free(&f.set);
	return true;
}

static uint32_t no_last_b(const char *state, uint32_t marks, uint64_t arg)
{
	(void)arg;
	return marks && state[5] == '.' ? 3 : 0;
}

/* From all that is lost to one block of it. */
static bool pieces(void)
{
	struct found f;

	TH_CHECK(look("A0+2 A! B2+4 B! C6+2 C! m", &worst, no_last_b, 0, &f));
	TH_CHECK(f.smallest == 1 && f.fails);
	TH_STR(f.state, "AABBB.CC");
	TH_CHECK(f.out.lost == 0 && f.out.torn == 1 && f.out.kept == 2);
	pl_set_free(&f.set);
	return true;
}

static uint32_t two_marks(const char *state, uint32_t marks, uint64_t arg)
{
	(void)arg;
	return marks >= 2 && state[1] != 'B' ? 5 : 0;
}

/* The earliest cut after what was promised; not the one where it was seen. */
static bool earliest(void)
{
	static const struct how how = { .from = 9 };
	struct found f;

	/* Events: A 0 1, m 2, B 3 4, m 5, C 6 7, m 8. */
	TH_CHECK(look("A0+1 A! m B1+1 B! m C2+1 C! m", &how, two_marks, 0, &f));
	TH_CHECK(f.smallest == 1 && f.out.event == 6 && f.out.marks == 2);
	TH_CHECK(f.out.lost == 1 && f.out.kept == 1);
	TH_STR(f.state, "A.......");
	pl_set_free(&f.set);
	return true;
}

static uint32_t since_c(const char *state, uint32_t marks, uint64_t arg)
{
	(void)marks;
	(void)arg;
	return state[0] == '.' && state[2] == 'C' ? 6 : 0;
}

/* Not the first cut with that loss, but the first that fails with it. */
static bool halves(void)
{
	static const struct how how = { .from = 13 };
	struct found f;

	TH_CHECK(look("A0+1 A! m B1+1 B! D3+1 D! C2+1 C! E4+1 E! F5+1 F! m",
		      &how, since_c, 0, &f));
	TH_CHECK(f.smallest == 1 && f.fails && f.out.event == 8);
	TH_CHECK(f.out.lost == 1 && f.tries > 3);
	TH_STR(f.state, ".BCD....");
	pl_set_free(&f.set);
	return true;
}

static uint32_t no_a(const char *state, uint32_t marks, uint64_t arg)
{
	(void)arg;
	return marks && state[0] != 'A' ? 4 : 0;
}

/* Before the command came it was not lost, whatever the check says. */
static bool not_before(void)
{
	static const struct how how = { .from = 4 };
	struct found f;

	/* Events: m 0, A 1 2, m 3. */
	TH_CHECK(look("m A0+1 A! m", &how, no_a, 0, &f));
	TH_CHECK(f.smallest == 1 && f.fails && f.out.lost == 1);
	TH_CHECK(f.out.event == 2 && f.out.marks == 1);
	pl_set_free(&f.set);
	return true;
}

static uint32_t two_ways(const char *state, uint32_t marks, uint64_t arg)
{
	bool b = state[1] == '.', d = state[3] == '.';

	(void)arg;
	return !marks ? 0 : b && d ? 2 : b ? 1 : 0;
}

/* Another signature is another failure: {B} does not do for {B, D}. */
static bool signatures(void)
{
	struct found f;

	TH_CHECK(look("D3+1 D! A0+1 A! B1+1 B! m", &worst, two_ways, 0, &f));
	TH_CHECK(f.smallest == 1 && f.fails && f.out.lost == 2);
	TH_STR(f.state, "A.......");
	pl_set_free(&f.set);
	/* Each has a result of its own. */
	TH_CHECK(look("D3+1 D! A0+1 A! B1+1 B! m", &all_states, two_ways, 0, &f));
	TH_CHECK(f.smallest == 2);
	pl_set_free(&f.set);
	return true;
}

static uint32_t good(const char *state, uint32_t marks, uint64_t arg)
{
	(void)state;
	(void)marks;
	return arg;
}

/* Afterwards all goes on: nothing is missing, and nothing comes twice. */
static bool goes_on(void)
{
	static const struct how how = { .states = 250 };
	struct found none, f;
	size_t i;

	TH_CHECK(look(EIGHT, &how, good, 0, &none));
	TH_CHECK(look(EIGHT, &how, all_of, 0x2a, &f));
	TH_CHECK(none.shown == 250 && none.set.n == 250 && !none.smallest);
	TH_CHECK(f.smallest == 1 && f.tries > 3);
	/* But for the result, which is shown once more. */
	TH_CHECK(f.shown == f.set.n + 1);
	i = f.set.n;
	pl_set_add_all(&f.set, &none.set);
	TH_CHECK(f.set.n == i);
	pl_set_free(&none.set);
	pl_set_free(&f.set);
	return true;
}

/* Who gives no verdict on a try has not seen it fail. */
static bool silent(void)
{
	struct explore_cfg cfg = { .rules = { .cache = true, .unit = 1 } };
	struct vnvme_state out;
	struct explore *x;
	struct vmedia m;
	size_t n = 0;

	TH_CHECK(pl_open(&m, EIGHT, true));
	x = explore_begin(&m, &cfg);
	do {
		TH_CHECK(!explore_next(x, &out) && out.flags);
	} while (out.lost != 8);
	explore_verdict(x, 9);
	do {
		TH_CHECK(!explore_next(x, &out) && ++n < 100);
	} while (!(out.flags & VNVME_STATE_SMALLEST));
	TH_CHECK(out.lost == 8);
	explore_end(x);
	pl_close(&m);
	return true;
}

const struct th_test vt_less[] = {
	{ "planted", planted },
	{ "minimal", minimal },
	{ "torn", torn },
	{ "pieces", pieces },
	{ "earliest", earliest },
	{ "not_before", not_before },
	{ "halves", halves },
	{ "signatures", signatures },
	{ "goes_on", goes_on },
	{ "silent", silent },
	{ }
};
