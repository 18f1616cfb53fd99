/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of group `stress`: stress.c has the idea, the tasks and the judge;
 * stress_op.c what tasks do, and what is done to all of them.
 */
#ifndef STRESS_H
#define STRESS_H

#include <stdarg.h>
#include <stdatomic.h>

#include "t_async.h"

#define STRESS_GRAINS	64	/* of a file, the last for STRESS_CUT alone */
#define STRESS_USED	(STRESS_GRAINS - 1)
#define STRESS_FILES	4	/* at most; the next too */
#define STRESS_THREADS	8	/* of a process */
#define STRESS_OPS	11

/* What a task may do. */
enum stress_bit {
	STRESS_LAZY = 1,	/* a write without the flag */
	STRESS_WT = 2,		/* with it, perhaps with RWF_DSYNC */
	STRESS_ASYNC = 4,	/* some of those at once, by io_uring or libaio */
	STRESS_STORE = 8,	/* to a mapping */
	STRESS_LOAD = 16,	/* from one */
	STRESS_READ = 32,
	STRESS_DIRECT = 64,	/* a write */
	STRESS_DIRECT_READ = 128,
	STRESS_SYNC = 256,	/* fsync(2) */
	STRESS_PUNCH = 512,
	STRESS_DROP = 1024,	/* the file's clean pages */
};

/* What may happen to all of them meanwhile. */
enum stress_disturb {
	STRESS_RECLAIM = 1,	/* everybody's clean pages are dropped */
	STRESS_FREEZE = 2,	/* the file system, and thawed */
	STRESS_HOTPLUG = 4,	/* a processor is taken away, and given back */
	STRESS_CUT = 8,		/* the first file ends, and is extended */
};

struct stress_mix {
	unsigned int ops;	/* enum stress_bit */
	unsigned int disturb;	/* enum stress_disturb */
	long long grain;	/* bytes, 0: a folio's least */
	int files;
	int processes;
	int threads;		/* of each */
	int steps;		/* of each thread */
};

struct stress_grain {
	atomic_bool claimed;
	atomic_ullong issued;	/* the newest change that may have begun */
	atomic_ullong acked;	/* the newest one that has ended */
	atomic_ullong zeroed;	/* the newest that leaves zeros */
};

/* Shared by all processes. */
struct stress {
	struct t *t;
	const struct stress_mix *mix;
	long long grain;	/* bytes */
	atomic_ullong gen;	/* the last generation that was taken */
	atomic_bool over;	/* the tasks are done */
	atomic_bool wrong;	/* something was: all ends */
	char why[300];
	atomic_int done[STRESS_OPS];
	atomic_int disturbed;
	struct {
		struct stress_grain grains[STRESS_GRAINS];
	} files[STRESS_FILES];
};

/* A thread. */
struct stress_task {
	struct stress *s;
	int nr;
	uint64_t random;
	int file;		/* the one it works on: its number */
	int fd;
	int direct;		/* the same, O_DIRECT */
	char *map;		/* the same, all of it */
	void *buf;		/* as large as the file */
	struct t_async *async;
};

/* A change that was begun. */
struct stress_change {
	off_t pos;
	size_t len;
	uint64_t gen;
	bool zeros;
};

/* What was known of a grain before it was read. */
struct stress_window {
	uint64_t oldest;
	uint64_t zeroed;
};

/* stress_op.c; @fn is false where it did nothing. */
struct stress_op {
	const char *name;
	enum stress_bit bit;
	bool (*fn)(struct stress_task *k);
};

extern const struct stress_op stress_ops[STRESS_OPS];
void stress_disturb_once(struct stress_task *k);
void stress_calm(struct stress_task *k);	/* undo what still stands */

/* stress.c */
static inline long long stress_size(const struct stress *s)
{
	return STRESS_GRAINS * s->grain;
}

uint64_t stress_random(struct stress_task *k);
void stress_fill(const struct stress_task *k, void *buf, off_t pos, size_t len,
		 uint64_t gen);
__attribute__((format(printf, 2, 3)))
void stress_wrong(struct stress_task *k, const char *fmt, ...);
/* Claim a range, or any, for a change. False: somebody has a part of it. */
bool stress_begin(struct stress_task *k, struct stress_change *c, off_t pos,
		  size_t len, bool zeros);
bool stress_begin_any(struct stress_task *k, struct stress_change *c,
		      bool zeros);
void stress_end(struct stress_task *k, const struct stress_change *c);
/* Before one grain is read; and what was read in @buf, by @who. */
void stress_peek(struct stress_task *k, off_t pos, struct stress_window *w);
void stress_judge(struct stress_task *k, off_t pos, const void *buf,
		  const struct stress_window *w, const char *who);

#endif
