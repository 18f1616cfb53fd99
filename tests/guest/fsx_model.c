// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations do to the model: see fsx.h.
 *
 * Known bytes.  A lazy write or store makes its bytes unknown; other bytes of
 * the same block keep what is said of them, since writeback rewrites them as
 * they are.  A WT write makes all of its blocks known, also what is zeros
 * behind EOF (D4, D5).  Bytes that become zeros without I/O (the tail after a
 * truncate, the edges of a punch) are unknown if they were not zeros before.
 * Blocks that are freed are holes at once.  Behind the block of EOF everything
 * is known: no block there was ever written.
 *
 * What is shared, moved, or read directly must have been written for that.
 *
 * Dirty blocks.  What is said here is an upper bound.  It is never taken back
 * for blocks that go away, since the rest of their folio may remember them.
 *
 * Guarded pages.  A WT write leaves all of its pages write-protected (D8), until
 * somebody stores to them, or to another page of the same folio.
 */
#include <string.h>

#include "fsx.h"

long long fsx_down(long long pos, long long unit)
{
	return pos / unit * unit;
}

long long fsx_up(long long pos, long long unit)
{
	return fsx_down(pos + unit - 1, unit);
}

void fsx_did(struct fsx *f, const struct fsx_op *at)
{
	f->at = at->pos;
	f->wrote = at->len;
	f->from = at->arg;
	f->idle = !at->len;
}

static uint64_t fsx_word(struct fsx *f, long long index, int nr)
{
	uint64_t x = (f->t->seed << 40) + ((uint64_t)nr << 20) + index;

	x = (x ^ (x >> 31)) * 0x9fb21c651e98df25ULL;
	x = (x ^ (x >> 29)) * 0xd6e8feb86659fd93ULL;
	return x ^ (x >> 32);
}

void fsx_fill(struct fsx *f, void *buf, long long pos, long long len, int nr)
{
	uint8_t *p = buf;
	uint64_t word = fsx_word(f, pos / 8, nr);
	long long i;

	for (i = 0; i < len; i++, pos++) {
		if (!(pos % 8))
			word = fsx_word(f, pos / 8, nr);
		p[i] = 1 + (uint8_t)(word >> (8 * (pos % 8))) % 255;
	}
}

/* The blocks of [@pos, @end) may be dirty; or are not. */
static void fsx_model_dirty(struct fsx_model *m, long long pos, long long end,
			    bool dirty)
{
	long long i;

	for (i = pos / m->bs; i * m->bs < end; i++)
		m->dirty[i] = dirty;
}

static void fsx_model_known(struct fsx_model *m, long long pos, long long end,
			    bool known)
{
	if (pos < end)
		memset(m->known + pos, known, end - pos);
}

/* The pages of [@pos, @end) are guarded or not.  Was one of them? */
static bool fsx_model_guard(struct fsx *f, long long pos, long long end,
			    bool guarded)
{
	bool *page = f->m.guarded + pos / f->t->ps;
	bool was = false;

	for (; pos < end; pos = fsx_down(pos, f->t->ps) + f->t->ps) {
		was |= *page;
		*page++ = guarded;
	}
	return was;
}

/* EOF leaves its block: what was behind it there is zeroed, perhaps lazily. */
static void fsx_model_leave_eof(struct fsx_model *m)
{
	if (m->eof % m->bs)
		fsx_model_dirty(m, m->eof, m->eof + 1, true);
}

void fsx_model_write(struct fsx *f, long long pos, long long len, bool wt)
{
	struct fsx_model *m = &f->m;
	long long end = pos + len;

	if (pos > m->eof)
		fsx_model_leave_eof(m);
	fsx_fill(f, m->data + pos, pos, len, f->nr);
	if (end > m->eof)
		m->eof = end;
	if (wt)
		fsx_model_known(m, fsx_down(pos, m->bs), fsx_up(end, m->bs),
				true);
	else
		fsx_model_known(m, pos, end, false);
	fsx_model_dirty(m, pos, end, !wt);
	if (wt)
		fsx_model_guard(f, pos, end, true);
}

/* What is stored behind EOF is no data. */
void fsx_model_store(struct fsx *f, long long pos, long long len)
{
	struct fsx_model *m = &f->m;
	long long end = pos + len;

	fsx_model_dirty(m, pos, end, true);
	f->must_fault = fsx_model_guard(f, pos, end, false);
	if (end > m->eof)
		end = m->eof;
	if (pos >= end)
		return;
	fsx_fill(f, m->data + pos, pos, end - pos, f->nr);
	fsx_model_known(m, pos, end, false);
}

