/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device profiles (vm/profiles/NAME) and file systems (vm/fs/NAME).
 *
 * A profile says how the device is made (backend, QEMU properties) and, by
 * hand, what the guest must see (`expect.*`). What QEMU makes of a property
 * is QEMU's business: a wrong one is refused by QEMU in its own words.
 */
#ifndef PROF_H
#define PROF_H

#include "kv.h"
#include "ut.h"

struct prof {
	char *name;
	char *backend;		/* nvme; the only one that exists today */
	uint64_t size;		/* bytes of the disk image */
	const char *ctrl;	/* more properties of the controller, or NULL */
	const char *ns;		/* more properties of the namespace, or NULL */
	char *qemu_min;		/* "10.2", or NULL */
	char *qemu_why;		/* what needs it, "" if not said */
	const char *write_cache;/* for the guest's queue/write_cache, or NULL */
	struct kv kv;		/* all of it; `expect.*` are read from here */
};

struct fs {
	char *name;
	const char *type;	/* mount -t */
	const char *mkfs;	/* command line; the device comes last */
	const char *options;	/* mount -o, "" for none */
	const char *blocksize;	/* bytes, as statfs must say */
	const char *not_with;	/* blank-separated profile globs, or NULL */
};

/* Read one file. -ENOENT, or -EINVAL with *@why set (caller frees). */
int prof_load(struct prof *p, const char *dir, const char *name, char **why);
int fs_load(struct fs *fs, const char *dir, const char *name, char **why);

/* Names in @dir, sorted; `blank` between them. For messages and matrices. */
char *prof_names(const char *dir);
bool fs_fits(const struct fs *fs, const char *profile);
/* Compare dotted versions by number: <0, 0, >0; "11.1.3 (Debian)" is fine. */
int prof_vercmp(const char *a, const char *b);

#endif
