// SPDX-License-Identifier: GPL-2.0-only
/* See bench.h: is it dearer, and can that be said at all? */
#include <math.h>
#include <stdio.h>

#include "bench.h"

static const struct bench_cell *judge_cells(const struct bench_way *w,
					    enum bench_kernel kernel)
{
	return w->v[BENCH_NULL][kernel];
}

bool bench_known(const struct bench_way *w, enum bench_kernel kernel)
{
	int i;

	for (i = 0; i < BENCH_RUNS; i++)
		if (!judge_cells(w, kernel)[i].there)
			return false;
	return true;
}

double bench_value(const struct bench_way *w, enum bench_kernel kernel)
{
	const struct bench_cell *c = judge_cells(w, kernel);

	return fmin(c[0].median, c[1].median);
}

double bench_change(const struct bench_way *w)
{
	double base = bench_value(w, BENCH_BASE);

	return 100 * (bench_value(w, BENCH_SERIES) - base) / base;
}

double bench_spread(const struct bench_way *w)
{
	double worst = 0;
	int k;

	for (k = 0; k < BENCH_KERNELS; k++) {
		const struct bench_cell *c = judge_cells(w, k);

		if (!bench_known(w, k))
			continue;
		worst = fmax(worst, 100 * fabs(c[0].median - c[1].median) /
			     bench_value(w, k));
	}
	return worst;
}

static int judge_way(const struct bench_way *w)
{
	if (!bench_known(w, BENCH_BASE) || !bench_known(w, BENCH_SERIES)) {
		printf("BROKEN: %s was not measured on both kernels\n",
		       w->name);
		return UT_BROKEN;
	}
	if (bench_spread(w) > BENCH_LIMIT / 2) {
		printf("BROKEN: %s: two runs of one kernel are %.2f %% apart\n",
		       w->name, bench_spread(w));
		return UT_BROKEN;
	}
	if (bench_change(w) > BENCH_LIMIT) {
		printf("FAIL: %s costs %.2f %% more with the series (%.0f, "
		       "without %.0f; limit %.1f %%)\n", w->name,
		       bench_change(w), bench_value(w, BENCH_SERIES),
		       bench_value(w, BENCH_BASE), BENCH_LIMIT);
		return UT_FAIL;
	}
	return UT_PASS;
}

/* 1 is a verdict, and so worse than 2. */
int bench_judge(const struct bench *b)
{
	int status = UT_PASS, plain = 0;
	size_t i;

	for (i = 0; i < b->n; i++) {
		int one;

		if (!b->ways[i].plain)
			continue;
		plain++;
		one = judge_way(&b->ways[i]);
		if (one == UT_FAIL || status == UT_PASS)
			status = one;
	}
	if (!plain) {
		printf("BROKEN: no plain path was measured\n");
		return UT_BROKEN;
	}
	if (status == UT_PASS)
		printf("PASS: the plain paths are within %.1f %%\n",
		       BENCH_LIMIT);
	return status;
}
