/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What became of the writes: the file that WT_SHIM_COUNTS names.  It is mapped
 * by every process that has the library and the same rules, and added to in
 * place, so that the counts of a process that is killed are there as well.
 * All integers are the machine's own.
 */
#ifndef SHIM_COUNTS_H
#define SHIM_COUNTS_H

#include <stdint.h>

#define SHIM_COUNTS_MAGIC	"wt-shim counts 1"	/* 16 bytes */
#define SHIM_RULES_MAX		32
#define SHIM_RULES_TEXT		4096	/* bytes of WT_SHIM_RULES, with its NUL */

/* What can become of a write, in the order in which it is printed. */
enum shim_outcome {
	SHIM_DONE_ATOMIC,	/* RWF_ATOMIC | RWF_WRITETHROUGH */
	SHIM_DONE_WT,		/* RWF_WRITETHROUGH, and that was asked for */
	/* Atomic was wanted and cannot be: written through alone, because... */
	SHIM_WT_NONE,		/* the file has no atomic writes (statx) */
	SHIM_WT_BUFFERS,	/* it has more than one buffer, or none */
	SHIM_WT_SIZE,		/* its length is no power of two */
	SHIM_WT_SMALL,		/* less than stx_atomic_write_unit_min */
	SHIM_WT_LARGE,		/* more than stx_atomic_write_unit_max */
	SHIM_WT_APPEND,		/* it goes to the end, wherever that is then */
	SHIM_WT_OFFSET,		/* not at a multiple of its length */
	SHIM_DONE_ORDINARY,	/* nothing was added to it */
	SHIM_UNFIT,		/* atomic-only, and one of the above: EINVAL */
	SHIM_REFUSED,		/* by the kernel: EOPNOTSUPP or EINVAL */
	SHIM_FAILED,		/* with another error */
	SHIM_UNSEEN,		/* a way to write that the library cannot see:
				 * a mapping, a stdio stream, a copy */
	SHIM_OUTCOMES
};

/* The name of each, as it is printed. */
#define SHIM_OUTCOME_NAMES {						\
	"atomic", "wt", "wt-none", "wt-buffers", "wt-size", "wt-small",	\
	"wt-large", "wt-append", "wt-offset", "ordinary", "unfit",	\
	"refused", "failed", "unseen" }

struct shim_count {
	uint64_t calls;
	uint64_t bytes;		/* written; asked for, if nothing was */
};

struct shim_counts {
	char magic[16];
	char rules[SHIM_RULES_TEXT];	/* whose counts these are */
	uint64_t processes;		/* that mapped it */
	/*
	 * By number of the rule.  The last are of files whose name was not to
	 * be found, so that no rule was applied to them.
	 */
	struct shim_count of[SHIM_RULES_MAX + 1][SHIM_OUTCOMES];
};

#define SHIM_NO_NAME	SHIM_RULES_MAX

#endif
