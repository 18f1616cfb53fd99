/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fsx: one file, thousands of operations drawn by lot, and a model of the file
 * that says after each of them what must be seen.
 *
 * The model has the bytes and EOF; which bytes the block device must have
 * already; which blocks may be dirty in the cache; which pages are protected, so
 * that a store to a mapping has to fault.  The second is what a WT write is
 * about, and what fsync(2) makes true for all of the file.  A byte that the
 * device need not have yet is not looked at there.
 *
 * An operation is a row of a table (fsx_op.c): how it is drawn, what it does to
 * the file, what it does to the model, what is looked at afterwards.  The list
 * of operations depends on the seed and on the block and page sizes, on nothing
 * the kernel does.  So it can be made without a kernel:
 *
 *	one operation a line: NAME [POS [LEN [ARG]]], numbers as in C; # comments
 *
 * ARG is what the row says: how many pieces, or where to copy from.
 *
 * `make fsx-list` prints it, FSX=FILE TESTS=fsx/replay runs it or what is left
 * of it.  Every list is valid: what does not apply (a mapping of an empty file,
 * a reflink where there is none) does nothing, and is counted as idle.  So lines
 * can be taken out at will, which is what the minimiser lives on (fsx_min.c).
 *
 * Where the kernel may choose, the model takes its answer: NOWAIT writes are
 * done, done in part, or refused.  Such operations never move EOF, nor do those
 * that not all file systems have: the list would depend on it.
 *
 * Data is a function of seed, number of the operation and position, and has no
 * zeros: a byte that is wrong can be told to belong to an older operation.
 *
 * Positions, lengths and sizes are bytes.
 */
#ifndef FSX_H
#define FSX_H

#include "t_async.h"

#define FSX_MAX		(512 * T_KIB)	/* of the file */
#define FSX_MIN_BLOCK	512
#define FSX_SECTOR	512
#define FSX_UNIT	(16 * T_KIB)
#define FSX_LAST	3	/* operations that end every list */
#define FSX_PIECES	16	/* of an operation, at most */

struct fsx;
struct fsx_kind;

struct fsx_op {
	const struct fsx_kind *kind;
	long long pos;		/* truncate: the new size */
	long long len;
	long long arg;
};

/* What files must be able to do for an operation. */
enum fsx_can {
	FSX_SIZED = 1,		/* be of any size, with holes */
	FSX_MOUNTED = 2,	/* be on a file system */
	FSX_REFLINK = 4,	/* share blocks */
	FSX_NOWAIT = 8,		/* be written without waiting */
	FSX_SECTORS = 16,	/* direct I/O of FSX_SECTOR bytes */
	FSX_UNITS = 32,		/* atomic writes of up to FSX_UNIT bytes */
	FSX_PRESSED = 64,	/* be taken from memory, and written for that */
	FSX_ALL = 127,
};

struct fsx_kind {
	const char *name;
	int cards;		/* how often: of those in the deck */
	int args;		/* numbers in the list: POS, LEN, ARG */
	unsigned int needs;	/* enum fsx_can */
	int pieces;		/* ARG: 1: 1 to FSX_PIECES; 0: a position */
	int flags;		/* of the call: RWF_*, or a mode of fallocate */
	/* Draw pos and len. */
	void (*gen)(struct fsx *f, struct fsx_op *op);
	/* Do it to the file: what the call returned, or a negative errno. */
	long long (*exec)(struct fsx *f, const struct fsx_op *op);
	/* Do it to the model: what the call must return. */
	long long (*effect)(struct fsx *f, const struct fsx_op *op);
	/* Look at what must hold now.  The cheapest to disturb comes first. */
	void (*check)(struct fsx *f, const struct fsx_op *op);
	/* In C, for a test: fsx_c.c has what stands for what. */
	const char *c;
};

struct fsx_model {
	long long bs;		/* of the file system */
	long long eof;
	uint8_t data[FSX_MAX];	/* zeros from EOF on */
	bool known[FSX_MAX];	/* the device has the byte of @data */
	bool dirty[FSX_MAX / FSX_MIN_BLOCK];	/* block: perhaps, in the cache */
	bool guarded[FSX_MAX / FSX_MIN_BLOCK];	/* page: a store must fault */
};

/* What a check is about: so that controls can say which one must have failed. */
enum fsx_what {
	FSX_RESULT = 1,		/* of the call */
	FSX_SIZE = 2,
	FSX_CACHED = 4,
	FSX_CLEAN = 8,
	FSX_DISK = 16,
	FSX_DATA = 32,
	FSX_FAULT = 64,
};

/* What a control does wrong behind the model's back. */
enum fsx_lie {
	FSX_HONEST,
	FSX_HUSHED,		/* nothing, but failing is told to nobody */
	FSX_LAZY,		/* WT writes are done without the flag */
	FSX_NO_FSYNC,		/* fsync is not done */
	FSX_BAD_WRITE,		/* writes have a wrong byte */
	FSX_BAD_STORE,		/* stores to the mapping too */
	FSX_BAD_SIZE,		/* truncate is one byte off */
	FSX_NO_DROP,		/* drop is not done */
	FSX_NO_FALLOCATE,	/* nor fallocate, nor reflink */
	FSX_NO_STORE,		/* nor is a store to the mapping */
	FSX_SHORT,		/* writes end one byte early */
};

