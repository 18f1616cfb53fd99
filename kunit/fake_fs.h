/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file system of one file on a fake disk, for tests of iomap.
 *
 * The extents of the file are a table that the test fills in.  Nothing is ever
 * allocated: a write meets what the table says.  An unwritten extent becomes a
 * mapped one when all of its bytes have been written.  What iomap asks for is
 * counted, and can be refused.
 *
 * Units: bytes.  Ownership: fkfs_alloc() to fkfs_free(), which also owns the
 * disk.  Locking: writes take the inode lock exclusively, as a file system
 * does; the table is the test's to change while no write runs.
 */
#ifndef IOMAP_TEST_FAKE_FS_H
#define IOMAP_TEST_FAKE_FS_H

#include <linux/completion.h>
#include <linux/fs.h>
#include <linux/iomap.h>

#include "fake_disk.h"

#define FKFS_MAX_EXTENTS	8
#define FKFS_MAX_IOS		2

struct fkfs_extent {
	loff_t			offset;		/* in the file */
	u64			length;		/* 0 ends the table */
	u64			addr;		/* on the disk */
	u16			type;		/* IOMAP_* */
	u16			flags;		/* IOMAP_F_* */
};

struct fkfs_conf {
	unsigned int		blkbits;	/* 0: that of the page size */
	unsigned int		min_order;	/* of folios */
	unsigned int		max_order;
	loff_t			i_size;
	struct fkfs_extent	extents[FKFS_MAX_EXTENTS];
};

/* How fkfs_write() writes. */
enum fkfs_how {
	FKFS_BUFFERED,		/* iomap_file_buffered_write() */
	FKFS_WT,		/* iomap_file_writethrough() */
	FKFS_FSYNC,		/* not at all: vfs_fsync() */
};

/* A write by another thread. */
struct fkfs_io {
	struct fkfs		*fs;		/* NULL: not used yet */
	enum fkfs_how		how;
	int			ki_flags;	/* IOCB_*, added */
	const void		*buf;
	loff_t			pos;
	size_t			len;
	ssize_t			ret;
	struct task_struct	*task;
	struct completion	done;
};

/* An asynchronous write, and what ->ki_complete found when it was called. */
struct fkfs_aio {
	struct kiocb		iocb;
	struct fkfs		*fs;
	long			ret;
	unsigned int		nr_complete;	/* calls */
	struct task_struct	*task;		/* that it was called by */
	bool			writeback;	/* anything of the file? */
	int			dio_count;	/* of the file */
	unsigned int		flushes;	/* that the disk had seen */
	struct completion	done;
};

struct fkfs {
	struct fkd		*disk;
	struct vfsmount		*mnt;
	struct inode		*inode;		/* pinned by file */
	struct file		*file;
	struct fkfs_extent	extents[FKFS_MAX_EXTENTS];

	/* What iomap_begin of a write was asked, and what it saw. */
	unsigned int		nr_begin;
	unsigned int		begin_writeback; /* most folios tagged so */
	int			begin_dio;	/* least i_dio_count */
	unsigned int		begin_error_at;	/* this call (from 1) ... */
	int			begin_error;	/* ... gets this errno */

	/* What iomap_valid was asked, and when to say no. */
	unsigned int		nr_valid;
	unsigned int		stale_at;	/* this call (from 1) */
	const struct fkfs_extent *stale_to;	/* the table from then on */
	void			(*on_valid)(struct fkfs *fs); /* before that */
	void			*on_valid_data;	/* the test's */
	unsigned int		nr_mkwrite;	/* first stores to a page */

	/* What submit_ioend was given, and when to refuse. */
	unsigned int		nr_submit;
	unsigned int		submit_error_at; /* this call (from 1) ... */
	int			submit_error;	/* ... gets this errno */
	bool			submit_fs_reclaim; /* ever not nofs? */
	bool			need_sync;	/* said by the last write */
	unsigned short		ioprio;		/* of writes, if not 0 */

	/* Completion of ioends, in process context, in order. */
	spinlock_t		lock;		/* protects ioends */
	struct list_head	ioends;
	struct work_struct	work;
	unsigned int		nr_ioends;	/* completed here */
	unsigned int		early_end;	/* folios not in writeback */

	struct fkfs_io		ios[FKFS_MAX_IOS];
};

/*
 * Make the file system of @conf on a new disk of @disk_size bytes and @lim (see
 * fkd_alloc()).  Returns an ERR_PTR on failure.
 */
struct fkfs *fkfs_alloc(const struct fkfs_conf *conf, size_t disk_size,
			const struct queue_limits *lim);

/*
 * Let all I/O complete, then free everything; or nothing, with a warning, if
 * a write does not end.
 */
void fkfs_free(struct fkfs *fs);

/*
 * Write @len bytes of kernel memory at @pos.  Returns what the path under test
 * returned.
 */
ssize_t fkfs_write(struct fkfs *fs, enum fkfs_how how, int ki_flags,
		   const void *buf, loff_t pos, size_t len);

/* The same with any iterator; FKFS_FSYNC does not work here. */
ssize_t fkfs_write_iter(struct fkfs *fs, enum fkfs_how how, int ki_flags,
			struct iov_iter *from, loff_t pos);

/*
 * Start the same in a thread of its own; @buf must outlive @fs.  Returns an
 * ERR_PTR on failure.
 */
struct fkfs_io *fkfs_start(struct fkfs *fs, enum fkfs_how how, int ki_flags,
			   const void *buf, loff_t pos, size_t len);

/* Has it ended? */
bool fkfs_done(struct fkfs_io *io);

/* Wait until it is asleep or has ended; true if it is asleep. */
bool fkfs_wait_blocked(struct fkfs_io *io);

/* Wait for its end.  Returns its result; -ETIMEDOUT if it does not end. */
ssize_t fkfs_join(struct fkfs_io *io);

/*
 * Write @len bytes through, asynchronously.  Returns what the path under test
 * returned: only for -EIOCBQUEUED the write ends by itself, and neither @buf
 * nor @aio may go before it did.
 */
ssize_t fkfs_aio_write(struct fkfs *fs, struct fkfs_aio *aio, int ki_flags,
		       const void *buf, loff_t pos, size_t len);

/* Wait for its end.  Returns its result; -ETIMEDOUT if it does not end. */
long fkfs_aio_wait(struct fkfs_aio *aio);

/*
 * Copy what the page cache has, without reading from the disk.  Returns
 * -ENOENT if a byte of the range is not cached or not uptodate.
 */
int fkfs_cached(struct fkfs *fs, void *buf, loff_t pos, size_t len);

/* The same, but read in what is missing. */
int fkfs_read(struct fkfs *fs, void *buf, loff_t pos, size_t len);

/* Where on the media is @pos of the file?  NULL if nowhere. */
u8 *fkfs_media(struct fkfs *fs, loff_t pos);

extern const struct iomap_ops fkfs_iomap_ops;
extern const struct iomap_write_ops fkfs_write_ops;
extern const struct iomap_writethrough_ops fkfs_writethrough_ops;

/* Drop all of the page cache, dirty or not. */
void fkfs_drop_cache(struct fkfs *fs);

#endif /* IOMAP_TEST_FAKE_FS_H */
