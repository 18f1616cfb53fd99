// SPDX-License-Identifier: GPL-2.0-only
/*
 * Can crash/fsx fail?  Each list runs on the honest disk, where nothing is wrong,
 * and once more on one that lies, or with a model that takes a WT write for more
 * than it is: that must be seen, or nothing that crash/fsx says proves anything.
 */
#include <string.h>

#include "crash_fsx.h"

#define CRASH_FSX_OF(what)	(1u << (what))

struct crash_fsx_row {
	const char *name;
	const char *list;
	enum vnvme_lie lie;
	unsigned int promised;	/* enum crash_fsx_does */
	unsigned int must;	/* CRASH_FSX_OF(enum crash_wrong): one of them */
};

static const struct crash_fsx_row crash_fsx_rows[] = {
	{ "a flush that does nothing",
	  "write 0 0x8000\n fsync\n wt 0 0x8000\n fsync\n"
	  "wt 0 0x8000\n fsync\n direct 0 0x8000\n fdatasync",
	  VNVME_LIE_FLUSH, 0, CRASH_FSX_OF(CRASH_OLD) |
	  CRASH_FSX_OF(CRASH_ALIEN) | CRASH_FSX_OF(CRASH_POISON) },
	{ "FUA that is nothing",
	  "write 0 0x8000\n fsync\n wt-dsync 0 0x8000\n wt-uring-dsync 0 0x8000\n"
	  "wt-aio-dsync 0 0x8000\n direct-dsync 0 0x8000\n wt-dsync 0 0x8000",
	  VNVME_LIE_FUA, 0, CRASH_FSX_OF(CRASH_OLD) |
	  CRASH_FSX_OF(CRASH_SIZE) },
	{ "units that are torn",
	  "write 0 0x10000\n fsync\n wt-atomic 0 0x4000\n"
	  "wt-atomic 0x4000 0x4000\n wt-atomic 0x8000 0x4000\n"
	  "wt-atomic-dsync 0xc000 0x4000\n wt-atomic 0 0x4000",
	  VNVME_LIE_ATOMIC, 0, CRASH_FSX_OF(CRASH_TORN) },
	{ "writes of many blocks that are taken for units",
	  "write 0 0x20000\n fsync\n wt 0 0x10000\n wt 0x10000 0x10000\n"
	  "wt 0 0x10000",
	  0, CRASH_FSX_UNIT, CRASH_FSX_OF(CRASH_TORN) },
	{ "writes that are taken for durable",
	  "write 0 0x8000\n fsync\n wt 0 0x2000\n wt-uring 0x4000 0x3000\n"
	  "wt-direct 0x2000 0x2000\n wt 0 0x2000",
	  0, CRASH_FSX_RANGE, CRASH_FSX_OF(CRASH_OLD) },
	{ "appends that are taken for durable",
	  "write 0 0x8000\n fsync\n wt-append 0 0x1234\n wt-append 0 0x2345",
	  0, CRASH_FSX_RANGE, CRASH_FSX_OF(CRASH_SIZE) },
	{ "all of the file that is taken for durable",
	  "write 0 0x8000\n fsync\n write 0 0x4000\n wt 0x6000 0x1000\n"
	  "truncate 0x7000\n wt 0x5000 0x1000",
	  0, CRASH_FSX_FILE, CRASH_FSX_OF(CRASH_OLD) |
	  CRASH_FSX_OF(CRASH_SIZE) },
};

static bool crash_fsx_row(struct t *t, const struct crash_fsx_row *row,
			  struct crash_failure *failure)
{
	FILE *in = fmemopen((void *)row->list, strlen(row->list), "r");
	struct crash_fsx *x;
	struct fsx_op *list;
	bool good;
	int nr;

	list = fsx_list_read(in, &nr);
	x = crash_fsx_new(t, list, nr);
	x->promised = row->promised;
	t_vnvme(x->c->v, VNVME_LIE, row->lie, 0, 0);
	good = crash_explore(x->c);
	t_vnvme(x->c->v, VNVME_LIE, 0, 0, 0);
	*failure = x->c->failure;
	printf("# %s: %llu states: %s\n", row->name,
	       (unsigned long long)x->c->seen,
	       good ? "nothing" : failure->text);
	crash_fsx_free(x);
	return good;
}

void crash_fsx_control(struct t *t)
{
	struct crash_fsx_row honest;
	struct crash_failure failure;
	size_t i;
	bool good;

	fsx_alone();
	for (i = 0; i < sizeof(crash_fsx_rows) / sizeof(crash_fsx_rows[0]);
	     i++) {
		honest = crash_fsx_rows[i];
		honest.lie = 0;
		honest.promised = 0;
		good = crash_fsx_row(t, &honest, &failure);
		T_OK(t, good, "%s, but for that: expected nothing, seen %s",
		     honest.name, failure.text);
		good = crash_fsx_row(t, &crash_fsx_rows[i], &failure);
		T_OK(t, !good && crash_fsx_rows[i].must &
		     CRASH_FSX_OF(failure.what),
		     "%s: expected one of 0x%x to be noticed, seen %d",
		     honest.name, crash_fsx_rows[i].must, failure.what);
	}
}
