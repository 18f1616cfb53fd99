/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs that PID 1 runs, one at a time.
 */
#ifndef WT_CHILD_H
#define WT_CHILD_H

#include "port.h"

#define CHILD_PASS	0
#define CHILD_FAIL	1
#define CHILD_BROKEN	2
#define CHILD_SKIP	4

/*
 * Run argv[0] with stdout and stderr going to @sink, and wait for it.  What it
 * leaves behind is killed and reaped: when this returns, PID 1 is the only
 * process.  Returns the wait status, or a negative errno.
 */
int child_run(char *const argv[], struct port_sink *sink);

/* The same for a command line in words, with @last appended. */
int child_command(const char *command, const char *last,
		  struct port_sink *sink);

/*
 * The outcome that a wait status stands for.  All but the four exit codes
 * are CHILD_BROKEN, with the reason in @sink.
 */
int child_outcome(int status, struct port_sink *sink);

#endif
