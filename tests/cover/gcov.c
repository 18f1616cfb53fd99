// SPDX-License-Identifier: GPL-2.0-only
/*
 * What ran, from gcov(1)'s JSON: see cover.h.
 *
 * A line comes once for each function that has it, and with a header once for
 * each object: what was inlined is told where it went.  Such copies add up.
 * In one that the compiler could simplify branches are missing, and which is
 * not told: it adds to the line, and not to its branches.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"

/* gcov has the path as the compiler was given it. */
static struct cover_file *gcov_file(struct cover *c, const char *path)
{
	size_t len = strlen(path), i;

	for (i = 0; i < c->n; i++) {
		size_t n = strlen(c->files[i].path);

		if (n < len && path[len - n - 1] == '/' &&
		    !strcmp(path + len - n, c->files[i].path))
			return &c->files[i];
	}
	return NULL;
}

static struct cover_line *gcov_line(struct cover_file *f, int nr)
{
	size_t from = 0, to = f->n;

	while (from < to) {
		size_t i = (from + to) / 2;

		if (f->v[i].nr == nr)
			return &f->v[i];
		if (f->v[i].nr < nr)
			from = i + 1;
		else
			to = i;
	}
	return NULL;
}

static bool gcov_branches(struct cover_line *l, json_t *branches)
{
	size_t n = json_array_size(branches), i;

	if (n < l->nr_branches)
		return true;
	if (n > l->nr_branches) {
		free(l->branches);
		l->branches = ut_zalloc(n * sizeof(*l->branches));
		l->nr_branches = n;
	}
	for (i = 0; i < n; i++) {
		json_t *count = json_object_get(json_array_get(branches, i),
						"count");

		if (!json_is_integer(count))
			return false;
		l->branches[i] += json_integer_value(count);
	}
	return true;
}

static bool gcov_add(struct cover_file *f, json_t *line)
{
	struct cover_line *l;
	json_int_t count;
	json_t *branches;
	int nr;

	if (json_unpack(line, "{s:i, s:I, s:o}", "line_number", &nr, "count",
			&count, "branches", &branches))
		return false;
	l = gcov_line(f, nr);
	if (!l)
		return true;
	l->code = true;
	l->count += count;
	return gcov_branches(l, branches);
}

static bool gcov_object(struct cover *c, json_t *object)
{
	json_t *files = json_object_get(object, "files"), *file, *line;
	size_t i, j;

	json_array_foreach(files, i, file) {
		const char *path =
			json_string_value(json_object_get(file, "file"));
		struct cover_file *f = path ? gcov_file(c, path) : NULL;

		if (!path)
			return false;
		if (!f)
			continue;
		f->known = true;
		json_array_foreach(json_object_get(file, "lines"), j, line)
			if (!gcov_add(f, line))
				return false;
	}
	return json_is_array(files);
}

bool cover_gcov(struct cover *c, const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	bool good = text, any = false;

	while (good && rest && (line = strsep(&rest, "\n"))) {
		json_t *object;

		if (*line != '{')
			continue;
		object = json_loads(line, 0, NULL);
		good = object && gcov_object(c, object);
		any = true;
		json_decref(object);
	}
	free(text);
	if (!good || !any)
		ut_err("%s: not what gcov --json-format --stdout prints", path);
	return good && any;
}
