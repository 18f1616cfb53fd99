// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci.h"

enum { MERGE_PASS, MERGE_FAIL, MERGE_BROKEN, MERGE_SKIP, MERGE_WORDS };

static const char *const merge_words[] = { "pass", "fail", "broken", "skip" };

struct merge {
	json_t *tests;		/* of all jobs, each with its "cfg" */
	json_t *ran;		/* set of "profile fs case", lane plain */
	struct ut_buf jobs;	/* rows of a table */
	struct ut_buf bad;	/* sections */
	unsigned int tally[MERGE_WORDS];
	double seconds;		/* of all jobs, added up */
	int exit;		/* worst of the jobs' own */
};

/* Of two exit codes: a failure is a verdict, and counts most. */
static int merge_worse(int a, int b)
{
	static const int order[] = { UT_SKIP, UT_PASS, UT_BROKEN, UT_FAIL };
	int ra = 2, rb = 2;	/* what is no code of ours is broken */
	int i;

	for (i = 0; i < 4; i++) {
		ra = order[i] == a ? i : ra;
		rb = order[i] == b ? i : rb;
	}
	return order[ra > rb ? ra : rb];
}

static int merge_word(const char *outcome)
{
	int i;

	for (i = 0; i < MERGE_WORDS; i++)
		if (!strcmp(outcome, merge_words[i]))
			return i;
	return MERGE_BROKEN;
}

/* Guest's words in a table or a heading: one line, no markup of theirs. */
static void merge_plain(struct ut_buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = *s;

		if (strchr("|<>`", c))
			ut_addf(b, "\\");
		if (c < 0x20 || c == 0x7f)
			c = ' ';
		ut_addf(b, "%c", c);
	}
}

static void merge_bad(struct merge *m, const char *word, const json_t *test)
{
	ut_addf(&m->bad, "## %s: ", word);
	merge_plain(&m->bad, ci_text(test, "name"));
	ut_addf(&m->bad, " (%s %s %s)\n\n", ci_text(test, "cfg"),
		ci_text(test, "profile"), ci_text(test, "fs"));
	merge_plain(&m->bad, ci_text(test, "reason"));
	ut_addf(&m->bad, " %s\n\n", ci_text(test, "again"));
	if (*ci_text(test, "repro"))
		ut_addf(&m->bad, "Repeat it alone: `%s`\n\n",
			ci_text(test, "repro"));
}

static void merge_test(struct merge *m, json_t *test, const char *cfg)
{
	int word = merge_word(ci_text(test, "outcome"));
	char *key = ut_fmt("%s %s %s", ci_text(test, "profile"),
			   ci_text(test, "fs"), ci_text(test, "name"));

	json_object_set_new(test, "cfg", json_string(cfg));
	json_array_append(m->tests, test);
	if (!strcmp(cfg, "plain"))
		json_object_set_new(m->ran, key, json_true());
	m->tally[word]++;
	if (word == MERGE_FAIL || word == MERGE_BROKEN)
		merge_bad(m, merge_words[word], test);
	free(key);
}

static int merge_file(struct merge *m, const char *path)
{
	json_t *root = ci_load(path);
	json_t *tests, *test;
	const char *cfg;
	double seconds;
	int code;
	size_t i;

	if (!root)
		return UT_BROKEN;
	tests = json_object_get(root, "tests");
	cfg = ci_text(root, "cfg");
	seconds = json_number_value(json_object_get(root, "seconds"));
	code = json_is_integer(json_object_get(root, "exit")) ?
		json_integer_value(json_object_get(root, "exit")) : UT_BROKEN;
	m->exit = merge_worse(m->exit, code);
	m->seconds += seconds;
	ut_addf(&m->jobs, "| %s | %s | %s | %s | %s | %zu | %.0f | %d |\n",
		ci_text(root, "run"), cfg, *ci_text(root, "profile") ?
		ci_text(root, "profile") : "all", *ci_text(root, "fs") ?
		ci_text(root, "fs") : "all",
		ci_text(json_object_get(root, "accel"), "name"),
		json_array_size(tests), seconds, code);
	json_array_foreach(tests, i, test)
		merge_test(m, test, cfg);
	json_decref(root);
	return UT_PASS;
}

