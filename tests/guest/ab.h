/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one operation does to a file, all of it that a program can see, as one
 * line of text.  `make vm-ab` runs the same operations on a kernel without the
 * series and on one with it, and compares the lines (tests/ab/):
 *
 *	# ab NR OPERATION | result=N size=N ...
 *
 * NR counts from 1.  Without RWF_WRITETHROUGH the two must be the same.  An
 * operation whose name begins with "wt" has the flag: the kernel without the
 * series refuses it, and then nothing else of its line may differ from the line
 * before.
 *
 * Told is only what must come out the same each time: no addresses, no times,
 * and no positions on the disk.  Background work is kept out: the flusher and
 * the log's worker are off, the log is written after each operation, and what
 * starts writeback without waiting is followed by an fsync.
 */
#ifndef AB_H
#define AB_H

#include "fsx.h"

struct ab {
	struct fsx f;		/* the first: operations are fsx's */
	int direct;		/* the same file, O_DIRECT */
	uint64_t rng;
	uint64_t data;		/* hash of what the operation read; 0: nothing */
	bool by_lot;		/* the operations are drawn */
	int other;		/* another file, -1 if there is none */
	struct t_trace tr;
};

/* ab_op.c: the operations; `cards` is how often one is drawn, 0 never. */
extern const struct fsx_kind ab_kinds[];
extern const int ab_nr_kinds;

uint64_t ab_hash(const void *buf, size_t len);
/* No page of the file is cached, and none is mapped. */
void ab_forget(struct fsx *f);

#endif
