// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plan.h"

#define PLAN_PROFILE "default"
#define PLAN_FS "xfs-4k"
/* The guest reads it byte by byte from QEMU. */
#define PLAN_INPUT_MAX (256 * 1024)

static int plan_unknown(const char *var, const char *name, const char *dir,
			char **why)
{
	char *names = prof_names(dir);

	*why = ut_fmt("no %s '%s'; there are: %s", var, name, names);
	free(names);
	return -EINVAL;
}

static int plan_load_one_prof(struct plan_set *set, const char *dir,
			      const char *name, char **why)
{
	int ret;

	set->profs = ut_grow(set->profs, set->nr_profs, sizeof(*set->profs));
	ret = prof_load(&set->profs[set->nr_profs], dir, name, why);
	if (ret == -ENOENT)
		return plan_unknown("PROFILE", name, dir, why);
	if (!ret)
		set->nr_profs++;
	return ret;
}

static int plan_load_one_fs(struct plan_set *set, const char *dir,
			    const char *name, char **why)
{
	int ret;

	set->fs = ut_grow(set->fs, set->nr_fs, sizeof(*set->fs));
	ret = fs_load(&set->fs[set->nr_fs], dir, name, why);
	if (ret == -ENOENT)
		return plan_unknown("FS", name, dir, why);
	if (!ret)
		set->nr_fs++;
	return ret;
}

/*
 * Load @name, or all files of @dir when NULL. All: @first is put in front, so
 * that the plainest pair boots first.
 */
static int plan_load(struct plan_set *set, const char *dir, const char *name,
		     const char *first, char **why,
		     int (*load)(struct plan_set *, const char *,
				 const char *, char **))
{
	char *names, *rest, *word;
	int ret;

	if (name)
		return load(set, dir, name, why);
	names = rest = prof_names(dir);
	ret = load(set, dir, first, why);
	while (!ret && (word = ut_word(&rest)))
		if (strcmp(word, first))
			ret = load(set, dir, word, why);
	free(names);
	return ret;
}

/* A glob that no longer matches would quietly test less. */
static int plan_glob(const struct plan_set *set, const char *quick,
		     const char *name, char **why)
{
	char *stray = quick ? cases_stray(&set->cases, quick) : NULL;

	if (!stray)
		return 0;
	*why = ut_fmt("%s: quick: '%s' matches no case", name, stray);
	free(stray);
	return -EINVAL;
}

static int plan_globs(const struct plan_set *set, char **why)
{
	size_t i;

	for (i = 0; i < set->nr_profs; i++)
		if (plan_glob(set, set->profs[i].quick, set->profs[i].name,
			      why))
			return -EINVAL;
	for (i = 0; i < set->nr_fs; i++)
		if (plan_glob(set, set->fs[i].quick, set->fs[i].name, why))
			return -EINVAL;
	return 0;
}

static int plan_manifest(struct plan_set *set, const struct args *a,
			 const struct plan_dirs *dirs, char **why)
{
	char *text = ut_read(dirs->manifest, NULL);
	struct ut_buf b = { 0 };
	char *stray;
	size_t i;
	int ret;

	if (!text) {
		*why = ut_fmt("%s: %s", dirs->manifest, strerror(errno));
		return -EINVAL;
	}
	ret = cases_parse(&set->cases, dirs->manifest, text, why);
	free(text);
	if (!ret)
		ret = plan_globs(set, why);
	if (ret || !a->tests)
		return ret;
	stray = cases_stray(&set->cases, a->tests);
	if (!stray)
		return 0;
	for (i = 0; i < set->cases.n; i++)
		ut_addf(&b, " %s", set->cases.v[i].name);
	*why = ut_fmt("TESTS: '%s' matches no case; there are: smoke%s", stray,
		      ut_str(&b));
	ut_free(&b);
	free(stray);
	return -EINVAL;
}

/*
 * With TIER=quick, a profile that has `quick` runs with one file system, and
 * only what these globs choose, beside the cases that name profiles, so that
 * all of it together stays within minutes. A file system that has `quick` is
 * like that too: what it chooses, and what names it. Who asks for one of them
 * by name and for no tier wants all of it.
 */
