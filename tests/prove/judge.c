// SPDX-License-Identifier: GPL-2.0-only
/*
 * What came of the tests that claim to kill a mutant. Without one it is the
 * same judgement: then all of them must survive.
 *
 * Only an assertion of the test itself is a kill. That the kernel warned while
 * the test ran, died or hung is told apart, because it proves much less: any
 * test would have noticed.
 */
#define _GNU_SOURCE
#include <glob.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "run.h"

static void judge_set(struct claim *c, enum verdict v, const char *why,
		      size_t len)
{
	c->verdict = v;
	free(c->why);
	c->why = len ? ut_fmt("%.*s", (int)len, why) : NULL;
}

static void judge_say(struct claim *c, enum verdict v, const char *why)
{
	judge_set(c, v, why, strlen(why));
}

/* "    not ok 3 NAME", as a suite's case has it: the rest behind it, or NULL */
static const char *judge_result(const char *line, const char *name, bool *ok)
{
	if (!ut_starts(line, "    ") || line[4] == ' ')
		return NULL;
	line += 4;
	*ok = !ut_starts(line, "not ");
	line += *ok ? 0 : 4;
	if (!ut_starts(line, "ok "))
		return NULL;
	line += 3;
	line += strspn(line, "0123456789 ");
	if (!ut_starts(line, name))
		return NULL;
	line += strlen(name);
	return *line && *line != ' ' ? NULL : line;
}

/* Failures at the end of every case: not the case's own assertions. */
static bool judge_is_health(const char *line)
{
	return strstr(line, "the kernel warned, see its log") ||
	       strstr(line, "lockdep reported, see the kernel log");
}

/* "EXPECTATION FAILED at FILE:LINE": where FILE begins */
static const char *judge_failed_at(const char *line)
{
	static const char at[] = " FAILED at ";
	const char *where = strstr(line, at);

	return where ? where + strlen(at) : NULL;
}

/* The first failed assertion before @end that is not about health */
static const char *judge_assertion(const char *text, const char *end)
{
	const char *found = NULL, *line, *next;

	for (line = text; line && line < end; line = next) {
		char *copy;

		next = strchr(line, '\n');
		copy = ut_fmt("%.*s", next ? (int)(next - line) : -1, line);
		next = next ? next + 1 : NULL;
		if (judge_failed_at(copy)) {
			if (found)
				return found;
			found = judge_failed_at(line);
		} else if (judge_is_health(copy)) {
			found = NULL;
		}
		free(copy);
	}
	return found;
}

static void judge_kunit_case(struct claim *c, const char *text,
			     const char *end, const char *rest, bool ok)
{
	const char *where;

	if (ut_starts(rest, " # SKIP")) {
		judge_say(c, V_BROKEN, "it was skipped");
		return;
	}
	if (ok) {
		judge_set(c, V_SURVIVED, "", 0);
		return;
	}
	where = judge_assertion(text, end);
	if (where)
		judge_set(c, V_KILLED, where, strcspn(where, "\n"));
	else
		judge_say(c, V_SPLAT, "the kernel complained");
}

/* Where @suite's report begins; NULL when there is none */
static const char *judge_suite(const char *ktap, const char *suite)
{
	char *head = ut_fmt("# Subtest: %s\n", suite);
	const char *begin = strstr(ktap, head);

	free(head);
	return begin;
}

void judge_kunit(struct claim *c, const char *ktap)
{
	const char *dot = strchr(c->name, '.');
	char *suite = ut_fmt("%.*s", (int)(dot - c->name), c->name);
	const char *text = judge_suite(ktap, suite);
	const char *line, *next, *rest;
	bool ok;

	free(suite);
	if (!text) {
		judge_say(c, V_BROKEN, "the kernel did not run the suite");
		return;
	}
	for (line = text; line; line = next) {
		char *copy;

		next = strchr(line, '\n');
		copy = ut_fmt("%.*s", next ? (int)(next - line) : -1, line);
		next = next ? next + 1 : NULL;
		rest = judge_result(copy, dot + 1, &ok);
		if (rest) {
			judge_kunit_case(c, text, line, rest, ok);
			free(copy);
			return;
		}
		free(copy);
	}
	/* What was asserted before the kernel died of it was seen in time. */
	rest = judge_assertion(text, text + strlen(text));
	if (rest)
		judge_set(c, V_KILLED, rest, strcspn(rest, "\n"));
	else if (c->seconds >= RUN_KUNIT_LIMIT)
		judge_say(c, V_HANG, "it does not end");
	else
		judge_say(c, V_SPLAT, "the kernel died");
}

