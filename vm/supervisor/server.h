/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program that is the disk, where QEMU's own models are not (backend.h): it
 * speaks vfio-user with QEMU's vfio-user-pci.  One per boot; it has the disk's
 * image, and dies with us.
 *
 * QEMU wants a path for the socket.  It gets that of a descriptor: the socket's
 * name is gone before QEMU starts, so that nothing of it stays behind.
 */
#ifndef SERVER_H
#define SERVER_H

#include "ut.h"

struct boot;
struct prof;

struct server {
	pid_t pid;		/* 0: there is none */
	int pidfd;		/* -1 as long */
};

/* All zero is not one: the state before server_start(). */
void server_init(struct server *s);
/*
 * What does the program itself say of the profile's words?  0, or -EINVAL with
 * *@why set (caller frees).  When it is not built yet nobody can tell, which is 0
 * too.
 */
int server_check(const struct prof *p, char **why);
/*
 * Start it for @b's profile, with the disk @image, which stays the caller's.  The
 * descriptor for QEMU's QEMU_FD_SERVER, or -1 with @b->why set.
 */
int server_start(struct server *s, struct boot *b, int image);
/* Has it died by itself?  Waits for it that long. */
bool server_died(const struct server *s, int ms);
/* The end of what it said, for people, or NULL; the caller frees. */
char *server_last_words(const char *dir);
/* The same, and how it ended; of a boot that it made broken. */
char *server_death(struct server *s, const char *dir);
void server_end(struct server *s);

#endif
