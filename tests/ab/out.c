// SPDX-License-Identifier: GPL-2.0-only
/* The differences, for the screen, for people, for programs: see ab.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ab.h"

static const struct ab_case *out_case(const struct ab_pair *p)
{
	return p->c[AB_BASE] ? p->c[AB_BASE] : p->c[AB_SERIES];
}

static char *out_repeat(const struct ab_pair *p, const char *asked)
{
	const struct ab_case *c = out_case(p);

	return ut_fmt("make vm-ab PROFILE=%s FS=%s TESTS=%s %s", c->profile,
		      c->fs, c->name, asked);
}

static void out_diffs(struct ut_buf *b, const struct ab_pair *p)
{
	const struct ab_case *c = out_case(p);
	size_t i;

	for (i = 0; i < p->n; i++)
		ut_addf(b, "| %s (%s %s) | %s %s | %s | %s | %s |\n", c->name,
			c->profile, c->fs, p->v[i].nr, p->v[i].op,
			p->v[i].field, p->v[i].value[AB_BASE],
			p->v[i].value[AB_SERIES]);
	if (p->more)
		ut_addf(b, "| | and %zu operations after it | | | |\n",
			p->more);
}

static void out_table(struct ut_buf *b, const struct ab *ab)
{
	bool any = false;
	size_t i;

	for (i = 0; i < ab->n; i++) {
		if (!ab->v[i].n)
			continue;
		if (!any)
			ut_addf(b, "| case | operation | what | without the "
				"series | with it |\n"
				"| --- | --- | --- | --- | --- |\n");
		any = true;
		out_diffs(b, &ab->v[i]);
	}
	if (any)
		ut_addf(b, "\n");
}

/* One line a case that is not as it has to be */
static void out_repeats(struct ut_buf *b, const struct ab *ab,
			const char *asked)
{
	size_t i;

	for (i = 0; i < ab->n; i++) {
		const struct ab_pair *p = &ab->v[i];
		const struct ab_case *c = out_case(p);
		char *repeat = out_repeat(p, asked);

		if (p->n)
			ut_addf(b, "Repeat it alone: `%s`\n", repeat);
		else if (p->broken)
			ut_addf(b, "BROKEN: %s (%s %s): %s: `%s`\n", c->name,
				c->profile, c->fs, p->broken, repeat);
		free(repeat);
	}
}

static char *out_total(const struct ab *ab, int status)
{
	static const char *const words[] = {
		[UT_PASS] = "PASS", [UT_FAIL] = "FAIL", [UT_BROKEN] = "BROKEN",
	};
	size_t same = 0, refused = 0, differ = 0, broken = 0, i;

	for (i = 0; i < ab->n; i++) {
		same += ab->v[i].same;
		refused += ab->v[i].refused;
		differ += ab->v[i].n > 0;
		broken += !ab->v[i].n && ab->v[i].broken;
	}
	return ut_fmt("%s: %zu cases: %zu differ, %zu broken; %zu operations "
		      "are as without the series, of which %zu have the flag "
		      "and are refused there, exit %d", words[status], ab->n,
		      differ, broken, same, refused, status);
}

static void out_ktap(const struct ab *ab, const char *dir)
{
	struct ut_buf b = { 0 };
	size_t i, j;

	ut_addf(&b, "KTAP version 1\n1..%zu\n", ab->n);
	for (i = 0; i < ab->n; i++) {
		const struct ab_pair *p = &ab->v[i];
		const struct ab_case *c = out_case(p);

		for (j = 0; j < p->n; j++)
			ut_addf(&b, "# %s %s: %s: without the series %s, with "
				"it %s\n", p->v[j].nr, p->v[j].op,
				p->v[j].field, p->v[j].value[AB_BASE],
				p->v[j].value[AB_SERIES]);
		if (p->broken)
			ut_addf(&b, "# broken: %s\n", p->broken);
		ut_addf(&b, "%s %zu %s.%s.%s\n",
			p->n || p->broken ? "not ok" : "ok", i + 1, c->profile,
			c->fs, c->name);
	}
	ut_write_in(dir, "results.ktap", ut_str(&b));
	ut_free(&b);
}

void ab_out(const struct ab *ab, const char *dir, const char *asked,
	    int status)
{
	char *total = out_total(ab, status);
	struct ut_buf table = { 0 };
	char *page;

	out_table(&table, ab);
	out_repeats(&table, ab, asked);
	printf("%s%s\n", ut_str(&table), total);
	page = ut_fmt("# With the series and without it\n\n%s\n%s", total,
		      ut_str(&table));
	ut_write_in(dir, "summary.md", page);
	out_ktap(ab, dir);
	free(page);
	ut_free(&table);
	free(total);
}
