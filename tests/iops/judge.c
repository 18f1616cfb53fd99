// SPDX-License-Identifier: GPL-2.0-only
/* What fio printed, and what follows from it: see iops.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iops.h"

/* fio's HOWTO, "Terse output", version 3: the 49th field is write IOPS. */
#define JUDGE_FIELD	49

static const char *const judge_jobs[] = {
	[IOPS_ONE] = "one", [IOPS_DEEP] = "deep",
};

/* "3;fio-3.41;NAME;...": the number of job @name, or 0. */
static double judge_line(char *line, const char *name)
{
	char *rest = line, *field = NULL;
	int i;

	for (i = 1; i <= JUDGE_FIELD; i++) {
		field = strsep(&rest, ";");
		if (!field || (i == 1 && strcmp(field, "3")) ||
		    (i == 3 && strcmp(field, name)))
			return 0;
	}
	return strtod(field, NULL);
}

static double judge_job(const char *text, const char *name)
{
	char *copy = ut_strdup(text);
	char *rest = copy, *line;
	double iops = 0;

	while (!iops && (line = strsep(&rest, "\n")))
		iops = judge_line(line, name);
	free(copy);
	return iops;
}

bool iops_read(struct iops *r, enum iops_disk disk, int pair, const char *log)
{
	char *text = ut_read(log, NULL);
	bool good = text;
	int d;

	for (d = 0; d < IOPS_DEPTHS && good; d++) {
		double *v = &r->v[d][pair][disk];

		*v = judge_job(text, judge_jobs[d]);
		good = *v > 0;
	}
	if (!good)
		ut_err("%s: %s", log, text ? "no result of fio's two jobs" :
		       strerror(errno));
	free(text);
	return good;
}

static int judge_compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double judge_middle(double *v)
{
	qsort(v, IOPS_PAIRS, sizeof(*v), judge_compare);
	return v[IOPS_PAIRS / 2];
}

double iops_median(const struct iops *r, enum iops_depth depth,
		   enum iops_disk disk)
{
	double v[IOPS_PAIRS];
	int i;

	for (i = 0; i < IOPS_PAIRS; i++)
		v[i] = r->v[depth][i][disk];
	return judge_middle(v);
}

static double judge_pair(const struct iops *r, enum iops_depth depth, int i)
{
	return r->v[depth][i][IOPS_OURS] / r->v[depth][i][IOPS_QEMU];
}

double iops_ratio(const struct iops *r, enum iops_depth depth)
{
	double v[IOPS_PAIRS];
	int i;

	for (i = 0; i < IOPS_PAIRS; i++)
		v[i] = judge_pair(r, depth, i);
	return judge_middle(v);
}

double iops_best(const struct iops *r, enum iops_depth depth)
{
	double best = 0;
	int i;

	for (i = 0; i < IOPS_PAIRS; i++)
		if (judge_pair(r, depth, i) > best)
			best = judge_pair(r, depth, i);
	return best;
}

double iops_limit(enum iops_depth depth)
{
	return depth == IOPS_ONE ? 1.0 : 0.8;
}

int iops_judge(const struct iops *r)
{
	int d, status = UT_PASS;

	for (d = 0; d < IOPS_DEPTHS; d++)
		if (iops_best(r, d) < iops_limit(d)) {
			printf("FAIL: our disk is too slow: the best of %d "
			       "pairs has %.3f of QEMU's IOPS at depth %d, "
			       "wanted is %.3f\n", IOPS_PAIRS, iops_best(r, d),
			       d == IOPS_ONE ? 1 : 32, iops_limit(d));
			status = UT_FAIL;
		}
	return status;
}
