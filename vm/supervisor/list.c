// SPDX-License-Identifier: GPL-2.0-only
/* See plan.h: the plan for the guest, and the list for people's scripts. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "run.h"

static void list_fs(const struct boot *b, struct ut_buf *out)
{
	const struct fs *fs = b->group->fs;

	if (!b->fs)
		return;
	ut_addf(out, "fs %s\nfs.type %s\nfs.blocksize %s\n", fs->name,
		fs->type, fs->blocksize);
	if (fs->mkfs)
		ut_addf(out, "fs.mkfs %s\nfs.options %s\n", fs->mkfs,
			fs->options);
	if (fs->meta)
		ut_addf(out, "fs.meta %s\n", fs->meta);
}

/* The profile's keys below @prefix, as lines that begin with @word. */
static void list_keys(const struct prof *p, const char *prefix,
		      const char *word, struct ut_buf *out)
{
	size_t i;

	for (i = 0; i < p->kv.n; i++)
		if (ut_starts(p->kv.pairs[i].key, prefix))
			ut_addf(out, "%s %s %s\n", word,
				p->kv.pairs[i].key + strlen(prefix),
				p->kv.pairs[i].value);
}

void plan_text(const struct boot *b, struct ut_buf *out)
{
	const struct prof *p = b->group->prof;
	size_t i;

	ut_addf(out, "run %s\nseed %llu\nprofile %s\n", b->run->id,
		(unsigned long long)b->run->args.seed, p->name);
	list_fs(b, out);
	if (p->zeroed)
		ut_addf(out, "zeroed yes\n");
	list_keys(p, "guest.", "queue", out);
	list_keys(p, "expect.", "expect", out);
	list_keys(p, "env.", "env", out);
	if (b->run->args.states)
		ut_addf(out, "env STATES %s\n", b->run->args.states);
	if (b->run->args.lists)
		ut_addf(out, "env LISTS %s\n", b->run->args.lists);
	if (b->run->args.part)
		ut_addf(out, "env PART %s\n", b->run->args.part);
	own_plan(b, out);
	for (i = 0; i < b->n; i++)
		ut_addf(out, "case %s\n", b->cases[i]->name);
	ut_addf(out, "end\n");
}

static json_t *list_rules(const char *rules)
{
	json_t *array = json_array();
	char *copy, *rest, *word;

	copy = rest = ut_strdup(rules);
	while ((word = strsep(&rest, ",")))
		if (*word && strcmp(word, "-"))
			json_array_append_new(array, json_string(word));
	free(copy);
	return array;
}

static json_t *list_pairs(const struct plan_set *set, const struct tcase *tc)
{
	json_t *array = json_array();
	size_t i, j;

	for (i = 0; i < set->nr_groups; i++) {
		const struct group *g = &set->groups[i];

		for (j = 0; j < g->n; j++)
			if (g->v[j].tc == tc)
				json_array_append_new(array,
					json_pack("{s:s, s:s}", "profile",
						  g->prof->name, "fs",
						  g->fs->name));
	}
	return array;
}

char *plan_list(const struct plan_set *set)
{
	json_t *array = json_array();
	char *text;
	size_t i;

	for (i = 0; i < set->cases.n; i++) {
		const struct tcase *tc = &set->cases.v[i];
		json_t *pairs = list_pairs(set, tc);

		if (!json_array_size(pairs)) {
			json_decref(pairs);
			continue;
		}
		json_array_append_new(array, json_pack(
			"{s:s, s:o, s:i, s:b, s:s, s:s, s:b, s:o}",
			"name", tc->name, "rules", list_rules(tc->rules),
			"limit", (int)tc->limit, "smoke", tc->smoke,
			"tier", tc->full ? "full" : "quick",
			"kernel", tc->unpatched ? "unpatched" : "patched",
			"mounted", !tc->nofs, "pairs", pairs));
	}
	text = json_dumps(array, JSON_INDENT(2));
	json_decref(array);
	return text;
}
