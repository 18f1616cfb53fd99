/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * QEMU's machine protocol (docs/interop/qmp-spec.rst), as little as a
 * watchdog needs: one command at a time over a non-blocking socket.
 */
#ifndef QMP_H
#define QMP_H

#include "ut.h"

struct qmp {
	int fd;
	bool ready;		/* greeted, and the capabilities are agreed */
	bool busy;		/* a command has no answer yet */
	struct ut_buf in;	/* bytes of an unfinished line */
	char *version;		/* "11.1.3" from the greeting, or NULL */
	char *answer;		/* what the last command returned, as text */
};

void qmp_init(struct qmp *q, int fd);
void qmp_free(struct qmp *q);

/* Take bytes that came in. True when a command was answered by them. */
bool qmp_feed(struct qmp *q, const char *bytes, size_t n);

/* Send a command without waiting. -EBUSY, -errno of write(2). */
int qmp_break(struct qmp *q, const char *chardev);
/* All of the guest's memory into the file @path (absolute), as an ELF core. */
int qmp_dump(struct qmp *q, const char *path);
int qmp_monitor(struct qmp *q, const char *command);

#endif
