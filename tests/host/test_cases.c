// SPDX-License-Identifier: GPL-2.0-only
/* The manifest, the globs on it, and the shards. */
#include <stdlib.h>

#include "../../vm/supervisor/cases.h"
#include "th.h"

static const char manifest[] =
	"# comment\n"
	"basic/whole-block  D1,U4  20  smoke fs=xfs\n"
	"basic/eof          D5     10\n"
	"fio/rand           -      60  profile=atomic-* # why\n"
	"flags/old          E1     5   kernel=unpatched nofs smoke log\n"
	"fsx/long           D1     600 tier=full input\n"
	"fault/WARNING      -      9   cfg=kasan alone\n";

static struct cases parsed(void)
{
	char *text = ut_strdup(manifest);
	struct cases cs;
	char *why;

	if (cases_parse(&cs, "m", text, &why))
		cs.n = 0;
	free(text);
	return cs;
}

static bool parses(void)
{
	struct cases cs = parsed();

	TH_CHECK(cs.n == 6);
	TH_STR(cs.v[0].name, "basic/whole-block");
	TH_STR(cs.v[0].rules, "D1,U4");
	TH_STR(cs.v[0].fs_type, "xfs");
	TH_CHECK(cs.v[0].limit == 20 && cs.v[0].smoke && !cs.v[0].unpatched);
	TH_STR(cs.v[2].profile, "atomic-*");
	TH_CHECK(cs.v[3].unpatched && cs.v[3].nofs);
	TH_CHECK(cs.v[3].log && !cs.v[2].log);
	TH_CHECK(cs.v[4].full && cs.v[4].input && !cs.v[0].input);
	TH_CHECK(cs.v[5].alone && !cs.v[4].alone);
	TH_STR(cs.v[5].cfg, "kasan");
	return true;
}

static bool refuses(void)
{
	static const char *const rows[] = {
		"basic\n", "basic/x D1\n", "basic/x D1 0\n", "basic/x D1 5s\n",
		"basic D1 5\n", "/x D1 5\n", "a/b/c D1 5\n", "a/b D1 5 smok\n",
		"a/b D1 5 fs=\n", "a/b - 1\na/b - 1\n", "a/$b - 1\n",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = ut_strdup(rows[i]);
		char *why = NULL;
		struct cases cs;

		if (!cases_parse(&cs, "m", text, &why)) {
			printf("# accepted: %s", rows[i]);
			return false;
		}
		TH_CHECK(!strncmp(why, "m:", 2));
		free(why);
		free(text);
	}
	return true;
}

/* Lists of profiles and lanes; `!` turns one round. */
static bool listed(void)
{
	static const struct {
		const char *globs, *name;
		bool on;
	} rows[] = {
		{ NULL,		"plain",	true },
		{ "wide",	"wide",		true },
		{ "wide",	"plain",	false },
		{ "gcov,w*",	"wide",		true },
		{ "gcov,w*",	"kasan",	false },
		{ "!wide",	"plain",	true },
		{ "!wide",	"wide",		false },
		{ "!gcov,w*",	"wide",		false },
		{ "!gcov,w*",	"kasan",	true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct tcase tc = { .cfg = (char *)rows[i].globs,
				    .profile = (char *)rows[i].globs };

		TH_CHECK(cases_on_lane(&tc, rows[i].name) == rows[i].on);
		TH_CHECK(cases_on_profile(&tc, rows[i].name) == rows[i].on);
	}
	return true;
}

/* The chosen ones as letters: b e r o l w. */
static const char *chosen(const char *globs, bool full)
{
	static const char letters[] = "berolw";
	static char out[8];
	struct cases cs = parsed();
	size_t i, n = 0;

	for (i = 0; i < cs.n; i++)
		if (cases_chosen(&cs.v[i], globs, full))
			out[n++] = letters[i];
	out[n] = '\0';
	return out;
}

static bool globs(void)
{
	TH_STR(chosen(NULL, false), "bero");
	TH_STR(chosen("", true), "berol");
	TH_STR(chosen("smoke", false), "bo");
	TH_STR(chosen("basic", false), "be");
	TH_STR(chosen("bas*", false), "be");
	TH_STR(chosen("eof", false), "e");
	TH_STR(chosen("basic/e*", false), "e");
	TH_STR(chosen("rand  old", false), "ro");
	TH_STR(chosen("*", false), "bero");
	TH_STR(chosen("fsx*", false), "");
	TH_STR(chosen("fsx*", true), "l");
	TH_STR(chosen("fsx/long", false), "l");
	TH_STR(chosen("fault WARNING fault/*", true), "");
	TH_STR(chosen("fault/WARNING", false), "w");
	return true;
}

static bool stray(void)
{
	struct cases cs = parsed();

	TH_CHECK(!cases_stray(&cs, "smoke basic/* eof"));
	TH_STR(cases_stray(&cs, "smoke nonsense"), "nonsense");
	TH_CHECK(cases_smoke_only(" smoke "));
	TH_CHECK(!cases_smoke_only("smoke basic"));
	TH_CHECK(!cases_smoke_only(""));
	return true;
}

/* Every item is in exactly one shard, whatever the numbers. */
static bool shards(void)
{
	size_t total, i;
	unsigned int n, s, hits;

	for (total = 1; total < 40; total++)
		for (n = 1; n < 9; n++)
			for (i = 0; i < total; i++) {
				hits = 0;
				for (s = 1; s <= n; s++)
					hits += cases_in_shard(i, total, s, n);
				TH_CHECK(hits == 1);
			}
	return true;
}

const struct th_test th_cases[] = {
	{ "parses", parses },
	{ "refuses", refuses },
	{ "listed", listed },
	{ "globs", globs },
	{ "stray", stray },
	{ "shards", shards },
	{ }
};
