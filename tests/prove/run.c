// SPDX-License-Identifier: GPL-2.0-only
/*
 * One mutant after the other: apply, build, run the tests that claim to kill
 * it, judge, take it away again. Before them all the series itself is built and
 * must pass the same tests: a test that fails anyway kills nothing.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "run.h"

struct runner {
	const struct run_opt *opt;
	struct mutant **v;		/* the chosen ones */
	size_t n;
};

static char *run_log(const struct mutant *m, const char *step)
{
	return ut_fmt("%s/log/%s/%s", RUN_DIR, m->name, step);
}

static bool run_has(const struct mutant *m, bool guest)
{
	size_t i;

	for (i = 0; i < m->nr_claims; i++)
		if (m->claims[i].guest == guest)
			return true;
	return false;
}

static bool run_build_one(struct mutant *m, const char *name,
			  bool (*build)(const char *, char **))
{
	char *log = run_log(m, name);
	double begin = ut_now();
	bool ok = build(log, &m->why);

	m->build += ut_now() - begin;
	free(log);
	return ok;
}

static bool run_build(struct mutant *m)
{
	return (!run_has(m, false) ||
		run_build_one(m, "build-kunit", step_build_kunit)) &&
	       (!run_has(m, true) ||
		run_build_one(m, "build-kernel", step_build_kernel));
}

static void run_kunit(struct mutant *m, struct claim *c)
{
	char *name = ut_fmt("kunit-%s", c->name);
	char *log = run_log(m, name);
	double begin = ut_now();
	char *ktap = step_kunit(log, c->name, RUN_KUNIT_LIMIT);

	c->seconds = ut_now() - begin;
	judge_kunit(c, ktap);
	free(ktap);
	free(log);
	free(name);
}

static bool run_together(const struct claim *a, const struct claim *b)
{
	return a->guest && b->guest && !strcmp(a->fs, b->fs) &&
	       !strcmp(a->profile, b->profile);
}

/* All claims that can share a boot with claim @first, which are put there. */
static size_t run_gather(struct mutant *m, size_t first)
{
	size_t n = first + 1, i;

	for (i = n; i < m->nr_claims; i++)
		if (run_together(&m->claims[first], &m->claims[i])) {
			struct claim tmp = m->claims[n];

			m->claims[n++] = m->claims[i];
			m->claims[i] = tmp;
		}
	return n - first;
}

static void run_guest(const struct runner *r, struct mutant *m, size_t first,
		      size_t n)
{
	struct claim *c = &m->claims[first];
	char *step = ut_fmt("guest-%s-%s", c->profile, c->fs);
	char *log = run_log(m, step);
	struct ut_buf tests = { 0 };
	char *dir;
	size_t i;

	for (i = 0; i < n; i++)
		ut_addf(&tests, "%s%s", i ? " " : "", c[i].name);
	dir = step_guest(log, ut_str(&tests), c, r->opt->seed, 0);
	judge_guest(c, n, dir ? dir : "");
	free(dir);
	ut_free(&tests);
	free(log);
	free(step);
}

static void run_claims(const struct runner *r, struct mutant *m)
{
	size_t i, n;

	for (i = 0; i < m->nr_claims; i += n) {
		n = 1;
		if (m->claims[i].guest) {
			n = run_gather(m, i);
			run_guest(r, m, i, n);
		} else {
			run_kunit(m, &m->claims[i]);
		}
	}
}

/* A mutant is as well killed as by the worst of those that claim to do it. */
static void run_judge(struct mutant *m)
{
	size_t i;

	for (i = 0; i < m->nr_claims; i++) {
		const struct claim *c = &m->claims[i];
		enum verdict v = c->verdict;
		bool weak = v == V_SPLAT || v == V_HANG;

		if (weak && v != m->expect)
			v = V_SURVIVED;
		if (v <= m->verdict)
			continue;
		m->verdict = v;
		if (weak)
			m->why = ut_fmt("%s: no assertion, only a %s: %s",
					c->name, prove_word(c->verdict),
					c->why);
		else if (v != V_KILLED)
			m->why = ut_fmt("%s: %s", c->name, c->why ? c->why :
					"does not see it");
	}
}

static void run_one(const struct runner *r, struct mutant *m)
{
	char *log = run_log(m, "apply"), *dir = run_log(m, "");
	char *undo = run_log(m, "reset"), *why = NULL;

	ut_mkdirs(dir);
	if (step_apply(log, m->path, &m->why) && run_build(m)) {
		run_claims(r, m);
		run_judge(m);
	} else {
		m->verdict = V_BROKEN;
	}
	if (!step_reset(undo, &why))
		ut_die("%s", why);
	free(undo);
	free(dir);
	free(log);
}