static bool plan_quick(const struct args *a, const struct tcase *tc,
		       const struct group *g, bool first_fs)
{
	const struct fs *fs = g->fs;

	if (a->full)
		return true;
	if (fs->quick && (!a->fs || a->quick) &&
	    !(tc->fs_type && !strcmp(tc->fs_type, fs->name)) &&
	    !cases_chosen(tc, fs->quick, a->full))
		return false;
	if ((a->profile && !a->quick) || !g->prof->quick)
		return true;
	return first_fs && (tc->profile ||
			    cases_chosen(tc, g->prof->quick, a->full));
}

static bool plan_runs(const struct tcase *tc, const struct args *a,
		      const struct group *g, bool first_fs)
{
	if (!cases_on_lane(tc, a->cfg))
		return false;
	if (tc->unpatched != g->unpatched || tc->log != g->log)
		return false;
	if (!cases_on_profile(tc, g->prof->name))
		return false;
	if (tc->nofs)
		return first_fs;
	return !tc->fs_type || !strcmp(tc->fs_type, g->fs->type) ||
	       !strcmp(tc->fs_type, g->fs->name);
}

static void plan_group(struct plan_set *set, const struct args *a,
		       struct group *g, bool first_fs)
{
	size_t i;

	for (i = 0; i < set->cases.n; i++) {
		const struct tcase *tc = &set->cases.v[i];
		struct res *r;

		if (!cases_chosen(tc, a->tests, a->full) ||
		    (tc->input && !a->input) ||
		    !plan_runs(tc, a, g, first_fs) ||
		    !plan_quick(a, tc, g, first_fs))
			continue;
		g->v = ut_grow(g->v, g->n, sizeof(*g->v));
		r = &g->v[g->n++];
		memset(r, 0, sizeof(*r));
		r->name = tc->name;
		r->tc = tc;
		r->last = -1;
	}
	if (!g->n)
		return;
	set->groups = ut_grow(set->groups, set->nr_groups, sizeof(*g));
	set->groups[set->nr_groups++] = *g;
	set->nr_cases += g->n;
}

static void plan_groups(struct plan_set *set, const struct args *a)
{
	struct group plain = { 0 };
	size_t p, f;

	for (p = 0; p < set->nr_profs; p++) {
		bool first = true;

		for (f = 0; f < set->nr_fs; f++) {
			struct group g = {
				.prof = &set->profs[p], .fs = &set->fs[f],
			};

			if (!fs_fits(g.fs, g.prof->name, a->cfg))
				continue;
			if (!strcmp(g.prof->name, PLAN_PROFILE) &&
			    !strcmp(g.fs->name, PLAN_FS))
				plain = g;
			plan_group(set, a, &g, first);
			g = (struct group) {
				.prof = g.prof, .fs = g.fs, .log = true,
			};
			plan_group(set, a, &g, first);
			first = false;
		}
	}
	if (!plain.prof)
		return;
	plain.unpatched = true;
	plan_group(set, a, &plain, true);
}

/* Keep what is in the shard, drop groups that become empty. */
static void plan_shard(struct plan_set *set, const struct args *a)
{
	size_t total = set->nr_cases;
	size_t groups = 0, at = 0;
	size_t i, j;

	set->nr_cases = 0;
	for (i = 0; i < set->nr_groups; i++) {
		struct group g = set->groups[i];
		size_t n = 0;

		for (j = 0; j < g.n; j++)
			if (cases_in_shard(at++, total, a->shard, a->shards))
				g.v[n++] = g.v[j];
		g.n = n;
		set->nr_cases += n;
		if (n)
			set->groups[groups++] = g;
	}
	set->nr_groups = groups;
}

/* The groups do not move any more: let the results point to theirs. */
static void plan_link(struct plan_set *set)
{
	size_t i, j;

	for (i = 0; i < set->nr_groups; i++) {
		struct group *g = &set->groups[i];

		for (j = 0; j < g->n; j++)
			g->v[j].group = g;
		g->device = (struct res) {
			.name = RES_DEVICE, .group = g, .last = -1 };
		g->check = (struct res) {
			.name = RES_CHECK, .group = g, .last = -1 };
		g->boot = (struct res) {
			.name = "boot/report", .group = g, .last = -1 };
	}
}

