/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's test report, line by line (KTAP version 1 as in
 * Documentation/dev-tools/ktap.rst, plus our `# wt-*` facts):
 *
 *	KTAP version 1
 *	# wt-boot release=R build-id=HEX init-ms=N
 *	1..COUNT
 *	# wt-start I CASE
 *	    what the case says, indented
 *	# wt-hold I, # wt-resume I	(HOLD=1: it waits for a person)
 *	# wt-exit I STATUS		(RUN=: the program's own)
 *	# wt-ms I N
 *	# wt-broken I REASON		(before `not ok`: no verdict)
 *	ok|not ok I CASE [# SKIP REASON]
 *	# wt-end pass=N fail=N broken=N skip=N
 *
 * Strict on purpose: the channel is ours alone, so a line out of order means
 * that something is wrong, and a report with a hole is no verdict.
 */
#ifndef KTAP_H
#define KTAP_H

#include "ut.h"

enum outcome { OUT_NONE, OUT_PASS, OUT_FAIL, OUT_BROKEN, OUT_SKIP };

const char *ktap_word(enum outcome o);

enum ktap_kind {
	KTAP_NOTHING,		/* nothing the caller must act on */
	KTAP_VERSION,		/* the guest lives */
	KTAP_BOOT,		/* release, build_id, init_ms are known */
	KTAP_PLAN,		/* count is known */
	KTAP_START,		/* case @index begins; @text is its name */
	KTAP_HOLD,		/* the case went wrong, and a person may look */
	KTAP_RESUME,		/* they did */
	KTAP_DIAG,		/* @text is a line of the running case */
	KTAP_RESULT,		/* @index, @text (name), outcome, reason, ms */
	KTAP_END,		/* the report is complete and adds up */
	KTAP_ERROR,		/* @text says what is wrong; no verdict */
};

struct ktap {
	bool version;
	bool plan;
	bool end;
	bool error;		/* sticky: everything after it is noise */
	unsigned int count;	/* of the plan */
	unsigned int index;	/* last case started, from 1 */
	bool running;
	char name[256];		/* of the last case started */
	char release[128];
	char build_id[129];
	unsigned int init_ms;
	/* Of the running or last case. */
	enum outcome outcome;
	char reason[512];
	long ms;		/* as the guest measured it, -1 unknown */
	bool broken;
	int exit;		/* of a person's program, -1 unknown */
	unsigned int tally[OUT_SKIP + 1];
	/* Of the last event. */
	const char *text;
	char error_text[640];
};

void ktap_init(struct ktap *k);
/* Take one clean line (changed in place), say what it was. */
enum ktap_kind ktap_feed(struct ktap *k, char *line);

#endif
