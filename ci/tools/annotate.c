// SPDX-License-Identifier: GPL-2.0-only
/*
 * GitHub's workflow commands: ::error file=F,line=N,title=T::MESSAGE. What the
 * guest said gets there escaped, so it can start no command of its own.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ci.h"

#define ANNOTATE_MAX 50		/* more than GitHub shows */
#define ANNOTATE_KUNIT "fs/iomap/tests/"	/* where kunit/ is in the tree */

struct annotate {
	int shown;
	char *file;		/* where the first failed check is, or NULL */
	unsigned long line;
	char *said;		/* what it said, or NULL */
};

static void annotate_escaped(const char *s, bool property)
{
	for (; *s; s++) {
		unsigned char c = *s;

		if (c == '%' || c == '\r' || c == '\n' ||
		    (property && (c == ':' || c == ',')))
			printf("%%%02X", c);
		else
			putchar(c < 0x20 || c == 0x7f ? '?' : c);
	}
}

static void annotate_forget(struct annotate *a)
{
	free(a->file);
	free(a->said);
	a->file = a->said = NULL;
	a->line = 0;
}

/*
 * Take "FILE:LINE" at the start of @s when there is such a file in the project;
 * the KUnit suites are in kunit/ there. Returns the text behind it, or NULL.
 */
static const char *annotate_place(struct annotate *a, const char *s)
{
	size_t len = strcspn(s, ": \t\n");
	unsigned long line;
	char *file, *end;

	if (s[len] != ':' || !isdigit((unsigned char)s[len + 1]))
		return NULL;
	line = strtoul(s + len + 1, &end, 10);
	if (ut_starts(s, ANNOTATE_KUNIT))
		file = ut_fmt("kunit/%.*s",
			      (int)(len - strlen(ANNOTATE_KUNIT)),
			      s + strlen(ANNOTATE_KUNIT));
	else
		file = ut_fmt("%.*s", (int)len, s);
	if (*file == '/' || strstr(file, "..") || !ut_exists(file)) {
		free(file);
		return NULL;
	}
	annotate_forget(a);
	a->file = file;
	a->line = line;
	return end + strspn(end, ": \t");
}

static void annotate_error(struct annotate *a, const char *title,
			   const char *text)
{
	if (++a->shown <= ANNOTATE_MAX) {
		printf("::error ");
		if (a->file) {
			printf("file=");
			annotate_escaped(a->file, true);
			printf(",line=%lu,", a->line);
		}
		printf("title=");
		annotate_escaped(title, true);
		printf("::");
		annotate_escaped(text, false);
		putchar('\n');
	}
	annotate_forget(a);
}

/*
 * "not ok 3 - name", or kunit.py's "[12:00:00] [FAILED] name": the name. What
 * passed or was skipped takes with it what was said before.
 */
static const char *annotate_failed(struct annotate *a, const char *line)
{
	const char *at = strstr(line, "[FAILED] ");

	line += strspn(line, " ");
	if (ut_starts(line, "not ok ") && !strstr(line, "# SKIP")) {
		line += strlen("not ok ");
		line += strspn(line, "0123456789");
		return line + strspn(line, " -");
	}
	if (ut_starts(line, "ok ") || ut_starts(line, "not ok ") ||
	    strstr(line, "[PASSED] ") || strstr(line, "[SKIPPED] "))
		annotate_forget(a);
	return at ? at + strlen("[FAILED] ") : NULL;
}

/* A failed check says where it is, and what, before its result line. */
static void annotate_said(struct annotate *a, const char *line)
{
	const char *at = strstr(line, "FAILED at ");
	const char *words = line + strspn(line, " #");

	if (a->file)
		return;
	at = annotate_place(a, at ? at + strlen("FAILED at ") : words);
	if (at)
		words = *at ? at : words;
	else if (!strchr(line, '#') || a->said)
		return;
	free(a->said);
	a->said = ut_strdup(words);
}