/* "    ok 3 NAME" of a case, whatever its name */
static bool judge_any(const char *line, bool *ok, char **name)
{
	const char *number;

	if (!ut_starts(line, "    ") || line[4] == ' ' ||
	    (!ut_starts(line + 4, "ok ") && !ut_starts(line + 4, "not ok ")))
		return false;
	*ok = ut_starts(line + 4, "ok ");
	number = line + 4 + (*ok ? 3 : 7);
	number += strspn(number, "0123456789 ");
	*name = ut_fmt("%.*s", (int)strcspn(number, " "), number);
	return true;
}

size_t judge_suites(const char *ktap, size_t cases, bool endless,
		    enum verdict *verdict, char **why)
{
	const char *begin = ktap, *line, *next;
	size_t n = 0;

	*verdict = V_SURVIVED;
	*why = NULL;
	for (line = ktap; line && *line; line = next) {
		struct claim c = { 0 };
		char *copy, *name;
		bool ok;

		next = strchr(line, '\n');
		copy = ut_fmt("%.*s", next ? (int)(next - line) : -1, line);
		next = next ? next + 1 : NULL;
		if (judge_any(copy, &ok, &name)) {
			n++;
			judge_kunit_case(&c, begin, line, "", ok);
			/* An assertion is more than a splat before it. */
			if (!ok && (*verdict == V_SURVIVED ||
				    c.verdict == V_KILLED)) {
				*verdict = c.verdict;
				*why = ut_fmt("%s: %s", name, c.why);
			}
			begin = next ? next : line;
			free(name);
			free(c.why);
		}
		free(copy);
		if (*verdict == V_KILLED)
			return n;
	}
	if (*verdict != V_SURVIVED || n >= cases)
		return n;
	/* What was asserted before the kernel died of it was seen in time. */
	line = judge_assertion(begin, begin + strlen(begin));
	*verdict = line ? V_KILLED : endless ? V_HANG : V_SPLAT;
	*why = line ? ut_fmt("%.*s", (int)strcspn(line, "\n"), line) :
		ut_fmt("after %zu of %zu cases", n, cases);
	return n;
}

/*
 * Does the guest itself say, in one of its reports, that @name failed by an
 * assertion? Which one, or NULL; the caller frees.
 */
static char *judge_said(const char *report, const char *name)
{
	char *text = ut_read(report, NULL), *rest = text, *line;
	char *found = NULL;
	bool inside = false, failed = false;

	while (rest && !failed && (line = strsep(&rest, "\n"))) {
		char *last = strrchr(line, ' ');

		if (ut_starts(line, "# wt-start "))
			inside = last && !strcmp(last + 1, name);
		if (!inside)
			continue;
		if (ut_starts(line, "# wt-broken "))
			break;
		failed = ut_starts(line, "not ok ");
		line = ut_trim(line);
		if (judge_is_health(line)) {
			free(found);
			found = NULL;
		} else if (!found && judge_failed_at(line)) {
			found = ut_strdup(judge_failed_at(line));
		} else if (!found && strstr(line, "tests/guest/")) {
			found = ut_strdup(strstr(line, "tests/guest/"));
		}
	}
	free(text);
	if (failed)
		return found;
	free(found);
	return NULL;
}

/* Its reason is an assertion of the judge of write logs (vm/supervisor/judge.c). */
static bool judge_by_log(const char *reason)
{
	return ut_starts(reason, "tests/replay/");
}

