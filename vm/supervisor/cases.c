// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

static int cases_need(struct tcase *tc, const char *word)
{
	if (!strcmp(word, "smoke"))
		tc->smoke = true;
	else if (!strcmp(word, "input"))
		tc->input = true;
	else if (!strcmp(word, "log"))
		tc->log = true;
	else if (!strcmp(word, "nofs"))
		tc->nofs = true;
	else if (!strcmp(word, "tier=full"))
		tc->full = true;
	else if (!strcmp(word, "kernel=unpatched"))
		tc->unpatched = true;
	else if (ut_starts(word, "fs=") && word[3])
		tc->fs_type = ut_strdup(word + 3);
	else if (ut_starts(word, "profile=") && word[8])
		tc->profile = ut_strdup(word + 8);
	else if (!strcmp(word, "alone"))
		tc->alone = true;
	else if (ut_starts(word, "cfg=") && word[4])
		tc->cfg = ut_strdup(word + 4);
	else if (strcmp(word, "kernel=patched") && strcmp(word, "tier=quick"))
		return -EINVAL;
	return 0;
}

static bool cases_name_ok(const char *name)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
	const char *slash = strchr(name, '/');

	return slash && slash > name && slash[1] && !strchr(slash + 1, '/') &&
	       strspn(name, ok) == strlen(name);
}

static const char *cases_line(struct cases *cs, char *line)
{
	char *name = ut_word(&line);
	char *rules = ut_word(&line);
	char *limit = ut_word(&line);
	struct tcase *tc;
	uint64_t seconds;
	char *word;
	size_t i;

	if (!limit)
		return "want: case rules limit [needs...]";
	if (!cases_name_ok(name))
		return "the name is not group/case";
	if (!ut_num(limit, 1, 86400, &seconds))
		return "the limit is not a number of seconds";
	for (i = 0; i < cs->n; i++)
		if (!strcmp(cs->v[i].name, name))
			return "the case stands twice";
	cs->v = ut_grow(cs->v, cs->n, sizeof(*cs->v));
	tc = &cs->v[cs->n++];
	memset(tc, 0, sizeof(*tc));
	tc->name = ut_strdup(name);
	tc->rules = ut_strdup(rules);
	tc->limit = seconds;
	while ((word = ut_word(&line)))
		if (cases_need(tc, word))
			return "unknown need";
	return NULL;
}

int cases_parse(struct cases *cs, const char *path, char *text, char **why)
{
	const char *wrong;
	char *line;
	int nr = 0;

	memset(cs, 0, sizeof(*cs));
	while ((line = strsep(&text, "\n"))) {
		nr++;
		line[strcspn(line, "#")] = '\0';
		line = ut_trim(line);
		if (!*line)
			continue;
		wrong = cases_line(cs, line);
		if (wrong) {
			*why = ut_fmt("%s:%d: %s", path, nr, wrong);
			return -EINVAL;
		}
	}
	return 0;
}

static bool cases_match(const struct tcase *tc, const char *glob)
{
	const char *slash = strchr(tc->name, '/');
	char *group;
	bool hit;

	if (!strcmp(glob, "smoke"))
		return tc->smoke;
	if (strchr(glob, '/'))
		return ut_glob(glob, tc->name);
	if (ut_glob(glob, slash + 1))
		return true;
	group = ut_fmt("%.*s", (int)(slash - tc->name), tc->name);
	hit = ut_glob(glob, group);
	free(group);
	return hit;
}

bool cases_chosen(const struct tcase *tc, const char *globs, bool full)
{
	bool late = tc->alone || (tc->full && !full);
	char *copy, *rest, *word;
	bool hit = false;

	if (!globs || !*globs)
		return !late;
	copy = rest = ut_strdup(globs);
	while (!hit && (word = ut_word(&rest)))
		hit = late ? !strcmp(word, tc->name) : cases_match(tc, word);
	free(copy);
	return hit;
}

/* Is @name one of @globs, separated by commas? After a `!`: none of them? */
static bool cases_listed(const char *globs, const char *name)
{
	bool not = globs && *globs == '!';
	char *copy, *rest, *glob;
	bool hit = false;

	if (!globs)
		return true;
	copy = rest = ut_strdup(globs + not);
	while (!hit && (glob = strsep(&rest, ",")))
		hit = ut_glob(glob, name);
	free(copy);
	return hit != not;
}

bool cases_on_profile(const struct tcase *tc, const char *profile)
{
	return cases_listed(tc->profile, profile);
}

bool cases_on_lane(const struct tcase *tc, const char *cfg)
{
	return cases_listed(tc->cfg, cfg);
}

char *cases_stray(const struct cases *cs, const char *globs)
{
	char *copy, *rest, *word;
	char *stray = NULL;
	size_t i;

	copy = rest = ut_strdup(globs);
	while (!stray && (word = ut_word(&rest))) {
		for (i = 0; i < cs->n; i++)
			if (cases_match(&cs->v[i], word))
				break;
		if (i == cs->n)
			stray = ut_strdup(word);
	}
	free(copy);
	return stray;
}

bool cases_smoke_only(const char *globs)
{
	char *copy = ut_strdup(globs);
	char *rest = copy;
	bool only = false;
	char *word;

	while ((word = ut_word(&rest))) {
		only = !strcmp(word, "smoke");
		if (!only)
			break;
	}
	free(copy);
	return only;
}

bool cases_in_shard(size_t i, size_t total, unsigned int shard,
		    unsigned int shards)
{
	return i * shards / total == shard - 1;
}
