/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What QEMU is given to make the disk under test of. A backend is a row in
 * backend.c: a name, the profile keys that only it has, and what they become.
 * One that is no device model of QEMU's (vfio-user) is a row as well.
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>

struct prof;
struct qemu_args;

struct backend {
	const char *name;
	const char *const *keys;	/* NULL-terminated */
	/* Add the device, on the block node "disk". */
	void (*add)(struct qemu_args *a, const struct prof *p);
	/*
	 * A program of ours is the disk (server.h), and has the image; there is
	 * no block node.  Its name, and the key of the profile with its words.
	 */
	const char *program;
};

/* NULL when there is none of that name. */
const struct backend *backend_find(const char *name);

/* The machine, and its memory as the device wants it; @p may be NULL. */
void backend_machine(struct qemu_args *a, const struct prof *p);

/*
 * The image, what lies between it and the device, and the device.  With @log, all
 * that it writes is logged to QEMU_FD_LOG, in the order in which it was asked to.
 */
void backend_disk(struct qemu_args *a, const struct prof *p, bool log);

#endif
