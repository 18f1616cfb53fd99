/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The player of t_nbd.h's disk: a process that answers the kernel's commands.
 */
#ifndef T_NBD_PLAY_H
#define T_NBD_PLAY_H

#include <stdatomic.h>
#include <stdint.h>

#define T_NBD_SIZE	(320LL << 20)	/* XFS wants 300 MiB */

/* What a case can ask for, one byte each on @ask; answered on @done. */
#define T_NBD_ASK_ANSWER	'a'	/* what need not be held any more */
#define T_NBD_ASK_MARK		'm'
#define T_NBD_ASK_BACK		'b'

/* In memory that the case and the player share. */
struct t_nbd_play {
	atomic_int hold;		/* T_NBD_* kinds */
	atomic_int held;		/* commands */
	atomic_int fail;		/* which one */
	atomic_int commands;		/* writes and flushes */
	atomic_int failed;		/* of those */
	int ask[2], done[2];		/* pipes */
	uint8_t *data;			/* of T_NBD_SIZE bytes, shared as well */
};

/* Never NULL. */
struct t_nbd_play *t_nbd_play_new(void);
void t_nbd_play_free(struct t_nbd_play *p);

/* For the case: ask, and wait until it was done. */
void t_nbd_play_ask(struct t_nbd_play *p, char what);

/* The player, until the kernel closes @sock. */
_Noreturn void t_nbd_play(struct t_nbd_play *p, int sock);

#endif