/* A failure is the same as another if all of this is. */
struct fsx_signature {
	unsigned int failed;	/* enum fsx_what, all of the checks that did */
	int line;		/* of the first of them */
	const struct fsx_kind *kind;
};

/* The first failed check. */
struct fsx_failure {
	struct fsx_signature sig;
	int nr;			/* of the operation */
	char text[400];
	/* bytes that are wrong and should be the data of operation @owner */
	long long pos;
	long long len;		/* 0: it is not about data */
	int owner;		/* 0: zeros */
};

struct fsx {
	struct t *t;
	const char *fs;		/* WT_FS: for those who repeat it */
	const char *name;	/* of the file */
	struct fsx_model m;
	/* the list */
	bool given;		/* it is the user's, not drawn */
	struct fsx_op *ops;	/* all up to now, from 1 */
	int nr;			/* of the current one */
	uint64_t rng;
	int *deck;		/* kinds, shuffled */
	int left;		/* cards in it */
	/* the file */
	unsigned int can;	/* enum fsx_can */
	int fd;
	int direct;		/* the same, O_DIRECT, or -1 */
	struct t_async *engines[2];	/* by enum t_engine, when used */
	uint8_t *map;		/* FSX_MAX bytes, or NULL */
	uint8_t *buf;		/* FSX_MAX bytes */
	uint8_t *seen;		/* the same */
	/* the outcome */
	long long result;	/* of the operation */
	/* what it is really about, by its effect: the list may say more */
	long long at;
	long long wrote;	/* bytes */
	long long from;
	bool idle;		/* the operation had nothing to do */
	bool again;		/* it was refused, and may be */
	long long left_behind;	/* bytes of it are in the cache though */
	bool unsettled;		/* a flusher may be at work */
	bool must_fault;	/* the store was to a guarded page */
	long faults;		/* of the store */
	struct fsx_failure failure;
	enum fsx_lie lie;	/* other than FSX_HONEST: keep quiet */
	int *ran;		/* by kind, the others not counted */
	int *idled;
	int *refused;
	long long *ns;		/* spent, all of them */
	long long disk_checks;	/* WT writes looked at on disk */
	long long disk_bytes;
	/* told of each operation that has been done, and all was well */
	void (*done)(struct fsx *f, const struct fsx_op *op);
	void *own;		/* of who is told */
};

/*
 * fsx.c: a file and its model.
 */
/* Nobody else writes the file back from now on, and its memory is charged. */
void fsx_alone(void);
/* For lists of @max operations. */
struct fsx *fsx_new(struct t *t, int max);
void fsx_free(struct fsx *f);
/* The model alone: what operation @f->nr does to it, and must return. */
long long fsx_effect(struct fsx *f, const struct fsx_op *op);
/* A new file; of a device, which has been used before, the beginning. */
void fsx_begin(struct fsx *f);
/*
 * The list itself, or by lot if there is none, on @f->fd if that is open already;
 * then all once more from disk.
 */
void fsx_go(struct fsx *f, const struct fsx_op *list, int nr);

/*
 * fsx_op.c: the table.  fsx_op.h has what it is made of.
 */
extern const struct fsx_kind fsx_kinds[];
extern const int fsx_nr_kinds;
/* The kind of that name, or NULL. */
const struct fsx_kind *fsx_kind(const char *name);

/*
 * fsx_gen.c: drawing.
 */
/* Operation @f->nr, by lot. */
void fsx_draw(struct fsx *f, struct fsx_op *op);
/* Generators: a range to write; one that is in the file mostly; a new size. */
void fsx_gen_write(struct fsx *f, struct fsx_op *op);
void fsx_gen_inside(struct fsx *f, struct fsx_op *op);
void fsx_gen_size(struct fsx *f, struct fsx_op *op);
/* One that can be written without waiting, mostly. */
void fsx_gen_nowait(struct fsx *f, struct fsx_op *op);
/*
 * A range to write, in pieces; one to be filled from another; all of the file;
 * a little; whole blocks.
 */
void fsx_gen_pieces(struct fsx *f, struct fsx_op *op);
void fsx_gen_copy(struct fsx *f, struct fsx_op *op);
void fsx_gen_unshare(struct fsx *f, struct fsx_op *op);
void fsx_gen_append(struct fsx *f, struct fsx_op *op);
void fsx_gen_blocks(struct fsx *f, struct fsx_op *op);

/*
 * fsx_model.c: what operations do to the model.
 */
