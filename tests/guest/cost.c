// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a WT write costs: bios and commands on the file's own sectors, flushes
 * on the whole disk, dirty pages, accounting.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

/*
 * How many commands @len bytes take.  Pages that do not lie side by side in
 * memory are segments of their own, of which a command has only so many: an
 * upper bound in addition.
 */
static bool cost_commands_fit(struct t *t, long long len, int commands)
{
	long long max = t_queue(t, "max_sectors_kb") * T_KIB;
	long long by_segments = t_queue(t, "max_segments") * t->page;
	long long least = (len + max - 1) / max;

	if (by_segments > max)
		by_segments = max;
	return commands >= least &&
	       commands <= (len + by_segments - 1) / by_segments;
}

/* One write in a quiet file system, counted. */
static ssize_t cost_write(struct t *t, int fd, off_t pos, size_t len,
			  int flags, struct t_trace *tr)
{
	ssize_t n;

	T_MUST(!syncfs(fd));
	t_trace_start(t, tr);
	n = t_write(t, fd, pos, len, 2, flags);
	t_trace_stop(t, tr, fd);
	return n;
}

static void cost_one_of(struct t *t, int fd, off_t pos, long long len,
			long long rounded)
{
	struct t_trace tr;

	T_MUST(t_extents(fd) == 1);
	T_EQ(t, "written", len,
	     cost_write(t, fd, pos, len, RWF_WRITETHROUGH, &tr));
	T_EQ(t, "bios", 1, tr.bios);
	T_EQ(t, "bytes sent", rounded, tr.bytes);
	T_OK(t, cost_commands_fit(t, rounded, tr.commands),
	     "%lld bytes were sent in %d commands", rounded, tr.commands);
	T_EQ(t, "flushes", 0, tr.flushes);
	T_EQ(t, "commands with FUA", 0, tr.fua);

	T_MUST(cost_write(t, fd, pos, len, 0, &tr) == len);
	T_MUST(!tr.bios);
	close(fd);
}

static void cost_one(struct t *t, off_t pos, long long len, long long rounded)
{
	cost_one_of(t, t_file(t, "f", 2 * T_MIB), pos, len, rounded);
}

/* The cache as many single-page folios, which must share a bio. */
static void cost_one_mib_small(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT);
	off_t pos;

	T_MUST(!fallocate(fd, 0, 0, 2 * T_MIB));
	for (pos = 0; pos < 2 * T_MIB; pos += t->ps)
		T_MUST(t_write(t, fd, pos, t->ps, 1, 0) == t->ps);
	T_MUST(!fsync(fd));
	cost_one_of(t, fd, T_MIB, T_MIB, T_MIB);
}

static void cost_one_mib(struct t *t)
{
	cost_one(t, T_MIB, T_MIB, T_MIB);
}

static void cost_one_block(struct t *t)
{
	cost_one(t, 5 * t->bs, t->bs, t->bs);
}

/* Blocks that are only touched are written whole, in the same command. */
static void cost_partial(struct t *t)
{
	cost_one(t, 5 * t->bs - 1, 2, 2 * t->bs);
	cost_one(t, 9 * t->bs + 7, 3 * t->bs, 4 * t->bs);
}

/* No flush and no FUA, whatever the write does to the file. */
static void cost_no_flush(struct t *t)
{
	int fd = t_open(t, "f", O_RDWR | O_CREAT);
	struct t_trace tr;
	size_t i;
	const off_t at[] = { 0, t->bs, 9 * t->bs + 5, 3 * t->bs, 0 };

	for (i = 0; i < 5; i++) {
		T_EQ(t, "written", t->bs,
		     cost_write(t, fd, at[i], t->bs, RWF_WRITETHROUGH, &tr));
		T_OK(t, tr.bios == 1 || i == 2, "write %zu: bios: %d", i,
		     tr.bios);
		T_EQ(t, "flushes", 0, tr.flushes);
		T_EQ(t, "commands with FUA", 0, tr.fua);
	}
}

/*
 * What makes data durable on this device, by hand in its profile: FUA, a flush,
 * or nothing.
 */
static bool cost_durable_by(const char *what)
{
	const char *how = getenv("WT_DURABLE_BY");

	T_MUST(how);
	return !strcmp(how, what);
}

