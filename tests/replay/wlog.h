/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of what a disk was given, as QEMU's blklogwrites writes it.  The format
 * is that of the kernel's drivers/md/dm-log-writes.c: a sector that says how many
 * entries there are, and then, for each, a sector of its own and its data.  It is
 * little-endian, and sectors are as large as the first one says.
 */
#ifndef REPLAY_WLOG_H
#define REPLAY_WLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wlog {
	const uint8_t *bytes;	/* the caller's, for as long as this is used */
	size_t size;
	uint64_t entries;
	uint64_t sector;	/* bytes */
	uint64_t nr;		/* of the next entry, from 0 */
	size_t at;		/* where it begins */
};

struct wlog_entry {
	uint64_t nr;
	uint64_t pos;		/* of the device, bytes */
	uint64_t len;		/* 0: it changes nothing (a flush) */
	const uint8_t *data;	/* @len bytes; NULL: they become zeros */
};

/* 0 or -EINVAL, with *@why: words that stay. */
int wlog_open(struct wlog *log, const void *bytes, size_t size,
	      const char **why);
/* 1 and the next entry, 0 behind the last one, or -EINVAL and *@why. */
int wlog_next(struct wlog *log, struct wlog_entry *e, const char **why);
/* To the first entry again. */
void wlog_rewind(struct wlog *log);

#endif
