// SPDX-License-Identifier: GPL-2.0-only
/* Is it enough, and is the rest explained? See cover.h. */
#include <stdio.h>
#include <string.h>

#include "cover.h"

size_t cover_taken(const struct cover_line *l)
{
	size_t taken = 0, i;

	for (i = 0; i < l->nr_branches; i++)
		taken += l->branches[i] > 0;
	return taken;
}

bool cover_whole(const struct cover_line *l)
{
	return !l->code || (l->count && cover_taken(l) == l->nr_branches);
}

void cover_add(struct cover_sum *s, const struct cover_file *f)
{
	size_t i;

	for (i = 0; i < f->n; i++) {
		const struct cover_line *l = &f->v[i];

		s->lines += l->code;
		s->ran += l->code && l->count;
		s->branches += l->nr_branches;
		s->taken += cover_taken(l);
	}
}

struct cover_sum cover_sum(const struct cover *c)
{
	struct cover_sum s = { 0 };
	size_t i;

	for (i = 0; i < c->n; i++)
		cover_add(&s, &c->files[i]);
	return s;
}

double cover_percent(size_t part, size_t all)
{
	return all ? 100.0 * part / all : 100;
}

static void judge_wrong(struct cover *c, const struct cover_file *f,
			const struct cover_line *l)
{
	if (l->count)
		printf("%s:%d: %zu of %zu branches, not explained: %s\n",
		       f->path, l->nr, cover_taken(l), l->nr_branches,
		       l->text);
	else
		printf("%s:%d: never ran, not explained: %s\n", f->path, l->nr,
		       l->text);
	c->errors++;
}

static void judge_file(struct cover *c, const struct cover_file *f)
{
	size_t len = strlen(f->path), i;

	if (!f->known && f->n && !strcmp(f->path + len - 2, ".c")) {
		printf("%s: no counters: the kernel was built without\n",
		       f->path);
		c->errors++;
	}
	for (i = 0; i < f->n; i++)
		if (!cover_whole(&f->v[i]) && !f->v[i].reason)
			judge_wrong(c, f, &f->v[i]);
}

static void judge_limit(struct cover *c, const char *what, size_t part,
			size_t all, int limit)
{
	bool good = cover_percent(part, all) >= limit;

	printf("%s: %zu of %zu, %.1f %% (at least %d %%)%s\n", what, part, all,
	       cover_percent(part, all), limit, good ? "" : ": TOO FEW");
	c->errors += !good;
}

int cover_judge(struct cover *c)
{
	struct cover_sum s = cover_sum(c);
	size_t i;

	for (i = 0; i < c->n; i++)
		judge_file(c, &c->files[i]);
	for (i = 0; i < c->nr_reasons; i++) {
		const struct cover_reason *r = &c->reasons[i];

		if (*r->reason && (r->used ||
				   ut_starts(r->reason, COVER_SOMETIMES)))
			continue;
		printf("tests/uncovered:%d: %s: %s %s\n", r->line, r->path,
		       r->text, r->used ? "has no reason" :
		       "explains nothing: it ran, or is gone");
		c->errors++;
	}
	judge_limit(c, "lines", s.ran, s.lines, COVER_LINES);
	judge_limit(c, "branches", s.taken, s.branches, COVER_BRANCHES);
	if (!s.lines)
		return UT_BROKEN;
	return c->errors ? UT_FAIL : UT_PASS;
}
