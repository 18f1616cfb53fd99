// SPDX-License-Identifier: GPL-2.0-only
/* What a run left: see ab.h. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "ab.h"

/* "    # ab 7 write 0x0 0x1000 | result=..." as the guest's cases print it */
static void read_line(struct ab_case *c, char *line)
{
	char *bar = strstr(line, " | ");
	char *nr;

	if (!bar)
		return;
	*bar = '\0';
	nr = ut_word(&line);
	if (!nr)
		return;
	c->v = ut_grow(c->v, c->n, sizeof(*c->v));
	c->v[c->n++] = (struct ab_line) {
		.nr = ut_strdup(nr), .op = ut_strdup(ut_trim(line)),
		.fields = ut_strdup(bar + 3),
	};
}

/* The lines between the case's start and the next one's */
static void read_report(struct ab_case *c, const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	bool inside = false;

	while (rest && (line = strsep(&rest, "\n"))) {
		if (ut_starts(line, "# wt-start ")) {
			char *name = strrchr(line, ' ') + 1;

			inside = !strcmp(name, c->name);
		} else if (inside && ut_starts(line, "    # ab ")) {
			read_line(c, line + strlen("    # ab "));
		}
	}
	free(text);
}

static char *read_text(json_t *test, const char *key)
{
	const char *s = json_string_value(json_object_get(test, key));

	return ut_strdup(s ? s : "");
}

static void read_case(struct ab_run *run, const char *dir, json_t *test)
{
	int boot = json_integer_value(json_object_get(test, "boot"));
	char *path = ut_fmt("%s/boot-%d/report.ktap", dir, boot);
	struct ab_case c = {
		.name = read_text(test, "name"),
		.profile = read_text(test, "profile"),
		.fs = read_text(test, "fs"),
		.outcome = read_text(test, "outcome"),
		.reason = read_text(test, "reason"),
	};

	read_report(&c, path);
	free(path);
	run->v = ut_grow(run->v, run->n, sizeof(*run->v));
	run->v[run->n++] = c;
}

bool ab_read(struct ab_run *run, const char *dir)
{
	char *path = ut_fmt("%s/run.json", dir);
	json_t *root = json_load_file(path, 0, NULL);
	json_t *test;
	size_t i;

	json_array_foreach(json_object_get(root, "tests"), i, test)
		read_case(run, dir, test);
	if (!run->n)
		ut_err("%s: no results of a case", path);
	json_decref(root);
	free(path);
	return run->n;
}
