/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program of the host that runs beside the event loop: its input is empty, the
 * end of what it says is kept, it has a time limit and dies with us.
 */
#ifndef VNVME_CHILD_H
#define VNVME_CHILD_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CHILD_TAIL	4095	/* bytes kept of what it says */
#define CHILD_FDS	2	/* to poll for */
#define CHILD_FILE	3	/* where the child finds @file */
#define CHILD_FAILED	255	/* status: not run, killed, or out of time */

struct child {
	pid_t pid;		/* 0: none runs */
	int pidfd;
	int out;		/* -1: closed */
	uint64_t deadline;	/* ns of CLOCK_MONOTONIC */
	bool late;
	char tail[CHILD_TAIL + 1];
	size_t len;
	/*
	 * It has ended: its exit status, or CHILD_FAILED; @text is the end of
	 * what it said and ends with a NUL.  The child may be started again from
	 * in here.
	 */
	void (*done)(void *ctx, int status, const char *text);
	void *ctx;
};

void child_init(struct child *c, void (*done)(void *, int, const char *),
		void *ctx);
/*
 * Start @argv (a path first, no search); it finds @file at CHILD_FILE.  0 or
 * -errno; then done() is not called.
 */
int child_start(struct child *c, char *const *argv, int file, uint64_t now,
		uint64_t limit);
/* End it and forget it: done() is not called. */
void child_kill(struct child *c);
void child_poll(const struct child *c, struct pollfd p[CHILD_FDS]);
/* Look at what is there.  Returns when to call it again at the latest. */
uint64_t child_tick(struct child *c, uint64_t now);

#endif
