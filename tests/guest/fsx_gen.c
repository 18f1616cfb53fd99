// SPDX-License-Identifier: GPL-2.0-only
/*
 * Drawing operations by lot: see fsx.h.
 *
 * Which operation comes is drawn like cards: all of a deck is used before it is
 * shuffled again, so that each comes as often as the table says.  Positions are
 * drawn to where things meet: edges of blocks and pages, EOF, and the place of
 * the operation before.
 */
#include <stdlib.h>

#include "fsx_op.h"

/* A counter, mixed: any seed is as good as any other. */
static uint64_t fsx_random(struct fsx *f)
{
	uint64_t x = f->rng += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	x = (x ^ (x >> 32)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

/* One of 0 to @n - 1. */
static long long fsx_pick(struct fsx *f, long long n)
{
	return n > 0 ? (long long)(fsx_random(f) % (uint64_t)n) : 0;
}

static void fsx_shuffle(struct fsx *f)
{
	int i, j, k, n = 0;

	for (k = 0; k < fsx_nr_kinds; k++)
		n += fsx_kinds[k].cards;
	if (!f->deck)
		f->deck = t_alloc(n * sizeof(*f->deck));
	for (k = 0, i = 0; k < fsx_nr_kinds; k++)
		for (j = 0; j < fsx_kinds[k].cards; j++)
			f->deck[i++] = k;
	for (i = n - 1; i > 0; i--) {
		j = fsx_pick(f, i + 1);
		k = f->deck[i];
		f->deck[i] = f->deck[j];
		f->deck[j] = k;
	}
	f->left = n;
}

void fsx_draw(struct fsx *f, struct fsx_op *op)
{
	if (!f->left)
		fsx_shuffle(f);
	*op = (struct fsx_op) { .kind = &fsx_kinds[f->deck[--f->left]] };
	if (op->kind->gen)
		op->kind->gen(f, op);
}

static long long fsx_gen_len(struct fsx *f)
{
	long long bs = f->m.bs, ps = f->t->ps;

	switch (fsx_pick(f, 10)) {
	case 0:
		return 1 + fsx_pick(f, 8);
	case 1:
		return 1 + fsx_pick(f, bs);
	case 2:
	case 3:
		return bs * (1 + fsx_pick(f, 8));
	case 4:
		return ps * (1 + fsx_pick(f, 16));
	case 5:
		return bs * (1 + fsx_pick(f, 8)) + fsx_pick(f, 3) - 1;
	case 6:
	case 7:
	case 8:
		return 1 + fsx_pick(f, 32 * T_KIB);
	}
	return 1 + fsx_pick(f, FSX_MAX / 4);
}

/* Where the operation before began or ended. */
static long long fsx_gen_again(struct fsx *f)
{
	const struct fsx_op *last = &f->ops[f->nr - 1];

	if (f->nr < 2)
		return 0;
	return last->pos + (fsx_pick(f, 2) ? last->len : 0);
}

/* A position in [0, EOF]. */
static long long fsx_gen_at(struct fsx *f)
{
	long long at = fsx_pick(f, f->m.eof + 1);

	switch (fsx_pick(f, 8)) {
	case 0:
	case 1:
		return at;
	case 2:
	case 3:
		return fsx_down(at, f->m.bs);
	case 4:
		return fsx_down(at, f->m.bs) + fsx_pick(f, 3) - 1;
	case 5:
		return fsx_down(at, f->t->ps);
	case 6:
		return f->m.eof - fsx_pick(f, f->t->ps);
	}
	return fsx_gen_again(f) + fsx_pick(f, 3) - 1;
}

static void fsx_gen_fit(struct fsx_op *op)
{
	if (op->pos < 0)
		op->pos = 0;
	if (op->pos >= FSX_MAX)
		op->pos = FSX_MAX - 1;
	if (op->len < 1)
		op->len = 1;
	if (op->pos + op->len > FSX_MAX)
		op->len = FSX_MAX - op->pos;
}

/* Behind EOF a little or a lot, unless the file is large already. */
void fsx_gen_write(struct fsx *f, struct fsx_op *op)
{
	long long roll = fsx_pick(f, 10);

	op->pos = fsx_gen_at(f);
	if (f->m.eof < FSX_MAX / 2) {
		if (roll < 2)
			op->pos = f->m.eof;
		else if (roll == 2)
			op->pos = f->m.eof + fsx_pick(f, 2 * f->t->ps);
		else if (roll == 3)
			op->pos = f->m.eof + fsx_pick(f, FSX_MAX / 8);
	}
	op->len = fsx_gen_len(f);
	fsx_gen_fit(op);
}

void fsx_gen_inside(struct fsx *f, struct fsx_op *op)
{
	op->pos = fsx_gen_at(f);
	if (op->pos == f->m.eof && op->pos)
		op->pos--;
	op->len = fsx_gen_len(f);
	fsx_gen_fit(op);
}

/* Most of them whole blocks that the last WT write has left in the cache. */
void fsx_gen_nowait(struct fsx *f, struct fsx_op *op)
{
	const struct fsx_op *last = op;
	int nr;

	fsx_gen_inside(f, op);
	if (!fsx_pick(f, 6))
		return;
	for (nr = f->nr - 1; nr > 0 && last == op; nr--)
		if (f->ops[nr].kind->effect == fsx_wt_effect)
			last = &f->ops[nr];
	op->pos = fsx_up(last->pos, f->m.bs);
	op->len = f->m.bs * (1 + fsx_pick(f, 1 + last->len / f->m.bs / 2));
	fsx_gen_fit(op);
}

void fsx_gen_pieces(struct fsx *f, struct fsx_op *op)
{
	fsx_gen_write(f, op);
	op->arg = 1 + fsx_pick(f, FSX_PIECES);
}

/* As much as fits between the two places. */
void fsx_gen_copy(struct fsx *f, struct fsx_op *op)
{
	long long apart;

	fsx_gen_write(f, op);
	op->arg = fsx_pick(f, f->m.eof);
	if (fsx_pick(f, 2))
		op->arg = fsx_down(op->arg, f->m.bs);
	apart = op->pos < op->arg ? op->arg - op->pos : op->pos - op->arg;
	if (op->len > apart)
		op->len = apart;
	fsx_gen_fit(op);
}

/*
 * All of the file, mostly: XFS refuses all NOWAIT writes to a file with blocks
 * that might be shared.
 */
void fsx_gen_unshare(struct fsx *f, struct fsx_op *op)
{
	fsx_gen_write(f, op);
	if (fsx_pick(f, 8)) {
		op->pos = 0;
		op->len = f->m.eof;
		fsx_gen_fit(op);
	}
}

void fsx_gen_blocks(struct fsx *f, struct fsx_op *op)
{
	long long room = (FSX_MAX - f->m.eof) / f->m.bs;

	op->pos = fsx_down(fsx_pick(f, f->m.eof), f->m.bs);
	op->len = f->m.bs * (1 + fsx_pick(f, room < 8 ? room : 8));
	fsx_gen_fit(op);
}

/* A little each time, or there would soon be no room. */
void fsx_gen_append(struct fsx *f, struct fsx_op *op)
{
	fsx_gen_write(f, op);
	if (op->len > FSX_MAX / 32)
		op->len = 1 + op->len % (FSX_MAX / 32);
}

void fsx_gen_size(struct fsx *f, struct fsx_op *op)
{
	long long roll = fsx_pick(f, 8);

	if (f->m.eof > FSX_MAX / 4 * 3) {
		op->pos = fsx_pick(f, f->m.eof);
		return;
	}
	switch (roll) {
	case 0:
	case 1:
		op->pos = f->m.eof + fsx_pick(f, 2 * f->t->ps);
		break;
	case 2:
		op->pos = f->m.eof + fsx_pick(f, FSX_MAX / 8);
		break;
	default:
		op->pos = fsx_gen_at(f);
	}
	if (op->pos < 0)
		op->pos = 0;
	if (op->pos > FSX_MAX)
		op->pos = FSX_MAX;
}
