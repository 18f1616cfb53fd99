// SPDX-License-Identifier: GPL-2.0-only
/* What ran, for people and for programs: see cover.h. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"

static void out_row(struct ut_buf *b, const char *name,
		    const struct cover_sum *s)
{
	ut_addf(b, "| %s | %zu | %.1f %% | %zu | %.1f %% |\n", name, s->lines,
		cover_percent(s->ran, s->lines), s->branches,
		cover_percent(s->taken, s->branches));
}

static void out_table(struct ut_buf *b, const struct cover *c)
{
	struct cover_sum all = cover_sum(c);
	size_t i;

	ut_addf(b, "| added by the series to | lines | ran | branches | taken "
		"|\n| --- | --- | --- | --- | --- |\n");
	for (i = 0; i < c->n; i++) {
		struct cover_sum s = { 0 };

		cover_add(&s, &c->files[i]);
		if (s.lines)
			out_row(b, c->files[i].path, &s);
	}
	out_row(b, "all", &all);
}

/* A bar in the text would end the column. */
static void out_text(struct ut_buf *b, const char *s)
{
	for (; *s; s++)
		ut_add(b, *s == '|' ? "\\|" : s, *s == '|' ? 2 : 1);
}

static void out_line(struct ut_buf *b, const struct cover_file *f,
		     const struct cover_line *l)
{
	ut_addf(b, "| %s:%d | `", f->path, l->nr);
	out_text(b, l->text);
	ut_addf(b, "` | ");
	if (l->count)
		ut_addf(b, "%zu of %zu branches | ", cover_taken(l),
			l->nr_branches);
	else
		ut_addf(b, "never | ");
	out_text(b, l->reason ? l->reason->reason : "NOT EXPLAINED");
	ut_addf(b, " |\n");
}

static void out_rest(struct ut_buf *b, const struct cover *c, bool ran)
{
	size_t i, j;

	ut_addf(b, "\n## %s\n\n| where | text | ran | why |\n"
		"| --- | --- | --- | --- |\n",
		ran ? "Branches that were not taken" : "Lines that never ran");
	for (i = 0; i < c->n; i++)
		for (j = 0; j < c->files[i].n; j++) {
			const struct cover_line *l = &c->files[i].v[j];

			if (!cover_whole(l) && (l->count > 0) == ran)
				out_line(b, &c->files[i], l);
		}
}

static void out_markdown(const struct cover *c, const char *dir)
{
	char *path = ut_fmt("%s/summary.md", dir);
	struct ut_buf b = { 0 };

	ut_addf(&b, "# What ran of the lines that the series adds\n\n");
	out_table(&b, c);
	fputs(ut_str(&b), stdout);
	out_rest(&b, c, false);
	out_rest(&b, c, true);
	ut_write(path, ut_str(&b));
	ut_free(&b);
	free(path);
}

static json_t *out_json_file(const struct cover_file *f)
{
	struct cover_sum s = { 0 };
	json_t *rest = json_array();
	size_t i;

	cover_add(&s, f);
	for (i = 0; i < f->n; i++) {
		const struct cover_line *l = &f->v[i];

		if (cover_whole(l))
			continue;
		json_array_append_new(rest, json_pack(
			"{s:i, s:s, s:I, s:I, s:I, s:s?}", "line", l->nr,
			"text", l->text, "count", (json_int_t)l->count,
			"branches", (json_int_t)l->nr_branches,
			"taken", (json_int_t)cover_taken(l), "reason",
			l->reason ? l->reason->reason : NULL));
	}
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:o}", "file", f->path,
			 "lines", (json_int_t)s.lines,
			 "ran", (json_int_t)s.ran,
			 "branches", (json_int_t)s.branches,
			 "taken", (json_int_t)s.taken, "rest", rest);
}

void cover_out(const struct cover *c, const char *dir, int status)
{
	struct cover_sum s = cover_sum(c);
	char *path = ut_fmt("%s/coverage.json", dir);
	json_t *files = json_array(), *all;
	char *text;
	size_t i;

	out_markdown(c, dir);
	for (i = 0; i < c->n; i++)
		json_array_append_new(files, out_json_file(&c->files[i]));
	all = json_pack("{s:i, s:f, s:f, s:o}", "exit", status,
			"lines_percent", cover_percent(s.ran, s.lines),
			"branches_percent",
			cover_percent(s.taken, s.branches), "files", files);
	text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(4));
	ut_write(path, text);
	free(text);
	json_decref(all);
	free(path);
}
