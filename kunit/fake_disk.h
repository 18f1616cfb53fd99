/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk in memory that sees everything and does what the test says.
 *
 * Every bio is recorded when it is submitted, together with what its folios and
 * their inode looked like at that moment.  A write reaches the media when it
 * completes, not when it is submitted, as late as a device may fetch it:
 * data that changes in between is counted in the record.  Reads and flushes
 * always complete at once.  bi_end_io runs as if from a hardware interrupt: in
 * that context, with interrupts disabled.
 *
 * Units: positions on the disk in bytes, except where named sector.
 * Ownership: fkd_alloc() to fkd_free(); the latter needs all bios completed.
 * Context: fkd_*() may sleep; the disk itself takes one spinlock.
 */
#ifndef IOMAP_TEST_FAKE_DISK_H
#define IOMAP_TEST_FAKE_DISK_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/wait.h>

#define FKD_MAX_RECS	64

/* What a bio's folios and the file looked like when it was submitted. */
struct fkd_seen {
	unsigned int		folios;		/* how many */
	unsigned int		writeback;	/* of these, under writeback */
	unsigned int		dirty;		/* of these, dirty */
	unsigned int		locked;		/* of these, locked */
	unsigned int		tag_writeback;	/* of the file, tagged so */
	unsigned int		tag_dirty;	/* of the file, tagged so */
	unsigned int		tag_towrite;	/* of the file, tagged so */
	loff_t			i_size;
	int			dio_count;
	bool			inode_locked;
};

enum fkd_kind {
	FKD_READ,
	FKD_WRITE,		/* with data */
	FKD_FLUSH,		/* without; a preflush of data is a write */
	FKD_OTHER,
};

struct fkd_rec {
	enum fkd_kind		kind;
	blk_opf_t		opf;
	sector_t		sector;
	unsigned int		len;		/* bytes */
	enum rw_hint		write_hint;
	unsigned short		ioprio;
	bool			done;		/* bi_end_io called? */
	bool			changed;	/* data changed in flight? */
	u32			sum;		/* of the data, at submission */
	struct fkd_seen		seen;
};

struct fkd {
	struct gendisk		*disk;
	u8			*media;
	size_t			size;		/* of the media */
	struct address_space	*mapping;	/* of the file on it, or NULL */

	/* What to do with writes; set by the test between its calls. */
	bool			hold;		/* keep until released? */
	blk_status_t		fail_status;	/* error of a bio of ... */
	enum fkd_kind		fail_kind;	/* ... this kind that ... */
	u64			fail_pos;	/* ... touches this byte */

	spinlock_t		lock;		/* protects all below */
	struct bio_list		held;		/* in order of submission */
	wait_queue_head_t	waitq;		/* a bio was held */
	unsigned int		after;		/* see fkd_after() */
	unsigned int		nr_recs;	/* may exceed FKD_MAX_RECS */
	struct fkd_rec		recs[FKD_MAX_RECS];
};

/*
 * Make a disk of @size bytes, zeroed, with the limits and features of @lim; a
 * volatile cache with FUA and blocks of 512 bytes if @lim is NULL.
 * Returns an ERR_PTR on failure.
 */
struct fkd *fkd_alloc(size_t size, const struct queue_limits *lim);
void fkd_free(struct fkd *fkd);

static inline struct block_device *fkd_bdev(struct fkd *fkd)
{
	return fkd->disk->part0;
}

/* Forget what was recorded so far. */
void fkd_forget(struct fkd *fkd);

/* How many bios of @kind were submitted since fkd_forget()? */
unsigned int fkd_count(struct fkd *fkd, enum fkd_kind kind);

/* The record of the @nth (from 0) bio of @kind, or NULL. */
const struct fkd_rec *fkd_nth(struct fkd *fkd, enum fkd_kind kind,
			      unsigned int nth);

/*
 * How many folios of the file were under writeback when bi_end_io of the last
 * bio had returned, still in the interrupt?
 */
static inline unsigned int fkd_after(const struct fkd *fkd)
{
	return fkd->after;
}

/* Did the data of any write change between submission and completion? */
bool fkd_unstable(struct fkd *fkd);

/*
 * Fail bios of @kind that touch the byte at @pos, or any flush, with @status
 * from now on.
 */
void fkd_fail(struct fkd *fkd, enum fkd_kind kind, u64 pos,
	      blk_status_t status);

/* Wait until @nr writes are held; false if that takes too long. */
bool fkd_wait_held(struct fkd *fkd, unsigned int nr);
unsigned int fkd_nr_held(struct fkd *fkd);

/*
 * Complete the @nth (from 0) of the held writes, with an error if @status is
 * one; false if there is none.  Later ones can go first.
 */
bool fkd_release(struct fkd *fkd, unsigned int nth, blk_status_t status);

/* Stop holding, and complete all that is held. */
void fkd_release_all(struct fkd *fkd);

#endif /* IOMAP_TEST_FAKE_DISK_H */
