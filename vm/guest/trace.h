/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * TRACE='block:* xfs:*': trace events of each case, sent to the host by the
 * port wt.trace.  In an instance of its own (Documentation/trace/ftrace.rst),
 * so that a case may trace as well.  What does not fit is dropped from the
 * front, and said.
 */
#ifndef WT_TRACE_H
#define WT_TRACE_H

#include <stddef.h>

#include "plan.h"

struct trace {
	int port;		/* -1: there is no tracing */
};

/* Set it up as the plan wants.  0, or -errno and @what went wrong. */
int trace_open(struct trace *trace, const struct plan *plan, char *what,
	       size_t size);

/* Around a case. */
void trace_begin(const struct trace *trace);
void trace_end(const struct trace *trace, const char *name);

#endif
