// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsx: many operations on one file, against a model: see fsx.h.
 *
 * Cases: smoke and run differ in how many operations there are; replay takes
 * them from the list that the user gave; control proves that the checks can
 * fail.  `fsx list` prints the list of a run and does nothing else.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_RUN_NR	10000
#define FSX_SMOKE_NR	400
#define FSX_CONTROL_NR	400

/*
 * The kernel's periodic writeback would make of one list many histories.  It
 * has its own tests (race/fsync).
 */
#define FSX_FLUSHER	"/proc/sys/vm/dirty_writeback_centisecs"

static char fsx_flusher_was[16];

static void fsx_flusher(const char *value)
{
	int fd = open(FSX_FLUSHER, O_WRONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_MUST(write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

static void fsx_flusher_back(void)
{
	fsx_flusher(fsx_flusher_was);
}

static void fsx_flusher_off(void)
{
	int fd = open(FSX_FLUSHER, O_RDONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_MUST(read(fd, fsx_flusher_was, sizeof(fsx_flusher_was) - 1) > 0);
	close(fd);
	fsx_flusher("0");
	atexit(fsx_flusher_back);
}

static struct fsx *fsx_new(struct t *t, int max)
{
	struct fsx *f = calloc(1, sizeof(*f));

	T_MUST(f && t->bs >= FSX_MIN_BLOCK && FSX_MAX % t->bs == 0);
	f->t = t;
	f->fs = getenv("WT_FS");
	f->fd = -1;
	f->rng = t->seed;
	f->m.bs = t->bs;
	memset(f->m.known, true, sizeof(f->m.known));
	f->buf = t_alloc(FSX_MAX);
	f->seen = t_alloc(FSX_MAX);
	f->ran = calloc(fsx_nr_kinds, sizeof(*f->ran));
	f->idled = calloc(fsx_nr_kinds, sizeof(*f->idled));
	f->ops = calloc(max + 4, sizeof(*f->ops));
	T_MUST(f->ran && f->idled && f->ops);
	return f;
}

static void fsx_free(struct fsx *f)
{
	fsx_close(f);
	free(f->buf);
	free(f->seen);
	free(f->ran);
	free(f->idled);
	free(f->ops);
	free(f->deck);
	free(f);
}

static void fsx_step(struct fsx *f)
{
	const struct fsx_op *op = &f->ops[f->nr];
	long long seen = op->kind->exec(f, op);
	long long expected;

	f->idle = false;
	expected = op->kind->effect(f, op);
	if (f->idle)
		f->idled[op->kind - fsx_kinds]++;
	else
		f->ran[op->kind - fsx_kinds]++;
	/* What did not happen has no effect: the rest would only be noise. */
	if (!FSX_OK(f, FSX_RESULT, seen == expected,
		    "result: expected %lld, seen %lld", expected, seen))
		return;
	if (op->kind->check)
		op->kind->check(f, op);
	fsx_check_size(f);
}

/* The list itself, or by lot if there is none; then all once more from disk. */
static void fsx_go(struct fsx *f, const struct fsx_op *list, int nr)
{
	static const char *const last[] = { "verify", "reopen", "verify" };

	f->given = list;
	f->fd = t_open(f->t, f->t->name, O_RDWR | O_CREAT | O_TRUNC);
	for (f->nr = 1; f->nr <= nr + 3 && !f->failed; f->nr++) {
		struct fsx_op *op = &f->ops[f->nr];

		if (f->nr > nr)
			*op = (struct fsx_op) {
				.kind = fsx_kind(last[f->nr - nr - 1])
			};
		else if (list)
			*op = list[f->nr];
		else
			fsx_draw(f, op);
		fsx_step(f);
	}
	f->nr--;
}

/* Each must have run, not only once: once in a hundred. */
static void fsx_each_ran(struct fsx *f)
{
	int k, least = (f->nr + 99) / 100;

	for (k = 0; k < fsx_nr_kinds; k++)
		T_OK(f->t, f->ran[k] >= least,
		     "how often %s ran: expected %d at least (1 %%), seen %d",
		     fsx_kinds[k].name, least, f->ran[k]);
}

static void fsx_by_lot(struct t *t, int nr)
{
	struct fsx *f = fsx_new(t, nr);

	fsx_flusher_off();
	fsx_go(f, NULL, nr);
	if (!f->failed) {
		fsx_histogram(f);
		fsx_each_ran(f);
	}
	fsx_free(f);
}

static void fsx_run_case(struct t *t)
{
	fsx_by_lot(t, FSX_RUN_NR);
}

static void fsx_smoke(struct t *t)
{
	fsx_by_lot(t, FSX_SMOKE_NR);
}

static void fsx_replay(struct t *t)
{
	const char *path = getenv("WT_INPUT");
	struct fsx_op *list;
	struct fsx *f;
	int nr;

	if (!path) {
		printf("# BROKEN no list of operations was given: FSX=FILE\n");
		exit(T_BROKEN);
	}
	list = fsx_list_read(fopen(path, "re"), &nr);
	f = fsx_new(t, nr);
	fsx_flusher_off();
	fsx_go(f, list, nr);
	if (!f->failed)
		fsx_histogram(f);
	fsx_free(f);
	free(list);
}

/*
 * The model alone, no kernel: what a run with this seed does, up to operation
 * number OPS.
 */
static void fsx_list(struct t *t)
{
	const char *ops = getenv("OPS");
	int nr = ops && *ops ? atoi(ops) : FSX_RUN_NR;
	struct fsx *f = fsx_new(t, nr);

	printf("# fsx seed %llu, blocks of %lld, pages of %lld\n",
	       (unsigned long long)t->seed, t->bs, t->ps);
	for (f->nr = 1; f->nr <= nr; f->nr++) {
		struct fsx_op *op = &f->ops[f->nr];

		fsx_draw(f, op);
		op->kind->effect(f, op);
		printf("%s\n", fsx_text(op));
	}
	fsx_free(f);
}

struct fsx_row {
	const char *name;
	enum fsx_lie lie;
	unsigned int must;	/* enum fsx_what */
	const char *list;	/* NULL: by lot */
};

/* One row, told or not told what is wrong. Returns the checks that failed. */
static unsigned int fsx_control_row(struct t *t, const struct fsx_row *row,
				    enum fsx_lie lie)
{
	struct fsx_op *list = NULL;
	int nr = FSX_CONTROL_NR;
	unsigned int failed;
	struct fsx *f;

	if (row->list)
		list = fsx_list_read(fmemopen((void *)row->list,
					      strlen(row->list), "r"), &nr);
	f = fsx_new(t, nr);
	f->lie = lie;
	fsx_go(f, list, nr);
	failed = f->failed;
	if (failed)
		printf("# %s: seen by operation %d, %s\n", row->name, f->nr,
		       fsx_text(&f->ops[f->nr]));
	fsx_free(f);
	free(list);
	return failed;
}

/*
 * Each row does one thing wrong, with the model none the wiser: the first
 * operation that fails must fail in all of the checks that are for it.  Done
 * right, nothing fails.
 */
static void fsx_control(struct t *t)
{
	static const struct fsx_row rows[] = {
		{ "a lazy write for a WT write", FSX_LAZY,
		  FSX_CLEAN | FSX_DISK, "wt 0x1001 0x2ffe" },
		{ "the same over older data", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n fsync\n wt 0x1ff0 0x1010" },
		{ "the same by lot", FSX_LAZY, FSX_DISK, NULL },
		{ "no fsync", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n fsync" },
		{ "a wrong byte in a write", FSX_BAD_WRITE, FSX_DATA,
		  "write 0 0x8000\n read 0 0x8000" },
		{ "a wrong byte in a WT write", FSX_BAD_WRITE, FSX_DISK,
		  "wt 0 0x8000" },
		{ "a wrong byte in a store", FSX_BAD_STORE, FSX_DATA,
		  "write 0 0x8000\n mwrite 0x1001 2\n mread 0x1000 0x10" },
		{ "the same, written back", FSX_BAD_STORE, FSX_DISK,
		  "write 0 0x8000\n mwrite 0x1001 2\n fsync" },
		{ "no store", FSX_NO_STORE, FSX_CLEAN | FSX_FAULT,
		  "wt 0 0x8000\n mwrite 0x1001 2" },
		{ "a short write", FSX_SHORT, FSX_RESULT, "wt 0 0x8000" },
		{ "a wrong size", FSX_BAD_SIZE, FSX_SIZE, "truncate 0x1234" },
		{ "no punch", FSX_NO_PUNCH, FSX_DATA | FSX_DISK,
		  "wt 0 0x20000\n punch 0x7ffe 0x10002\n verify" },
		{ "no drop", FSX_NO_DROP, FSX_CACHED,
		  "write 0 0x8000\n reopen" },
	};
	unsigned int failed;
	size_t i;

	fsx_flusher_off();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		failed = fsx_control_row(t, &rows[i], FSX_HUSHED);
		T_OK(t, !failed, "done right: expected nothing to fail, seen 0x%x",
		     failed);
		failed = fsx_control_row(t, &rows[i], rows[i].lie);
		T_OK(t, (failed & rows[i].must) == rows[i].must,
		     "%s: expected checks 0x%x to fail, seen 0x%x",
		     rows[i].name, rows[i].must, failed);
	}
}

static const struct t_case cases[] = {
	{ "control",	fsx_control },
	{ "list",	fsx_list },
	{ "replay",	fsx_replay },
	{ "run",	fsx_run_case },
	{ "smoke",	fsx_smoke },
};

T_GROUP(fsx, cases)
