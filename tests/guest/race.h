/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the group `race` share, and cases in files of their own. */
#ifndef RACE_H
#define RACE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define RACE_WRITERS	4

struct t;

struct race {
	struct t *t;
	int fd;
	uint8_t *buf;		/* what is written, where that matters */
	int nr;			/* of the thread, where there are several */
	atomic_bool stop;
	atomic_int rounds;	/* of the other side */
	atomic_int bad;		/* what the other side found wrong */
};

pthread_t race_start(struct race *r, void *(*fn)(void *));
/* Let the other side have had at least @min rounds, then stop it. */
void race_stop(struct race *r, pthread_t thread, int min);

/* race_eof.c: where EOF is. */
void race_append_flag(struct t *t);
void race_direct_append(struct t *t);
void race_eof_mapper(struct t *t);

#endif
