// SPDX-License-Identifier: GPL-2.0-only
/*
 * fsx: many operations on one file, against a model: see fsx.h.
 *
 * Cases: smoke, run and blkdev differ in how many operations there are, and on
 * what; replay takes them from the list that the user gave, and minimise cuts
 * that down (fsx_min.c), as run does with its own; control proves that the
 * checks can fail (fsx_control.c).  `fsx list` prints the list of a run, `fsx c`
 * a given one in C (fsx_c.c); these two need no kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_RUN_NR	10000
#define FSX_SMOKE_NR	400
#define FSX_BLKDEV_NR	4000

/* Seconds to cut a list down; the case's limit is for a faster machine. */
#define FSX_RUN_SECONDS		60
#define FSX_MINIMISE_SECONDS	300

/*
 * The kernel's periodic writeback would make of one list many histories.  It
 * has its own tests (race/fsync).
 */
#define FSX_FLUSHER	"/proc/sys/vm/dirty_writeback_centisecs"

static char fsx_flusher_was[16];
static pid_t fsx_flusher_owner;		/* not those it has forked */

static void fsx_flusher(const char *value)
{
	int fd = open(FSX_FLUSHER, O_WRONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_MUST(write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

static void fsx_flusher_back(void)
{
	if (fsx_flusher_owner == getpid())
		fsx_flusher(fsx_flusher_was);
}

void fsx_alone(void)
{
	int fd = open(FSX_FLUSHER, O_RDONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	T_MUST(read(fd, fsx_flusher_was, sizeof(fsx_flusher_was) - 1) > 0);
	close(fd);
	fsx_flusher("0");
	fsx_flusher_owner = getpid();
	atexit(fsx_flusher_back);
	fsx_charge();
}

struct fsx *fsx_new(struct t *t, int max)
{
	struct fsx *f = calloc(1, sizeof(*f));

	T_MUST(f && t->bs >= FSX_MIN_BLOCK && FSX_MAX % t->bs == 0);
	f->t = t;
	f->fs = getenv("WT_FS");
	f->name = t->name;
	f->fd = -1;
	f->direct = -1;
	f->can = FSX_ALL;
	if (t->blkdev) {	/* as large as it is, and nothing but data */
		f->can = FSX_SECTORS | FSX_UNITS | FSX_PRESSED;
		f->m.eof = FSX_MAX;
	}
	f->rng = t->seed;
	f->m.bs = t->bs;
	memset(f->m.known, true, sizeof(f->m.known));
	f->buf = t_alloc(FSX_MAX);
	f->seen = t_alloc(FSX_MAX);
	f->ran = calloc(fsx_nr_kinds, sizeof(*f->ran));
	f->idled = calloc(fsx_nr_kinds, sizeof(*f->idled));
	f->refused = calloc(fsx_nr_kinds, sizeof(*f->refused));
	f->ops = calloc(max + FSX_LAST + 1, sizeof(*f->ops));
	f->ns = calloc(fsx_nr_kinds, sizeof(*f->ns));
	T_MUST(f->ran && f->idled && f->refused && f->ns && f->ops);
	return f;
}

void fsx_free(struct fsx *f)
{
	int i;

	fsx_close(f);
	for (i = 0; i < 2; i++)
		if (f->engines[i])
			t_async_close(f->engines[i]);
	free(f->buf);
	free(f->seen);
	free(f->ran);
	free(f->idled);
	free(f->refused);
	free(f->ns);
	free(f->ops);
	free(f->deck);
	free(f);
}

static bool fsx_able(const struct fsx *f, const struct fsx_kind *kind)
{
	return !(kind->needs & ~f->can);
}

long long fsx_effect(struct fsx *f, const struct fsx_op *op)
{
	fsx_did(f, op);
	f->again = false;
	f->idle = !fsx_able(f, op->kind);
	return f->idle ? 0 : op->kind->effect(f, op);
}

static void fsx_count(struct fsx *f, const struct fsx_kind *kind)
{
	int *count = f->idle ? f->idled : f->again ? f->refused : f->ran;

	count[kind - fsx_kinds]++;
}

static void fsx_step(struct fsx *f)
{
	const struct fsx_op *op = &f->ops[f->nr];
	long long expected;

	f->result = fsx_able(f, op->kind) ? op->kind->exec(f, op) : 0;
	expected = fsx_effect(f, op);
	fsx_count(f, op->kind);
	/* What did not happen has no effect: the rest would only be noise. */
	if (!FSX_OK(f, FSX_RESULT, f->result == expected,
		    "result: expected %lld, seen %lld", expected, f->result))
		return;
	if (op->kind->check && fsx_able(f, op->kind))
		op->kind->check(f, op);
	fsx_check_size(f);
}

/* Can it be written in units, and does the kernel know of the two flags? */
static bool fsx_has_units(struct fsx *f)
{
	int fd = t_open(f->t, "units", O_RDWR | O_CREAT);
	bool has = t_statx_atomic(fd).atomic_write_unit_max >= FSX_UNIT &&
		   t_write(f->t, fd, 0, f->m.bs, 1, RWF_WRITETHROUGH |
			   RWF_ATOMIC) == f->m.bs;

	close(fd);
	return has;
}

void fsx_begin(struct fsx *f)
{
	unsigned int lba = t_queue(f->t, "logical_block_size");
	char path[512];

	if (lba > FSX_SECTOR)
		f->can &= ~FSX_SECTORS;
	if (!fsx_has_units(f))
		f->can &= ~FSX_UNITS;
	if (f->t->blkdev) {
		f->fd = t_open(f->t, f->name, O_RDWR);
		memset(f->buf, 0, FSX_MAX);
		T_MUST(pwrite(f->fd, f->buf, FSX_MAX, 0) == FSX_MAX);
		T_MUST(!fsync(f->fd));
		fsx_forget(f);
	} else {
		snprintf(path, sizeof(path), "%s/%s", f->t->dir, f->name);
		T_MUST(!unlink(path) || errno == ENOENT);
		f->fd = t_open(f->t, f->name, O_RDWR | O_CREAT | O_EXCL);
		if (!t_has_reflink(f->fd))
			f->can &= ~FSX_REFLINK;
	}
}

void fsx_go(struct fsx *f, const struct fsx_op *list, int nr)
{
	static const char *const last[FSX_LAST] = {
		"verify", "reopen", "verify"
	};

	f->given = list;
	if (f->fd < 0)
		fsx_begin(f);
	for (f->nr = 1; f->nr <= nr + FSX_LAST && !f->failure.nr; f->nr++) {
		struct fsx_op *op = &f->ops[f->nr];

		if (f->nr > nr)
			*op = (struct fsx_op) {
				.kind = fsx_kind(last[f->nr - nr - 1])
			};
		else if (list)
			*op = list[f->nr];
		else
			fsx_draw(f, op);
		f->ns[op->kind - fsx_kinds] -= t_now();
		fsx_step(f);
		f->ns[op->kind - fsx_kinds] += t_now();
		if (f->done && !f->failure.nr)
			f->done(f, op);
	}
	f->nr--;
}

/*
 * Each that is possible here must have run, not only once in a long list: once
 * in a hundred.  Those that may be refused were tried as often, and done.
 */
static void fsx_each_ran(struct fsx *f)
{
	bool is_long = f->nr >= 1000;
	int k, tried, least = is_long ? (f->nr + 99) / 100 : 1;

	for (k = 0; k < fsx_nr_kinds; k++) {
		if (!fsx_able(f, &fsx_kinds[k]))
			continue;
		tried = f->ran[k] + f->refused[k];
		T_OK(f->t, tried >= least && (f->ran[k] || !is_long),
		     "how often %s ran: expected %d at least, seen %d, and %d refused",
		     fsx_kinds[k].name, least, f->ran[k], f->refused[k]);
	}
}

/* Cut down what has failed, as far as it goes in the time. */
static void fsx_cut_down(struct t *t, struct fsx_op *list, int nr,
			 const struct fsx_failure *failure, int seconds)
{
	struct fsx_min min = {
		.t = t, .list = list, .nr = nr, .seconds = seconds,
	};

	if (failure)
		min.failure = *failure;
	if (!fsx_minimise(&min)) {
		T_OK(t, min.failure.nr, "nothing to cut down: none of the operations fails");
		return;
	}
	fsx_min_print(&min);
	T_OK(t, false, "%d operations do it: %s; the list: sed -n 's/^ *# op: //p' build/results/latest/boot-1/report.ktap",
	     min.nr, min.failure.text);
}

static void fsx_by_lot(struct t *t, int nr, int seconds)
{
	struct fsx *f = fsx_new(t, nr);

	fsx_alone();
	fsx_go(f, NULL, nr);
	if (!f->failure.nr) {
		fsx_histogram(f);
		fsx_each_ran(f);
	} else if (seconds) {
		fsx_close(f);
		fsx_cut_down(t, f->ops, f->nr, &f->failure, seconds);
	}
	fsx_free(f);
}

static void fsx_run_case(struct t *t)
{
	fsx_by_lot(t, FSX_RUN_NR, FSX_RUN_SECONDS);
}

static void fsx_smoke(struct t *t)
{
	fsx_by_lot(t, FSX_SMOKE_NR, 0);
}

static void fsx_blkdev(struct t *t)
{
	fsx_by_lot(t, FSX_BLKDEV_NR, FSX_RUN_SECONDS);
}

static struct fsx_op *fsx_given(int *nr)
{
	const char *path = getenv("WT_INPUT");

	if (!path) {
		printf("# BROKEN no list of operations was given: FSX=FILE\n");
		exit(T_BROKEN);
	}
	return fsx_list_read(fopen(path, "re"), nr);
}

static void fsx_replay(struct t *t)
{
	struct fsx_op *list;
	struct fsx *f;
	int nr;

	list = fsx_given(&nr);
	f = fsx_new(t, nr);
	fsx_alone();
	fsx_go(f, list, nr);
	if (!f->failure.nr)
		fsx_histogram(f);
	fsx_free(f);
	free(list);
}

static void fsx_minimise_case(struct t *t)
{
	struct fsx_op *list;
	int nr;

	list = fsx_given(&nr);
	fsx_alone();
	fsx_cut_down(t, list, nr, NULL, FSX_MINIMISE_SECONDS);
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
		fsx_effect(f, op);
		printf("%s%s\n", fsx_text(op), f->idle ? "\t# idle" : "");
	}
	fsx_free(f);
}

/* A given list as a test in C, with nothing that failed. */
static void fsx_c(struct t *t)
{
	struct fsx_failure none = {
		.text = "say here what must hold",
		.sig.kind = fsx_kinds,
	};
	struct fsx_op *list;
	int nr;

	list = fsx_given(&nr);
	fsx_print_c(t, list, nr, &none);
	free(list);
}

static const struct t_case cases[] = {
	{ "blkdev",	fsx_blkdev },
	{ "c",		fsx_c },
	{ "control",	fsx_control },
	{ "list",	fsx_list },
	{ "minimise",	fsx_minimise_case },
	{ "replay",	fsx_replay },
	{ "run",	fsx_run_case },
	{ "smoke",	fsx_smoke },
};

T_GROUP(fsx, cases)
