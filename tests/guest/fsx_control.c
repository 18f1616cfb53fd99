// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can the checks of fsx fail, and its minimiser cut down what fails?  See fsx.h.
 */
#include <stdlib.h>
#include <string.h>

#include "fsx.h"

#define FSX_CONTROL_NR		400
#define FSX_CONTROL_LEFT	5	/* operations that a cut down list has */
#define FSX_CONTROL_SECONDS	10

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
	failed = f->failure.sig.failed;
	if (failed)
		printf("# %s: seen by operation %d, %s: %s\n", row->name,
		       f->nr, fsx_text(&f->ops[f->nr]), f->failure.text);
	fsx_free(f);
	free(list);
	return failed;
}

/* What fails by lot is cut down to a few that fail in the same check. */
static void fsx_control_cut(struct t *t, enum fsx_lie lie)
{
	struct fsx *f = fsx_new(t, FSX_CONTROL_NR);
	struct fsx_min min = {
		.t = t, .list = f->ops, .lie = lie,
		.seconds = FSX_CONTROL_SECONDS,
	};
	bool cut;

	f->lie = lie;
	fsx_go(f, NULL, FSX_CONTROL_NR);
	fsx_close(f);
	min.nr = f->nr;
	min.failure = f->failure;
	T_OK(t, f->failure.nr, "lie %d: expected a failure, seen none", lie);
	printf("# lie %d: %d operations, the last %s: %s\n", lie, f->nr,
	       fsx_text(&f->ops[f->nr]), f->failure.text);
	cut = f->failure.nr && fsx_minimise(&min);
	T_OK(t, cut && min.nr <= FSX_CONTROL_LEFT &&
	     min.failure.sig.line == f->failure.sig.line,
	     "lie %d, cut down: expected %d operations at most, seen %d", lie,
	     FSX_CONTROL_LEFT, min.nr);
	if (cut)
		fsx_min_print(&min);
	fsx_free(f);
}

/* Of a list that does not fail nothing is left. */
static void fsx_control_honest(struct t *t)
{
	struct fsx_op list[3 + FSX_LAST] = {
		[1] = { .kind = fsx_kind("wt"), .len = 0x2000 },
		[2] = { .kind = fsx_kind("fsync") },
	};
	struct fsx_min min = {
		.t = t, .list = list, .nr = 2, .lie = FSX_HUSHED,
		.seconds = FSX_CONTROL_SECONDS,
	};

	T_OK(t, !fsx_minimise(&min), "nothing fails: expected nothing to cut down");
}

/*
 * Each row does one thing wrong, with the model none the wiser: the first
 * operation that fails must fail in all of the checks that are for it.  Done
 * right, nothing fails.
 */
void fsx_control(struct t *t)
{
	static const struct fsx_row rows[] = {
		{ "a lazy write for a WT write", FSX_LAZY,
		  FSX_CLEAN | FSX_DISK, "wt 0x1001 0x2ffe" },
		{ "the same over older data", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n fsync\n wt 0x1ff0 0x1010" },
		{ "the same in pieces", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "wt-vec 0x1001 0x2ffe 7" },
		{ "many of io_uring", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "wt-uring-many 0x1001 0x6001 13" },
		{ "many of libaio", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "wt-aio-many 0x1001 0x6001 13" },
		{ "an append", FSX_LAZY, FSX_CLEAN | FSX_DISK,
		  "wt 0 0x1234\n wt-append 0 0x3333" },
		{ "the same by lot", FSX_LAZY, FSX_DISK, NULL },
		{ "no fsync", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n fsync" },
		{ "no fdatasync", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n fdatasync" },
		{ "no msync", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n msync 0x1001 1" },
		{ "no sync_file_range", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n sync-range 0x1001 1" },
		{ "no freeze", FSX_NO_FSYNC, FSX_CLEAN | FSX_DISK,
		  "write 0 0x8000\n freeze" },
		{ "a wrong byte in a write", FSX_BAD_WRITE, FSX_DATA,
		  "write 0 0x8000\n read 0 0x8000" },
		{ "a wrong byte in a direct write", FSX_BAD_WRITE, FSX_DISK,
		  "direct 0 0x8000" },
		{ "a wrong byte, read directly", FSX_BAD_WRITE, FSX_DATA,
		  "write 0 0x8000\n direct-read 0 0x8000" },
		{ "a wrong byte in a WT write", FSX_BAD_WRITE, FSX_DISK,
		  "wt 0 0x8000" },
		{ "a wrong byte in a store", FSX_BAD_STORE, FSX_DATA,
		  "write 0 0x8000\n mwrite 0x1001 2\n mread 0x1000 0x10" },
		{ "the same, written back", FSX_BAD_STORE, FSX_DISK,
		  "write 0 0x8000\n mwrite 0x1001 2\n fsync" },
		{ "no store", FSX_NO_STORE, FSX_CLEAN | FSX_FAULT,
		  "wt 0 0x8000\n mwrite 0x1001 2" },
		{ "no store behind EOF", FSX_NO_STORE, FSX_CLEAN | FSX_FAULT,
		  "wt 0 0x8001\n mpast 0 2" },
		{ "a short write", FSX_SHORT, FSX_RESULT, "wt 0 0x8000" },
		{ "a short piece", FSX_SHORT, FSX_RESULT,
		  "wt-vec 0 0x8000 1" },
		{ "a wrong size", FSX_BAD_SIZE, FSX_SIZE, "truncate 0x1234" },
		{ "no punch", FSX_NO_FALLOCATE, FSX_DATA | FSX_DISK,
		  "wt 0 0x20000\n punch 0x7ffe 0x10002\n verify" },
		{ "no zeroing", FSX_NO_FALLOCATE, FSX_DATA | FSX_DISK,
		  "wt 0 0x20000\n zero-keep 0x7ffe 0x10002\n verify" },
		{ "no preallocation", FSX_NO_FALLOCATE, FSX_SIZE,
		  "prealloc 0x7ffe 0x10002" },
		{ "no collapse", FSX_NO_FALLOCATE, FSX_SIZE,
		  "wt 0 0x20000\n collapse 0x4000 0x4000" },
		{ "no insertion", FSX_NO_FALLOCATE, FSX_SIZE,
		  "wt 0 0x20000\n insert 0x4000 0x4000" },
		{ "no drop", FSX_NO_DROP, FSX_CACHED,
		  "write 0 0x8000\n reopen" },
	};
	static const enum fsx_lie lies[] = {
		FSX_LAZY, FSX_BAD_STORE, FSX_NO_FSYNC, FSX_NO_FALLOCATE,
	};
	unsigned int failed;
	size_t i;

	fsx_alone();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		failed = fsx_control_row(t, &rows[i], FSX_HUSHED);
		T_OK(t, !failed, "%s, done right: expected nothing to fail, seen 0x%x",
		     rows[i].name, failed);
		failed = fsx_control_row(t, &rows[i], rows[i].lie);
		T_OK(t, (failed & rows[i].must) == rows[i].must,
		     "%s: expected checks 0x%x to fail, seen 0x%x",
		     rows[i].name, rows[i].must, failed);
	}
	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		fsx_control_cut(t, lies[i]);
	fsx_control_honest(t);
}
