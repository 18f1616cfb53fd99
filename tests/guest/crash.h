/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash: what is left of files when the power goes, prefix crash_.
 *
 * A workload is a list of operations on a few files, one after the other or some
 * in flight at once.  It runs once, on vnvme (t_vnvme.h), which keeps a log of all
 * commands; each operation that has returned, or was reaped, is a mark in that
 * log.  Then vnvme puts the disk into one state after the other that the power
 * could have left, and each is mounted and looked at.  What must be there depends
 * on the marks before the cut:
 *
 * C1  An operation began if all marks before its own are there; it was
 *     acknowledged if its own is.  Those in flight at once have their marks in
 *     the order in which they were reaped, and began if all marks before the
 *     first of these are there.
 * C2  A byte has what some operation that began put there, none older than the
 *     last that is durable: an acknowledged one that asked for that (DSYNC, SYNC),
 *     or any before an acknowledged fsync, fdatasync or msync of the file.  What
 *     is in flight when that is called is not before it.
 * C3  Between two sectors there may be a seam, inside of one never; and none
 *     in what one write with RWF_ATOMIC put there, but for blocks that something
 *     else wrote to after it.  Units of direct I/O have none only where nothing
 *     was written to these blocks before that is not durable.
 * C4  EOF is where some operation that began moved it, no earlier than the last
 *     durable one did; while a write extends the file, anywhere up to its end.
 *     Of those in flight at once any may be the first.
 * C5  Below EOF zeros are right only where the file had a hole, or unwritten
 *     blocks, or where zeros were asked for; or where a lazy write has not yet
 *     been written back.  Poison (blocks nobody wrote) never is.
 *     What a write beyond EOF, or cutting the file, zeroes in the block of
 *     the old EOF is such a lazy write, as for O_DSYNC without the series.
 *     A write beyond EOF zeroes nothing that one in flight with it has put
 *     there; and of one that is not lazy the zeros are seen only when EOF is
 *     behind them, for that moves when its data is there; or when the file was cut
 *     after it.
 * C6  The file system mounts, and xfs_repair -n finds nothing.
 *
 * A store through a mapping is a lazy write.  A write that is written through to
 * other bytes of its block promises nothing of it: it goes along, or does not.
 *
 * crash_model.c is these rules.  A workload is text, one operation a line:
 *
 *	KIND FILE [POS [LEN]] [&]	bytes; # comments
 *
 * so that it can be replayed, and cut down when it has shown something.  A write
 * with & (&aio: by libaio) is submitted and not waited for; the next line without
 * runs while it is in flight, and then all are reaped.  An operation waits for what
 * is in flight before it, and then begins, when it writes to a file to which
 * one of them does, and they share a block, or one is direct and the other is not;
 * when it zeroes, cuts, or stores through a mapping of, such a file; when the
 * engine is another, or CRASH_FLIGHT are in flight; and `reap` always does.
 *
 * Lists of fsx are another kind of workload, with rules of their own: crash_fsx.h.
 */
#ifndef CRASH_H
#define CRASH_H

#include "t_async.h"
#include "t_vnvme.h"

#define CRASH_FILES	96	/* at most */
#define CRASH_OPS	600
#define CRASH_MAX	(128 * T_KIB)	/* of a file */
#define CRASH_UNIT	(16 * T_KIB)	/* of atomic writes, at most */
#define CRASH_SECTOR	512
#define CRASH_KINDS	64	/* at most */
#define CRASH_FLIGHT	8	/* operations at once, at most */

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
	CRASH_MAPPED = 1024,	/* by a store: what is behind EOF is left out */
	CRASH_WAITS = 2048,	/* begins when nothing is in flight */
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

/* How it is called. */
enum crash_way { CRASH_SYNC_CALL, CRASH_URING, CRASH_AIO };

struct crash_op {
	const struct crash_kind *kind;
	int file;
	long long pos;		/* truncate: the new size */
	long long len;
	enum crash_way way;
	/* when it ran */
	int batch;		/* the first of those in flight with it, or itself */
	int mark;		/* the number of its mark, from 0 */
	const void *buf;	/* what is in flight */
	long long from;		/* EOF before it, or the first of its batch */
	long long to;		/* EOF after it, and all of its batch */
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
	uint8_t *map[CRASH_FILES];	/* or NULL */
	uint8_t *buf;		/* CRASH_MAX bytes */
	struct t_async *engines[2];	/* by enum t_engine, or NULL */
	int marks;		/* so far in this run */
	bool repair;		/* look with xfs_repair as well */
	/* of the exploration */
	uint64_t seed;
	uint64_t states;	/* to be looked at, at most; 0: all */
	int promised;		/* marks that count, whatever the state has; -1: its own */
	bool whole;		/* PART divides the lists, not the states */
	uint64_t seen;
	uint64_t equal;		/* not shown again */
	uint64_t ns;		/* spent on the states */
	struct crash_failure failure;	/* the smallest that shows it */
	char state[3100];	/* vnvme's words for it */
};

