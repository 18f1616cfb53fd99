/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The library of the guest's cases, prefix t_.
 *
 * A group is one file with a table of cases.  A case is a function that
 * proves one behaviour.  Checks (T_EQ, T_OK, ...) say what was expected, what
 * was seen and where, and go on; what a case merely needs (T_MUST) ends it as
 * broken, for then it can prove nothing.
 *
 * What may be believed: the cache is asked with cachestat(2) first, since it
 * changes nothing; "on disk" is read from the block device below, O_DIRECT, at
 * the place that FIEMAP gives; never through the file, whose direct read would
 * flush it.  The same operation without the flag is run as control: if it were
 * on disk as well, the test would prove nothing.
 *
 * Units are bytes unless said otherwise.  Functions that return ssize_t or int
 * return a negative errno on failure.
 */
#ifndef T_H
#define T_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "uapi.h"

/* Exit codes: CHILD_* of vm/guest/child.h. */
#define T_PASS		0
#define T_FAIL		1
#define T_BROKEN	2
#define T_SKIP		4

#define T_KIB		1024LL
#define T_MIB		(1024 * T_KIB)

struct t {
	const char *name;	/* of the case */
	const char *dev;	/* WT_DEV */
	const char *dir;	/* WT_DIR: empty, ours, removed after us */
	const char *profile;
	bool blkdev;		/* no file system: "files" are the device */
	long long bs;		/* of the file system */
	long long ps;		/* the smallest folio's size: a page, or a
				 * block, whichever is larger */
	long long page;		/* the page size, which only counts need */
	uint64_t seed;
	int failed;		/* checks */
};

struct t_case {
	const char *name;
	void (*fn)(struct t *t);
};

/*
 * A group of cases: one file of tests/guest/, perhaps with others that help it.
 * Being linked makes it a part of the program, t_main.c.
 */
struct t_group {
	const char *name;
	const struct t_case *cases;
	size_t nr;
	void (*any)(struct t *t);	/* instead of @cases: takes any name */
};

#define T_GROUP(group, table)						\
	T_GROUP_ADD(group, .cases = table,				\
		    .nr = sizeof(table) / sizeof((table)[0]))
#define T_GROUP_ANY(group, fn)	T_GROUP_ADD(group, .any = fn)

/* Pointers, because the linker puts nothing between them. */
#define T_GROUP_ADD(group, ...)						\
static const struct t_group group##_group = { #group, __VA_ARGS__ };	\
static const struct t_group *const group##_entry			\
__attribute__((used, section("t_groups"))) = &group##_group;

/* Checks.  Each is an expression, true when it held. */
#define T_EQ(t, what, expected, seen) \
	t_eq(t, __FILE__, __LINE__, what, expected, seen)
#define T_OK(t, cond, ...) \
	t_ok(t, __FILE__, __LINE__, cond, __VA_ARGS__)
