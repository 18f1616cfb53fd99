/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest can ask of vnvme beside the NVMe specification: shared by the
 * device (vm/vnvme/) and the guest's programs (tests/guest/).
 *
 * The way is one vendor specific admin command (NVM Express Base Specification,
 * "Admin Command Set": C0h to FFh are the vendor's; bits 1:0 are the direction
 * of data): opcode VNVME_OPCODE, CDW10 the function, CDW11 to CDW14 its
 * arguments, one page of VNVME_PAGE bytes from the controller.  From Linux:
 * NVME_IOCTL_ADMIN_CMD on the block device.  The result is dword 0 of the
 * completion.  Numbers are little-endian.
 *
 * A cycle of the crash explorer, in the guest:
 *
 *	unmount; BEGIN; mount; what is to be tested, with MARKs; END
 *	while NEXT says that there is a state:
 *		mount, check, unmount; REPAIR; VERDICT
 *	BACK
 *
 * The power may go again while a state is mounted for the first time.  Instead of
 * "mount, check, unmount", with a state that NEXT has just given:
 *
 *	BEGIN; mount, and what else is to be recorded; unmount; END
 *	while NEXT says that there is a state: as above
 *	BACK; VERDICT on the state of the first failure, if it is wanted
 *
 * up to VNVME_DEPTH failures in all.
 *
 * What comes out of turn (NEXT before END, BEGIN in an exploration without a state
 * from NEXT, CUT in between) gets Command Sequence Error; an unknown function or
 * argument Invalid Field.
 */
#ifndef VNVME_VENDOR_H
#define VNVME_VENDOR_H

#include <stdint.h>

#define VNVME_OPCODE	0xc2		/* data from the controller */
#define VNVME_PAGE	4096
#define VNVME_DEPTH	4		/* explorations within each other */

/*
 * Status (type: vendor specific) of MARK, END and CUT: the recording would exceed
 * the memory that the device may use for it (`log=` in vm/vnvme/cfg.c), and is not
 * complete.  Nothing can be explored; with END it is over, as after BACK.
 */
#define VNVME_SC_LOG_FULL 0x7c0

enum vnvme_function {
	/* The page begins with struct vnvme_about.  Always there. */
	VNVME_ABOUT = 1,
	/*
	 * What the guest sees now is durable, the log starts empty, and keeps
	 * everything from here on.  In a state of an exploration that one is put
	 * aside until BACK: the state is the ground of what comes.
	 * -> Command Sequence Error while a write is in flight.
	 */
	VNVME_BEGIN,
	/* An ordered mark in the log: CDW11 is its kind, CDW12 its number. */
	VNVME_MARK,
	/*
	 * Nothing that comes after this is kept.  CDW11 the seed, CDW12 how
	 * many states at most, from all of the log by lot (0: all that are
	 * listed, cut by cut: explore.h), CDW13 shard (bits 15:0, from 1) of
	 * shards (31:16; 0: one).  The number is that of all shards together.
	 */
	VNVME_END,
	/*
	 * The power went and came again: the media are in the next state from
	 * now on.  The page begins with struct vnvme_state.  Only while the
	 * namespace is not mounted.
	 */
	VNVME_NEXT,
	/*
	 * Of the state before: CDW11 0 it is good, else the signature of what is
	 * wrong.  From then on NEXT gives smaller states that may show the same,
	 * until none does: VNVME_STATE_SMALLEST.  That is done once for each
	 * signature.
	 */
	VNVME_VERDICT,
	/*
	 * A program on the host looks at the media (xfs_repair -n); completes
	 * when it has ended.  The result is its exit status, or 255 if it
	 * could not be run; the page has the end of what it said, as text.
	 */
	VNVME_REPAIR,
	/*
	 * The media are as the guest left them at END.  Nothing is kept.  In a
	 * state of another exploration that one goes on, with NEXT or with the
	 * verdict on that state; its own BACK is to its own END.  Only while the
	 * namespace is not mounted, as with NEXT.
	 */
	VNVME_BACK,
	/*
	 * The power goes at once (CDW11: the seed of what is lost): all commands
	 * fail until VNVME_ON.  The page begins with struct vnvme_state.  A
	 * recording ends.
	 */
	VNVME_CUT,
	VNVME_ON,
	/*
	 * Lie from now on: CDW11 is a mask of enum vnvme_lie.  For controls: who
	 * explores must notice.
	 */
	VNVME_LIE,
	/*
	 * The log as text, from line CDW11 on; result: lines in the page.  Each
	 * begins with the number of the event of the command's arrival.
	 */
	VNVME_LOG,
	/*
	 * The namespace has these atomic limits from now on, in blocks from zero as in
	 * identify: CDW11 NAWUN (bits 15:0) and NAWUPF (31:16), CDW12 NABSN and
	 * NABSPF, CDW13 NABO and flags (enum vnvme_limits).  The host is told
	 * (Namespace Attribute Changed, Changed Namespace List).  What was in the
	 * cache is durable then, so that it is not judged by them.
	 * -> Invalid Field if they contradict each other or the controller's own;
	 * Command Sequence Error in a recording or an exploration, whose states go by
	 * one set of limits.
	 */
	VNVME_LIMITS,
};

/* In CDW13 of VNVME_LIMITS. */
enum vnvme_limits {
	VNVME_LIMITS_MAM = 1 << 16,	/* multiple atomicity mode */
	/* The namespace has none: the controller's count, and all others are 0. */
	VNVME_LIMITS_NONE = 1 << 17,
};

enum vnvme_lie {
	VNVME_LIE_FLUSH = 1,	/* a flush makes nothing durable */
	VNVME_LIE_FUA = 2,	/* nor does FUA */
	VNVME_LIE_ATOMIC = 4,	/* units within the limits are torn */
};

#define VNVME_MAGIC	0x65766e76	/* "vnve" */

struct vnvme_about {
	uint32_t magic;
	uint32_t version;	/* 1 */
	uint32_t lba_size;	/* bytes */
	uint32_t cache;		/* 1: there is a volatile write cache */
	uint64_t blocks;	/* of lba_size bytes */
	uint64_t events;	/* in the log by now */
	uint32_t recording;
	uint32_t poison;	/* 1: blocks never written have the pattern */
	uint32_t full;		/* 1: see VNVME_SC_LOG_FULL */
	uint32_t depth;		/* explorations begun, and not left by BACK */
};

enum vnvme_state_flag {
	VNVME_STATE_VALID = 1,	/* else there is none left */
	VNVME_STATE_SMALLER = 2, /* a try to show a failure with less */
	VNVME_STATE_SMALLEST = 4, /* the last such; it is known to fail */
};

struct vnvme_state {
	uint32_t magic;
	uint32_t flags;		/* enum vnvme_state_flag */
	uint64_t nr;		/* of the state, from 1 */
	uint64_t event;		/* the cut: what happened before this one */
	uint32_t marks;		/* that came before the cut */
	uint32_t lost;		/* commands that left nothing */
	uint32_t torn;		/* of which a part is there */
	uint32_t kept;		/* that need not be there, and are */
	uint64_t skipped;	/* states equal to earlier ones, so far */
	uint64_t left;		/* that are still to come, 0: not known */
	uint64_t hash;		/* of the media's content */
	char text[3072];	/* the cut in words; ends with a NUL */
};

/*
 * Poison, which blocks never written hold: eight bytes at a time
 * VNVME_POISON ^ the number of the 8-byte word on the media.
 */
#define VNVME_POISON	0xdeadbadc0ffee000ull

#endif
