/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ci/coverage's program: of the lines that the series adds, which ran, and
 * which of their branches were taken.  Nothing is left out of the count; what
 * did not run must be explained in tests/uncovered.
 *
 * Everything is read once and never freed: the program ends soon after.
 */
#ifndef COVER_H
#define COVER_H

#include "../../vm/supervisor/ut.h"

#define COVER_LINES 95		/* percent that must have run */
#define COVER_BRANCHES 85	/* percent that must have been taken */

/*
 * Why something does not run.  In the file:
 *	PATH: PART OF THE LINE'S TEXT
 *		the reason, in one or more lines that begin with a tab
 * explains each added line of PATH that has this text, and that did not run or
 * did not take all its branches.  It must explain something, unless the reason
 * begins with COVER_SOMETIMES.
 */
#define COVER_SOMETIMES "Not in every run: "

struct cover_reason {
	char *path;
	char *text;
	char *reason;
	int line;		/* where it stands, for messages */
	size_t used;
};

/* A line that the series adds. */
struct cover_line {
	int nr;
	char *text;		/* without the blanks around it */
	bool code;		/* the compiler made something of it */
	uint64_t count;		/* how often it ran */
	uint64_t *branches;	/* how often each was taken */
	size_t nr_branches;
	const struct cover_reason *reason;
};

struct cover_file {
	char *path;		/* in the kernel's tree */
	struct cover_line *v;	/* by number */
	size_t n;
	bool known;		/* gcov has said something of it */
};

struct cover {
	struct cover_file *files;
	size_t n;
	struct cover_reason *reasons;
	size_t nr_reasons;
	unsigned int errors;	/* that are told already */
};

/* Sums, of a file or of all. */
struct cover_sum {
	size_t lines, ran;
	size_t branches, taken;
};

/* diff.c: `git diff -U0` of the C files. */
bool cover_diff(struct cover *c, const char *path);
/* gcov.c: what `gcov --json-format --stdout` said, one object a line. */
bool cover_gcov(struct cover *c, const char *path);
/* reason.c: tests/uncovered; and which lines its entries explain. */
bool cover_reasons(struct cover *c, const char *path);
void cover_explain(struct cover *c);

/* judge.c */
size_t cover_taken(const struct cover_line *l);
/* It ran, and took all its branches; or it is no code. */
bool cover_whole(const struct cover_line *l);
void cover_add(struct cover_sum *s, const struct cover_file *f);
struct cover_sum cover_sum(const struct cover *c);
double cover_percent(size_t part, size_t all);
/* Exit code; says what is wrong on stdout. */
int cover_judge(struct cover *c);

/* out.c: summary.md and coverage.json in @dir; the table goes to stdout. */
void cover_out(const struct cover *c, const char *dir, int status);

#endif
