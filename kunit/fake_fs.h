/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file system of one file on a fake disk, for tests of iomap.
 *
 * The extents of the file are a table that the test fills in.  Nothing is ever
 * allocated: a write meets what the table says.  An unwritten extent becomes a
 * mapped one when all of its bytes have been written.  What iomap asks for is
 * counted, and can be refused.  The on-disk size is behind i_size while there
 * is dirty data past it.
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
#define FKFS_MAX_IOS		8

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
	FKFS_AIO,		/* the same, asynchronously; in a thread only */
	FKFS_FSYNC,		/* not at all: vfs_fsync() */
	FKFS_WAIT,		/* filemap_fdatawait_range() */
	FKFS_TRUNCATE,		/* truncate_inode_pages(), to @pos */
	FKFS_INVALIDATE,	/* invalidate_inode_pages2_range() */
	FKFS_DIO_WAIT,		/* inode_dio_wait(), with the inode locked */
	FKFS_STORE,		/* a byte, to the user address @pos */
};

/* What can be made to fail; of iomap_begin and _end those of writes. */
enum fkfs_op {
	FKFS_BEGIN,
	FKFS_END,
	FKFS_GET,		/* a folio */
	FKFS_SUBMIT,
	FKFS_END_IO,
	FKFS_NR_OPS,
};

struct fkfs_fault {
	unsigned int		at;		/* this call (from 1) ... */
	unsigned int		times;		/* ... and so many in all ... */
	int			error;		/* ... get this errno */
	unsigned int		calls;		/* so far, since it was set */
};

/* An asynchronous write, and what ->ki_complete found when it was called. */
struct fkfs_aio {
	struct kiocb		iocb;
	struct fkfs		*fs;
	long			ret;
	unsigned int		nr_complete;	/* calls */
	bool			in_irq;		/* that it was called in */
	bool			writeback;	/* anything of the file? */
	int			dio_count;	/* of the file */
	int			stable_users;	/* of the file */
	unsigned int		flushes;	/* that the disk had seen */
	struct completion	done;
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
	struct mm_struct	*mm;		/* FKFS_STORE: of user memory */
	struct fkfs_aio		aio;		/* FKFS_AIO */
	struct task_struct	*task;
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

	/* What iomap_valid was asked, and when to say no. */
	unsigned int		nr_valid;
	unsigned int		stale_at;	/* this call (from 1) */
	const struct fkfs_extent *stale_to;	/* the table from then on */
	void			(*on_valid)(struct fkfs *fs); /* before that */
	void			*on_valid_data;	/* the test's */
	unsigned int		nr_mkwrite;	/* first stores to a page */

	/* What submit_ioend and end_io were given. */
	unsigned int		nr_submit;
	bool			submit_fs_reclaim; /* ever not nofs? */
	ssize_t			end_io_ret;
	struct fkfs_fault	faults[FKFS_NR_OPS];

	/*
	 * Called, with nothing locked, before a write that got -ENOSPC is
	 * tried once more with what it left of its iterator; NULL: it isn't.
	 */
	void			(*on_no_space)(struct fkfs *fs);
	void			*on_no_space_data;
	bool			need_sync;	/* said by the last write */
	bool			moved_wrong;	/* ki_pos, or the iterator? */
	unsigned short		ioprio;		/* of writes, if not 0 */

	/* Completion of ioends, in process context, in order. */
	spinlock_t		lock;		/* protects ioends */
	struct list_head	ioends;
	struct work_struct	work;
	unsigned int		nr_ioends;	/* completed here */
	unsigned int		early_end;	/* folios not in writeback */
	loff_t			disk_size;	/* what a crash keeps */

	/* What fserror told, protected by lock as well; the last one's. */
	unsigned int		nr_reports;
	int			report_type;
	int			report_error;

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

/* Open its file once more; the caller closes it.  Returns an ERR_PTR. */
struct file *fkfs_open(struct fkfs *fs);

/*
 * Write @len bytes of kernel memory at @pos.  Returns what the path under test
 * returned.
 */
ssize_t fkfs_write(struct fkfs *fs, enum fkfs_how how, int ki_flags,
		   const void *buf, loff_t pos, size_t len);

/* The same with any iterator; for real writes only. */
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

/* Let the call of @op number @at (from 1) from now on fail with @error. */
void fkfs_fail(struct fkfs *fs, enum fkfs_op op, unsigned int at, int error);

/* How many errors were reported by fserror?  Waits for those on the way. */
unsigned int fkfs_nr_reports(struct fkfs *fs);

/* Where on the media is @pos of the file?  NULL if nowhere. */
u8 *fkfs_media(struct fkfs *fs, loff_t pos);

extern const struct iomap_ops fkfs_iomap_ops;
extern const struct iomap_write_ops fkfs_write_ops;
extern const struct iomap_writethrough_ops fkfs_writethrough_ops;

/* Drop all of the page cache, dirty or not. */
void fkfs_drop_cache(struct fkfs *fs);

/* What the sources of the file system share. */
struct fkfs_extent *fkfs_find(struct fkfs *fs, loff_t pos);
void fkfs_map(struct fkfs *fs, loff_t pos, struct iomap *iomap);
int fkfs_inject(struct fkfs *fs, enum fkfs_op op);
int fkfs_writepages(struct address_space *mapping,
		    struct writeback_control *wbc);
void fkfs_work(struct work_struct *work);

#endif /* IOMAP_TEST_FAKE_FS_H */
