/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rows of fsx_op.c are made of: see struct fsx_kind in fsx.h.
 */
#ifndef FSX_OP_H
#define FSX_OP_H

#include "fsx.h"

/* Do it to the file, or to the model. */
typedef long long fsx_do(struct fsx *f, const struct fsx_op *op);
typedef void fsx_look(struct fsx *f, const struct fsx_op *op);

/* fsx_write.c: one call that writes. */
fsx_do fsx_write, fsx_write_effect;
fsx_do fsx_dsync_effect, fsx_wt_effect;
fsx_do fsx_wt_append, fsx_wt_append_effect;
fsx_do fsx_wt_atomic, fsx_wt_atomic_effect;
fsx_do fsx_wt_nowait, fsx_wt_nowait_effect;
fsx_do fsx_direct, fsx_direct_effect;
fsx_do fsx_wt_direct, fsx_wt_direct_effect;
fsx_look fsx_wt_check, fsx_wt_disk_check;
/* The effect of a NOWAIT write that may be done, as far as fsx_did() says. */
long long fsx_nowait_done(struct fsx *f);

/* Is a write with these flags to be done without them, for a control? */
bool fsx_lazy(const struct fsx *f, int flags);

/* fsx_queue.c: the same by an engine, one or many at once. */
fsx_do fsx_wt_aio_nowait, fsx_wt_aio_nowait_effect;
fsx_do fsx_wt_aio, fsx_wt_uring, fsx_wt_aio_many, fsx_wt_uring_many;
/* Are the pieces of many written with DSYNC? Is the file synced beside them? */
bool fsx_many_dsync(const struct fsx_op *op);
bool fsx_many_synced(const struct fsx_op *op);
/*
 * Cut [0, @op->len) into @op->arg pieces at places that depend on @op alone:
 * piece i is [cuts[i], cuts[i + 1]), perhaps empty.
 */
void fsx_cut(const struct fsx_op *op, long long cuts[FSX_PIECES + 1]);
/* A number that depends on @op and @salt alone. */
uint64_t fsx_hash(const struct fsx_op *op, int salt);

/* fsx_read.c: reading, and memory that is the file. */
fsx_do fsx_read, fsx_read_effect;
fsx_do fsx_direct_read, fsx_direct_read_effect;
fsx_do fsx_mread, fsx_map_effect;
fsx_do fsx_mwrite, fsx_mwrite_effect;
fsx_do fsx_mpast, fsx_mpast_effect;
fsx_do fsx_msync, fsx_sync_range, fsx_sync_range_effect;
fsx_look fsx_read_check, fsx_direct_read_check, fsx_mread_check;
fsx_look fsx_mwrite_check, fsx_sync_range_check;

/* fsx_space.c: what has blocks, and whose. */
fsx_do fsx_truncate, fsx_truncate_effect;
fsx_do fsx_allocate, fsx_punch_effect, fsx_prealloc_effect;
fsx_do fsx_zero_effect, fsx_zero_keep_effect;
fsx_do fsx_collapse, fsx_collapse_effect;
fsx_do fsx_insert, fsx_insert_effect;
fsx_do fsx_copy, fsx_copy_effect;
fsx_do fsx_reflink, fsx_reflink_effect;
fsx_do fsx_dedupe, fsx_dedupe_effect;

/* fsx_sync.c: all of the file, to the disk and out of memory. */
fsx_do fsx_fsync, fsx_fdatasync, fsx_fsync_effect;
fsx_do fsx_freeze, fsx_mount_again, fsx_reopen;
fsx_do fsx_drop, fsx_drop_caches, fsx_pressure, fsx_no_effect;
fsx_look fsx_fsync_check, fsx_verify_check;

#endif