/* The sync path: a flush behind it, where there is anything to flush. */
static void cost_sync_path(struct t *t, int fd, off_t pos, size_t len,
			   int flag)
{
	bool cache = !cost_durable_by("nothing");
	struct t_trace tr;

	T_EQ(t, "written", (long long)len,
	     cost_write(t, fd, pos, len, RWF_WRITETHROUGH | flag, &tr));
	T_CLEAN(t, fd, pos, len);
	T_DISK(t, fd, pos, len, 2);
	T_OK(t, cache ? tr.flushes > 0 : !tr.flushes, "flushes: %d",
	     tr.flushes);
	if (!cache)
		T_EQ(t, "commands with FUA", 0, tr.fua);
}

/* A plain overwrite that is durable by itself, if the device can do that. */
static void cost_dsync(struct t *t)
{
	int fd = t_file(t, "f", 16 * t->ps);
	struct t_trace tr;

	T_EQ(t, "written", 4096,
	     cost_write(t, fd, t->ps, 4096, RWF_WRITETHROUGH | RWF_DSYNC,
			&tr));
	T_CLEAN(t, fd, t->ps, 4096);
	T_DISK(t, fd, t->ps, 4096, 2);
	T_EQ(t, "bios", 1, tr.bios);
	T_OK(t, cost_commands_fit(t, tr.bytes, tr.commands),
	     "%lld bytes were sent in %d commands", tr.bytes, tr.commands);
	T_EQ(t, "commands with FUA", cost_durable_by("fua") ? tr.commands : 0,
	     tr.fua);
	T_EQ(t, "flushes", cost_durable_by("flush"), tr.flushes);

	cost_sync_path(t, fd, 16 * t->ps, t->ps + 9, RWF_DSYNC);
}

/* RWF_SYNC is for the inode as well: never by FUA. */
static void cost_sync(struct t *t)
{
	int fd = t_file(t, "f", 16 * t->ps);

	cost_sync_path(t, fd, t->ps, t->ps, RWF_SYNC);
	cost_sync_path(t, fd, 16 * t->ps, t->ps + 9, RWF_SYNC);
}

/* fsync finds nothing left to write. */
static void cost_fsync_after(struct t *t)
{
	int fd = t_file(t, "f", 16 * t->ps);
	struct t_trace tr;

	T_EQ(t, "written", 4 * t->ps,
	     t_write(t, fd, t->ps, 4 * t->ps, 2, RWF_WRITETHROUGH));
	t_trace_start(t, &tr);
	T_EQ(t, "fsync", 0, fsync(fd));
	t_trace_stop(t, &tr, fd);
	T_EQ(t, "writes by fsync", 0, tr.bios);

	T_MUST(t_write(t, fd, t->ps, 4 * t->ps, 3, 0) == 4 * t->ps);
	t_trace_start(t, &tr);
	T_MUST(!fsync(fd));
	t_trace_stop(t, &tr, fd);
	T_MUST(tr.bios > 0);
}

/* Clean folios are not dirtied on the way to the disk. */
static void cost_not_dirtied(struct t *t)
{
	const int nr = 200;
	int fd = t_file(t, "f", nr * t->ps), i;
	long long dirtied = t_vmstat("nr_dirtied"), dirty = t_vmstat("nr_dirty");

	for (i = 0; i < nr; i++)
		T_EQ(t, "written", t->ps, t_write(t, fd, i * t->ps, t->ps, 2,
						  RWF_WRITETHROUGH));
	T_EQ(t, "pages dirtied", 0, t_vmstat("nr_dirtied") - dirtied);
	T_OK(t, t_vmstat("nr_dirty") <= dirty, "nr_dirty rose by %lld",
	     t_vmstat("nr_dirty") - dirty);

	dirtied = t_vmstat("nr_dirtied");
	for (i = 0; i < nr; i++)
		T_MUST(t_write(t, fd, i * t->ps, t->ps, 3, 0) == t->ps);
	T_MUST(t_vmstat("nr_dirtied") - dirtied >= nr);
}

/*
 * Ten seconds of overwrites: there never are more dirty pages than at the
 * beginning.  Timestamps make the inode dirty, which is no page.  The same
 * writes without the flag are seen within a few.
 */
