/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a person wants of a boot beside its verdict: a shell, the output of a
 * program, traces, gdb, and a guest that stays when something went wrong.
 *
 * Two sockets may appear in the run's folder: gdb.sock, which QEMU serves,
 * and own.sock, by which vm-attach and vm-dump ask for things (one line each,
 * see own_ask()). Both are gone when the boot is.
 */
#ifndef OWN_H
#define OWN_H

#include <stdio.h>
#include <sys/types.h>

#include "line.h"
#include "tty.h"
#include "ut.h"

#define OWN_CLIENTS 4
#define OWN_SOCKET "own.sock"
#define OWN_GDB "gdb.sock"
/* What own_open() adds to poll(2): out, err, trace, own.sock, the person's
 * terminal, clients. */
#define OWN_FDS (5 + OWN_CLIENTS)

struct boot;
struct run;

struct own {
	unsigned int extras;	/* QEMU_SHELL and so on */
	int shell;		/* our ends, -1: none */
	int out;
	int err;
	int trace;
	int listen;		/* own.sock */
	int clients[OWN_CLIENTS];
	int user;		/* the client at the shell, -1: nobody */
	int dumper;		/* the client that waits for a dump, or -1 */
	pid_t tty;		/* who joins our terminal to the shell */
	int tty_fd;		/* its pidfd */
	bool left;		/* the person left by ^] */
	char *socket;		/* paths, NULL: none */
	char *gdb;
	struct tty_filter out_filter;
	struct tty_filter err_filter;
	struct line trace_line;
	FILE *trace_log;
};

/* Make the channels that the arguments ask for; QEMU's ends go to @fds.
 * False with @b->why set. */
bool own_open(struct boot *b, int *fds);
/* RUN: the initramfs and the program's archive behind it, in one file without
 * a name; and what QEMU calls it. False with @b->why set. */
bool own_initrd(struct boot *b, int *fds);
const char *own_initrd_path(const struct run *run);

/* QEMU runs: join the terminal, say how to reach the guest. */
void own_started(struct boot *b);
void own_close(struct boot *b);

/* ask.c. For poll(2): OWN_FDS descriptors, -1 for none; and what came of it. */
void own_fds(const struct own *o, int *fds);
void own_ready(struct boot *b, int fd);
/* QEMU is gone: what is still in the channels. */
void own_rest(struct boot *b);
/* QMP answered a dump. */
void own_dumped(struct boot *b);

/* The guest stays as it is until a person is done with it. */
void own_held(struct boot *b, const char *what);

/* Lines of the plan that are a person's wishes. */
void own_plan(const struct boot *b, struct ut_buf *out);

/* RUN: make @run->extra and @run->argv of the program; 0 or an exit code. */
int own_carry(struct run *run);

/* client.c: vm-attach and vm-dump. Exit codes. */
int client_attach(const char *build);
int client_dump(const char *build);

#endif
