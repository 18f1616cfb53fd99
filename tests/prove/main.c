// SPDX-License-Identifier: GPL-2.0-only
/*
 * prove check			is every name known, has every rule a test and
 *				a mutant?
 * prove rules			the same, and the table
 * prove mutants [MUTANTS=globs] [SHARD=i/n] [SEED=n]
 *				build and run the mutants (ci/mutants prepares)
 * prove mutants DRAW=n [MUTANTS=globs] [SEED=n]
 *				n mutants that are drawn by lot, of these files
 * prove mutate FILE		what can be changed in each line of FILE
 *
 * Runs in the project's top folder. Exit: 0 all is well; 1 something is not
 * proved: an unknown name, a rule without a test or a mutant, a mutant that survived;
 * 2 broken.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "prove.h"

void prove_error(struct prove *p, const char *fmt, ...)
{
	va_list ap;

	p->errors++;
	fflush(stdout);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

bool prove_has(const char *list, const char *id)
{
	size_t len = strlen(id), part;

	for (; ; list += part + 1) {
		part = strcspn(list, ",");
		if (part == len && !strncmp(list, id, len))
			return true;
		if (!list[part])
			return false;
	}
}

static int prove_file(struct prove *p, const char *path,
		      void (*parse)(struct prove *, const char *, char *))
{
	char *text = ut_read(path, NULL);

	if (!text) {
		prove_error(p, "%s: %s", path, strerror(errno));
		return -errno;
	}
	parse(p, path, text);
	return 0;
}

void prove_lines(struct prove *p, const char *path, char *text,
		 const char *(*take)(struct prove *p, char *line))
{
	const char *wrong;
	char *line;
	int nr = 0;

	while ((line = strsep(&text, "\n"))) {
		nr++;
		line = ut_trim(line);
		if (!*line || *line == '#')
			continue;
		wrong = take(p, line);
		if (wrong)
			prove_error(p, "%s:%d: %s", path, nr, wrong);
	}
}

static void prove_files(struct prove *p, const char *pattern,
			void (*parse)(struct prove *, const char *, char *))
{
	glob_t g = { 0 };
	size_t i;

	if (!glob(pattern, 0, NULL, &g))
		for (i = 0; i < g.gl_pathc; i++)
			prove_file(p, g.gl_pathv[i], parse);
	globfree(&g);
}

static void prove_cases(struct prove *p, const char *path, char *text)
{
	char *why;

	if (cases_parse(&p->cases, path, text, &why))
		prove_error(p, "%s", why);
}

int prove_read(struct prove *p)
{
	int ret = prove_file(p, "kernel-patches/RULES", rule_parse);

	if (!ret)
		ret = prove_file(p, "tests/cases", prove_cases);
	if (!ret)
		ret = prove_file(p, "tests/traps", trap_parse);
	prove_files(p, "kunit/*.c", kcase_parse);
	prove_files(p, "tests/mutants/*.patch", mutant_parse);
	return ret;
}

static bool main_shard(struct run_opt *opt, const char *value)
{
	const char *slash = strchr(value, '/');
	char *left = slash ? ut_fmt("%.*s", (int)(slash - value), value) : NULL;
	uint64_t i, n;
	bool ok;

	ok = slash && ut_num(slash + 1, 1, 1000, &n) && ut_num(left, 1, n, &i);
	free(left);
	if (!ok)
		return false;
	opt->shard = i;
	opt->shards = n;
	return true;
}

static int main_mutants(struct prove *p, char **argv)
{
	struct run_opt opt = { .shard = 1, .shards = 1 };
	uint64_t draw = 0;

	for (; *argv; argv++) {
		char *value = strchr(*argv, '=');

		if (value && !value[1])
			continue;
		if (ut_starts(*argv, "MUTANTS="))
			opt.globs = value + 1;
		else if (ut_starts(*argv, "SEED="))
			opt.seed = value + 1;
		else if (!(ut_starts(*argv, "SHARD=") &&
			   main_shard(&opt, value + 1)) &&
			 !(ut_starts(*argv, "DRAW=") &&
			   ut_num(value + 1, 1, 100000, &draw)))
			ut_die("what is '%s'? MUTANTS='globs' SHARD=i/n SEED=n "
			       "DRAW=n", *argv);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (draw && opt.shards > 1)
		ut_die("DRAW=n and SEED=n are a part already: no SHARD goes "
		       "with them");
	if (draw)
		return draw_mutants(&opt, draw);
	return run_mutants(p, &opt);
}

int main(int argc, char **argv)
{
	struct prove p = { 0 };
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "mutate") && argc == 3) {
		mutate_print(argv[2]);
		return UT_PASS;
	}
	if (prove_read(&p))
		return UT_BROKEN;
	cover_check(&p);
	trap_check(&p);
	if (!strcmp(verb, "mutants"))
		return p.errors ? UT_BROKEN : main_mutants(&p, argv + 2);
	cover_gaps(&p);
	if (!strcmp(verb, "rules"))
		cover_print(&p), trap_print(&p);
	else if (strcmp(verb, "check"))
		ut_die("usage: prove check|rules|mutants [NAME=VALUE...] | "
		       "prove mutate FILE");
	if (p.errors)
		ut_err("%u errors", p.errors);
	else
		printf("%zu rules, %zu tests in the guest and %zu in KUnit, "
		       "%zu mutants: in order\n", p.rules.n, p.cases.n,
		       p.kcases.n, p.mutants.n);
	return p.errors ? UT_FAIL : UT_PASS;
}