/*
 * crash_op.c: kinds, and operations.
 */
extern const struct crash_kind crash_kinds[];
extern const int crash_nr_kinds;
const struct crash_kind *crash_kind(const char *name);
/* What the kind cannot do there is moved to where it can. */
struct crash_op crash_op(struct crash *c, const struct crash_kind *kind,
			 int file, long long pos, long long len);
/* Append; the second returns the operation, to be changed. */
void crash_push(struct crash *c, const struct crash_op *op);
struct crash_op *crash_add(struct crash *c, const char *kind, int file,
			   long long pos, long long len);
/* Can it be submitted and not waited for? */
bool crash_can_fly(const struct crash_kind *kind);
/* Can the kernel and the disk do it? */
bool crash_can(struct crash *c, const struct crash_kind *kind);

/*
 * crash_parts.c: what workloads are made of.
 */
struct crash_place {
	const char *name;
	long long pos;
	long long len;
};
/* Where something is to be seen in what a file is at first. */
extern const struct crash_place crash_places[];
extern const int crash_nr_places;
uint64_t crash_draw(uint64_t *rng);
bool crash_has_place(const struct crash_kind *kind);
/* As crash_op(), without what the kind has no use for. */
struct crash_op crash_at(struct crash *c, const struct crash_kind *kind,
			 int file, long long pos, long long len);
/* End the list of operations on the last file there is. */
void crash_next_file(struct crash *c);
/*
 * The kinds that can be done here, without those whose `does` has @not; @kinds
 * has room for CRASH_KINDS.  How many?
 */
int crash_choose(struct crash *c, const struct crash_kind **kinds,
		 unsigned int not);
/* How many states to look at if STATES does not say. */
void crash_default(struct crash *c, uint64_t states);

/*
 * crash_text.c: workloads as text.
 */
const char *crash_text(const struct crash_op *op);	/* static buffer */
/* Read a workload; what is none breaks the case, and says why. */
void crash_read(struct crash *c, FILE *in);

/*
 * crash_map.c: through a mapping of the file, which is made when it is needed
 * first and stays, so that its page tables are what later operations find.
 */
long long crash_store(struct crash *c, const struct crash_op *op, int gen);
long long crash_msync(struct crash *c, const struct crash_op *op, int gen);
void crash_unmap(struct crash *c);

/*
 * crash_flight.c: do the operations, each with its mark.
 */
void crash_do(struct crash *c);
/* Give up the engines. */
void crash_ground(struct crash *c);

/*
 * crash_model.c: the oracle.
 */
/* C1: had operation @op begun when there were @marks? */
bool crash_began(const struct crash *c, int op, int marks);
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
 * Make the files, run the workload, with all that it does in the device's log, END;
 * no longer mounted then.
 */
void crash_record(struct crash *c, const struct t_mount *mnt);
/*
 * Look at all states there are to come, or up to the smallest that shows what is
 * wrong with one.  False as with crash_explore().
 */
bool crash_states(struct crash *c, const struct t_mount *mnt);
/*
 * Make the files, run the workload, and look at states.  False when one is
 * wrong: @c->failure and @c->state tell.
 */
bool crash_explore(struct crash *c);
/* The same; a failure is cut down and reported. */
void crash_judge(struct crash *c);

/*
 * crash.c: a workload of lists of @len operations by lot, each on a file of its own;
 * of the kinds that can be done here, but for those whose `does` has @not.
 */
void crash_fill(struct crash *c, int len, int files, unsigned int not);

/*
 * crash_twice.c: the power goes again, during recovery.
 */
void crash_twice(struct t *t);
void crash_twice_liar(struct t *t);

/*
 * crash_min.c: take operations away as long as the same goes wrong.
 */
void crash_minimise(struct crash *c);

/*
 * Cases: crash_enum.c and crash_control.c.
 */
void crash_pairs(struct t *t);
void crash_triples(struct t *t);
void crash_control(struct t *t);
void crash_liar_atomic(struct t *t);
void crash_liar_flush(struct t *t);
void crash_liar_fua(struct t *t);

#endif
