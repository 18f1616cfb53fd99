/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash: what is left of files when the power goes, prefix crash_.
 *
 * A workload is a list of operations on a few files, one after the other.  It runs
 * once, on vnvme (t_vnvme.h), which keeps a log of all commands; each operation
 * that has returned is a mark in that log.  Then vnvme puts the disk into one
 * state after the other that the power could have left, and each is mounted and
 * looked at.  What must be there depends on the marks before the cut:
 *
 * C1  An operation began if all marks before its own are there; it was
 *     acknowledged if its own is.
 * C2  A byte has what some operation that began put there, none older than the
 *     last that is durable: an acknowledged one that asked for that (DSYNC, SYNC),
 *     or any before an acknowledged fsync or fdatasync of the file.
 * C3  Between two sectors there may be a seam, inside of one never; and none
 *     in what one write with RWF_ATOMIC put there, but for blocks that something
 *     else wrote to after it.
 * C4  EOF is where some operation that began moved it, no earlier than the last
 *     durable one did; while a write extends the file, anywhere up to its end.
 * C5  Below EOF zeros are right only where the file had a hole, or unwritten
 *     blocks, or where zeros were asked for; or where a lazy write has not yet
 *     been written back.  Poison (blocks nobody wrote) never is.
 *     What a write beyond EOF, or cutting the file, zeroes in the block of
 *     the old EOF is such a lazy write, as for O_DSYNC without the series.
 * C6  The file system mounts, and xfs_repair -n finds nothing.
 *
 * crash_model.c is these rules.  A workload is text, one operation a line:
 *
 *	KIND FILE [POS [LEN]]		bytes; # comments
 *
 * so that it can be replayed, and cut down when it has shown something.  Lists of
 * fsx are another kind of workload, with rules of their own: crash_fsx.h.
 */
#ifndef CRASH_H
#define CRASH_H

#include "t_vnvme.h"

#define CRASH_FILES	96	/* at most */
#define CRASH_OPS	600
#define CRASH_MAX	(128 * T_KIB)	/* of a file */
#define CRASH_UNIT	(16 * T_KIB)	/* of atomic writes, at most */
#define CRASH_SECTOR	512

/* What a file is before the workload: gen 1 + its number; see crash_base(). */
#define CRASH_HOLE	(48 * T_KIB)	/* to CRASH_UNWRITTEN */
#define CRASH_UNWRITTEN	(56 * T_KIB)	/* to CRASH_TAIL */
#define CRASH_TAIL	(64 * T_KIB)
#define CRASH_EOF	(72 * T_KIB + 100)

/* What an operation does to what must be there. */
enum crash_does {
	CRASH_DATA = 1,		/* puts its data there */
	CRASH_ZEROS = 2,	/* puts zeros there */
	CRASH_CUTS = 4,		/* moves EOF to pos */
	CRASH_LAZY = 8,		/* the disk gets it some time later */
	CRASH_DURABLE = 16,	/* its own range, when acknowledged */
	CRASH_SYNCS = 32,	/* all of the file before it */
	CRASH_ATOMIC = 64,
	CRASH_ALIGNED = 128,	/* to blocks, and inside the file: direct I/O */
	CRASH_WT = 256,		/* needs the series */
	CRASH_KEEPS = 512,	/* changes no content, and promises nothing */
};

struct crash_op;
struct crash;

struct crash_kind {
	const char *name;
	unsigned int does;
	int flags;		/* RWF_*, or a mode of fallocate(2) */
	/* What the call returned, or a negative errno. */
	long long (*exec)(struct crash *c, const struct crash_op *op, int gen);
};

struct crash_op {
	const struct crash_kind *kind;
	int file;
	long long pos;		/* truncate: the new size */
	long long len;
	/* when it ran */
	long long from;		/* EOF before it */
	long long to;		/* EOF after it */
};

