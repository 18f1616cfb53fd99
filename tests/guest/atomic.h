/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the group `atomic` share, prefix atomic_.
 */
#ifndef ATOMIC_H
#define ATOMIC_H

#include "t.h"

#define ATOMIC_FLAGS	(RWF_WRITETHROUGH | RWF_ATOMIC)

/* The largest unit that the cases use, bytes; skips where there is none. */
long long atomic_unit(struct t *t, int fd);
/* Can the device write that many bytes at once without tearing? */
bool atomic_by_device(struct t *t, long long len);

/* Move what the file has there so that the room is aligned to @unit in it, too. */
void atomic_align(struct t *t, struct t_room *room, long long unit);

/* atomic_delayed.c: units over delayed allocations. */
void atomic_delayed(struct t *t);
/* atomic_error.c: units that fail. */
void atomic_error(struct t *t);
/* atomic_torn.c: who reads what while units are written. */
void atomic_readers(struct t *t);
void atomic_control(struct t *t);

#endif
