// SPDX-License-Identifier: GPL-2.0-only
/* Rules against tests against mutants: what is missing, what is misspelt. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"

#define COVER_COLUMNS 100

static void cover_count(struct prove *p, const char *list, const char *where)
{
	char *copy, *rest, *id;
	struct rule *r;

	copy = rest = ut_strdup(list);
	while ((id = strsep(&rest, ","))) {
		if (!*id || !strcmp(id, "-"))
			continue;
		r = rule_find(&p->rules, id, strlen(id));
		if (r)
			r->nr_tests++;
		else
			prove_error(p, "%s: no rule is called %s", where, id);
	}
	free(copy);
}

static const struct tcase *cover_case(const struct cases *cs, const char *name)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (!strcmp(cs->v[i].name, name))
			return &cs->v[i];
	return NULL;
}

static void cover_claim(struct prove *p, const struct mutant *m,
			const struct claim *c)
{
	const struct kcase *k = kcase_find(&p->kcases, c->name);
	const struct tcase *t = cover_case(&p->cases, c->name);

	if (c->guest ? !t : !k)
		prove_error(p, "%s: there is no test %s", m->path, c->name);
	else if (!prove_has(c->guest ? t->rules : k->rules, m->rule))
		prove_error(p, "%s: %s does not name the rule %s", m->path,
			    c->name, m->rule);
	if (t && c->guest && t->unpatched)
		prove_error(p, "%s: %s runs on a kernel without the series",
			    m->path, c->name);
}

static void cover_mutant(struct prove *p, const struct mutant *m)
{
	struct rule *r = rule_find(&p->rules, m->rule, strlen(m->rule));
	size_t i;

	if (!r) {
		prove_error(p, "%s: no rule is called %s", m->path, m->rule);
		return;
	}
	if (!rule_is_live(r))
		prove_error(p, "%s: %s is not implemented, or has nothing "
			    "to run", m->path, m->rule);
	r->nr_mutants++;
	for (i = 0; i < m->nr_claims; i++)
		cover_claim(p, m, &m->claims[i]);
}

/* A suite that the guest does not run is never seen by its lanes. */
static void cover_suite(struct prove *p, const struct kcase *k)
{
	char *name = ut_fmt("kunit/%s", k->suite);

	if (!cover_case(&p->cases, name))
		prove_error(p, "%s: there is no %s in tests/cases", k->file,
			    name);
	free(name);
}

void cover_check(struct prove *p)
{
	size_t i;

	for (i = 0; i < p->cases.n; i++) {
		char *where = ut_fmt("tests/cases: %s", p->cases.v[i].name);

		cover_count(p, p->cases.v[i].rules, where);
		free(where);
	}
	for (i = 0; i < p->kcases.n; i++) {
		cover_count(p, p->kcases.v[i].rules, p->kcases.v[i].file);
		if (!i || strcmp(p->kcases.v[i].suite, p->kcases.v[i - 1].suite))
			cover_suite(p, &p->kcases.v[i]);
	}
	for (i = 0; i < p->mutants.n; i++)
		cover_mutant(p, &p->mutants.v[i]);
}

void cover_gaps(struct prove *p)
{
	size_t i;

	for (i = 0; i < p->rules.n; i++) {
		const struct rule *r = &p->rules.v[i];

		if (!rule_is_live(r))
			continue;
		if (!r->nr_tests)
			prove_error(p, "kernel-patches/RULES: %s is "
				    "implemented, and no test names it", r->id);
		if (!r->nr_mutants)
			prove_error(p, "kernel-patches/RULES: %s is "
				    "implemented, and no mutant of "
				    "tests/mutants/ breaks it", r->id);
	}
}

/* Print @word in a list that begins with @label, within the columns. */
static void cover_word(const char *label, const char *word, int *column)
{
	int len = strlen(word) + 1;

	if (!*column || *column + len > COVER_COLUMNS) {
		if (*column)
			putchar('\n');
		*column = printf("     %-8s", *column ? "" : label);
	}
	*column += printf(" %s", word);
}

static void cover_tests(const struct prove *p, const struct rule *r)
{
	int column = 0;
	size_t i;

	for (i = 0; i < p->cases.n; i++)
		if (prove_has(p->cases.v[i].rules, r->id))
			cover_word("tests", p->cases.v[i].name, &column);
	for (i = 0; i < p->kcases.n; i++) {
		const struct kcase *k = &p->kcases.v[i];
		char *name = ut_fmt("%s.%s", k->suite, k->name);

		if (prove_has(k->rules, r->id))
			cover_word("tests", name, &column);
		free(name);
	}
	if (column)
		putchar('\n');
	column = 0;
	for (i = 0; i < p->mutants.n; i++)
		if (!strcmp(p->mutants.v[i].rule, r->id))
			cover_word("mutants", p->mutants.v[i].name, &column);
	if (column)
		putchar('\n');
}

void cover_print(const struct prove *p)
{
	size_t count[RULE_STATES] = { 0 }, i;

	for (i = 0; i < p->rules.n; i++) {
		const struct rule *r = &p->rules.v[i];

		printf("%-4s %-5s %s\n", r->id, rule_states[r->state], r->text);
		cover_tests(p, r);
		count[r->state]++;
	}
	printf("\n%zu rules: %zu implemented, %zu in part, %zu by text alone, "
	       "%zu not; %zu tests in the guest, %zu in KUnit; %zu mutants\n",
	       p->rules.n, count[RULE_YES], count[RULE_PART],
	       count[RULE_TEXT], count[RULE_NO], p->cases.n,
	       p->kcases.n, p->mutants.n);
}