/* The line of results.ktap beside @json that belongs to @test. */
static void annotate_find(struct annotate *a, const char *json,
			  const json_t *test)
{
	const char *slash = strrchr(json, '/');
	char *path = ut_fmt("%.*sresults.ktap",
			    slash ? (int)(slash - json) + 1 : 0, json);
	char *want = ut_fmt("%s.%s.%s", ci_text(test, "profile"),
			    ci_text(test, "fs"), ci_text(test, "name"));
	char *text = ut_read(path, NULL);
	char *rest = text, *line;

	while (rest && (line = strsep(&rest, "\n"))) {
		const char *failed = annotate_failed(a, line);

		if (failed && !strcmp(failed, want))
			break;
		if (failed && *line != ' ')
			annotate_forget(a);
		annotate_said(a, line);
	}
	if (!rest)
		annotate_forget(a);
	free(text);
	free(want);
	free(path);
}

/* Where tests/cases has the case: for what names no line of source itself. */
static void annotate_case(struct annotate *a, const char *name)
{
	char *text = ut_read("tests/cases", NULL);
	char *rest = text, *line;
	unsigned long nr = 0;

	while (rest && (line = strsep(&rest, "\n"))) {
		size_t len = strcspn(line, " \t");

		nr++;
		if (len == strlen(name) && !strncmp(line, name, len)) {
			a->file = ut_strdup("tests/cases");
			a->line = nr;
			break;
		}
	}
	free(text);
}

static void annotate_test(struct annotate *a, const char *json,
			  const json_t *test)
{
	const char *reason = ci_text(test, "reason");
	const char *behind = annotate_place(a, reason);
	char *title, *text;

	if (!behind)
		annotate_find(a, json, test);
	if (!a->file) {
		annotate_forget(a);
		annotate_case(a, ci_text(test, "name"));
	}
	title = ut_fmt("%s: %s (%s %s)", ci_text(test, "outcome"),
		       ci_text(test, "name"), ci_text(test, "profile"),
		       ci_text(test, "fs"));
	text = ut_fmt("%s%s%s%s%s\nrepeat it: %s", behind ? behind :
		      *reason ? reason : "no reason given",
		      a->said ? "\n" : "", a->said ? a->said : "",
		      *ci_text(test, "again") ? ", " : "",
		      ci_text(test, "again"), ci_text(test, "repro"));
	annotate_error(a, title, text);
	free(text);
	free(title);
}

static int annotate_json(struct annotate *a, const char *path)
{
	json_t *root = ci_load(path);
	json_t *test;
	size_t i;

	if (!root)
		return UT_BROKEN;
	json_array_foreach(json_object_get(root, "tests"), i, test) {
		const char *outcome = ci_text(test, "outcome");

		if (strcmp(outcome, "pass") && strcmp(outcome, "skip"))
			annotate_test(a, path, test);
	}
	json_decref(root);
	return UT_PASS;
}

static int annotate_log(struct annotate *a, const char *path)
{
	char *text = ut_read(path, NULL);
	char *rest = text, *line;

	if (!text)
		return ci_err("%s cannot be read", path);
	while ((line = strsep(&rest, "\n"))) {
		const char *failed = annotate_failed(a, line);

		if (failed)
			annotate_error(a, failed, a->said ? a->said : path);
		else
			annotate_said(a, line);
	}
	free(text);
	annotate_forget(a);
	return UT_PASS;
}

int annotate_command(int argc, char **argv)
{
	struct annotate a = { 0 };
	int worst = UT_PASS;
	int i;

	for (i = 0; i < argc; i++) {
		int ret = ut_glob("*.json", argv[i]) ?
			annotate_json(&a, argv[i]) : annotate_log(&a, argv[i]);

		worst = ret ? ret : worst;
	}
	if (a.shown > ANNOTATE_MAX)
		printf("::error title=more failures::%d more are in the "
		       "results\n", a.shown - ANNOTATE_MAX);
	return worst;
}
