/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device profiles (vm/profiles/NAME) and file systems (vm/fs/NAME).
 *
 * A profile says how the device is made (backend, QEMU properties) and, by
 * hand, what the guest must see (`expect.*`). What QEMU makes of a property
 * is QEMU's business: a wrong one is refused by QEMU in its own words, and
 * by vnvme in its own.
 *
 *	backend = nvme | virtio-blk | vnvme
 *	size = BYTES			with K, M or G
 *	nvme, nvme-ns, virtio-blk	more properties of that backend's devices
 *	blkdebug.NODE = PROPERTIES	a filter between such a device and the
 *					image; NODE is inject-error.N or
 *					set-state.N
 *	vnvme = WORDS			what our own device is like:
 *					vm/vnvme/cfg.c
 *	qemu = VERSION WHY		skipped where QEMU is older
 *	guest.ATTRIBUTE = VALUE		for the guest's queue/ATTRIBUTE
 *	zeroed = yes			the guest writes zeroes to all of it
 *	limits = N			all limits of cases times N
 *	quick = GLOBS			what runs with TIER=quick; see plan.h
 *	env.NAME = VALUE		WT_NAME for the cases, to find what the
 *					device does where
 *	expect.ATTRIBUTE = VALUE	below /sys/block/DEV/, or statx.FIELD of
 *					the device's node
 *
 * A file system has type (mount's, or blkdev: the bare device), mkfs, options,
 * blocksize, and not-with: globs of profiles that cannot hold it, CFG=GLOB of
 * lanes whose kernel cannot. Also, where wanted: meta, another device that it is made on, for which the one under test
 * is the realtime device; append, more words for the kernel's command line;
 * quick, as above.
 */
#ifndef PROF_H
#define PROF_H

#include "backend.h"
#include "kv.h"
#include "ut.h"

struct prof {
	char *name;
	const struct backend *backend;
	uint64_t size;		/* bytes of the disk image */
	char *qemu_min;		/* "10.2", or NULL */
	char *qemu_why;		/* what needs it, "" if not said */
	bool zeroed;		/* by the guest, before anything else */
	const char *quick;	/* cases of TIER=quick, or NULL: all of them */
	unsigned int limits;	/* factor for the limits of cases */
	struct kv kv;		/* all of it; KEY.* are read from here */
};

struct fs {
	char *name;
	const char *type;	/* mount -t */
	const char *mkfs;	/* command line; the device comes last. NULL:
				 * the bare device is the file system */
	const char *options;	/* mount -o, "" for none */
	const char *blocksize;	/* bytes, as statfs must say */
	const char *not_with;	/* blank-separated globs, or NULL */
	const char *meta;	/* the device it is made on, if another */
	const char *append;	/* to the kernel's command line, or NULL */
	const char *quick;	/* as a profile's */
};

/* Read one file. -ENOENT, or -EINVAL with *@why set (caller frees). */
int prof_load(struct prof *p, const char *dir, const char *name, char **why);
int fs_load(struct fs *fs, const char *dir, const char *name, char **why);

/* Names in @dir, sorted; `blank` between them. For messages and matrices. */
char *prof_names(const char *dir);
bool fs_fits(const struct fs *fs, const char *profile, const char *cfg);
/* Compare dotted versions by number: <0, 0, >0; "11.1.3 (Debian)" is fine. */
int prof_vercmp(const char *a, const char *b);

#endif
