/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutants by lot: `make mutants DRAW=n SEED=s`.
 *
 * One thing of one line that the series adds is changed: an operator, a
 * constant, a branch, or a call that is left out.  It is found by how kernel code
 * is set, not by parsing C: blanks around every binary operator, a statement to a
 * line.  What comes out need not compile; that is asked of the compiler.
 */
#ifndef PROVE_MUTATE_H
#define PROVE_MUTATE_H

#include <stdbool.h>
#include <stddef.h>

/* One way to change a line */
struct mutate {
	const char *kind;	/* "operator", "constant", "branch", "call" */
	char *line;		/* all of it, changed; without a newline */
};

struct mutates {
	struct mutate *v;
	size_t n;
};

/*
 * mutate.c: add all ways to change @line.  *@comment says whether it begins inside
 * of a comment, and is kept up to date.
 */
void mutate_line(struct mutates *m, const char *line, bool *comment);
/* As lines of text, for tests of it: what `prove mutate FILE` prints. */
void mutate_print(const char *path);

#endif
