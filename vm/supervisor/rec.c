// SPDX-License-Identifier: GPL-2.0-only
/* See out.h: run.json, written and read back. */
#define _GNU_SOURCE
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "out.h"

static json_t *rec_text(const char *s)
{
	return s && *s ? json_string(s) : json_null();
}

static json_t *rec_rules(const struct res *r)
{
	json_t *array = json_array();
	char *copy, *rest, *word;

	copy = rest = ut_strdup(r->tc ? r->tc->rules : "-");
	while ((word = strsep(&rest, ",")))
		if (*word && strcmp(word, "-"))
			json_array_append_new(array, json_string(word));
	free(copy);
	return array;
}

struct rec_ctx {
	const struct run *run;
	json_t *tests;
};

static void rec_test(void *ctx, const struct res *r)
{
	static const char *const again[] = {
		[RES_ONCE] = "", [RES_SOLID] = "solid", [RES_FLAKY] = "flaky",
	};
	struct rec_ctx *c = ctx;
	bool bad = res_worse(r->outcome, OUT_PASS);
	char *repro = bad ? out_repro(c->run, r) : NULL;

	json_array_append_new(c->tests, json_pack(
		"{s:s, s:o, s:s, s:f, s:o, s:o, s:s, s:s, s:s, s:i, s:o}",
		"name", r->name, "rules", rec_rules(r),
		"outcome", ktap_word(r->outcome), "seconds", r->seconds,
		"reason", rec_text(r->reason), "repro", rec_text(repro),
		"profile", r->group->prof->name, "fs", r->group->fs->name,
		"kernel", r->group->unpatched ? "unpatched" : "patched",
		"boot", r->boot, "again", rec_text(again[r->again])));
	free(repro);
}

static json_t *rec_boots(const struct run *run)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < run->nr_boots; i++) {
		const struct run_boot *b = &run->boots[i];

		json_array_append_new(array, json_pack(
			"{s:i, s:s, s:s, s:s, s:f, s:f, s:i, s:o, s:o, s:o, s:b}",
			"boot", b->nr, "profile", b->group->prof->name,
			"fs", b->group->fs->name, "kernel",
			b->group->unpatched ? "unpatched" : "patched",
			"boot_seconds", b->first, "seconds", b->seconds,
			"cases", (int)b->cases, "release",
			rec_text(b->release), "build_id",
			rec_text(b->build_id), "why", rec_text(b->why),
			"again", b->again));
	}
	return array;
}

/* Of the first boot of our own kernel. */
static const struct run_boot *rec_first(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->nr_boots; i++)
		if (!run->boots[i].group->unpatched && run->boots[i].first > 0)
			return &run->boots[i];
	return NULL;
}

/* The commit that was built, as vm/kernel wrote it down. Its uncommitted
 * changes are in no commit: the build id is what tells two builds apart. */
static json_t *rec_series(const struct run *run)
{
	char *path = ut_fmt("%s/.series", run->kernel_dir);
	char *text = ut_read(path, NULL);
	json_t *series = rec_text(text ? ut_trim(text) : NULL);

	free(text);
	free(path);
	return series;
}

/* What makes two runs alike, as far as time goes: words, or NULL for all. */
static char *rec_asked(const struct args *a)
{
	if (a->mode == ARGS_SHELL)
		return ut_strdup(a->gdb ? "--gdb" : "--shell");
	if (a->mode == ARGS_RUN)
		return ut_fmt("RUN=%s", a->run);
	if (a->repeat > 1)
		return ut_fmt("%s REPEAT=%u", a->tests ? a->tests : "",
			      a->repeat);
	return a->tests ? ut_strdup(a->tests) : NULL;
}

int out_json(const struct run *run)
{
	struct rec_ctx c = { .run = run, .tests = json_array() };
	const struct run_boot *first = rec_first(run);
	const struct args *a = &run->args;
	char *asked = rec_asked(a);
	char *path, *text;
	json_t *root;
	int ret;

	out_each(run, rec_test, &c);
	root = json_pack("{s:s, s:{s:o, s:o, s:o}, s:s, s:{s:s, s:s}, s:o, "
			 "s:o, s:s, s:I, s:o, s:s, s:f, s:f, s:o, s:o, s:i}",
		"run", run->id, "kernel",
		"release", rec_text(first ? first->release : NULL),
		"build_id", rec_text(run->build_id),
		"series", rec_series(run), "qemu", run->qemu.version,
		"accel", "name", run->accel.name, "reason", run->accel.reason,
		"profile", rec_text(a->profile), "fs", rec_text(a->fs),
		"cfg", a->cfg, "seed", (json_int_t)a->seed,
		"tests_asked", rec_text(asked), "tier",
		a->full ? "full" : "quick",
		"seconds", run->seconds, "boot_seconds",
		first ? first->first : 0.0, "boots", rec_boots(run),
		"tests", c.tests, "exit",
		a->mode == ARGS_RUN ? out_exit(run) : run->status);
	free(asked);
	if (!root)
		return -ENOMEM;
	path = ut_fmt("%s/run.json", run->dir);
	text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
	ret = text ? ut_write(path, text) : -ENOMEM;
	free(text);
	free(path);
	json_decref(root);
	return ret;
}

/* Is this the same as the last run's asked-for value (null: not given)? */
static bool rec_same(json_t *root, const char *key, const char *value)
{
	const char *was = json_string_value(json_object_get(root, key));

	return !strcmp(was ? was : "", value ? value : "");
}

static void rec_recall(struct run *run, json_t *test)
{
	const char *name, *prof, *fs, *kernel, *outcome;
	double seconds;
	size_t i, j;

	if (json_unpack(test, "{s:s, s:s, s:s, s:s, s:s, s:F}", "name", &name,
			"profile", &prof, "fs", &fs, "kernel", &kernel,
			"outcome", &outcome, "seconds", &seconds) ||
	    strcmp(outcome, "pass"))
		return;
	for (i = 0; i < run->nr_groups; i++) {
		struct group *g = &run->groups[i];

		if (strcmp(g->prof->name, prof) || strcmp(g->fs->name, fs) ||
		    g->unpatched != !strcmp(kernel, "unpatched"))
			continue;
		for (j = 0; j < g->n; j++)
			if (g->v[j].last < 0 && !strcmp(g->v[j].name, name))
				g->v[j].last = seconds;
	}
}

static void rec_remember(struct run *run, const char *path)
{
	json_t *root = json_load_file(path, 0, NULL);
	const struct args *a = &run->args;
	char *asked = rec_asked(a);
	json_t *test;
	size_t i;

	if (!root)
		goto out;
	/* Times of another lane or accelerator say nothing. */
	if (!rec_same(root, "cfg", a->cfg) ||
	    !rec_same(json_object_get(root, "accel"), "name",
		      run->accel.name))
		goto out;
	if (run->last < 0 &&
	    !json_integer_value(json_object_get(root, "exit")) &&
	    rec_same(root, "profile", a->profile) &&
	    rec_same(root, "fs", a->fs) &&
	    rec_same(root, "tests_asked", asked))
		run->last = json_number_value(json_object_get(root,
							      "seconds"));
	json_array_foreach(json_object_get(root, "tests"), i, test)
		rec_recall(run, test);
out:
	free(asked);
	json_decref(root);
}

void out_history(struct run *run)
{
	size_t n, i;
	char **dirs = out_runs(run->build, &n);

	run->last = -1;
	for (i = n; i-- > 0;) {
		char *path = ut_fmt("%s/run.json", dirs[i]);

		rec_remember(run, path);
		free(path);
		free(dirs[i]);
	}
	free(dirs);
}
