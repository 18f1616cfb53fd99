// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit sources, read as text. What must be so in them: one suite a file; a
 * case is `static void NAME(struct kunit *test)` on one line; the comment that
 * ends in the line before it has the IDs of the rules that the case proves.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"

/* A test function, which is a case when KUNIT_CASE*() names it. */
struct kfunc {
	char *name;
	char *rules;
	char *traps;
	int line;
};

struct kparse {
	struct prove *p;
	const char *path;
	int nr;				/* of the line */
	bool inside;			/* a comment that has not ended */
	int comment_end;		/* its last line */
	struct ut_buf comment;
	struct kfunc *funcs;
	size_t nr_funcs;
	size_t first;			/* of the file's cases */
	char *suite;
};

const struct kcase *kcase_find(const struct kcases *kc, const char *full)
{
	const char *dot = strchr(full, '.');
	size_t i;

	if (!dot)
		return NULL;
	for (i = 0; i < kc->n; i++)
		if (strlen(kc->v[i].suite) == (size_t)(dot - full) &&
		    ut_starts(full, kc->v[i].suite) &&
		    !strcmp(kc->v[i].name, dot + 1))
			return &kc->v[i];
	return NULL;
}

/*
 * The IDs in a comment as a comma list: a letter and a number that stand for
 * themselves. A trap's number (trap 26) and a size (4k) are none.
 */
static char *kcase_ids(struct kparse *k, const char *s)
{
	struct ut_buf b = { 0 };
	char before = ' ';

	for (; *s; before = *s++) {
		size_t len;

		if (isalnum(before) || before == '_' ||
		    !strchr("UDKSEYRFALX", *s))
			continue;
		len = strspn(s + 1, "0123456789");
		if (!len || isalnum(s[1 + len]) || s[1 + len] == '_')
			continue;
		len++;
		if (!rule_find(&k->p->rules, s, len))
			prove_error(k->p, "%s:%d: no rule is called %.*s",
				    k->path, k->nr, (int)len, s);
		ut_addf(&b, b.len ? ",%.*s" : "%.*s", (int)len, s);
	}
	return ut_strdup(ut_str(&b));
}

static void kcase_comment(struct kparse *k, const char *line)
{
	const char *begin = k->inside ? line : strstr(line, "/*");

	if (!begin)
		return;
	if (!k->inside)
		ut_free(&k->comment);
	ut_addf(&k->comment, "%s\n", begin);
	k->inside = !strstr(begin, "*/");
	k->comment_end = k->nr;
}

static void kcase_func(struct kparse *k, const char *line)
{
	static const char head[] = "static void ";
	const char *name = line + strlen(head);
	const char *end = strstr(line, "(struct kunit *test)");
	struct kfunc *f;

	if (!ut_starts(line, head) || !end || end <= name)
		return;
	k->funcs = ut_grow(k->funcs, k->nr_funcs, sizeof(*k->funcs));
	f = &k->funcs[k->nr_funcs++];
	f->name = ut_fmt("%.*s", (int)(end - name), name);
	f->line = k->nr;
	if (k->comment_end != k->nr - 1)
		ut_free(&k->comment);
	f->rules = kcase_ids(k, ut_str(&k->comment));
	f->traps = trap_numbers(ut_str(&k->comment));
}

static void kcase_add(struct kparse *k, const char *name, size_t len)
{
	struct kcases *kc = &k->p->kcases;
	struct kcase *c;
	size_t i;

	for (i = 0; i < k->nr_funcs; i++)
		if (strlen(k->funcs[i].name) == len &&
		    !strncmp(k->funcs[i].name, name, len))
			break;
	if (i == k->nr_funcs) {
		prove_error(k->p, "%s:%d: there is no `static void "
			    "%.*s(struct kunit *test)` above", k->path, k->nr,
			    (int)len, name);
		return;
	}
	kc->v = ut_grow(kc->v, kc->n, sizeof(*kc->v));
	c = &kc->v[kc->n++];
	*c = (struct kcase) {
		.name = k->funcs[i].name, .rules = k->funcs[i].rules,
		.traps = k->funcs[i].traps,
		.file = ut_strdup(k->path), .line = k->funcs[i].line,
	};
}

/* KUNIT_CASE(x), KUNIT_CASE_PARAM(x, y), ... */
static void kcase_row(struct kparse *k, const char *line)
{
	const char *row = strstr(line, "KUNIT_CASE");

	if (!row)
		return;
	row += strcspn(row, "(");
	if (*row)
		kcase_add(k, row + 1, strcspn(row + 1, ",)"));
}

static void kcase_suite(struct kparse *k, const char *line)
{
	const char *name = strstr(line, ".name");

	if (!name || name != line + strspn(line, "\t "))
		return;
	name = strchr(name, '"');
	if (name)
		k->suite = ut_fmt("%.*s", (int)strcspn(name + 1, "\""),
				  name + 1);
}

void kcase_parse(struct prove *p, const char *path, char *text)
{
	struct kparse k = { .p = p, .path = path, .first = p->kcases.n };
	char *line;
	size_t i;

	while ((line = strsep(&text, "\n"))) {
		bool was = k.inside;

		k.nr++;
		kcase_comment(&k, line);
		if (was)
			continue;
		kcase_func(&k, line);
		kcase_row(&k, line);
		kcase_suite(&k, line);
	}
	for (i = k.first; i < p->kcases.n; i++) {
		p->kcases.v[i].suite = k.suite;
		if (!k.suite)
			prove_error(p, "%s: cases, but no suite's .name", path);
	}
}
