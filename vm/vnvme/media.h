/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The media: what the guest reads now, what is durable for sure, and the log that
 * leads from one to the other.
 *
 * @now is the disk with its volatile cache, as reads see it.  @base and the log
 * are the truth about what survives: power.h says how.  Outside of a recording
 * the log is taken into @base as soon as all of it is durable, or when it gets
 * larger than VMEDIA_LOG_MAX: a cache may write back whenever it likes.
 *
 * No function sleeps.  Blocks are the namespace's (log.lba_size bytes).
 */
#ifndef VNVME_MEDIA_H
#define VNVME_MEDIA_H

#include "log.h"

/* When not recording: bytes of data, and entries. */
#define VMEDIA_LOG_MAX	(64ull << 20)
#define VMEDIA_LOG_ENTRIES	65536

/* Bytes of @now that one flag of @touched is for. */
#define VMEDIA_CHUNK	4096

#define VMEDIA_UNLOGGED	INT64_MAX	/* a ticket: no entry waits for it */

struct vmedia {
	uint8_t *now;		/* shared mapping of the image's descriptor */
	uint8_t *base;		/* private memory of the same size */
	uint64_t size;		/* bytes */
	uint32_t lba_size;	/* bytes: 512 or 4096 */
	bool cache;		/* volatile; else a write is durable when done */
	bool poison;		/* see vendor.h; discarded blocks get it again */
	bool recording;
	bool stopped;		/* after it: commands change @now, and no log */
	bool full;		/* a recording was stopped: it would exceed @log_max */
	bool off;		/* the power is off: nothing works */
	uint32_t lies;		/* enum vnvme_lie */
	uint64_t log_max;	/* bytes of memory for a recording; 0: no limit */
	struct vlog log;
	uint64_t dropped;	/* entries that were in @log before its first */
	uint64_t flushed;	/* what was done before this event is durable */
	/*
	 * One per chunk, 1 where a command changed @now while @stopped.  Who
	 * puts the chunk right again may clear it.
	 */
	uint8_t *touched;
	size_t chunks;
	struct vmedia_outer *outer;	/* what vmedia_nest() put aside, or NULL */
};

/*
 * @fd is the image, at least @size bytes, and stays the caller's.  With poison all
 * of it is overwritten.  0 or -errno.
 */
int vmedia_open(struct vmedia *m, int fd, uint64_t size, uint32_t lba_size,
		bool cache, bool poison);
void vmedia_close(struct vmedia *m);

/* The range is on the media: no overflow, whatever the guest said. */
bool vmedia_has(const struct vmedia *m, uint64_t lba, uint64_t blocks);

/*
 * Commands.  Each returns a ticket for vmedia_done() (entries move up in the log,
 * tickets stay: it is the index + @dropped), or -errno: -EIO without power,
 * -ERANGE, -ENOMEM; then nothing changed.  Reads are only logged in a recording.
 * What a write changes is seen by reads from now on; @data has blocks *
 * lba_size bytes.
 */
long vmedia_write(struct vmedia *m, uint64_t lba, uint32_t blocks, bool fua,
		  const void *data);
long vmedia_zeroes(struct vmedia *m, uint64_t lba, uint32_t blocks, bool fua,
		   bool deallocate);
long vmedia_discard(struct vmedia *m, uint64_t lba, uint32_t blocks);
long vmedia_flush(struct vmedia *m);
/* Into @data, at once. */
long vmedia_read(struct vmedia *m, uint64_t lba, uint32_t blocks, void *data);
/*
 * The guest is being told.  Takes the log into @base where that is due.  A ticket
 * from before the log was emptied or stopped is ignored.
 */
void vmedia_done(struct vmedia *m, long ticket);
/*
 * The controller was reset: nobody is told of what is in flight, so a recording
 * has it in flight for good.  Outside of one all of the log is taken.
 */
void vmedia_abandon(struct vmedia *m);
/*
 * Put @blocks of what @e wrote, zeroed or discarded, from its block @first on,
 * into @image (@now, @base, or any of that size).
 */
void vmedia_apply(const struct vmedia *m, uint8_t *image,
		  const struct vlog_entry *e, uint32_t first, uint32_t blocks);

/*
 * record.c: recordings.
 */
/* What is there now is durable, and the log empty; from now on all is kept. */
void vmedia_record(struct vmedia *m);
/*
 * Does the log have room for one more entry with @bytes of data?  A recording for
 * which it has not is stopped as by vmedia_stop(), and @full: what is left of its
 * log is of no use.
 */
bool vmedia_fits(struct vmedia *m, uint64_t bytes);
/* A mark in a recording's log.  0, -ENOSPC (@full) or -ENOMEM. */
int vmedia_mark(struct vmedia *m, uint32_t kind, uint32_t id);
/* Nothing of what comes is kept; the log stays for who explores it. */
void vmedia_stop(struct vmedia *m);
/*
 * The log is dropped: what is there now is durable.  @now may differ from @base
 * where the log or @touched says, no further.
 */
void vmedia_forget(struct vmedia *m);
/*
 * A recording within an exploration: as vmedia_record(), with what is explored put
 * aside, and @base with it.  Only while @stopped.  0, or -ENOMEM: nothing changed.
 */
int vmedia_nest(struct vmedia *m);
/*
 * Back to what was put aside last: log and @base are as they were, @stopped again;
 * @now stays as it is, and @touched says where it may not be what it was.
 */
void vmedia_unnest(struct vmedia *m);
/* A command changed @now there. */
void vmedia_touch(struct vmedia *m, uint64_t lba, uint32_t blocks);

#endif
