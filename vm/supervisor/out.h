/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a run leaves behind, in build/results/<UTC>-<pid>/:
 *
 *	run.json	one record of everything
 *	summary.md	for people
 *	results.ktap	all boots in one report
 *	junit.xml	the same by the kernel's kunit.py
 *	kernel.config	of the kernel that ran
 *	status		the exit code
 *	boot-N/		plan, qemu.cmd, qemu.stderr, console.log, report.ktap,
 *			hang.txt, writes.log
 */
#ifndef OUT_H
#define OUT_H

#include "run.h"

#define OUT_KEEP 20		/* runs kept */

/* Make the run's folder and @run->id, @run->dir. -errno. */
int out_begin(struct run *run);
/* Write everything; then point `latest` here and drop the oldest runs. */
void out_end(struct run *run);
/* Screen: what was not green, how to repeat it, the last line. */
void out_screen(struct run *run);

/* The exit code: the verdict's, 125 for none where bisect asks; with RUN= the
 * program's own, 128 and its signal, or 125 when it did not run. */
int out_exit(const struct run *run);

/* "make vm-test PROFILE=... TESTS=... SEED=..."; the caller frees. */
char *out_repro(const struct run *run, const struct res *r);

/* "flaky: it passed alone" and its kin, or ""; the caller frees. */
char *out_again(const struct res *r);

/* Walk all results that are told: cases, then what is bad of the rest. */
typedef void (*out_fn)(void *ctx, const struct res *r);
void out_each(const struct run *run, out_fn fn, void *ctx);

/* The folders of all runs, oldest first; the caller frees all and the list. */
char **out_runs(const char *build, size_t *n);

/* rec.c: run.json, and how long things took last time. */
int out_json(const struct run *run);
void out_history(struct run *run);

/* report.c */
int out_markdown(const struct run *run);
int out_ktap(const struct run *run);

#endif
