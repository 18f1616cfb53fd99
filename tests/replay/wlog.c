// SPDX-License-Identifier: GPL-2.0-only
/* See wlog.h. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "wlog.h"

#define WLOG_MAGIC	0x6a736677736872ULL
#define WLOG_VERSION	1
#define WLOG_SECTOR_MIN	512
#define WLOG_SECTOR_MAX	4096

enum {
	WLOG_FLUSH = 1 << 0,
	WLOG_FUA = 1 << 1,
	WLOG_DISCARD = 1 << 2,
	WLOG_MARK = 1 << 3,
	WLOG_METADATA = 1 << 4,
	WLOG_KNOWN = (1 << 5) - 1,
};

struct wlog_super {
	uint64_t magic;
	uint64_t version;
	uint64_t entries;
	uint32_t sector;
};

struct wlog_head {
	uint64_t sector;
	uint64_t sectors;
	uint64_t flags;
	uint64_t data_len;	/* of a mark, in the entry's own sector */
};

static int wlog_bad(const char **why, const char *what)
{
	*why = what;
	return -EINVAL;
}

int wlog_open(struct wlog *log, const void *bytes, size_t size,
	      const char **why)
{
	struct wlog_super super;

	*log = (struct wlog) { .bytes = bytes, .size = size };
	if (size < sizeof(super))
		return wlog_bad(why, "the log is empty");
	memcpy(&super, bytes, sizeof(super));
	if (le64toh(super.magic) != WLOG_MAGIC)
		return wlog_bad(why, "the log does not begin like one");
	if (le64toh(super.version) != WLOG_VERSION)
		return wlog_bad(why, "the log has another version");
	log->sector = le32toh(super.sector);
	if (log->sector < WLOG_SECTOR_MIN || log->sector > WLOG_SECTOR_MAX ||
	    log->sector & (log->sector - 1))
		return wlog_bad(why, "the log has no valid sector size");
	log->entries = le64toh(super.entries);
	wlog_rewind(log);
	return 0;
}

void wlog_rewind(struct wlog *log)
{
	log->nr = 0;
	log->at = log->sector;
}

int wlog_next(struct wlog *log, struct wlog_entry *e, const char **why)
{
	struct wlog_head head;
	uint64_t left, flags;

	if (log->nr == log->entries)
		return 0;
	if (log->at > log->size || log->size - log->at < log->sector)
		return wlog_bad(why, "the log ends before its last entry");
	memcpy(&head, log->bytes + log->at, sizeof(head));
	log->at += log->sector;
	left = (log->size - log->at) / log->sector;
	flags = le64toh(head.flags);
	if (flags & ~(uint64_t)WLOG_KNOWN)
		return wlog_bad(why, "the log has an entry of unknown kind");
	if (le64toh(head.sector) > INT64_MAX / log->sector ||
	    le64toh(head.sectors) > INT64_MAX / log->sector)
		return wlog_bad(why, "the log has an entry beyond any disk");
	*e = (struct wlog_entry) {
		.nr = log->nr++,
		.pos = le64toh(head.sector) * log->sector,
		.len = le64toh(head.sectors) * log->sector,
	};
	if (flags & WLOG_MARK)
		e->len = 0;
	if (!e->len || flags & WLOG_DISCARD)
		return 1;
	if (le64toh(head.sectors) > left)
		return wlog_bad(why, "the log ends in the data of an entry");
	e->data = log->bytes + log->at;
	log->at += e->len;
	return 1;
}
