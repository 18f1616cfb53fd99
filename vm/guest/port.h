/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The report: KTAP on a virtio-serial port of its own, so that nothing the
 * kernel prints can get between.  One port, hence no context.
 */
#ifndef WT_PORT_H
#define WT_PORT_H

#include <stddef.h>

/* Find and open the report's port, wt.ktap.  Returns 0 or a negative errno. */
int port_open(void);

/* Any port by its name; waits for it to appear.  An fd or a negative errno. */
int port_find(const char *name);

/* Write all of it; a short write is tried again, an error is final. */
void port_send(int fd, const char *buf, size_t len);

/* Print to the report; a short write is tried again, an error is final. */
__attribute__((format(printf, 1, 2)))
void port_printf(const char *fmt, ...);

/* A message in the kernel's log, by which the host attributes splats. */
__attribute__((format(printf, 1, 2)))
void port_kmsg(const char *fmt, ...);

/* What a case says, cut in lines and indented by four spaces. */
struct port_sink {
	char line[1000];
	size_t len;
	char reason[200];	/* of the last "# SKIP" or "# BROKEN" line */
};

void port_sink_add(struct port_sink *sink, const char *buf, size_t len);
void port_sink_end(struct port_sink *sink);	/* a last unfinished line */

#endif
