/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A write log of one case, made entry by entry, for the tests of tests/replay.
 * It has one unit, slot 0, and one control, slot 1, of twice the size.
 */
#ifndef MKLOG_H
#define MKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../replay/mark.h"

#define MKLOG_RUN	7
#define MKLOG_UNIT	4096
#define MKLOG_AT	65536		/* of the unit, on the device */
#define MKLOG_CONTROL	(MKLOG_AT + 2 * MKLOG_UNIT)
#define MKLOG_MAGIC	0x6a736677736872ULL

/* 16 KiB, but not across the end of a window of 32 KiB. */
#define MKLOG_PROMISE \
	"logical_block_size=512,atomic.nawupf=31,atomic.nabspf=63"

/* The log there is. */
extern struct mklog {
	uint8_t bytes[1 << 20];
	size_t len;
	uint64_t entries;
	uint32_t marks;
	bool apart;		/* the control's halves are */
} mklog;

/* An empty one. */
void mklog_new(void);
/* Its first sector. */
void mklog_super(uint64_t magic, uint64_t version, uint32_t sector);
void mklog_add(uint64_t pos, uint64_t len, uint64_t flags, const void *data);
void mklog_mark(enum mark_kind kind, uint32_t slot, uint32_t write,
		uint32_t flags);
/* [from, to) of @slot, as @write has it, in one command. */
void mklog_command(uint32_t slot, uint32_t write, uint32_t from, uint32_t to);

#endif
