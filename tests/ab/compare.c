// SPDX-License-Identifier: GPL-2.0-only
/* Are two runs the same? See ab.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ab.h"

#define COMPARE_FIELDS 32	/* of a line, at most */

const char *const ab_names[AB_KERNELS] = {
	[AB_BASE] = "base", [AB_SERIES] = "series",
};

struct compare_fields {
	char *copy;
	char *key[COMPARE_FIELDS];
	char *value[COMPARE_FIELDS];
	size_t n;
};

static void compare_split(struct compare_fields *f, const char *text)
{
	char *rest, *word;

	f->n = 0;
	f->copy = rest = ut_strdup(text);
	while (f->n < COMPARE_FIELDS && (word = ut_word(&rest))) {
		char *eq = strchr(word, '=');

		f->key[f->n] = word;
		f->value[f->n++] = eq ? eq + 1 : "";
		if (eq)
			*eq = '\0';
	}
}

static const char *compare_value(const struct compare_fields *f,
				 const char *key)
{
	size_t i;

	for (i = 0; i < f->n; i++)
		if (!strcmp(f->key[i], key))
			return f->value[i];
	return "nothing";
}

static void compare_add(struct ab_pair *p, const struct ab_line *l,
			const char *field, const char *base,
			const char *series)
{
	p->v = ut_grow(p->v, p->n, sizeof(*p->v));
	p->v[p->n++] = (struct ab_diff) {
		.nr = l ? l->nr : "-", .op = l ? l->op : "-",
		.field = ut_strdup(field),
		.value = { ut_strdup(base), ut_strdup(series) },
	};
}

static bool compare_flagged(const struct ab_line *l)
{
	return !strcmp(l->op, "wt") || ut_starts(l->op, "wt ") ||
	       ut_starts(l->op, "wt-");
}

/*
 * Without the series an operation with the flag does nothing: @l is as the line
 * @before it, and its counters are 0.  What it does is in @p, as a difference
 * from what had to be.
 */
static void compare_nothing(struct ab_pair *p, const struct ab_line *before,
			    const struct ab_line *l)
{
	static const char *const counters[] = {
		"bios", "commands", "bytes", "fua", "flushes",
	};
	struct compare_fields was, is;
	size_t i, j;

	compare_split(&was, before ? before->fields : "");
	compare_split(&is, l->fields);
	for (i = 0; i < is.n; i++) {
		const char *want = compare_value(&was, is.key[i]);

		if (!strcmp(is.key[i], "result") || !strcmp(is.key[i], "data"))
			continue;
		for (j = 0; j < sizeof(counters) / sizeof(*counters); j++)
			if (!strcmp(is.key[i], counters[j]))
				want = "0";
		if (strcmp(is.value[i], want))
			compare_add(p, l, is.key[i], ut_fmt(
				"%s, though the flag is refused",
				is.value[i]), ut_fmt("(%s before)", want));
	}
	free(was.copy);
	free(is.copy);
}

static bool compare_refused(const struct ab_line *l)
{
	struct compare_fields f;
	bool refused;

	compare_split(&f, l->fields);
	refused = atoll(compare_value(&f, "result")) == -EOPNOTSUPP;
	free(f.copy);
	return refused;
}

static void compare_fields(struct ab_pair *p, const struct ab_line *base,
			   const struct ab_line *series)
{
	struct compare_fields b, s;
	size_t i;

	compare_split(&b, base->fields);
	compare_split(&s, series->fields);
	for (i = 0; i < b.n; i++)
		if (strcmp(b.value[i], compare_value(&s, b.key[i])))
			compare_add(p, base, b.key[i], b.value[i],
				    compare_value(&s, b.key[i]));
	if (b.n != s.n)
		compare_add(p, base, "number of values", ut_fmt("%zu", b.n),
			    ut_fmt("%zu", s.n));
	free(b.copy);
	free(s.copy);
}