static void judge_fail(struct claim *c, const char *dir, const char *reason)
{
	char *pattern = ut_fmt("%s/boot-*/report.ktap", dir);
	char *said = NULL;
	glob_t g = { 0 };
	size_t i;

	if (!glob(pattern, 0, NULL, &g))
		for (i = 0; i < g.gl_pathc && !said; i++)
			said = judge_said(g.gl_pathv[i], c->name);
	if (said || judge_by_log(reason))
		judge_say(c, V_KILLED, said ? said : reason);
	else if (strstr(reason, "hung"))
		judge_say(c, V_HANG, reason);
	else
		judge_say(c, V_SPLAT, reason);
	globfree(&g);
	free(said);
	free(pattern);
}

static void judge_test(struct claim *c, json_t *test, const char *dir)
{
	const char *outcome, *reason;

	outcome = json_string_value(json_object_get(test, "outcome"));
	reason = json_string_value(json_object_get(test, "reason"));
	c->seconds = json_number_value(json_object_get(test, "seconds"));
	if (!reason)
		reason = "";
	if (outcome && !strcmp(outcome, "pass"))
		judge_set(c, V_SURVIVED, "", 0);
	else if (outcome && !strcmp(outcome, "fail"))
		judge_fail(c, dir, reason);
	else
		judge_say(c, V_BROKEN, *reason ? reason : "no result");
}

void judge_guest(struct claim *claims, size_t n, const char *dir)
{
	char *path = ut_fmt("%s/run.json", dir);
	json_t *root = json_load_file(path, 0, NULL);
	json_t *test;
	size_t i, j;

	for (i = 0; i < n; i++)
		judge_say(&claims[i], V_BROKEN, "the guest was not run");
	json_array_foreach(json_object_get(root, "tests"), j, test) {
		const char *name;

		name = json_string_value(json_object_get(test, "name"));
		for (i = 0; name && i < n; i++)
			if (!strcmp(claims[i].name, name))
				judge_test(&claims[i], test, dir);
	}
	json_decref(root);
	free(path);
}

/* Is @v more of a verdict than @than? */
static bool judge_more(enum verdict v, enum verdict than)
{
	static const int rank[] = {
		[V_SURVIVED] = 0, [V_BROKEN] = 1, [V_HANG] = 2, [V_SPLAT] = 3,
		[V_KILLED] = 4,
	};

	return rank[v] > rank[than];
}

/*
 * No case failed, and yet there is no result: the kernel did not come up, or is
 * still busy.  Else it is nothing of the kernel's.
 */
static enum verdict judge_lost(const char *why, bool endless)
{
	if (endless || strstr(why, "the guest hung"))
		return V_HANG;
	return strstr(why, "the kernel did not come up") ||
	       strstr(why, "the kernel died") ? V_SPLAT : V_BROKEN;
}

size_t judge_boot(const char *dir, size_t cases, bool endless,
		  enum verdict *verdict, char **why)
{
	char *path = ut_fmt("%s/run.json", dir ? dir : "");
	json_t *root = json_load_file(path, 0, NULL), *test;
	size_t n = 0, i;

	*verdict = root ? V_SURVIVED : V_BROKEN;
	*why = root ? NULL : ut_strdup("the guest was not run");
	json_array_foreach(json_object_get(root, "tests"), i, test) {
		json_t *name = json_object_get(test, "name");
		json_t *outcome = json_object_get(test, "outcome");
		struct claim c = { .name = (char *)json_string_value(name) };

		if (!strcmp(json_string_value(outcome), "skip"))
			continue;
		judge_test(&c, test, dir);
		n += c.verdict == V_SURVIVED;
		if (judge_more(c.verdict, *verdict)) {
			*verdict = c.verdict;
			free(*why);
			*why = ut_fmt("%s: %s", c.name, c.why ? c.why :
				      "failed");
		}
		free(c.why);
	}
	if (*verdict == V_BROKEN)
		*verdict = judge_lost(*why, endless);
	else if (*verdict == V_SURVIVED && n < cases)
		*why = ut_fmt("%zu of %zu cases passed, none failed", n, cases);
	json_decref(root);
	free(path);
	return n;
}
