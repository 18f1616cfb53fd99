/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk that the case itself plays: each command of the kernel's network block
 * device comes to a process of ours, by a socket, and is answered when, and how,
 * the case wants it.  What is held is in flight, for as long as it takes; what
 * is not answered well has not changed the disk.
 *
 * It has a volatile cache and FUA, and keeps its data in memory.  There is one
 * at a time.
 */
#ifndef T_NBD_H
#define T_NBD_H

#include "t.h"

/* Kinds of commands. */
#define T_NBD_WRITE	1
#define T_NBD_FLUSH	2

#define T_NBD_ALL	(-1)

/*
 * Begin to play: with an XFS of @t's block size, mounted, or none if @t->blkdev.
 * @t is made to use it.  Ends with the program, at the latest.
 */
void t_nbd_begin(struct t *t);
/*
 * Unmount, check, and stop.  Nothing is held, nobody has a file open, and the
 * disk is not pulled out.
 */
void t_nbd_end(struct t *t);

/* Commands of these kinds, and nothing else, are held from now on. */
void t_nbd_hold(int kinds);
/* How many are held? */
int t_nbd_held(void);
/* Until there are so many, or more: a check that they come. */
void t_nbd_wait_held(struct t *t, int nr);

/*
 * Count writes and flushes from now on, and let the @nr-th fail, counted from
 * 1; 0: none, T_NBD_ALL: all.
 */
void t_nbd_fail(int nr);
/* How many were there since?  How many of them failed? */
int t_nbd_commands(void);
int t_nbd_failed(void);

/*
 * The disk is pulled out: what is held fails, and all that comes.  The second
 * puts it back, and mounts it; files must have been closed.
 */
void t_nbd_pull(void);
void t_nbd_again(struct t *t);

/* Note what the disk has.  Later, when it is not mounted, put that back. */
void t_nbd_mark(void);
void t_nbd_back(void);

/* Has xfs_repair nothing to say?  Not mounted. */
bool t_nbd_sound(struct t *t);
void t_nbd_mount(struct t *t);
/* 0, or a negative errno. */
int t_nbd_unmount(struct t *t);

#endif
