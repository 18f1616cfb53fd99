/* SPDX-License-Identifier: GPL-2.0-only */
/* Which QEMU, and its command line. */
#ifndef QEMU_H
#define QEMU_H

#include "prof.h"
#include "ut.h"

/* Below this the namespace's atomic values do not exist. */
#define QEMU_WANTED "10.2"

/* What the child finds open. Fixed, so that the command line is the same in
 * every run. */
enum {
	QEMU_FD_CON = 3, QEMU_FD_KTAP, QEMU_FD_QMP, QEMU_FD_DISK,
	QEMU_FD_INITRD, QEMU_FD_SHELL, QEMU_FD_OUT, QEMU_FD_ERR,
	QEMU_FD_TRACE, QEMU_FD_GDB, QEMU_FD_SERVER, QEMU_FD_LOG, QEMU_FD_END
};

/* What a person wants of a machine, each with its QEMU_FD_*. */
enum {
	QEMU_SHELL = 1 << 0,	/* a virtio console */
	QEMU_OUT = 1 << 1,	/* ports wt.out and wt.err */
	QEMU_TRACE = 1 << 2,	/* port wt.trace */
	QEMU_GDB = 1 << 3,	/* a listening socket for gdb */
	QEMU_WAIT = 1 << 4,	/* stop before the first instruction */
};

/* Growing argv; NULL-terminated. */
struct qemu_args {
	char **v;
	size_t n;
};

/* Append an option and its value, which @a owns from here on. */
void qemu_opt(struct qemu_args *a, const char *opt, char *value);

struct qemu {
	char **argv;		/* how to start it; NULL-terminated */
	size_t argc;
	char *version;		/* "11.1.3", NULL when there is none at all */
	char *where;		/* for people: "host" or the root's path */
};

struct qemu_machine {
	const struct prof *prof;	/* NULL: no disk (accelerator probe) */
	bool log;			/* of all that is written to the disk */
	const char *accel;		/* "kvm", "tcg" or "icount" */
	const char *kernel;
	const char *initrd;		/* or NULL */
	const char *image;		/* a second disk, read-only, or NULL */
	const char *plan;		/* path of the plan file, or NULL */
	const char *input;		/* path of a case's input, or NULL */
	const char *append;		/* kernel command line, or NULL */
	unsigned int extras;		/* QEMU_SHELL and so on */
};

/*
 * $QEMU when set; else the host's when it is new enough; else the root in
 * @root (its own ld.so and data); else whatever the host has. 0, or -ENOENT
 * when there is none.
 */
int qemu_find(struct qemu *q, const char *root);

/* No descriptor for any of QEMU_FD_*. */
void qemu_no_fds(int *fds);

/* The whole command line, NULL-terminated; lives until the program ends. */
char **qemu_argv(const struct qemu *q, const struct qemu_machine *m);

/* The command line as a shell would take it; the caller frees. */
char *qemu_quote(char **argv);

/*
 * Start it: @fds become the child's QEMU_FD_*, -1 for one that is not needed;
 * stderr goes to @err. The child leads its own process group (^C is ours to
 * handle) and dies with us. Returns the pid, or -errno.
 */
pid_t qemu_spawn(char **argv, const int *fds, int err);

/*
 * A disk image of @size bytes, all of it allocated, without a name, so that
 * nothing stays behind however we end: in /dev/shm, else $TMPDIR, else @dir.
 * Returns an open descriptor or -errno; *@why says more (caller frees).
 */
int qemu_disk(const char *dir, uint64_t size, char **why);

#endif
