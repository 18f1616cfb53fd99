// SPDX-License-Identifier: GPL-2.0-only
/* Why something does not run: see cover.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"

static bool reason_head(struct cover *c, char *line, int nr)
{
	char *colon = strstr(line, ": ");

	if (!colon)
		return false;
	*colon = '\0';
	c->reasons = ut_grow(c->reasons, c->nr_reasons, sizeof(*c->reasons));
	c->reasons[c->nr_reasons++] = (struct cover_reason) {
		.path = ut_strdup(line), .text = ut_strdup(ut_trim(colon + 2)),
		.reason = ut_strdup(""), .line = nr,
	};
	return true;
}

static bool reason_more(struct cover *c, char *line)
{
	struct cover_reason *r;
	char *both;

	if (!c->nr_reasons)
		return false;
	r = &c->reasons[c->nr_reasons - 1];
	both = ut_fmt("%s%s%s", r->reason, *r->reason ? " " : "",
		      ut_trim(line));
	free(r->reason);
	r->reason = both;
	return true;
}

bool cover_reasons(struct cover *c, const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	int nr = 0;

	if (!text)
		ut_err("%s cannot be read", path);
	while (rest && (line = strsep(&rest, "\n"))) {
		nr++;
		if (!*line || *line == '#')
			continue;
		if (*line == '\t' ? reason_more(c, line) :
		    reason_head(c, line, nr))
			continue;
		ut_err("%s:%d: neither PATH: TEXT nor a reason below one", path,
		       nr);
		c->errors++;
	}
	free(text);
	return text;
}

static struct cover_reason *reason_find(struct cover *c, const char *path,
					const struct cover_line *l)
{
	size_t i;

	for (i = 0; i < c->nr_reasons; i++)
		if (!strcmp(c->reasons[i].path, path) &&
		    strstr(l->text, c->reasons[i].text))
			return &c->reasons[i];
	return NULL;
}

void cover_explain(struct cover *c)
{
	size_t i, j;

	for (i = 0; i < c->n; i++) {
		struct cover_file *f = &c->files[i];

		for (j = 0; j < f->n; j++) {
			struct cover_reason *r;

			if (cover_whole(&f->v[j]))
				continue;
			r = reason_find(c, f->path, &f->v[j]);
			if (!r)
				continue;
			r->used++;
			f->v[j].reason = r;
		}
	}
}
