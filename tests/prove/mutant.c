// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "prove.h"

static const char *mutant_test(struct mutant *m, char *line)
{
	char *name = ut_word(&line);
	struct claim *c;
	char *word;

	if (!name)
		return "Test: wants suite.case or group/case";
	m->claims = ut_grow(m->claims, m->nr_claims, sizeof(*m->claims));
	c = &m->claims[m->nr_claims++];
	*c = (struct claim) {
		.guest = strchr(name, '/'), .name = ut_strdup(name),
	};
	while ((word = ut_word(&line))) {
		if (ut_starts(word, "FS=") && c->guest)
			c->fs = ut_strdup(word + 3);
		else if (ut_starts(word, "PROFILE=") && c->guest)
			c->profile = ut_strdup(word + 8);
		else
			return "Test: only a group/case has FS= and PROFILE=";
	}
	if (c->guest && !c->fs)
		c->fs = ut_strdup("xfs-4k");
	if (c->guest && !c->profile)
		c->profile = ut_strdup("default");
	return NULL;
}

static const char *mutant_expect(struct mutant *m, const char *word)
{
	if (!strcmp(word, "hang"))
		m->expect = V_HANG;
	else if (!strcmp(word, "splat"))
		m->expect = V_SPLAT;
	else if (strcmp(word, "assertion"))
		return "Expect: is assertion, splat or hang";
	return NULL;
}

static const char *mutant_once(char **where, const char *value)
{
	if (*where || !*value)
		return "stands twice, or has no value";
	*where = ut_strdup(value);
	return NULL;
}

static const char *mutant_field(struct mutant *m, char *line)
{
	char *value = strchr(line, ':');

	if (!value)
		return "neither `Field: value`, nor #, nor a patch yet";
	*value++ = '\0';
	value = ut_trim(value);
	if (!strcmp(line, "Rule"))
		return mutant_once(&m->rule, value);
	if (!strcmp(line, "Breaks"))
		return mutant_once(&m->breaks, value);
	if (!strcmp(line, "Test"))
		return mutant_test(m, value);
	if (!strcmp(line, "Expect"))
		return mutant_expect(m, value);
	return "the fields are Rule, Breaks, Test and Expect";
}

/* Tests are not what is to be broken. */
static bool mutant_hits_tests(const char *line)
{
	return ut_starts(line, "+++ ") && strstr(line, "/tests/");
}

static void mutant_header(struct prove *p, struct mutant *m, char **text)
{
	const char *wrong;
	char *line;
	int nr = 0;

	while ((line = strsep(text, "\n"))) {
		nr++;
		if (ut_starts(line, "--- ") || ut_starts(line, "diff "))
			return;
		line = ut_trim(line);
		if (!*line || *line == '#')
			continue;
		wrong = mutant_field(m, line);
		if (wrong)
			prove_error(p, "%s:%d: %s", m->path, nr, wrong);
	}
	prove_error(p, "%s: no patch in it", m->path);
}

void mutant_parse(struct prove *p, const char *path, char *text)
{
	const char *base = strrchr(path, '/') + 1;
	struct mutant m = { .expect = V_KILLED, .path = ut_strdup(path) };
	char *line;

	m.name = ut_fmt("%.*s", (int)(strlen(base) - strlen(".patch")), base);
	if (!strstr(text, "SPDX-License-Identifier: GPL-2.0-only"))
		prove_error(p, "%s: no SPDX line", path);
	mutant_header(p, &m, &text);
	while ((line = strsep(&text, "\n")))
		if (mutant_hits_tests(line))
			prove_error(p, "%s: it changes a test", path);
	if (!m.rule || !m.breaks || !m.nr_claims) {
		prove_error(p, "%s: wants Rule:, Breaks: and Test:", path);
		return;
	}
	if (!ut_starts(m.name, m.rule) || m.name[strlen(m.rule)] != '-')
		prove_error(p, "%s: its name does not begin with %s-", path,
			    m.rule);
	p->mutants.v = ut_grow(p->mutants.v, p->mutants.n,
			       sizeof(*p->mutants.v));
	p->mutants.v[p->mutants.n++] = m;
}