/* What had to run and is in no job's results. */
static void merge_missing(struct merge *m, const json_t *list)
{
	json_t *tc, *pair;
	size_t i, j;

	json_array_foreach(list, i, tc)
		json_array_foreach(json_object_get(tc, "pairs"), j, pair) {
			char *key = ut_fmt("%s %s %s", ci_text(pair, "profile"),
					   ci_text(pair, "fs"),
					   ci_text(tc, "name"));
			json_t *test;

			if (!json_object_get(m->ran, key)) {
				test = json_pack("{s:s, s:s, s:s, s:s, s:s}",
					"name", ci_text(tc, "name"), "profile",
					ci_text(pair, "profile"), "fs",
					ci_text(pair, "fs"), "outcome",
					"broken", "reason",
					"no job has an outcome for it");
				merge_test(m, test, "plain");
				json_decref(test);
				m->exit = merge_worse(m->exit, UT_BROKEN);
			}
			free(key);
		}
}

static int merge_verdict(const struct merge *m)
{
	if (m->tally[MERGE_FAIL])
		return UT_FAIL;
	if (m->tally[MERGE_BROKEN])
		return merge_worse(m->exit, UT_BROKEN);
	if (!m->tally[MERGE_PASS])
		return m->tally[MERGE_SKIP] ? UT_SKIP : UT_BROKEN;
	return m->exit == UT_SKIP ? UT_PASS : m->exit;
}

static int merge_write(const struct merge *m, const char *out)
{
	static const char *const words[] = {
		[UT_PASS] = "passed", [UT_FAIL] = "failed",
		[UT_BROKEN] = "broken: no verdict", [UT_SKIP] = "skipped",
	};
	int verdict = merge_verdict(m);
	char *md = ut_fmt("%s/summary.md", out);
	char *js = ut_fmt("%s/run.json", out);
	struct ut_buf b = { 0 };
	json_t *root;
	int ret;

	ut_addf(&b, "# All jobs: %s\n\n%u passed, %u failed, %u broken, %u "
		"skipped, %.0f s of running.\n\n%s| run | lane | profile | fs "
		"| accelerator | cases | seconds | exit |\n| --- | --- | --- "
		"| --- | --- | --- | --- | --- |\n%s", words[verdict],
		m->tally[MERGE_PASS], m->tally[MERGE_FAIL],
		m->tally[MERGE_BROKEN], m->tally[MERGE_SKIP], m->seconds,
		ut_str(&m->bad), ut_str(&m->jobs));
	ret = ut_mkdirs(out);
	if (!ret)
		ret = ut_write(md, b.s);
	root = json_pack("{s:O, s:f, s:i}", "tests", m->tests, "seconds",
			 m->seconds, "exit", verdict);
	if (!ret && json_dump_file(root, js, JSON_INDENT(2)))
		ret = -EIO;
	if (ret)
		verdict = ci_err("%s: %s", out, strerror(-ret));
	printf("%u passed, %u failed, %u broken, %u skipped; %s\n",
	       m->tally[MERGE_PASS], m->tally[MERGE_FAIL],
	       m->tally[MERGE_BROKEN], m->tally[MERGE_SKIP], md);
	json_decref(root);
	ut_free(&b);
	free(md);
	free(js);
	return verdict;
}

int merge_command(int argc, char **argv)
{
	struct merge m = {
		.tests = json_array(), .ran = json_object(), .exit = UT_SKIP,
	};
	json_t *list;
	int i;

	if (argc < 2)
		return ci_err("usage: ci merge OUT LIST FILE...");
	list = ci_load(argv[1]);
	if (!list)
		return UT_BROKEN;
	for (i = 2; i < argc; i++)
		if (merge_file(&m, argv[i]))
			m.exit = merge_worse(m.exit, UT_BROKEN);
	merge_missing(&m, list);
	return merge_write(&m, argv[0]);
}