/* The operation is really @at, or idle if that is empty. */
void fsx_did(struct fsx *f, const struct fsx_op *at);
/* The data of operation @nr. */
void fsx_fill(struct fsx *f, void *buf, long long pos, long long len, int nr);
void fsx_model_write(struct fsx *f, long long pos, long long len, bool wt);
void fsx_model_store(struct fsx *f, long long pos, long long len);
void fsx_model_truncate(struct fsx *f, long long size);
void fsx_model_punch(struct fsx *f, long long pos, long long len);
/* Whole blocks go, or come; what is behind them moves. */
void fsx_model_collapse(struct fsx *f, long long pos, long long len);
void fsx_model_insert(struct fsx *f, long long pos, long long len);
/* @shared: by sharing blocks; else by copying, lazily. */
void fsx_model_copy(struct fsx *f, long long from, long long pos,
		    long long len, bool shared);
void fsx_model_sync(struct fsx *f);
/* The same of the pages of the range. */
void fsx_model_sync_range(struct fsx *f, long long pos, long long len);
/* How much of the range can be mapped memory: up to the page EOF is in. */
long long fsx_model_mapped(const struct fsx *f, const struct fsx_op *op);
/* How much of the range is in the file. */
long long fsx_model_inside(const struct fsx *f, const struct fsx_op *op);
long long fsx_down(long long pos, long long unit);
long long fsx_up(long long pos, long long unit);

/*
 * fsx_check.c: the file against the model.
 */
#define FSX_OK(f, what, cond, ...) \
	fsx_ok(f, what, __FILE__, __LINE__, cond, __VA_ARGS__)
__attribute__((format(printf, 6, 7)))
bool fsx_ok(struct fsx *f, enum fsx_what what, const char *file, int line,
	    bool cond, const char *fmt, ...);
/* Nothing of the range's pages is dirty or under writeback. */
void fsx_check_settled(struct fsx *f, long long pos, long long len);
/* The blocks of the range are cached, not dirty, not under writeback. */
void fsx_check_clean(struct fsx *f, long long pos, long long len);
/* What the device must have of the blocks of the range, it has. */
void fsx_check_disk(struct fsx *f, long long pos, long long len);
/* @buf, which was read at @pos, is what the model has there. */
void fsx_check_data(struct fsx *f, const char *how, const uint8_t *buf,
		    long long pos, long long len);
void fsx_check_size(struct fsx *f);
/* How often each operation ran, on stdout. */
void fsx_histogram(struct fsx *f);
/* The pages of a store to the mapping are dirty, and those around may be. */
void fsx_check_dirty(struct fsx *f, long long pos, long long len);

/*
 * fsx_file.c: the mapping, and forgetting.
 */
/*
 * Copy @f->buf to the mapping or the mapping to @f->buf.  Returns @len, or
 * -EFAULT for SIGBUS.  Counts @f->faults.
 */
long long fsx_map_copy(struct fsx *f, long long pos, long long len, bool store);
/* No mapping, and no page in the cache that is clean. */
void fsx_forget(struct fsx *f);
/* No page in the cache at all, when all are clean.  False: there is one. */
bool fsx_forget_all(struct fsx *f);
/* Also no inode in memory, when nothing of it is; and open it again. */
void fsx_evict(struct fsx *f);
/* A descriptor of the file that is O_DIRECT. */
int fsx_direct_fd(struct fsx *f);
uint8_t *fsx_map(struct fsx *f);
void fsx_close(struct fsx *f);

/*
 * fsx_mount.c: the machine around the file.
 */
/* The file system is unmounted and mounted. */
void fsx_remount(struct fsx *f);
/* From now on all that this process brings to memory is charged apart. */
void fsx_charge(void);
/* Take memory from what was charged so. */
void fsx_reclaim(struct fsx *f);

/*
 * fsx_list.c: operations as text.
 */
/* In words for a list; static buffer. */
const char *fsx_text(const struct fsx_op *op);
/*
 * The operations of @in, from 1, and how many in *@nr; @in is closed.  A list
 * that is not one ends the case as broken.
 */
struct fsx_op *fsx_list_read(FILE *in, int *nr);

/*
 * fsx_min.c: fewer operations that fail in the same way.
 */
struct fsx_min {
	struct t *t;
	struct fsx_op *list;	/* from 1; cut down in place; FSX_LAST more */
	int nr;
	enum fsx_lie lie;
	int seconds;		/* to be spent, or a bit more */
	struct fsx_failure failure;	/* of the list; sig.failed 0: look */
	int replays;
	long long begin;	/* ns */
};

/*
 * Cut the list down.  False: it does not fail, or not three times in a row in
 * the same way; a comment says so.
 */
bool fsx_minimise(struct fsx_min *min);
/* What is left, as a list and in C. */
void fsx_min_print(struct fsx_min *min);

/*
 * fsx_control.c: the case that proves that the checks can fail.
 */
void fsx_control(struct t *t);

/*
 * fsx_c.c: a list as a test in C, on stdout.
 */
void fsx_print_c(struct t *t, const struct fsx_op *list, int nr,
		 const struct fsx_failure *failure);

#endif
