/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's console: what the kernel says about itself.
 *
 * Each line is looked at for the head of a splat (WARN, BUG, Oops, lockdep,
 * KASAN, UBSAN, kmemleak, hung task, RCU stall, XFS corruption, panic) and
 * for the marks `wt: start CASE` / `wt: end CASE` that say which case ran.
 */
#ifndef CON_H
#define CON_H

#include <stdio.h>

#include "line.h"
#include "ut.h"

#define CON_TAIL 100		/* lines kept for a report */
#define CON_SPLAT_LINES 60	/* lines kept of one splat */

struct con {
	struct line line;
	FILE *log;			/* console.log, or NULL */
	bool echo;			/* V=1: to stdout as well */
	struct ut_buf *copy;		/* lines go here as well, or NULL */
	char *tail[CON_TAIL];		/* ring of the last lines */
	size_t lines;			/* lines seen so far */
	char *mark;			/* the last case started, or NULL */
	unsigned int started;		/* how many were */
	int splat_left;			/* lines that still belong to a splat */
	bool deaf;			/* we asked for this output: no splats */
	bool panic;			/* the kernel said it is dead */
	/*
	 * A splat's first line (@head) and each one after it (!@head), with
	 * the case that was running, NULL before the first.
	 */
	void (*splat)(void *ctx, const char *mark, const char *text,
		      bool head);
	void *ctx;
};

void con_init(struct con *c, FILE *log);
void con_feed(struct con *c, const char *bytes, size_t n);
void con_flush(struct con *c);
/* The last @n lines, oldest first. */
void con_tail(const struct con *c, struct ut_buf *out, size_t n);
void con_free(struct con *c);

/* Does this line (time stamp and all) open a splat? Returns the text behind
 * the stamp, or NULL. */
const char *con_splat_head(const char *text);

#endif