/* Only for what was asked for by name: else it is left out. */
static int plan_pair(const struct plan_set *set, const struct args *a,
		     char **why)
{
	size_t p;

	if (!a->fs)
		return 0;
	for (p = 0; p < set->nr_profs; p++)
		if (fs_fits(&set->fs[0], set->profs[p].name, a->cfg))
			return 0;
	*why = ut_fmt("PROFILE=%s, FS=%s and CFG=%s cannot exist together "
		      "(not-with in vm/fs/%s)", a->profile ? a->profile : "any",
		      a->fs, a->cfg, a->fs);
	return -EINVAL;
}

/* A file that nobody reads, or one that is missing: neither is meant so. */
static int plan_input(const struct plan_set *set, const struct args *a,
		      char **why)
{
	const char *wants = NULL;
	bool all = true;
	struct stat st;
	size_t i;

	for (i = 0; i < set->cases.n; i++) {
		const struct tcase *tc = &set->cases.v[i];

		if (!cases_chosen(tc, a->tests, a->full))
			continue;
		all &= tc->input;
		if (tc->input)
			wants = tc->name;
	}
	if (!a->input && (!wants || !all))
		return 0;
	if (!a->input)
		*why = ut_fmt("%s needs a list of operations: FSX=FILE (make "
			      "fsx-list prints one)", wants);
	else if (!wants)
		*why = ut_fmt("FSX=%s: no chosen case reads it; "
			      "TESTS=fsx/replay and fsx/minimise do", a->input);
	else if (stat(a->input, &st) || !S_ISREG(st.st_mode))
		*why = ut_fmt("FSX=%s: no such file", a->input);
	else if (!st.st_size || st.st_size > PLAN_INPUT_MAX)
		*why = ut_fmt("FSX=%s: want 1 to %d bytes, it has %lld",
			      a->input, PLAN_INPUT_MAX,
			      (long long)st.st_size);
	else
		return 0;
	return -EINVAL;
}

/*
 * Those that are asked for.  Where one is enough, and nobody says which: the
 * plainest that the device can hold.
 */
static int plan_load_fs(struct plan_set *set, const struct args *a,
			const struct plan_dirs *dirs, bool one, char **why)
{
	int ret = plan_load(set, dirs->fs, a->fs, PLAN_FS, why,
			    plan_load_one_fs);
	size_t i;

	if (ret || !one || a->fs)
		return ret;
	for (i = 0; i < set->nr_fs; i++)
		if (fs_fits(&set->fs[i], set->profs[0].name, a->cfg))
			break;
	if (i < set->nr_fs)
		set->fs[0] = set->fs[i];
	set->nr_fs = 1;
	return 0;
}

int plan_make(struct plan_set *set, const struct args *a,
	      const struct plan_dirs *dirs, char **why)
{
	bool one = a->mode != ARGS_TEST ||
		(a->tests && cases_smoke_only(a->tests));
	size_t total;
	int ret;

	memset(set, 0, sizeof(*set));
	ret = plan_lane(set, a, dirs, why);
	if (!ret)
		ret = plan_load(set, dirs->profiles, a->profile ? a->profile :
				one ? PLAN_PROFILE : NULL, PLAN_PROFILE,
				why, plan_load_one_prof);
	if (!ret)
		ret = plan_load_fs(set, a, dirs, one, why);
	if (!ret)
		ret = plan_pair(set, a, why);
	if (!ret)
		ret = plan_manifest(set, a, dirs, why);
	if (!ret)
		ret = plan_input(set, a, why);
	if (ret)
		return ret;
	if (a->mode == ARGS_TEST)
		plan_groups(set, a);
	else
		plan_own(set, a);
	total = set->nr_cases;
	if (total && a->mode == ARGS_TEST)
		plan_shard(set, a);
	plan_repeat(set, a->repeat);
	plan_link(set);
	if (set->nr_cases)
		return 0;
	if (total)
		*why = ut_fmt("SHARD=%u/%u holds none of %zu cases", a->shard,
			      a->shards, total);
	else
		*why = ut_fmt("TESTS='%s' has no case for PROFILE=%s FS=%s "
			      "CFG=%s (needs of each: tests/cases)",
			      a->tests ? a->tests : "",
			      a->profile ? a->profile : "any",
			      a->fs ? a->fs : "any", a->cfg);
	return -EINVAL;
}
