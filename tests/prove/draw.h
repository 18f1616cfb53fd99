/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mutants by lot, one after the other: see mutate.h.  Drawn from all changes of
 * all lines that the series adds to .c files.  What the compiler refuses, or
 * warns of, and what comes out as the same object code, is counted apart, and
 * another is drawn instead.
 *
 * KUnit judges what is in its kernel and what its suites are about; a boot of
 * the guest judges the rest.  Each runs first without a mutant, and must pass.
 */
#ifndef PROVE_DRAW_H
#define PROVE_DRAW_H

#include "mutate.h"
#include "prove.h"
#include "run.h"

#define DRAW_DIR RUN_DIR "/draw"

/* Who judges a file */
enum draw_judge { DRAW_KUNIT, DRAW_XFS, DRAW_BLKDEV, DRAW_JUDGES };

/* One change: where, and what the line becomes */
struct draw {
	const char *file;	/* in the kernel's tree */
	int nr;			/* of the line */
	enum draw_judge judge;
	struct mutate to;
	enum verdict verdict;
	char *why;
	double seconds;
	char *patch;		/* the file that has it */
};

/* A judge's run without a mutant */
struct draw_base {
	size_t files, lines;	/* that it judges */
	size_t cases;		/* that passed */
	double limit;		/* seconds; what is longer is a hang */
	bool built;		/* its kernel */
};

struct drawer {
	const char *globs;	/* files to draw from, NULL: all */
	struct draw *v;		/* all there are, shuffled */
	size_t n;
	struct draw_base base[DRAW_JUDGES];
	size_t lines_out, files_out;	/* in neither kernel */
	size_t refused, same;	/* by the compiler; object code */
	struct draw **done;
	size_t nr_done;
	uint64_t rng;
};

/*
 * draw_file.c: find all changes: @d->v, in the order of the series.  Builds the
 * kernels that judge them.  False if there are none.
 */
bool draw_read(struct drawer *d);
/* Put the change into the tree. */
bool draw_write(const struct draw *m);

/* draw_build.c: the whole kernel in which @judge looks */
bool draw_build(enum draw_judge judge, char **why);
/* The same without a mutant, once; does not return if that fails. */
void draw_build_base(struct drawer *d, enum draw_judge judge);
/* Has that kernel @file?  Then its object code is put aside. */
bool draw_has(enum draw_judge judge, const char *file);
/* The file alone; false when the compiler refuses it, or warns. */
bool draw_compile(const struct draw *m);
/* Is its object code what it was without the mutant? */
bool draw_same(const struct draw *m);

/* draw_judge.c: who judges @file, if KUnit's kernel @has it or not? */
enum draw_judge draw_judge(const char *file, bool has);
/* Run what judges; false, told on stderr, if that does not pass as it is. */
bool draw_judge_base(struct drawer *d, enum draw_judge judge);
void draw_judge_mutant(const struct drawer *d, struct draw *m);

/* draw_out.c: a line when it is judged; all of it in the end. */
void draw_tell(const struct drawer *d, const struct draw *m, size_t of);
size_t draw_count(const struct drawer *d, enum verdict v);
void draw_out(const struct drawer *d, const char *seed);

#endif
