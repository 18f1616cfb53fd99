/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cases of one boot, in order, and their report.
 *
 * Each case of a group is one run of /t/cases GROUP CASE, with what it may know
 * in its environment (WT_DEV, WT_MNT, WT_DIR, WT_FS, WT_BLOCKSIZE, WT_PROFILE,
 * WT_SEED, and WT_INPUT if the user gave a file: its path).  Its exit code is
 * its outcome: see child.h.  The groups `shell` and `run` are a person's: see
 * own.h.
 */
#ifndef WT_RUN_H
#define WT_RUN_H

#include "dev.h"
#include "plan.h"
#include "trace.h"

struct run {
	const struct plan *plan;
	struct dev dev;
	int dev_err;		/* of dev_open() */
	int mounted;
	struct trace trace;
	unsigned long taint;	/* what was told already */
	char no_case[220];	/* why no further case can run; or "" */
	char no_fs[220];	/* the same for those that need the fs */
	int nr;			/* cases begun */
	int count[5];		/* by outcome */
};

/* Report all of the plan, from the plan line to the end marker. */
void run_all(struct run *run);

#endif
