// SPDX-License-Identifier: GPL-2.0-only
/* The known traps, and the test that each is stepped into by. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"

/* Past blanks, commas, "and" and what a comment's line begins with. */
static const char *trap_skip(const char *s)
{
	for (;;) {
		if (isspace(*s) || *s == ',' || *s == '*')
			s++;
		else if (ut_starts(s, "and "))
			s += 4;
		else
			return s;
	}
}

char *trap_numbers(const char *comment)
{
	struct ut_buf b = { 0 };
	const char *s = comment;

	while ((s = strstr(s, "trap"))) {
		s += strlen("trap");
		s += *s == 's';
		for (s = trap_skip(s); isdigit(*s); s = trap_skip(s)) {
			size_t len = strspn(s, "0123456789");

			ut_addf(&b, b.len ? ",%.*s" : "%.*s", (int)len, s);
			s += len;
		}
	}
	return ut_strdup(ut_str(&b));
}

static const char *trap_line(struct prove *p, char *line)
{
	char *nr = ut_word(&line);
	char *name = ut_word(&line);
	uint64_t n;

	line = ut_trim(line);
	if (!name || !*line)
		return "want: number case what steps into it";
	if (!ut_num(nr, 1, TRAPS, &n))
		return "there is no trap of this number";
	p->traps.v = ut_grow(p->traps.v, p->traps.n, sizeof(*p->traps.v));
	p->traps.v[p->traps.n++] = (struct trap) {
		.nr = n, .name = ut_strdup(name), .text = ut_strdup(line),
	};
	return NULL;
}

void trap_parse(struct prove *p, const char *path, char *text)
{
	prove_lines(p, path, text, trap_line);
}

static void trap_check_kunit(struct prove *p, const struct trap *t)
{
	const char *name = t->name + strlen("kunit/");
	const struct kcase *k = kcase_find(&p->kcases, name);
	char *nr = ut_fmt("%u", t->nr);

	if (!k)
		prove_error(p, "tests/traps: there is no test %s", t->name);
	else if (!prove_has(k->traps, nr))
		prove_error(p, "%s:%d: %s does not name trap %s", k->file,
			    k->line, name, nr);
	free(nr);
}

static void trap_check_guest(struct prove *p, const struct trap *t)
{
	size_t i;

	for (i = 0; i < p->cases.n; i++)
		if (!strcmp(p->cases.v[i].name, t->name))
			break;
	if (i == p->cases.n || p->cases.v[i].unpatched)
		prove_error(p, "tests/traps: there is no test %s", t->name);
}

void trap_check(struct prove *p)
{
	unsigned int seen[TRAPS + 1] = { 0 }, nr;
	size_t i;

	for (i = 0; i < p->traps.n; i++) {
		const struct trap *t = &p->traps.v[i];

		seen[t->nr]++;
		if (ut_starts(t->name, "kunit/") && strchr(t->name, '.'))
			trap_check_kunit(p, t);
		else
			trap_check_guest(p, t);
	}
	for (nr = 1; nr <= TRAPS; nr++)
		if (!seen[nr])
			prove_error(p, "tests/traps: nothing steps into trap "
				    "%u", nr);
}

void trap_print(const struct prove *p)
{
	size_t i;

	puts("\nknown traps, and what steps into them:");
	for (i = 0; i < p->traps.n; i++)
		printf("%4u %s\n     %s\n", p->traps.v[i].nr,
		       p->traps.v[i].name, p->traps.v[i].text);
}