static bool run_known(const struct mutant *m, const struct claim *c)
{
	size_t i;

	for (i = 0; i < m->nr_claims; i++) {
		const struct claim *k = &m->claims[i];

		if (!strcmp(k->name, c->name) &&
		    (!c->guest || run_together(k, c)))
			return true;
	}
	return false;
}

/* The series itself, with all tests that the mutants claim */
static void run_base_claims(const struct runner *r, struct mutant *base)
{
	size_t i, j;

	for (i = 0; i < r->n; i++)
		for (j = 0; j < r->v[i]->nr_claims; j++) {
			struct claim *c = &r->v[i]->claims[j];

			if (run_known(base, c))
				continue;
			base->claims = ut_grow(base->claims, base->nr_claims,
					       sizeof(*base->claims));
			base->claims[base->nr_claims++] = *c;
		}
}

/* One run of all suites serves for all. */
static void run_base_kunit(struct mutant *base)
{
	char *log = run_log(base, "kunit");
	char *ktap = step_kunit(log, "iomap_wt*", RUN_KUNIT_ALL);
	size_t i;

	for (i = 0; i < base->nr_claims; i++)
		if (!base->claims[i].guest)
			judge_kunit(&base->claims[i], ktap);
	free(ktap);
	free(log);
}

static bool run_base_passed(const struct mutant *base)
{
	size_t i, bad = 0;

	for (i = 0; i < base->nr_claims; i++) {
		const struct claim *c = &base->claims[i];

		if (c->verdict == V_SURVIVED)
			continue;
		ut_err("%s does not pass without a mutant: %s", c->name,
		       c->why ? c->why : "no result");
		bad++;
	}
	return !bad;
}

static bool run_base(const struct runner *r)
{
	struct mutant base = { .name = "base" };
	char *dir = run_log(&base, ""), *log = run_log(&base, "reset");
	double begin = ut_now();
	size_t i, n;

	ut_mkdirs(dir);
	run_base_claims(r, &base);
	if (!step_reset(log, &base.why) || !run_build(&base)) {
		ut_err("without a mutant: %s", base.why);
		return false;
	}
	if (run_has(&base, false))
		run_base_kunit(&base);
	for (i = 0; i < base.nr_claims; i += n) {
		n = base.claims[i].guest ? run_gather(&base, i) : 1;
		if (base.claims[i].guest)
			run_guest(r, &base, i, n);
	}
	printf("base: %zu tests, built in %.1f s, all in %.1f s\n",
	       base.nr_claims, base.build, ut_now() - begin);
	return run_base_passed(&base);
}

static bool run_wants(const struct run_opt *opt, const struct mutant *m)
{
	char *copy, *rest, *glob;
	bool hit = false;

	if (!opt->globs || !*opt->globs)
		return true;
	copy = rest = ut_strdup(opt->globs);
	while (!hit && (glob = ut_word(&rest)))
		hit = ut_glob(glob, m->name) || !strcmp(glob, m->rule);
	free(copy);
	return hit;
}

/* Every @shards-th of those that are wanted: neighbours cost the same. */
static void run_choose(struct runner *r, struct prove *p)
{
	size_t i, wanted = 0;

	for (i = 0; i < p->mutants.n; i++) {
		struct mutant *m = &p->mutants.v[i];

		if (!run_wants(r->opt, m) ||
		    wanted++ % r->opt->shards != r->opt->shard - 1)
			continue;
		r->v = ut_grow(r->v, r->n, sizeof(*r->v));
		r->v[r->n++] = m;
	}
}

static void run_tell(const struct mutant *m, size_t nr, size_t of)
{
	size_t i;

	printf("%zu/%zu %-9s %s (%s; built in %.1f s", nr, of,
	       prove_word(m->verdict), m->name, m->rule, m->build);
	for (i = 0; i < m->nr_claims; i++)
		if (m->claims[i].verdict != V_NONE)
			printf("; %s %.1f s", m->claims[i].name,
			       m->claims[i].seconds);
	printf(")%s%s\n", m->why ? ": " : "", m->why ? m->why : "");
}

int run_mutants(struct prove *p, const struct run_opt *opt)
{
	struct runner r = { .opt = opt };
	bool survived = false, broken = false;
	size_t i;

	run_choose(&r, p);
	if (!r.n) {
		ut_err("no mutant is chosen; tests/mutants has %zu",
		       p->mutants.n);
		return UT_BROKEN;
	}
	if (!run_base(&r))
		return UT_BROKEN;
	for (i = 0; i < r.n; i++) {
		run_one(&r, r.v[i]);
		run_tell(r.v[i], i + 1, r.n);
		survived |= r.v[i]->verdict == V_SURVIVED;
		broken |= r.v[i]->verdict == V_BROKEN;
	}
	out_table(r.v, r.n);
	out_files(r.v, r.n, RUN_DIR);
	return broken ? UT_BROKEN : survived ? UT_FAIL : UT_PASS;
}
