/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The plan: what the host wants of this boot.  A text file that the host
 * hands over through QEMU's fw_cfg device, one "key value..." a line, closed
 * by a line "end".
 */
#ifndef WT_PLAN_H
#define WT_PLAN_H

#include <stddef.h>

struct plan_pair {
	const char *key;
	const char *value;
};

struct plan {
	char *text;		/* what all pointers below point into */
	const char *run;
	const char *seed;
	const char *profile;
	const char *mode;
	const char *fs;		/* NULL: boot without a file system */
	const char *fs_type;
	const char *fs_mkfs;	/* command line, the device is appended; NULL:
				 * the bare device is to be used */
	const char *fs_options;
	const char *fs_blocksize; /* bytes */
	const char *fs_meta;	/* NULL, or the device it is made on: that under
				 * test is its realtime device */
	const char *hold;	/* "1": wait for a person where a case fails */
	const char *run_argv;	/* mode run: the program and its arguments */
	const char *trace;	/* globs of trace events, or NULL */
	const char *tty;	/* "ROWS COLUMNS TERM" of the person's terminal */
	const char *zeroed;	/* NULL: the disk is left as it is */
	struct plan_pair *queues; /* to be written to the queue's attributes */
	int nr_queues;
	struct plan_pair *expects; /* below /sys/block/DEV/, or statx.FIELD */
	int nr_expects;
	struct plan_pair *envs;	/* WT_KEY of the cases' environment */
	int nr_envs;
	const char **cases;
	int nr_cases;
};

/*
 * Read and parse the plan.  Returns NULL, or what is wrong with it; @plan is
 * good for as long as the process lives.
 */
const char *plan_read(struct plan *plan);

#endif
