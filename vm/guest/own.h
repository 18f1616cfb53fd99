/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person wants of the guest: a shell on the virtio console, a program
 * of their own, and a failed case left as it is (HOLD=1).
 *
 * The shell's terminal is hvc0, so that the kernel's console on ttyS0 stays
 * what it is: a log.  The program's stdout and stderr are the ports wt.out and
 * wt.err; its stdin is empty.
 */
#ifndef WT_OWN_H
#define WT_OWN_H

#include <sys/types.h>

#include "plan.h"
#include "port.h"

/* Start a shell in @dir.  The environment is the caller's.  -errno. */
pid_t own_shell_start(const struct plan *plan, const char *dir);

/* The same, and wait until it and all that it started is gone: an outcome. */
int own_shell(const struct plan *plan, const char *dir,
	      struct port_sink *sink);

/*
 * Run the plan's run-argv in @dir.  Its exit status goes to the report as
 * "# wt-exit NR STATUS", as a shell counts it.  An outcome.
 */
int own_program(const struct plan *plan, const char *dir, int nr,
		struct port_sink *sink);

/* Case @nr went wrong: say so, and wait until a shell was used and left. */
void own_hold(const struct plan *plan, const char *dir, int nr);

/* Kernel taints (Documentation/admin-guide/tainted-kernels.rst), as bits. */
unsigned long own_taint(void);

#endif
