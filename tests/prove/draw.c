// SPDX-License-Identifier: GPL-2.0-only
/* The lot, and one mutant after the other: see draw.h. */
#include <stdlib.h>

#include "draw.h"

/* splitmix64 */
static uint64_t draw_random(struct drawer *d)
{
	uint64_t x = d->rng += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static void draw_shuffle(struct drawer *d)
{
	size_t i, j;

	for (i = d->n - 1; i > 0; i--) {
		struct draw tmp = d->v[i];

		j = draw_random(d) % (i + 1);
		d->v[i] = d->v[j];
		d->v[j] = tmp;
	}
}

static void draw_keep(struct drawer *d, struct draw *m)
{
	static const char *const argv[] = {
		"git", "-C", RUN_TREE, "diff", "--no-color", "--no-ext-diff",
		"--src-prefix=a/", "--dst-prefix=b/", NULL
	};

	d->done = ut_grow(d->done, d->nr_done, sizeof(*d->done));
	d->done[d->nr_done++] = m;
	m->patch = ut_fmt("%s/%zu.patch", DRAW_DIR, d->nr_done);
	step_run(m->patch, NULL, argv);
}

/* False when the draw counts for nothing. */
static bool draw_one(struct drawer *d, struct draw *m)
{
	char *why = NULL;

	if (!draw_write(m))
		ut_die("%s: cannot be written", m->file);
	if (!draw_compile(m)) {
		d->refused++;
		return false;
	}
	if (draw_same(m)) {
		d->same++;
		return false;
	}
	if (!draw_build(m->judge, &why)) {
		d->refused++;
		free(why);
		return false;
	}
	draw_keep(d, m);
	draw_judge_mutant(d, m);
	return true;
}

static void draw_reset(void)
{
	char *why = NULL;

	if (!step_reset(DRAW_DIR "/reset.log", &why))
		ut_die("%s", why);
}

/* Without a mutant: what there is to draw from, and who passes */
static bool draw_begin(struct drawer *d)
{
	size_t i;

	draw_reset();
	if (!draw_read(d)) {
		ut_err("the series adds nothing %sthat can be changed",
		       d->globs ? "to such files " : "");
		return false;
	}
	for (i = 0; i < DRAW_JUDGES; i++)
		if (d->base[i].lines && !draw_judge_base(d, i))
			return false;
	return true;
}

int draw_mutants(const struct run_opt *opt, unsigned int nr)
{
	const char *seed = opt->seed ? opt->seed : "1";
	struct drawer d = {
		.globs = opt->globs, .rng = strtoull(seed, NULL, 10),
	};
	size_t i;

	ut_rmtree(DRAW_DIR);
	ut_mkdirs(DRAW_DIR);
	if (!draw_begin(&d))
		return UT_BROKEN;
	draw_shuffle(&d);
	for (i = 0; i < d.n && d.nr_done < nr; i++) {
		if (draw_one(&d, &d.v[i]))
			draw_tell(&d, &d.v[i], nr);
		draw_reset();
	}
	draw_out(&d, seed);
	if (!d.nr_done || draw_count(&d, V_BROKEN))
		return UT_BROKEN;
	return draw_count(&d, V_SURVIVED) ? UT_FAIL : UT_PASS;
}
