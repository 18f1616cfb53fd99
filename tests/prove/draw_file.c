// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be drawn: the lines that the series adds, and their changes.  The
 * commits of the tree are one past refs/wt/base, which ci/mutants sets.
 */
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "../cover/cover.h"

static bool draw_wants(const struct drawer *d, const char *file)
{
	char *copy, *rest, *glob;
	bool hit = false;

	if (!d->globs)
		return true;
	copy = rest = ut_strdup(d->globs);
	while (!hit && (glob = ut_word(&rest)))
		hit = ut_glob(glob, file);
	free(copy);
	return hit;
}

/* DRAW_JUDGES: nobody, no kernel has it. */
static enum draw_judge draw_who(struct drawer *d, const char *file)
{
	enum draw_judge judge = draw_judge(file, true);

	draw_build_base(d, judge);
	if (draw_has(judge, file))
		return judge;
	if (judge != DRAW_KUNIT)
		return DRAW_JUDGES;
	judge = draw_judge(file, false);
	draw_build_base(d, judge);
	return draw_has(judge, file) ? judge : DRAW_JUDGES;
}

static void draw_line(struct drawer *d, const struct draw *where,
		      const struct mutates *m)
{
	size_t i;

	d->base[where->judge].lines++;
	for (i = 0; i < m->n; i++) {
		d->v = ut_grow(d->v, d->n, sizeof(*d->v));
		d->v[d->n] = *where;
		d->v[d->n++].to = m->v[i];
	}
}

static void draw_file(struct drawer *d, const struct cover_file *f,
		      enum draw_judge judge)
{
	char *path = ut_fmt("%s/%s", RUN_TREE, f->path);
	char *text = ut_read(path, NULL), *rest = text, *line;
	struct draw where = { .file = f->path, .judge = judge };
	bool comment = false;
	size_t i = 0;
	int nr;

	d->base[judge].files++;
	for (nr = 1; rest && (line = strsep(&rest, "\n")); nr++) {
		struct mutates m = { 0 };

		mutate_line(&m, line, &comment);
		while (i < f->n && f->v[i].nr < nr)
			i++;
		if (i == f->n || f->v[i].nr != nr || !m.n)
			continue;
		where.nr = nr;
		draw_line(d, &where, &m);
	}
	free(text);
	free(path);
}

bool draw_read(struct drawer *d)
{
	static const char *const argv[] = {
		"git", "-C", RUN_TREE, "diff", "-U0", "--no-color",
		"--no-ext-diff", "--no-renames", "--src-prefix=a/",
		"--dst-prefix=b/", "refs/wt/base", "HEAD", "--", "*.c",
		":!*/tests/*", NULL
	};
	struct cover c = { 0 };
	enum draw_judge judge;
	size_t i;

	if (step_run(DRAW_DIR "/diff", NULL, argv) ||
	    !cover_diff(&c, DRAW_DIR "/diff"))
		return false;
	for (i = 0; i < c.n; i++) {
		if (!draw_wants(d, c.files[i].path))
			continue;
		judge = draw_who(d, c.files[i].path);
		if (judge != DRAW_JUDGES) {
			draw_file(d, &c.files[i], judge);
		} else {
			d->files_out++;
			d->lines_out += c.files[i].n;
		}
	}
	return d->n;
}

bool draw_write(const struct draw *m)
{
	char *path = ut_fmt("%s/%s", RUN_TREE, m->file);
	char *text = ut_read(path, NULL), *rest = text, *line;
	struct ut_buf b = { 0 };
	int nr, ret;

	for (nr = 1; rest && (line = strsep(&rest, "\n")); nr++)
		ut_addf(&b, "%s%s", nr == m->nr ? m->to.line : line,
			rest ? "\n" : "");
	ret = ut_write(path, ut_str(&b));
	ut_free(&b);
	free(text);
	free(path);
	return !ret;
}
