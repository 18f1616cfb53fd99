/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: NAME=VALUE words and a few options. */
#ifndef ARGS_H
#define ARGS_H

#include "ut.h"

enum args_mode { ARGS_TEST, ARGS_SHELL, ARGS_RUN };

struct args {
	const char *profile;	/* NULL: not given, as all of these */
	const char *fs;
	const char *tests;
	const char *cfg;	/* "plain" when not given */
	const char *input;	/* FSX: a file for the case that wants one */
	enum args_mode mode;	/* --shell, --gdb, RUN=... */
	const char *run;	/* RUN: a program and its arguments */
	const char *trace;	/* TRACE: globs of trace events, or NULL */
	unsigned int repeat;	/* REPEAT=n; 1 when not given */
	bool hold;		/* HOLD=1 */
	bool gdb;		/* --gdb */
	bool attach;		/* --attach, --dump: ask a guest that is held */
	bool dump;
	uint64_t seed;		/* 1 when not given */
	const char *states;	/* STATES=n, LISTS=n or all, PART=i/n: for cases of */
	const char *lists;	/* group crash, or NULL */
	const char *part;
	unsigned int shard;	/* 1-based; 1 of 1 when not given */
	unsigned int shards;
	bool full;		/* TIER=full */
	bool quick;		/* TIER=quick, and not by default */
	bool verbose;		/* V=1 */
	bool bisect;		/* --bisect: 2 and 4 become 125 */
	bool once;		/* --once: no second run of what failed */
	bool first;		/* --first: nothing after a case that failed */
	bool list;		/* --list: cases as JSON, run nothing */
	bool check;		/* --check: stop after the checks */
	bool accel;		/* --accel: say which accelerator, and why */
};

/*
 * Parse the words. Values are checked for form only; whether a name exists
 * is for those who know the directories. 0, or -EINVAL with *@why set
 * (caller frees). An empty value counts as not given: make passes those.
 */
int args_parse(struct args *a, int argc, char **argv, char **why);

#endif
