/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What to run where: groups of cases (kernel x profile x file system), and
 * the plan file that tells the guest (vm/guest/plan.h).
 */
#ifndef PLAN_H
#define PLAN_H

#include "args.h"
#include "res.h"

#define PLAN_NO_LIMIT	100000000	/* seconds */

struct plan_dirs {
	const char *profiles;	/* "vm/profiles" */
	const char *fs;
	const char *configs;
	const char *manifest;
};

struct plan_set {
	struct cases cases;
	struct prof *profs;	/* chosen ones */
	size_t nr_profs;
	struct fs *fs;
	size_t nr_fs;
	struct group *groups;	/* only those with cases */
	size_t nr_groups;
	size_t nr_cases;
	unsigned int slow;	/* factor on every limit: the lane's "# slow: N" */
	char *append;		/* to the kernel's command line: "# append: " */
};

/* The lane's part of plan_make(). */
int plan_lane(struct plan_set *set, const struct args *a,
	      const struct plan_dirs *dirs, char **why);

/*
 * Read the files, check the arguments against them, build the groups.
 * -EINVAL with *@why, which names what exists (caller frees).
 */
int plan_make(struct plan_set *set, const struct args *a,
	      const struct plan_dirs *dirs, char **why);

/* plan_own.c: a shell or a program, as a case like any other on one machine;
 * and all of it @times over (REPEAT=n). */
void plan_own(struct plan_set *set, const struct args *a);
void plan_repeat(struct plan_set *set, unsigned int times);

/* The plan file of one boot; the caller frees. */
struct boot;
void plan_text(const struct boot *b, struct ut_buf *out);

/* All cases as JSON, chosen ones only; the caller frees. */
char *plan_list(const struct plan_set *set);

#endif
