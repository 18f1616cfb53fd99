// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which operations began, were acknowledged, are durable, and what they put
 * into a file: rules C1 and C2 of crash.h.
 */
#include "crash_put.h"

/* Before the first of its batch there are as many marks as operations. */
bool crash_began(const struct crash *c, int op, int marks)
{
	return c->ops[op].batch <= marks;
}

static bool crash_acked(const struct crash *c, int op, int marks)
{
	return c->ops[op].mark < marks;
}

long long crash_block_end(const struct crash *c, long long pos)
{
	return (pos + c->t->ps - 1) / c->t->ps * c->t->ps;
}

bool crash_durable(const struct crash *c, int op, long long pos, int marks)
{
	const struct crash_op *o = &c->ops[op];
	int i;

	if (!crash_acked(c, op, marks))
		return false;
	if (o->kind->does & CRASH_DURABLE &&
	    (pos >= o->pos || pos >= crash_block_end(c, o->from)))
		return true;
	for (i = op + 1; i < c->nr; i++)
		if (c->ops[i].kind->does & CRASH_SYNCS &&
		    c->ops[i].file == o->file && c->ops[i].batch > o->batch &&
		    crash_acked(c, i, marks))
			return true;
	return false;
}

int crash_gen(int file, int op)
{
	return op < 0 ? 1 + file : 1 + CRASH_FILES + op;
}

enum crash_put crash_base(long long pos)
{
	if (pos >= CRASH_EOF)
		return CRASH_END;
	return pos >= CRASH_HOLE && pos < CRASH_TAIL ? CRASH_ITS_ZEROS :
		CRASH_ITS_DATA;
}

bool crash_is_gap(const struct crash_op *op, long long pos)
{
	return op->kind->does & CRASH_DATA && op->len && pos >= op->from &&
	       pos < op->pos;
}

/*
 * A write past EOF leaves zeros up to its begin.  What is cut off in the last
 * block is zeroed on disk before the size is moved, and so may be zeros without.
 */
enum crash_put crash_puts(const struct crash *c, int op, long long pos)
{
	const struct crash_op *o = &c->ops[op];
	unsigned int does = o->kind->does;

	if (does & CRASH_CUTS) {
		if (o->to > o->from)
			return pos >= o->from && pos < o->to ? CRASH_ITS_ZEROS :
				CRASH_NOTHING;
		if (pos < o->to)
			return CRASH_NOTHING;
		return pos < crash_block_end(c, o->to) ? CRASH_ITS_ZEROS :
			CRASH_END;
	}
	if (!(does & (CRASH_DATA | CRASH_ZEROS)))
		return CRASH_NOTHING;
	if (pos >= o->pos && pos < o->pos + o->len)
		return does & CRASH_DATA ? CRASH_ITS_DATA : CRASH_ITS_ZEROS;
	return crash_is_gap(o, pos) ? CRASH_ITS_ZEROS : CRASH_NOTHING;
}
