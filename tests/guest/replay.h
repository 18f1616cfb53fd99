/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the group `replay` share, prefix replay_: units, written
 * while the device's write log is kept, and marks in that log, by which the host
 * (tests/replay) judges it when the guest is gone.  Here only the writes' results
 * are checked.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include <pthread.h>

#include "../replay/mark.h"
#include "atomic.h"

#define REPLAY_ROOM	(4 * T_MIB)

struct replay {
	struct t *t;
	struct t_room room;	/* one written extent; marks in its first block */
	long long used;		/* of the room */
	uint32_t run;
	uint32_t marks;		/* so many were written */
	uint32_t slots;
	uint32_t writes;
	pthread_mutex_t lock;	/* of the marks, and their numbers */
	void *block;		/* for one */
};

struct replay_unit {
	uint32_t slot;
	int fd;
	off_t pos;		/* in the file */
	long long len;
};

/* Skips where the device has no unit that the file could have. */
void replay_begin(struct replay *r, struct t *t);
/* Controls, and the last mark. */
void replay_end(struct replay *r);

/* Can a unit of @len bytes be written in place, by one command? */
bool replay_fits(struct replay *r, long long len);
/* The largest one. */
long long replay_max(struct replay *r);

/* @len bytes of the room, aligned to that; known to the host. */
struct replay_unit replay_unit(struct replay *r, long long len);

/* A write to @u begins, and it fills @buf; the write's number. */
uint32_t replay_submit(struct replay *r, const struct replay_unit *u, void *buf);
void replay_ack(struct replay *r, uint32_t write);
/* All of a synchronous one. */
void replay_write(struct replay *r, const struct replay_unit *u, int flags);

#endif