static void cost_dirty_pages(struct t *t)
{
	const long long len = 64 * T_KIB, size = 32 * len, seconds = 10;
	long long begin, before, most = 0, pos = 0, calls = 0;
	int fd = t_file(t, "f", size);

	before = t_vmstat("nr_dirty");
	for (begin = t_now(); t_now() - begin < seconds * 1000000000; calls++) {
		T_MUST(t_write(t, fd, pos, len, 2, RWF_WRITETHROUGH) == len);
		if (t_vmstat("nr_dirty") - before > most)
			most = t_vmstat("nr_dirty") - before;
		pos = (pos + len) % size;
	}
	T_OK(t, most <= len / t->page,
	     "%lld more dirty pages in %lld calls of %lld bytes", most, calls,
	     len);
	for (pos = 0; pos < size; pos += len)
		T_MUST(t_write(t, fd, pos, len, 3, 0) == len);
	T_MUST(t_vmstat("nr_dirty") - before > len / t->page);
}

/* Each command carries protection information that the device checks. */
static void cost_guarded(struct t *t)
{
	int fd = t_file(t, "f", 16 * t->ps);
	struct t_trace tr;

	t_trace_start(t, &tr);
	T_EQ(t, "written", 4 * t->ps,
	     t_write(t, fd, t->ps, 4 * t->ps, 2, RWF_WRITETHROUGH));
	T_EQ(t, "written", 10, t_write(t, fd, 9 * t->ps + 5, 10, 3,
				       RWF_WRITETHROUGH | RWF_DSYNC));
	t_trace_stop(t, &tr, fd);
	T_EQ(t, "commands", 2, tr.commands);
	T_EQ(t, "commands with a checksum", tr.commands, tr.guarded);
	T_DISK(t, fd, t->ps, 4 * t->ps, 2);
	T_DISK(t, fd, 9 * t->ps + 5, 10, 3);
}

static long long cost_write_bytes(void)
{
	long long bytes = -1;
	char line[80];
	FILE *f = fopen("/proc/self/io", "re");

	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "write_bytes: %lld", &bytes);
	fclose(f);
	T_MUST(bytes >= 0);
	return bytes;
}

/* The task is charged once, with the bytes submitted. */
static void cost_accounted(struct t *t)
{
	int fd = t_file(t, "f", 64 * t->ps);
	long long before = cost_write_bytes();

	T_EQ(t, "written", 16 * t->ps,
	     t_write(t, fd, t->ps, 16 * t->ps, 2, RWF_WRITETHROUGH));
	T_EQ(t, "bytes charged to the task", 16 * t->ps,
	     cost_write_bytes() - before);
}

/* What XFS has counted as written to files */
static long long cost_xfs_written(void)
{
	FILE *f = fopen("/proc/fs/xfs/stat", "re");
	long long bytes = -1;
	char line[200];

	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		sscanf(line, "xpc %*d %lld", &bytes);
	fclose(f);
	T_MUST(bytes >= 0);
	return bytes;
}

static void cost_count(struct t *t, int fd, size_t len, int flags,
		       const char *what)
{
	long long before = cost_xfs_written();

	T_EQ(t, "written", len, t_write(t, fd, t->ps, len, 2, flags));
	T_EQ(t, what, len, cost_xfs_written() - before);
}

/* XFS counts each byte once, whatever way it took. */
static void cost_counted(struct t *t)
{
	int fd = t_file(t, "f", 64 * t->ps);

	cost_count(t, fd, 16 * t->ps, 0, "counted, lazy");
	cost_count(t, fd, 16 * t->ps, RWF_WRITETHROUGH, "counted");
	cost_count(t, fd, 1, RWF_WRITETHROUGH, "counted, of one byte");
	cost_count(t, fd, 1, 0, "counted, of one byte, lazy");
}

static const struct t_case cases[] = {
	{ "accounted",		cost_accounted },
	{ "counted",		cost_counted },
	{ "dirty-pages",	cost_dirty_pages },
	{ "dsync",		cost_dsync },
	{ "fsync-after",	cost_fsync_after },
	{ "guarded",		cost_guarded },
	{ "no-flush",		cost_no_flush },
	{ "not-dirtied",	cost_not_dirtied },
	{ "one-block",		cost_one_block },
	{ "one-mib",		cost_one_mib },
	{ "one-mib-small",	cost_one_mib_small },
	{ "partial",		cost_partial },
	{ "sync",		cost_sync },
};

T_GROUP(cost, cases)