/* What is wrong with a state; the number is the signature for vnvme. */
enum crash_wrong {
	CRASH_GOOD,
	CRASH_NO_MOUNT,
	CRASH_REPAIR,
	CRASH_SIZE,
	CRASH_OLD,		/* acknowledged as durable, and not there */
	CRASH_TORN,
	CRASH_POISON,
	CRASH_ALIEN,		/* zeros, another file's data, the future */
	CRASH_GONE,		/* the file itself */
	CRASH_BEFORE,		/* it went wrong while there was power */
};

struct crash_failure {
	enum crash_wrong what;
	int op;			/* of the workload, or -1 */
	char text[400];
};

struct crash_list {
	void *ops;
	size_t size;		/* bytes of one */
	int *nr;
};

/* Who runs a workload, and looks at what is left of it. */
struct crash_work {
	const char *replay;	/* the case that takes it as text */
	/* The files as they are at first: synced, and none open. */
	void (*make)(struct crash *c);
	void (*open)(struct crash *c);
	/*
	 * What is recorded: operations, and a mark behind each.  When something
	 * is wrong already, and @c->failure says what, no state is looked at.
	 */
	void (*run)(struct crash *c);
	void (*close)(struct crash *c);
	/* State @nr, mounted, behind @marks.  False, and @c->failure: wrong. */
	bool (*look)(struct crash *c, uint64_t nr, int marks);
	/* The operations: each part of them is a workload too. */
	struct crash_list (*list)(struct crash *c);
	/* Keep only those that @c->failure can be about. */
	void (*narrow)(struct crash *c);
	/* Operation @i of the list as a line of text; static buffer. */
	const char *(*text)(struct crash *c, int i);
};

struct crash {
	struct t *t;
	struct t_vnvme *v;
	const struct crash_work *work;
	void *own;		/* @work's, or NULL */
	struct crash_op ops[CRASH_OPS];
	int nr;
	int files;
	int fd[CRASH_FILES];
	int direct[CRASH_FILES];
	long long eof[CRASH_FILES];
	uint8_t *buf;		/* CRASH_MAX bytes */
	bool repair;		/* look with xfs_repair as well */
	/* of the exploration */
	uint64_t seed;
	uint64_t states;	/* to be looked at, at most; 0: all */
	uint64_t seen;
	uint64_t equal;		/* not shown again */
	uint64_t ns;		/* spent on the states */
	struct crash_failure failure;	/* the smallest that shows it */
	char state[3100];	/* vnvme's words for it */
};

/*
 * crash_op.c: kinds, and workloads as text.
 */
extern const struct crash_kind crash_kinds[];
extern const int crash_nr_kinds;
const struct crash_kind *crash_kind(const char *name);
/* Append; what the kind cannot do there is moved to where it can. */
void crash_add(struct crash *c, const char *kind, int file, long long pos,
	       long long len);
/* Can the kernel and the disk do it? */
bool crash_can(struct crash *c, const struct crash_kind *kind);
const char *crash_text(const struct crash_op *op);	/* static buffer */
/* Read a workload; what is none breaks the case. */
void crash_read(struct crash *c, FILE *in);

/*
 * crash_model.c: the oracle.
 */
/* The data that operation @op puts there; of the file before all with -1. */
int crash_gen(int file, int op);
/*
 * Look at file @file, open as @fd, after a cut behind mark @marks.  False, and
 * @c->failure, when it is wrong.
 */
bool crash_check(struct crash *c, int file, int fd, int marks);

/*
 * crash_run.c: run and explore.
 */
/* For operations of crash_op.c; who has others sets @work. */
struct crash *crash_new(struct t *t);
void crash_free(struct crash *c);
/*
 * Make the files, run the workload, and look at states.  False when one is
 * wrong: @c->failure and @c->state tell.
 */
bool crash_explore(struct crash *c);
/* The same; a failure is cut down and reported. */
void crash_judge(struct crash *c);

/*
 * crash_min.c: take operations away as long as the same goes wrong.
 */
void crash_minimise(struct crash *c);

#endif
