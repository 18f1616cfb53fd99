/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What operations put where, and whether it must be there: for crash_model.c.
 */
#ifndef CRASH_PUT_H
#define CRASH_PUT_H

#include "crash.h"

enum crash_put { CRASH_NOTHING, CRASH_ITS_DATA, CRASH_ITS_ZEROS, CRASH_END };

/* What the file was at first. */
enum crash_put crash_base(long long pos);
/* What operation @op put at @pos, a byte of its file. */
enum crash_put crash_puts(const struct crash *c, int op, long long pos);
/* Is @pos between the old EOF and a write behind it, which zeroes that? */
bool crash_is_gap(const struct crash_op *op, long long pos);
/* Did something that was acknowledged make what @op put at @pos durable? */
bool crash_durable(const struct crash *c, int op, long long pos, int marks);
/* The block that @pos - 1 is in ends there; folios are no smaller. */
long long crash_block_end(const struct crash *c, long long pos);

#endif