#define T_MUST(cond) \
	((cond) ? (void)0 : t_broken(__FILE__, __LINE__, #cond))

bool t_eq(struct t *t, const char *file, int line, const char *what,
	  long long expected, long long seen);
__attribute__((format(printf, 5, 6)))
bool t_ok(struct t *t, const char *file, int line, bool cond,
	  const char *fmt, ...);
_Noreturn void t_broken(const char *file, int line, const char *what);
__attribute__((format(printf, 1, 2)))
_Noreturn void t_skip(const char *fmt, ...);

/*
 * t_io.c: files and patterns.  A pattern is a function of position, generation
 * and seed, so that a byte that is not where it belongs, or of another time,
 * is recognised.  Generation 0 is zeros.
 */
void *t_alloc(size_t len);			/* page-aligned; never NULL */
void t_fill(struct t *t, void *buf, size_t len, off_t pos, int gen);
/* The first offset in buf that differs, or -1. */
long long t_differs(struct t *t, const void *buf, size_t len, off_t pos,
		    int gen);
/* What the bytes are, in words, for a report. */
const char *t_what(struct t *t, const void *buf, size_t len, off_t pos);

int t_open(struct t *t, const char *name, int flags);
/* A new file: @size bytes of generation 1, written, synced, and cached. */
int t_file(struct t *t, const char *name, long long size);
ssize_t t_pwritev2(int fd, const struct iovec *iov, int nr, off_t pos,
		   int flags);
/* Write one range of a generation, like pwritev2(2). */
ssize_t t_write(struct t *t, int fd, off_t pos, size_t len, int gen,
		int flags);
long long t_size(int fd);
void t_drop(int fd);				/* clean pages leave the cache */
long long t_now(void);				/* ns since some beginning */
/*
 * A NOWAIT write is also refused when the file's times are due to be updated:
 * they are not, for some ms from now.
 */
void t_touch(int fd);

/* The file, read through the cache, holds @gen. */
#define T_READS(t, fd, pos, len, gen) \
	t_reads(t, __FILE__, __LINE__, fd, pos, len, gen)
bool t_reads(struct t *t, const char *file, int line, int fd, off_t pos,
	     size_t len, int gen);

/*
 * t_disk.c: below the file system.  Holes, unwritten and delayed extents read
 * as zeros, as they would after a crash.
 */
struct fiemap;
struct fiemap *t_map(int fd);			/* all extents; free() it */
void t_disk_read(struct t *t, int fd, off_t pos, size_t len, void *buf);
bool t_disk_has(struct t *t, int fd, off_t pos, size_t len, int gen);
int t_extents(int fd);				/* how many */
/* One of: the extent at @pos is... */
enum t_extent { T_HOLE, T_DELALLOC, T_UNWRITTEN, T_WRITTEN };
enum t_extent t_extent(int fd, off_t pos);

#define T_DISK(t, fd, pos, len, gen) \
	t_disk(t, __FILE__, __LINE__, fd, pos, len, gen)
bool t_disk(struct t *t, const char *file, int line, int fd, off_t pos,
	    size_t len, int gen);

/*
 * t_xfs.c: the size that XFS has logged for the disk, which may trail i_size.
 */
long long t_disk_size(int fd);
/* Does XFS say that files can share blocks there? */
bool t_has_reflink(int fd);
/* Skip the case where files cannot share blocks. */
void t_needs_reflink(struct t *t);

/*
 * t_mount.c: the file system itself, which nobody may use meanwhile.
 */
struct t_mount {
	const char *where;	/* WT_MNT */
	char from[100];
	char type[20];
	char options[400];	/* of the file system itself */
	unsigned long flags;
};
/* As it is mounted now, and so can be again. */
struct t_mount t_mounted(void);
void t_umount(const struct t_mount *mnt);
/* 0 or a negative errno. */
int t_mount(const struct t_mount *mnt);

/*
 * t_cache.c: the page cache, without touching it.
 */
struct wt_cachestat t_cachestat(int fd, off_t pos, long long len);
long long t_vmstat(const char *name);		/* a counter of /proc/vmstat */

/* All of the range is cached, nothing of it dirty or under writeback. */
#define T_CLEAN(t, fd, pos, len) \
	t_clean(t, __FILE__, __LINE__, fd, pos, len)
bool t_clean(struct t *t, const char *file, int line, int fd, off_t pos,
	     long long len);
/* The range has dirty pages, and what is on disk is not @gen. */
#define T_DIRTY(t, fd, pos, len, gen) \
	t_dirty(t, __FILE__, __LINE__, fd, pos, len, gen)
bool t_dirty(struct t *t, const char *file, int line, int fd, off_t pos,
	     size_t len, int gen);
/* The control: the same of a lazy write must be seen, else we are blind. */
#define T_LAZY(t, fd, pos, len, gen) \
	t_lazy(t, __FILE__, __LINE__, fd, pos, len, gen)
void t_lazy(struct t *t, const char *file, int line, int fd, off_t pos,
	    size_t len, int gen);

/*
 * t_trace.c: what the block layer was given, by its tracepoints
 * block_bio_queue (submitted) and block_rq_issue (sent to the device).  All
 * but flushes are counted on the file's own sectors only: the log's are no
 * business of ours.
 */
struct t_trace {
	char dir[64];			/* our tracefs instance */
	/* valid after t_trace_stop() and t_trace_take() */
	int bios;			/* writes of the file's sectors */
	int commands;			/* the same as the device sees them */
	long long bytes;		/* in those commands */
	int fua;			/* of those commands */
	int atomic;			/* of those commands */
	int guarded;			/* the same with protection information
					 * that the device is to check */
	int deepest;			/* commands at the device at once */
	int in_flight;			/* of them, for counting */
	int flushes;			/* of the whole disk */
};

void t_trace_start(struct t *t, struct t_trace *tr);
void t_trace_stop(struct t *t, struct t_trace *tr, int fd);
/* What was counted since the start, or the last time; go on from 0. */
void t_trace_take(struct t *t, struct t_trace *tr, int fd);

/*
 * t_dev.c: the device itself.
 */
/* What queue/@attr says: the text, or its number. */
const char *t_queue_text(struct t *t, const char *attr);
long long t_queue(struct t *t, const char *attr);
/* What statx(2) says of atomic writes to the file, or the device. */
struct wt_statx t_statx_atomic(int fd);

/*
 * Space on the device that belongs to the case, to be used behind the file
 * system's back: the blocks of a file of one extent, or the bare device.
 */
struct t_room {
	int file;			/* for t_trace_stop() */
	int dev;			/* the device, O_RDWR | O_DIRECT */
	off_t pos;			/* of the space on the device */
	off_t at;			/* the same in the file */
};
/* @len bytes, aligned to @len, a power of two and a number of blocks. */
struct t_room t_room(struct t *t, long long len);
/* The same around @at of the device; in the file all of it is behind EOF. */
struct t_room t_room_at(struct t *t, long long len, off_t at);

/*
 * t_null.c: a disk in memory with an XFS of its own, which a case may ruin.
 * With a write cache, and FUA.  A request is complete when its submission
 * returns, or @delay ns later.  @t is made to use it.
 */
void t_null_begin(struct t *t, long long delay);
void t_null_end(void);
/* From now on requests for these bytes of it fail, or do no more. */
void t_null_bad(off_t pos, long long len);
void t_null_good(off_t pos, long long len);
/* The disk alone, without delay: opened O_RDWR | O_EXCL. */
int t_null_add(void);
void t_null_remove(int fd);

/*
 * t_flaky.c: errors of the device where a case wants them; PROFILE=flaky.  It
 * is quiet again when the program ends, however that happens.
 */
enum t_flaky {
	T_FLAKY_QUIET,
	T_FLAKY_SECTOR,		/* reads and writes that touch the bad sector */
	T_FLAKY_FLUSH,		/* every flush */
};
/*
 * Room with the bad sector in it, written with generation 1 and not cached;
 * *@bad is its position on the device.  The second leaves it behind EOF.
 */
struct t_room t_flaky_room(struct t *t, off_t *bad);
struct t_room t_flaky_room_behind(struct t *t, off_t *bad);
/* From now on this fails.  Uses the room's last 4 KiB. */
void t_flaky(struct t *t, const struct t_room *room, enum t_flaky what);

#endif