/* Zeros in the cache.  Those that had been data may not be on disk yet. */
static void fsx_model_zero(struct fsx_model *m, long long pos, long long end)
{
	long long i;

	for (i = pos; i < end; i++)
		if (m->data[i]) {
			m->data[i] = 0;
			m->known[i] = false;
		}
}

void fsx_model_truncate(struct fsx *f, long long size)
{
	struct fsx_model *m = &f->m;

	if (size < m->eof) {
		fsx_model_zero(m, size, m->eof);
		fsx_model_known(m, fsx_up(size, m->bs), FSX_MAX, true);
		m->eof = size;
		fsx_model_leave_eof(m);
	} else if (size > m->eof) {
		fsx_model_leave_eof(m);
		m->eof = size;
	}
}

void fsx_model_punch(struct fsx *f, long long pos, long long len)
{
	struct fsx_model *m = &f->m;
	long long end = pos + len;

	fsx_model_known(m, fsx_up(pos, m->bs), fsx_down(end, m->bs), true);
	memset(m->data + fsx_up(pos, m->bs), 0,
	       fsx_down(end, m->bs) > fsx_up(pos, m->bs) ?
	       fsx_down(end, m->bs) - fsx_up(pos, m->bs) : 0);
	if (end > m->eof)
		end = m->eof;
	if (pos >= end)
		return;
	fsx_model_zero(m, pos, end);
	fsx_model_dirty(m, pos, pos + 1, true);
	fsx_model_dirty(m, end - 1, end, true);
}

/*
 * All from @pos to EOF is on disk when its extents move, or else it would be
 * lost: the cache is not moved.  Of the rest of EOF's block what was said moves.
 */
static void fsx_model_moved(struct fsx_model *m, long long pos, long long eof)
{
	m->eof = eof;
	fsx_model_known(m, pos, eof, true);
	fsx_model_known(m, fsx_up(eof, m->bs), FSX_MAX, true);
	fsx_model_leave_eof(m);
}

void fsx_model_collapse(struct fsx *f, long long pos, long long len)
{
	struct fsx_model *m = &f->m;
	long long rest = FSX_MAX - pos - len;

	memmove(m->data + pos, m->data + pos + len, rest);
	memset(m->data + pos + rest, 0, len);
	memmove(m->known + pos, m->known + pos + len, rest);
	fsx_model_moved(m, pos, m->eof - len);
}

void fsx_model_insert(struct fsx *f, long long pos, long long len)
{
	struct fsx_model *m = &f->m;
	long long rest = FSX_MAX - pos - len;

	fsx_model_leave_eof(m);
	memmove(m->data + pos + len, m->data + pos, rest);
	memset(m->data + pos, 0, len);
	memmove(m->known + pos + len, m->known + pos, rest);
	fsx_model_moved(m, pos, m->eof + len);
}

/* Only what is on disk can be shared. */
void fsx_model_copy(struct fsx *f, long long from, long long pos,
		    long long len, bool shared)
{
	struct fsx_model *m = &f->m;

	if (pos > m->eof)
		fsx_model_leave_eof(m);
	memcpy(m->data + pos, m->data + from, len);
	fsx_model_known(m, pos, pos + len, shared);
	if (shared)
		fsx_model_known(m, from, from + len, true);
	else
		fsx_model_dirty(m, pos, pos + len, true);
	if (pos + len > m->eof)
		m->eof = pos + len;
}

void fsx_model_sync(struct fsx *f)
{
	struct fsx_model *m = &f->m;

	memset(m->known, true, sizeof(m->known));
	memset(m->dirty, false, sizeof(m->dirty));
}

/* Pages are written whole, or the folios that they are in. */
void fsx_model_sync_range(struct fsx *f, long long pos, long long len)
{
	long long end = fsx_up(pos + len, f->t->ps);

	pos = fsx_down(pos, f->t->ps);
	fsx_model_known(&f->m, pos, end, true);
	fsx_model_dirty(&f->m, pos, end, false);
}

static long long fsx_model_part(const struct fsx_op *op, long long end)
{
	if (op->pos >= end)
		return 0;
	return op->pos + op->len > end ? end - op->pos : op->len;
}

long long fsx_model_mapped(const struct fsx *f, const struct fsx_op *op)
{
	return fsx_model_part(op, fsx_up(f->m.eof, f->t->page));
}

long long fsx_model_inside(const struct fsx *f, const struct fsx_op *op)
{
	return fsx_model_part(op, f->m.eof);
}
