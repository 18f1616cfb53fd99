// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations, a row each: see fsx.h, and fsx_op.h for where the parts are.
 */
#include <linux/falloc.h>
#include <string.h>

#include "fsx_op.h"

const struct fsx_kind fsx_kinds[] = {
	{ "collapse", 8, 2, FSX_SIZED, 0, FALLOC_FL_COLLAPSE_RANGE,
	  fsx_gen_blocks, fsx_collapse, fsx_collapse_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, @p, @l));" },
	{ "copy", 5, 3, FSX_SIZED, 0, 0,
	  fsx_gen_copy, fsx_copy, fsx_copy_effect, NULL,
	  "in = @a, out = @p;\n"
	  "T_MUST(copy_file_range(fd, &in, fd, &out, @l, 0) == @l);" },
	{ "dedupe", 7, 3, FSX_REFLINK, 0, 0,
	  fsx_gen_copy, fsx_dedupe, fsx_dedupe_effect, NULL,
	  "/* dedupe(fd, @a, @l, @p); FIDEDUPERANGE */" },
	{ "direct", 10, 2, 0, 0, 0,
	  fsx_gen_write, fsx_direct, fsx_direct_effect, fsx_wt_disk_check,
	  "T_EQ(t, \"written\", @l, t_write(t, direct, @p, @l, @g, 0));" },
	{ "direct-dsync", 6, 2, 0, 0, RWF_DSYNC,
	  fsx_gen_write, fsx_direct, fsx_direct_effect, fsx_wt_disk_check,
	  "T_EQ(t, \"written\", @l, t_write(t, direct, @p, @l, @g,\n"
	  "\tRWF_DSYNC));" },
	{ "direct-read", 6, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_direct_read, fsx_direct_read_effect,
	  fsx_direct_read_check,
	  "T_MUST(pread(direct, buf, @l, @p) > 0);" },
	{ "drop", 6, 0, 0, 0, 0,
	  NULL, fsx_drop, fsx_no_effect, NULL,
	  "t_drop(fd);" },
	{ "drop-caches", 5, 0, 0, 0, 0,
	  NULL, fsx_drop_caches, fsx_no_effect, NULL,
	  "T_MUST(!system(\"echo 1 > /proc/sys/vm/drop_caches\"));" },
	{ "dsync", 6, 2, 0, 0, RWF_DSYNC,
	  fsx_gen_write, fsx_write, fsx_dsync_effect, fsx_sync_range_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_DSYNC));" },
	{ "fdatasync", 5, 0, 0, 0, 0,
	  NULL, fsx_fdatasync, fsx_fsync_effect, fsx_fsync_check,
	  "T_MUST(!fdatasync(fd));" },
	{ "freeze", 5, 0, FSX_MOUNTED, 0, 0,
	  NULL, fsx_freeze, fsx_fsync_effect, fsx_fsync_check,
	  "T_MUST(!ioctl(fd, FIFREEZE, 0) && !ioctl(fd, FITHAW, 0));" },
	{ "fsync", 5, 0, 0, 0, 0,
	  NULL, fsx_fsync, fsx_fsync_effect, fsx_fsync_check,
	  "T_MUST(!fsync(fd));" },
	{ "insert", 7, 2, FSX_SIZED, 0, FALLOC_FL_INSERT_RANGE,
	  fsx_gen_blocks, fsx_insert, fsx_insert_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_INSERT_RANGE, @p, @l));" },
	{ "mpast", 11, 2, FSX_SIZED, 0, 0,
	  fsx_gen_inside, fsx_mpast, fsx_mpast_effect, fsx_mwrite_check,
	  "t_fill(t, map + @p, @l, @p, @g);" },
	{ "mread", 10, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_mread, fsx_map_effect, fsx_mread_check,
	  "memcpy(buf, map + @p, @l);" },
	{ "msync", 6, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_msync, fsx_sync_range_effect,
	  fsx_sync_range_check,
	  "T_MUST(!msync(map + @p / t->page * t->page,\n"
	  "\t@p % t->page + @l, MS_SYNC));" },
	{ "mwrite", 21, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_mwrite, fsx_mwrite_effect, fsx_mwrite_check,
	  "t_fill(t, map + @p, @l, @p, @g);" },
	{ "prealloc", 5, 2, FSX_SIZED, 0, 0,
	  fsx_gen_write, fsx_allocate, fsx_prealloc_effect, NULL,
	  "T_MUST(!fallocate(fd, 0, @p, @l));" },
	{ "prealloc-keep", 5, 2, FSX_SIZED, 0, FALLOC_FL_KEEP_SIZE,
	  fsx_gen_write, fsx_allocate, fsx_no_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_KEEP_SIZE, @p, @l));" },
	{ "pressure", 5, 0, FSX_PRESSED, 0, 0,
	  NULL, fsx_pressure, fsx_no_effect, NULL,
	  "/* memory.reclaim of the memory cgroup */" },
	{ "punch", 10, 2, FSX_SIZED, 0,
	  FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
	  fsx_gen_inside, fsx_allocate, fsx_punch_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_PUNCH_HOLE |\n"
	  "\tFALLOC_FL_KEEP_SIZE, @p, @l));" },
	{ "read", 12, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_read, fsx_read_effect, fsx_read_check,
	  "T_MUST(pread(fd, buf, @l, @p) == @l);" },
	{ "reflink", 6, 3, FSX_REFLINK, 0, 0,
	  fsx_gen_copy, fsx_reflink, fsx_reflink_effect, NULL,
	  "T_MUST(!ioctl(fd, FICLONERANGE, &(struct file_clone_range) {\n"
	  "\t.src_fd = fd, .src_offset = @a, .src_length = @l,\n"
	  "\t.dest_offset = @p }));" },
	{ "remount", 5, 0, FSX_MOUNTED, 0, 0,
	  NULL, fsx_mount_again, fsx_fsync_effect, fsx_fsync_check,
	  "/* unmount, mount, open again */" },
	{ "reopen", 5, 0, 0, 0, 0,
	  NULL, fsx_reopen, fsx_fsync_effect, fsx_fsync_check,
	  "T_MUST(!fsync(fd));\n"
	  "t_drop(fd);" },
	{ "sync-range", 8, 2, 0, 0, 0,
	  fsx_gen_inside, fsx_sync_range, fsx_sync_range_effect,
	  fsx_sync_range_check,
	  "T_MUST(!sync_file_range(fd, @p, @l, 7));" },
	{ "truncate", 12, 1, FSX_SIZED, 0, 0,
	  fsx_gen_size, fsx_truncate, fsx_truncate_effect, NULL,
	  "T_MUST(!ftruncate(fd, @p));" },
	{ "unshare", 16, 2, FSX_SIZED, 0, FALLOC_FL_UNSHARE_RANGE,
	  fsx_gen_unshare, fsx_allocate, fsx_prealloc_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_UNSHARE_RANGE, @p, @l));" },
	{ "verify", 6, 0, 0, 0, 0,
	  NULL, fsx_no_effect, fsx_no_effect, fsx_verify_check,
	  "" },
	{ "write", 23, 2, 0, 0, 0,
	  fsx_gen_write, fsx_write, fsx_write_effect, NULL,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\t0));" },
	{ "wt", 23, 2, 0, 0, RWF_WRITETHROUGH,
	  fsx_gen_write, fsx_write, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH));" },
	{ "wt-aio", 8, 2, 0, 0, 0,
	  fsx_gen_write, fsx_wt_aio, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_async_one(aio, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH));" },
	{ "wt-aio-dsync", 6, 2, 0, 0, RWF_DSYNC,
	  fsx_gen_write, fsx_wt_aio, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_async_one(aio, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_DSYNC));" },
	{ "wt-aio-nowait", 12, 2, FSX_NOWAIT, 0, RWF_NOWAIT,
	  fsx_gen_nowait, fsx_wt_aio_nowait, fsx_wt_aio_nowait_effect,
	  fsx_wt_check,
	  "t_async_one(aio, fd, @p, @l, @g, RWF_WRITETHROUGH | RWF_NOWAIT);" },
	{ "wt-aio-many", 10, 3, 0, 1, 0,
	  fsx_gen_pieces, fsx_wt_aio_many, fsx_wt_effect, fsx_wt_check,
	  "@{t_async_write(aio, fd, @p, @l, @g, RWF_WRITETHROUGH);@}\n"
	  "t_async_submit(aio);\n"
	  "@{t_async_reap(aio);@}" },
	{ "wt-append", 8, 2, FSX_SIZED, 0, RWF_WRITETHROUGH | RWF_APPEND,
	  fsx_gen_append, fsx_wt_append, fsx_wt_append_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_APPEND));" },
	{ "wt-append-dsync", 6, 2, FSX_SIZED, 0,
	  RWF_WRITETHROUGH | RWF_APPEND | RWF_DSYNC,
	  fsx_gen_append, fsx_wt_append, fsx_wt_append_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_APPEND | RWF_DSYNC));" },
	{ "wt-atomic", 10, 2, FSX_UNITS, 0, RWF_WRITETHROUGH | RWF_ATOMIC,
	  fsx_gen_inside, fsx_wt_atomic, fsx_wt_atomic_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_ATOMIC));" },
	{ "wt-atomic-dsync", 6, 2, FSX_UNITS, 0,
	  RWF_WRITETHROUGH | RWF_ATOMIC | RWF_DSYNC,
	  fsx_gen_inside, fsx_wt_atomic, fsx_wt_atomic_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_ATOMIC | RWF_DSYNC));" },
	{ "wt-direct", 10, 2, FSX_SECTORS, 0, RWF_WRITETHROUGH,
	  fsx_gen_inside, fsx_wt_direct, fsx_wt_direct_effect,
	  fsx_wt_disk_check,
	  "T_EQ(t, \"written\", @l, t_write(t, direct, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH));" },
	{ "wt-dontcache", 8, 2, FSX_MOUNTED, 0,
	  RWF_WRITETHROUGH | RWF_DONTCACHE,
	  fsx_gen_write, fsx_write, fsx_wt_effect, fsx_wt_disk_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_DONTCACHE));" },
	{ "wt-dsync", 12, 2, 0, 0, RWF_WRITETHROUGH | RWF_DSYNC,
	  fsx_gen_write, fsx_write, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_DSYNC));" },
	{ "wt-nowait", 16, 2, FSX_NOWAIT, 0, RWF_WRITETHROUGH | RWF_NOWAIT,
	  fsx_gen_nowait, fsx_wt_nowait, fsx_wt_nowait_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_NOWAIT));" },
	{ "wt-sync", 6, 2, 0, 0, RWF_WRITETHROUGH | RWF_SYNC,
	  fsx_gen_write, fsx_write, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_SYNC));" },
	{ "wt-uring", 8, 2, 0, 0, 0,
	  fsx_gen_write, fsx_wt_uring, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_async_one(uring, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH));" },
	{ "wt-uring-dsync", 6, 2, 0, 0, RWF_DSYNC,
	  fsx_gen_write, fsx_wt_uring, fsx_wt_effect, fsx_wt_check,
	  "T_EQ(t, \"written\", @l, t_async_one(uring, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH | RWF_DSYNC));" },
	{ "wt-uring-many", 10, 3, 0, 1, 0,
	  fsx_gen_pieces, fsx_wt_uring_many, fsx_wt_effect, fsx_wt_check,
	  "@{t_async_write(uring, fd, @p, @l, @g, RWF_WRITETHROUGH);@}\n"
	  "t_async_submit(uring);\n"
	  "@{t_async_reap(uring);@}" },
	{ "wt-vec", 12, 3, 0, 1, RWF_WRITETHROUGH,
	  fsx_gen_pieces, fsx_write, fsx_wt_effect, fsx_wt_check,
	  "/* in @a pieces */\n"
	  "T_EQ(t, \"written\", @l, t_write(t, fd, @p, @l, @g,\n"
	  "\tRWF_WRITETHROUGH));" },
	{ "zero", 6, 2, FSX_SIZED, 0, FALLOC_FL_ZERO_RANGE,
	  fsx_gen_write, fsx_allocate, fsx_zero_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_ZERO_RANGE, @p, @l));" },
	{ "zero-keep", 6, 2, FSX_SIZED, 0,
	  FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
	  fsx_gen_write, fsx_allocate, fsx_zero_keep_effect, NULL,
	  "T_MUST(!fallocate(fd, FALLOC_FL_ZERO_RANGE |\n"
	  "\tFALLOC_FL_KEEP_SIZE, @p, @l));" },
};

const int fsx_nr_kinds = sizeof(fsx_kinds) / sizeof(fsx_kinds[0]);

const struct fsx_kind *fsx_kind(const char *name)
{
	int k;

	for (k = 0; k < fsx_nr_kinds; k++)
		if (!strcmp(fsx_kinds[k].name, name))
			return &fsx_kinds[k];
	return NULL;
}
