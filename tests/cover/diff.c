// SPDX-License-Identifier: GPL-2.0-only
/* The lines that the series adds: see cover.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"

static struct cover_file *diff_file(struct cover *c, const char *path)
{
	c->files = ut_grow(c->files, c->n, sizeof(*c->files));
	c->files[c->n] = (struct cover_file) { .path = ut_strdup(path) };
	return &c->files[c->n++];
}

static void diff_add(struct cover_file *f, int nr, char *text)
{
	f->v = ut_grow(f->v, f->n, sizeof(*f->v));
	f->v[f->n++] = (struct cover_line) {
		.nr = nr, .text = ut_strdup(ut_trim(text)),
	};
}

/* "@@ -1,2 +3,4 @@": what is added begins at 3; and with -U0 that is all. */
static bool diff_hunk(const char *line, int *nr)
{
	return sscanf(line, "@@ -%*d,%*d +%d", nr) == 1 ||
	       sscanf(line, "@@ -%*d +%d", nr) == 1;
}

bool cover_diff(struct cover *c, const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	struct cover_file *f = NULL;
	int nr = 0;

	while (rest && (line = strsep(&rest, "\n"))) {
		if (ut_starts(line, "+++ b/"))
			f = diff_file(c, line + strlen("+++ b/"));
		else if (ut_starts(line, "diff "))
			f = NULL;
		else if (ut_starts(line, "@@ ") && !diff_hunk(line, &nr))
			ut_die("%s: what is '%s'?", path, line);
		else if (*line == '+' && f)
			diff_add(f, nr++, line + 1);
	}
	free(text);
	if (!c->n)
		ut_err("%s: the series adds nothing", path);
	return c->n;
}
