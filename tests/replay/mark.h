/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest's group `replay` (tests/guest/replay.c) and the host's program
 * agree on: marks and stamps, both found in the log of what the device was given.
 *
 * A mark is a direct write of MARK_SIZE bytes, zeros behind struct mark, to a
 * block of the device that nothing else uses.  It is complete before its writer
 * goes on, so that whatever was complete before it stands before it in the log,
 * and whatever begins after it stands behind it.
 *
 * A stamp fills a sector, and says which write of which case it is of, and which
 * sector of the unit.  Two sectors of one unit with different stamps are a torn
 * unit; so is a sector that is no stamp.
 *
 * Both sides are x86-64: numbers are as they lie in memory.
 */
#ifndef REPLAY_MARK_H
#define REPLAY_MARK_H

#include <stdint.h>
#include <string.h>

#define MARK_SIZE	4096
#define MARK_MAGIC	"wt mark"	/* with its NUL: eight bytes */
#define MARK_NAME	40
#define MARK_PARTS	2

enum mark_kind {
	MARK_BEGIN = 1,		/* of the case: @name */
	MARK_UNIT,		/* @slot is at @part, and has stamps of write 0 */
	MARK_SUBMIT,		/* @write to @slot is about to begin */
	MARK_ACK,		/* @write has succeeded */
	MARK_END,		/* of the case */
};

/* MARK_UNIT: not atomic, and to be seen torn, or who looks is blind. */
#define MARK_CONTROL	1

struct mark {
	char magic[8];
	uint32_t kind;
	uint32_t run;		/* number of the case in the boot, WT_NR */
	uint32_t nr;		/* of the mark in the case, from 0 */
	uint32_t slot;		/* from 0, in the order of MARK_UNIT */
	uint32_t write;		/* from 1, in the order of MARK_SUBMIT */
	uint32_t flags;
	/* of the device, bytes; the second has no length if there is but one */
	struct mark_part {
		uint64_t pos;
		uint64_t len;
	} part[MARK_PARTS];
	char name[MARK_NAME];
};

#define STAMP_SECTOR	512
#define STAMP_WORDS	(STAMP_SECTOR / sizeof(uint64_t))
#define STAMP_MAGIC	0x706d617473207477ULL

/* splitmix64's finaliser: each bit of what is stamped reaches all of the sector. */
static inline uint64_t stamp_word(uint64_t head, uint64_t write, uint64_t i)
{
	uint64_t x = head ^ (write << 32) ^ (i << 56);

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

/* @sector of a unit in @slot, as @write of case @run writes it. */
static inline void stamp_fill(void *to, uint32_t run, uint32_t slot,
			      uint32_t write, uint32_t sector)
{
	uint64_t words[STAMP_WORDS] = {
		STAMP_MAGIC, (uint64_t)run << 32 | write,
		(uint64_t)slot << 32 | sector,
	};
	unsigned int i;

	for (i = 3; i < STAMP_WORDS; i++)
		words[i] = stamp_word(words[2] + run, write, i);
	memcpy(to, words, sizeof(words));
}

/* The write whose stamp that is, or -1: it is none of that sector. */
static inline int64_t stamp_read(const void *from, uint32_t run, uint32_t slot,
				 uint32_t sector)
{
	uint64_t words[STAMP_WORDS], want[STAMP_WORDS];
	uint32_t write;

	memcpy(words, from, sizeof(words));
	write = words[1];
	stamp_fill(want, run, slot, write, sector);
	return memcmp(words, want, sizeof(want)) ? -1 : (int64_t)write;
}

#endif
