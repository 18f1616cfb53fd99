/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What QEMU is given to make the disk under test of. A backend is a row in
 * backend.c: a name, the profile keys that only it has, and what they become.
 * One that is no device model of QEMU's (vfio-user) is a row as well.
 */
#ifndef BACKEND_H
#define BACKEND_H

struct prof;
struct qemu_args;

struct backend {
	const char *name;
	const char *const *keys;	/* NULL-terminated */
	/* Add the device, on the block node "disk". */
	void (*add)(struct qemu_args *a, const struct prof *p);
};

/* NULL when there is none of that name. */
const struct backend *backend_find(const char *name);

/* The image, what lies between it and the device, and the device. */
void backend_disk(struct qemu_args *a, const struct prof *p);

#endif