/* One operation; what differs goes to @p. */
static void compare_line(struct ab_pair *p, const struct ab_case *base,
			 const struct ab_case *series, size_t i)
{
	const struct ab_line *b = &base->v[i], *s = &series->v[i];

	if (strcmp(b->op, s->op) || strcmp(b->nr, s->nr)) {
		compare_add(p, b, "operation", b->op, s->op);
		return;
	}
	if (!compare_flagged(b)) {
		compare_fields(p, b, s);
		return;
	}
	if (!compare_refused(b))
		compare_add(p, b, "result", b->fields,
			    "(the base had to refuse the flag)");
	compare_nothing(p, i ? b - 1 : NULL, b);
	p->refused += !compare_refused(s);
}

static void compare_lines(struct ab_pair *p)
{
	const struct ab_case *b = p->c[AB_BASE], *s = p->c[AB_SERIES];
	size_t n = b->n < s->n ? b->n : s->n, i;

	for (i = 0; i < n; i++) {
		struct ab_pair one = { 0 };

		compare_line(&one, b, s, i);
		p->refused += one.refused;
		if (!one.n) {
			p->same++;
		} else if (p->n) {
			p->more++;
		} else {
			p->v = one.v;
			p->n = one.n;
		}
	}
	if (b->n != s->n && !p->n)
		compare_add(p, NULL, "operations", ut_fmt("%zu", b->n),
			    ut_fmt("%zu", s->n));
}

static void compare_pair(struct ab_pair *p)
{
	const struct ab_case *b = p->c[AB_BASE], *s = p->c[AB_SERIES];

	if (!s || !b) {
		p->broken = ut_fmt("the %s did not run it",
				   ab_names[s ? AB_BASE : AB_SERIES]);
		return;
	}
	compare_lines(p);
	if (strcmp(b->outcome, s->outcome))
		compare_add(p, NULL, "outcome",
			    ut_fmt("%s %s", b->outcome, b->reason),
			    ut_fmt("%s %s", s->outcome, s->reason));
	else if (strcmp(b->outcome, "pass"))
		p->broken = ut_fmt("%s on both: %s", b->outcome, b->reason);
	else if (!b->n && !p->n && ut_starts(b->name, "ab/"))
		p->broken = ut_strdup("it told of no operation");
}

static const struct ab_case *compare_find(const struct ab_run *run,
					  const struct ab_case *like)
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		const struct ab_case *c = &run->v[i];

		if (!strcmp(c->name, like->name) && !strcmp(c->fs, like->fs) &&
		    !strcmp(c->profile, like->profile))
			return c;
	}
	return NULL;
}

static void compare_with(struct ab *ab, const struct ab_case *b,
			 const struct ab_case *s)
{
	ab->v = ut_grow(ab->v, ab->n, sizeof(*ab->v));
	ab->v[ab->n] = (struct ab_pair) { .c = { b, s } };
	compare_pair(&ab->v[ab->n++]);
}

/* Is there a case that is to show the series, and none that does? */
static bool compare_blind(const struct ab *ab)
{
	bool flag = false;
	size_t i;

	for (i = 0; i < ab->n; i++) {
		const struct ab_case *c = ab->v[i].c[AB_BASE];

		flag |= c && !strcmp(c->name, "ab/flag");
		if (ab->v[i].refused)
			return false;
	}
	return flag;
}

/* 1 is a verdict, and so worse than 2. */
int ab_compare(struct ab *ab)
{
	const struct ab_run *base = &ab->runs[AB_BASE];
	const struct ab_run *series = &ab->runs[AB_SERIES];
	int status = UT_PASS;
	size_t i;

	for (i = 0; i < base->n; i++)
		compare_with(ab, &base->v[i],
			     compare_find(series, &base->v[i]));
	for (i = 0; i < series->n; i++)
		if (!compare_find(base, &series->v[i]))
			compare_with(ab, NULL, &series->v[i]);
	for (i = 0; i < ab->n; i++)
		if (ab->v[i].n)
			status = UT_FAIL;
		else if (ab->v[i].broken && status == UT_PASS)
			status = UT_BROKEN;
	if (status == UT_PASS && compare_blind(ab)) {
		printf("BROKEN: no write with the flag got through: the "
		       "series is in neither kernel\n");
		return UT_BROKEN;
	}
	return status;
}
