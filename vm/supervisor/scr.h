/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screen: short, one place that prints results. On a terminal the case
 * that runs stands on one line that is overwritten; in a log, a boot is a
 * line and only what is bad or slow gets one of its own.
 */
#ifndef SCR_H
#define SCR_H

#include "res.h"

struct boot;

struct scr {
	bool tty;
	bool color;
	bool verbose;
	bool still;		/* a person has the terminal: nothing live */
	bool live;		/* a line without newline stands there */
	size_t total;		/* cases of the run */
	size_t done;
	double next;		/* when to print the next heartbeat */
};

void scr_init(struct scr *s, bool verbose);
__attribute__((format(printf, 2, 3)))
void scr_say(struct scr *s, const char *fmt, ...);
void scr_boot(struct scr *s, const struct boot *b);
void scr_boot_end(struct scr *s, const struct boot *b);
void scr_start(struct scr *s, const struct boot *b);
/* Call often; prints only when something changes for the reader. */
void scr_tick(struct scr *s, const struct boot *b);
void scr_done(struct scr *s, const struct res *r);
/* A result that turned bad after it was told. */
void scr_bad(struct scr *s, const struct res *r);
/* A word in its colour, when there is colour. */
const char *scr_word(const struct scr *s, enum outcome o);

#endif
