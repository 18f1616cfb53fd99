/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm/ab's program: runs the same cases on the kernel without the series (base)
 * and on the one with it, and compares what each operation did, as the cases
 * tell it (tests/guest/ab.h).
 *
 * Of an operation without RWF_WRITETHROUGH everything must be the same: its
 * result, the file's size, space and extents, what is cached and dirty, what was
 * read, what the disk has, and the commands that the device was given.  One with
 * the flag is refused by the base with EOPNOTSUPP, and nothing happens there; with
 * the series it may do what it likes, which other cases judge.  If no operation
 * with the flag got through at all, the series is not there: broken.
 *
 * Only the first operation of a case that differs is told in full: what follows
 * happened to another file already.
 *
 * Everything is read once and never freed: the program ends soon after.
 */
#ifndef AB_H
#define AB_H

#include "../../vm/supervisor/ut.h"

enum ab_kernel { AB_BASE, AB_SERIES, AB_KERNELS };

/* "ab NR OPERATION | KEY=VALUE ..." */
struct ab_line {
	char *nr;
	char *op;
	char *fields;
};

/* A case on one profile and file system, as one kernel ran it */
struct ab_case {
	char *name;
	char *profile;
	char *fs;
	char *outcome;
	char *reason;
	struct ab_line *v;
	size_t n;
};

struct ab_run {
	struct ab_case *v;
	size_t n;
};

/* One thing that is not the same; the texts live in the runs. */
struct ab_diff {
	const char *nr;		/* of the operation */
	const char *op;
	char *field;
	char *value[AB_KERNELS];
};

/* What came of one case */
struct ab_pair {
	const struct ab_case *c[AB_KERNELS];
	struct ab_diff *v;	/* of the first operation that differs */
	size_t n;
	size_t more;		/* operations behind it that differ */
	size_t same;		/* operations that do not */
	size_t refused;		/* with the flag: by the base alone */
	char *broken;		/* nothing can be said, and why; or NULL */
};

struct ab {
	struct ab_run runs[AB_KERNELS];
	struct ab_pair *v;
	size_t n;
};

extern const char *const ab_names[AB_KERNELS];

/* read.c: the results in @dir, a folder of vmtest's.  False, and said, if there
 * are none. */
bool ab_read(struct ab_run *run, const char *dir);

/* compare.c: fill @ab->v.  Exit code. */
int ab_compare(struct ab *ab);

/* out.c: the table on the screen, summary.md and results.ktap in @dir.  @asked:
 * what to add to a command that repeats a case. */
void ab_out(const struct ab *ab, const char *dir, const char *asked,
	    int status);

#endif
