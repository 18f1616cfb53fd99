/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of all commands that the media were given, in the order in which they
 * arrived, with marks of the workload between them.
 *
 * Time is counted in events: each arrival and each completion is one, in the
 * order in which the guest could know of them.  A cut is an event's number: what
 * has a smaller one happened before the power went.
 */
#ifndef VNVME_LOG_H
#define VNVME_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VLOG_NEVER	UINT64_MAX

enum vlog_kind {
	VLOG_WRITE,
	VLOG_ZEROES,		/* write zeroes */
	VLOG_DISCARD,		/* deallocate: one range */
	VLOG_FLUSH,
	VLOG_READ,
	VLOG_MARK,
};

struct vlog_entry {
	enum vlog_kind kind;
	bool fua;
	bool failed;		/* with an error: it changed nothing */
	uint64_t lba;
	uint32_t blocks;
	uint64_t arrived;	/* event */
	uint64_t done;		/* event; VLOG_NEVER: still in flight */
	uint32_t mark_kind;	/* VLOG_MARK: arrived == done */
	uint32_t mark_id;
	void *data;		/* VLOG_WRITE: all of it; the log's own */
};

struct vlog {
	uint32_t lba_size;	/* bytes */
	struct vlog_entry *v;	/* in order of arrival */
	size_t n;
	size_t room;		/* of @v, entries */
	uint64_t events;	/* the next one's number */
	uint64_t bytes;		/* of data in it */
};

void vlog_init(struct vlog *log, uint32_t lba_size);
void vlog_free(struct vlog *log);
/*
 * A command arrived: the index of its entry, or -ENOMEM.  @data is copied (NULL
 * where the kind has none).
 */
long vlog_arrive(struct vlog *log, enum vlog_kind kind, uint64_t lba,
		 uint32_t blocks, bool fua, const void *data);
/* It is complete as far as the guest is told. */
void vlog_done(struct vlog *log, size_t index, bool failed);
int vlog_mark(struct vlog *log, uint32_t kind, uint32_t id);
/* The first @n entries are gone: the others move up. */
void vlog_drop(struct vlog *log, size_t n);
/* One entry in words, for people: like snprintf(). */
int vlog_text(const struct vlog *log, size_t index, char *text, size_t size);

#endif
