/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small media of eight blocks of 512 bytes, and logs in words:
 *
 *	A0+4	command A arrives, a write of 4 blocks at 0; A0+4f with FUA
 *	Az0+4	write zeroes; Ad0+4 a deallocation; Ar0+4 a read
 *	AF	a flush
 *	A! A?	A is done; A has failed
 *	m	a mark
 *
 * A state in words is a letter per block: whose write it is, `.` what was there
 * before, `0` zeroes.
 */
#ifndef POWER_LOG_H
#define POWER_LOG_H

#include "../../vm/vnvme/explore.h"

#define PL_BLOCKS	8

/* Media with the log of @words.  Recording has been stopped. */
bool pl_open(struct vmedia *m, const char *words, bool cache);
void pl_close(struct vmedia *m);
/* What is in m->now, or in any image of that size; @state has PL_BLOCKS + 1. */
void pl_state(const uint8_t *image, char *state);

/* A set of short words, kept in order. */
struct pl_set {
	size_t n;
	size_t room;
	char (*v)[24];
};

void pl_set_add(struct pl_set *s, const char *word);
void pl_set_add_all(struct pl_set *s, const struct pl_set *from);
/* "a b c" */
void pl_set_words(struct pl_set *s, const char *words);
/* Says what one has and the other has not. */
bool pl_set_same(const struct pl_set *got, const struct pl_set *want,
		 const char *desc);
void pl_set_free(struct pl_set *s);

#endif
