/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The manifest tests/cases: which cases exist, which rules they prove, how
 * long they may take and where they can run.
 */
#ifndef CASES_H
#define CASES_H

#include "ut.h"

struct tcase {
	char *name;		/* group/case */
	char *rules;		/* comma list, "-" if none */
	unsigned int limit;	/* seconds on a fast, unloaded host */
	bool smoke;		/* member of the selection group `smoke` */
	bool full;		/* only with TIER=full, or by its exact name */
	bool alone;		/* only by its exact name */
	bool nofs;		/* needs no mounted file system */
	bool input;		/* only with a file for it (FSX=) */
	bool log;		/* judged by the device's write log */
	bool unpatched;		/* runs on the kernel without the series */
	char *fs_type;		/* only file systems of this type, or the one
				 * of this name; NULL: any */
	char *profile;		/* only profiles matching one of these globs,
				 * separated by commas; after a `!`, only
				 * others; NULL: any */
	char *cfg;		/* only such lanes, in the same way */
};

struct cases {
	struct tcase *v;
	size_t n;
};

/* Parse @text (changed in place). 0, or -EINVAL with *@why (caller frees). */
int cases_parse(struct cases *cs, const char *path, char *text, char **why);

/*
 * Does @globs, blank-separated, choose @tc? A glob without `/` is matched
 * against the group and `smoke`; with one, against the whole name; without
 * one also against the part behind the slash. No globs choose everything.
 */
bool cases_chosen(const struct tcase *tc, const char *globs, bool full);
/* May it run on the profile, the lane of this name? */
bool cases_on_profile(const struct tcase *tc, const char *profile);
bool cases_on_lane(const struct tcase *tc, const char *cfg);
/* The first word of @globs that matches no case at all, or NULL. Freed by
 * the caller. */
char *cases_stray(const struct cases *cs, const char *globs);
/* Is every word of @globs "smoke"? */
bool cases_smoke_only(const char *globs);

/*
 * Is item @i of @total in shard @shard of @shards (1-based)? Blocks, not
 * stripes: neighbours share a boot.
 */
bool cases_in_shard(size_t i, size_t total, unsigned int shard,
		    unsigned int shards);

#endif
