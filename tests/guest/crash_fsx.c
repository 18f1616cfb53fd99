// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lists of fsx as workloads whose power goes: see crash_fsx.h.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash_fsx.h"

#define CRASH_FSX_LISTS		4	/* of a run */
#define CRASH_FSX_OPS		80	/* of a list */
#define CRASH_FSX_STATES	60	/* of a list, unless STATES= says more */

static struct crash_fsx *crash_fsx_of(struct crash *c)
{
	return c->own;
}

/* An empty file, which is there whenever the power goes. */
static void crash_fsx_make(struct crash *c)
{
	struct crash_fsx *x = crash_fsx_of(c);
	int dir = open(c->t->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (x->f)
		fsx_free(x->f);
	x->f = fsx_new(c->t, x->nr);
	x->f->lie = FSX_HUSHED;		/* we tell */
	fsx_begin(x->f);
	x->f->can &= ~FSX_PRESSED;
	T_MUST(dir >= 0 && !fsync(x->f->fd) && !fsync(dir));
	close(dir);
	fsx_close(x->f);
	crash_fsx_first(x);
}

static void crash_fsx_open(struct crash *c)
{
	struct fsx *f = crash_fsx_of(c)->f;

	f->fd = t_open(c->t, f->name, O_RDWR);
}

/* F7, and the mark. */
static void crash_fsx_done(struct fsx *f, const struct fsx_op *op)
{
	struct crash_fsx *x = f->own;

	if (!f->idle && crash_fsx_does(op->kind) & CRASH_FSX_MOVES)
		T_MUST(!fsync(f->fd));
	crash_fsx_shoot(x, op);
	t_vnvme(x->c->v, VNVME_MARK, 1, f->nr, 0);
}

static void crash_fsx_run(struct crash *c)
{
	struct crash_fsx *x = crash_fsx_of(c);
	struct fsx *f = x->f;

	f->done = crash_fsx_done;
	f->own = x;
	fsx_go(f, x->list, x->nr);
	if (!f->failure.nr)
		return;
	c->failure.what = CRASH_BEFORE;
	c->failure.op = f->failure.nr;
	snprintf(c->failure.text, sizeof(c->failure.text),
		 "operation %d (%s), before the power goes: %.300s",
		 f->failure.nr, fsx_text(&f->ops[f->failure.nr]),
		 f->failure.text);
}

static void crash_fsx_close(struct crash *c)
{
	fsx_close(crash_fsx_of(c)->f);
}

static bool crash_fsx_look(struct crash *c, uint64_t nr, int marks)
{
	struct crash_fsx *x = crash_fsx_of(c);
	int fd = t_open(c->t, x->f->name, O_RDONLY);
	bool good = crash_fsx_check(x, fd, marks);

	(void)nr;
	close(fd);
	return good;
}

static struct crash_list crash_fsx_list(struct crash *c)
{
	struct crash_fsx *x = crash_fsx_of(c);

	return (struct crash_list){ x->list + 1, sizeof(*x->list), &x->nr };
}

/* What comes later than the cut has nothing to do with it. */
static void crash_fsx_narrow(struct crash *c)
{
	struct crash_fsx *x = crash_fsx_of(c);

	if (c->failure.op >= 0 && c->failure.op < x->nr)
		x->nr = c->failure.op;
}

static const char *crash_fsx_text(struct crash *c, int i)
{
	return fsx_text(&crash_fsx_of(c)->list[i + 1]);
}

static const struct crash_work crash_fsx_work = {
	.replay = "crash/fsx-replay",
	.make = crash_fsx_make,
	.open = crash_fsx_open,
	.run = crash_fsx_run,
	.close = crash_fsx_close,
	.look = crash_fsx_look,
	.list = crash_fsx_list,
	.narrow = crash_fsx_narrow,
	.text = crash_fsx_text,
};

struct crash_fsx *crash_fsx_new(struct t *t, struct fsx_op *list, int nr)
{
	struct crash_fsx *x = calloc(1, sizeof(*x));

	T_MUST(x);
	x->c = crash_new(t);
	x->c->work = &crash_fsx_work;
	x->c->own = x;
	if (!x->c->states)
		x->c->states = CRASH_FSX_STATES;
	x->list = list;
	x->nr = nr;
	x->buf = t_alloc(FSX_MAX);
	return x;
}

void crash_fsx_free(struct crash_fsx *x)
{
	crash_fsx_forget(x);
	crash_free(x->c);
	fsx_free(x->f);
	free(x->list);
	free(x->buf);
	free(x);
}

/* By the model alone: what is drawn depends on EOF. */
static struct fsx_op *crash_fsx_draw(struct t *t, int nr)
{
	struct fsx_op *list = t_alloc((nr + 1 + FSX_LAST) * sizeof(*list));
	struct fsx *f = fsx_new(t, nr);

	for (f->nr = 1; f->nr <= nr; f->nr++) {
		fsx_draw(f, &f->ops[f->nr]);
		fsx_effect(f, &f->ops[f->nr]);
		list[f->nr] = f->ops[f->nr];
	}
	fsx_free(f);
	return list;
}

/* Seeds of their own: what an older list left on the disk is nobody's. */
void crash_fsx_case(struct t *t)
{
	struct crash_fsx *x;
	int i;

	fsx_alone();
	for (i = 0; i < CRASH_FSX_LISTS && !t->failed; i++, t->seed++) {
		x = crash_fsx_new(t, crash_fsx_draw(t, CRASH_FSX_OPS),
				  CRASH_FSX_OPS);
		crash_judge(x->c);
		crash_fsx_free(x);
	}
}

void crash_fsx_replay(struct t *t)
{
	const char *path = getenv("WT_INPUT");
	struct fsx_op *list;
	struct crash_fsx *x;
	int nr;

	list = fsx_list_read(fopen(path ? path : "", "re"), &nr);
	fsx_alone();
	x = crash_fsx_new(t, list, nr);
	crash_judge(x->c);
	crash_fsx_free(x);
}
