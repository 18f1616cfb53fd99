/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole run: everything the parts share, made once in main. */
#ifndef RUN_H
#define RUN_H

#include "accel.h"
#include "args.h"
#include "boot.h"
#include "qemu.h"
#include "res.h"
#include "scr.h"

/* What remains of a boot when it is over. */
struct run_boot {
	int nr;
	struct group *group;
	double first;		/* QEMU's start to the first KTAP line, s */
	double seconds;
	size_t cases;
	char *release;
	char *build_id;
	char *why;		/* or NULL */
	bool again;		/* a failed case, alone */
};

struct run {
	struct args args;
	const char *build;	/* the build folder, absolute */
	const char *cache;	/* the shared folder, absolute */
	char *id;		/* <UTC>-<pid> */
	char *dir;		/* build/results/<id> */
	struct qemu qemu;
	struct accel accel;
	unsigned int slow;	/* the lane's factor, in accel.scale too */
	const char *append;	/* the lane's words for the command line, or "" */
	char *kernel_dir;	/* where it was built; `source` in it: its tree */
	char *kernel;		/* vmlinux of the lane */
	char *initrd;
	const char *image;	/* IMAGE: a second disk, or NULL */
	char *build_id;		/* vmlinux's, in hex */
	char *unpatched;	/* Debian's kernel, or NULL */
	char *unpatched_initrd;
	struct group *groups;
	size_t nr_groups;
	size_t nr_cases;
	struct run_boot *boots;
	size_t nr_boots;
	char *extra;		/* RUN: an archive for the initramfs, or NULL */
	struct scr scr;
	int sigfd;
	bool interrupted;
	bool held;		/* a guest was kept for a person */
	int out;		/* RUN: where the program's output goes, or -1 */
	char *argv;		/* RUN: as the guest starts it */
	int own_exit;		/* RUN: the program's status, -1 unknown */
	double start;
	double seconds;
	double last;		/* seconds of the last run alike, -1 unknown */
	int status;		/* exit code, before --bisect */
};

/* Boot until every case is decided; sets @run->status. */
void run_all(struct run *run);
/* Verdict of what is there: 0, 1, 2 or 4. */
int run_verdict(const struct run *run, unsigned int *tally);

#endif
