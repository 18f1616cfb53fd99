// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci.h"

/* Limits are far above what cases take: this is some minutes of running. */
#define MATRIX_JOB_LIMITS 4000
#define MATRIX_MAX 256		/* jobs that GitHub takes in one matrix */

struct matrix_pair {
	const char *profile;
	const char *fs;
	json_int_t limits;	/* sum of its cases' limits, seconds */
};

struct matrix {
	struct matrix_pair *v;
	size_t n;
};

static void matrix_count(struct matrix *m, const json_t *where,
			 json_int_t limit)
{
	const char *profile = ci_text(where, "profile");
	const char *fs = ci_text(where, "fs");
	size_t i;

	for (i = 0; i < m->n; i++)
		if (!strcmp(m->v[i].profile, profile) &&
		    !strcmp(m->v[i].fs, fs))
			break;
	if (i == m->n) {
		m->v = ut_grow(m->v, m->n, sizeof(*m->v));
		m->v[m->n++] = (struct matrix_pair) { profile, fs, 0 };
	}
	m->v[i].limits += limit;
}

static void matrix_jobs(json_t *jobs, const char *profile, const char *fs,
			int shards)
{
	int i;

	for (i = 1; i <= shards; i++) {
		char *shard = ut_fmt("%d/%d", i, shards);
		char *name = ut_fmt("%s%s%s%s%d-of-%d", profile,
				    *profile ? "-" : "", fs, *fs ? "-" : "",
				    i, shards);

		json_array_append_new(jobs, json_pack("{s:s, s:s, s:s, s:s}",
			"name", name, "profile", profile, "fs", fs,
			"shard", shard));
		free(name);
		free(shard);
	}
}

static void matrix_pairs(json_t *jobs, const json_t *list)
{
	struct matrix m = { 0 };
	json_t *tc, *pair;
	size_t i, j;

	json_array_foreach(list, i, tc)
		json_array_foreach(json_object_get(tc, "pairs"), j, pair)
			matrix_count(&m, pair, json_integer_value(
				json_object_get(tc, "limit")));
	for (i = 0; i < m.n; i++)
		matrix_jobs(jobs, m.v[i].profile, m.v[i].fs,
			    1 + m.v[i].limits / MATRIX_JOB_LIMITS);
	free(m.v);
}

int matrix_command(int argc, char **argv)
{
	json_t *list = ci_load("-");
	json_t *jobs = json_array();
	json_t *root;
	uint64_t shards;

	if (!list)
		return UT_BROKEN;
	if (argc < 1)
		matrix_pairs(jobs, list);
	else if (ut_num(argv[0], 1, MATRIX_MAX, &shards))
		matrix_jobs(jobs, "", "", shards);
	else
		return ci_err("matrix: '%s' is no number of shards, 1..%d",
			      argv[0], MATRIX_MAX);
	if (!json_array_size(jobs))
		return ci_err("matrix: no case to run");
	if (json_array_size(jobs) > MATRIX_MAX)
		return ci_err("matrix: %zu jobs are more than GitHub's %d; "
			      "raise MATRIX_JOB_LIMITS in ci/tools/matrix.c, "
			      "or run fewer pairs", json_array_size(jobs),
			      MATRIX_MAX);
	root = json_pack("{s:o}", "include", jobs);
	json_dumpf(root, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(root);
	json_decref(list);
	return UT_PASS;
}
