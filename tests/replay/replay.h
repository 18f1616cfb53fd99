/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The judge: what would be on the disk if power failed behind any entry of the
 * log, or within one.
 *
 * The rules.  Commands reach the medium in the order of the log.  One that the
 * device promises not to tear (limits.h) is there or not.  Of any other, power
 * may fail between any two blocks, so that is tried too.  At each of these cuts:
 *
 * - each unit has one stamp, and no other content;
 * - that stamp is of a write that had begun, and had not ended before another
 *   began that has succeeded since: what was acknowledged is there.
 *
 * And of each write to a unit that succeeded, the device got exactly one command
 * that has all of it, and that it promises not to tear.  (The block layer may
 * put neighbours into it.)
 *
 * A control is written like a unit, but not atomically.  It must be seen torn, or
 * nothing that was not seen means anything.
 *
 * Units that the file system writes out of place are no business of this: what
 * makes them whole is the recovery of its log, and so they have to be mounted
 * after the cut.  Nor is a volatile cache: that it keeps or loses whole commands
 * in any order tears no unit of one command, and what a flush or FUA makes durable
 * is not in the log.
 */
#ifndef REPLAY_REPLAY_H
#define REPLAY_REPLAY_H

#include "../../vm/supervisor/ut.h"
#include "limits.h"
#include "story.h"

struct replay {
	struct wlog *log;
	const struct limits *limits;
	const struct story *story;
	struct ut_buf *out;	/* lines for people, "FILE:LINE: ..." or facts */
	uint64_t bad;		/* findings; the first REPLAY_SAID are in @out */

	struct replay_slot *slots;
	struct replay_write *writes;
	uint64_t now;		/* number of the entry */

	uint64_t cuts;		/* that touched a unit or control, between */
	uint64_t inside;	/* and within commands */
	uint64_t merged;	/* commands that were more than one unit's */
	uint64_t units;		/* writes to units that succeeded */
};

#define REPLAY_SAID 20

/*
 * All of it.  UT_PASS, UT_FAIL with what was found in @out, or UT_BROKEN when
 * nothing could be judged.
 */
int replay_run(struct replay *r, struct wlog *log, const struct limits *limits,
	       const struct story *story, struct ut_buf *out);

#endif
