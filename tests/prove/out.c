// SPDX-License-Identifier: GPL-2.0-only
/* What became of the mutants: for the screen, for programs, for a CI page. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"

const char *prove_word(enum verdict v)
{
	static const char *const words[] = {
		[V_NONE] = "not run", [V_KILLED] = "killed",
		[V_SPLAT] = "splat", [V_HANG] = "hang",
		[V_SURVIVED] = "SURVIVED", [V_BROKEN] = "BROKEN",
	};

	return words[v];
}

static bool out_good(const struct mutant *m)
{
	return m->verdict >= V_KILLED && m->verdict <= V_HANG;
}

/* "killed by A (0.8 s), B (2.1 s)", or what went wrong */
static char *out_by(const struct mutant *m, bool where)
{
	struct ut_buf b = { 0 };
	size_t i;

	if (m->why)
		return ut_strdup(m->why);
	for (i = 0; i < m->nr_claims; i++) {
		const struct claim *c = &m->claims[i];

		ut_addf(&b, "%s%s (%.1f s)", i ? ", " : "", c->name,
			c->seconds);
		if (where && c->why)
			ut_addf(&b, ": %s", c->why);
	}
	return ut_strdup(ut_str(&b));
}

static void out_count(struct mutant *const *v, size_t n, size_t *count)
{
	size_t i;

	memset(count, 0, (V_BROKEN + 1) * sizeof(*count));
	for (i = 0; i < n; i++)
		count[v[i]->verdict]++;
}

static char *out_total(struct mutant *const *v, size_t n)
{
	size_t count[V_BROKEN + 1];

	out_count(v, n, count);
	return ut_fmt("%zu mutants: %zu killed by an assertion, %zu by a "
		      "splat, %zu by a hang, %zu survived, %zu broken", n,
		      count[V_KILLED], count[V_SPLAT], count[V_HANG],
		      count[V_SURVIVED], count[V_BROKEN]);
}

void out_table(struct mutant *const *v, size_t n)
{
	char *total = out_total(v, n);
	size_t i;

	printf("\n%-28s %-4s %-8s %7s  %s\n", "mutant", "rule", "verdict",
	       "build", "by (how fast)");
	for (i = 0; i < n; i++) {
		char *by = out_by(v[i], false);

		printf("%-28s %-4s %-8s %5.1f s  %s\n", v[i]->name,
		       v[i]->rule, prove_word(v[i]->verdict), v[i]->build, by);
		free(by);
	}
	printf("%s\n", total);
	free(total);
}

static void out_markdown(struct mutant *const *v, size_t n, const char *dir)
{
	char *total = out_total(v, n);
	struct ut_buf b = { 0 };
	size_t i;

	ut_addf(&b, "# Mutants\n\n%s\n\n", total);
	ut_addf(&b, "| mutant | rule | what it breaks | verdict | by |\n");
	ut_addf(&b, "| --- | --- | --- | --- | --- |\n");
	for (i = 0; i < n; i++) {
		char *by = out_by(v[i], true);

		ut_addf(&b, "| %s | %s | %s | %s | %s |\n", v[i]->name,
			v[i]->rule, v[i]->breaks, prove_word(v[i]->verdict),
			by);
		free(by);
	}
	ut_write_in(dir, "summary.md", ut_str(&b));
	ut_free(&b);
	free(total);
}

static void out_ktap(struct mutant *const *v, size_t n, const char *dir)
{
	struct ut_buf b = { 0 };
	size_t i;

	ut_addf(&b, "KTAP version 1\n1..%zu\n", n);
	for (i = 0; i < n; i++) {
		char *by = out_by(v[i], true);

		ut_addf(&b, "# %s: %s: %s\n%s %zu %s\n",
			prove_word(v[i]->verdict), v[i]->breaks, by,
			out_good(v[i]) ? "ok" : "not ok", i + 1, v[i]->name);
		free(by);
	}
	ut_write_in(dir, "results.ktap", ut_str(&b));
	ut_free(&b);
}

static json_t *out_text(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *out_claims(const struct mutant *m)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < m->nr_claims; i++) {
		const struct claim *c = &m->claims[i];

		json_array_append_new(array, json_pack(
			"{s:s, s:s, s:o, s:o, s:s, s:f, s:o}",
			"test", c->name, "in", c->guest ? "guest" : "kunit",
			"profile", out_text(c->profile),
			"fs", out_text(c->fs),
			"verdict", prove_word(c->verdict),
			"seconds", c->seconds, "why", out_text(c->why)));
	}
	return array;
}

static void out_json(struct mutant *const *v, size_t n, const char *dir)
{
	json_t *array = json_array();
	char *text;
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_pack(
			"{s:s, s:s, s:s, s:s, s:f, s:o, s:o}",
			"mutant", v[i]->name, "rule", v[i]->rule,
			"breaks", v[i]->breaks,
			"verdict", prove_word(v[i]->verdict),
			"build_seconds", v[i]->build,
			"why", out_text(v[i]->why), "tests",
			out_claims(v[i])));
	text = json_dumps(array, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
	ut_write_in(dir, "results.json", text ? text : "");
	free(text);
	json_decref(array);
}

void out_files(struct mutant *const *v, size_t n, const char *dir)
{
	out_markdown(v, n, dir);
	out_ktap(v, n, dir);
	out_json(v, n, dir);
	printf("logs: %s/log/, %s/summary.md\n", dir, dir);
}
