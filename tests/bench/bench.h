/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm/bench's program: runs tests/guest/bench.c on two kernels, each twice, and
 * compares.  The series may not make the plain paths dearer.
 *
 * Two measures of the instructions of an operation are told apart:
 *   null	on a null_blk that completes a request before its submission
 *		returns: repeatable to a few instructions, hence what is compared
 *   nvme	on QEMU's disk, which answers in its own time.  Interrupts and
 *		changes of tasks count as well; only the least is repeatable, and
 *		is of an operation whose answer came before the task slept.
 *
 * Everything is read once and never freed: the program ends soon after.
 */
#ifndef BENCH_H
#define BENCH_H

#include "../../vm/supervisor/ut.h"

#define BENCH_RUNS 2		/* of each kernel */
#define BENCH_LIMIT 0.5		/* percent that a plain path may be dearer */

enum bench_kernel { BENCH_SERIES, BENCH_BASE, BENCH_KERNELS };
enum bench_device { BENCH_NVME, BENCH_NULL, BENCH_DEVICES };
enum bench_count { BENCH_BIOS, BENCH_COMMANDS, BENCH_FLUSHES, BENCH_FUA,
	BENCH_COUNTS };

/* One way to write, on one device of one kernel, as a run saw it */
struct bench_cell {
	bool there;		/* false: this kernel refuses it */
	double least;		/* instructions */
	double median;
	double mean;
	double counts[BENCH_COUNTS];	/* of one operation */
};

struct bench_way {
	char *name;
	bool plain;		/* held to BENCH_LIMIT */
	struct bench_cell v[BENCH_DEVICES][BENCH_KERNELS][BENCH_RUNS];
};

struct bench {
	struct bench_way *ways;
	size_t n;
};

/* read.c: add what run @nr of @kernel printed.  False, and said, if it is not
 * what tests/guest/bench.c prints. */
bool bench_read(struct bench *b, enum bench_kernel kernel, int nr,
		const char *path);

/*
 * judge.c, all by the smaller median of the two runs on null_blk, in
 * instructions or percent.  Of a way that the base does not know: nothing.
 */
bool bench_known(const struct bench_way *w, enum bench_kernel kernel);
double bench_value(const struct bench_way *w, enum bench_kernel kernel);
double bench_change(const struct bench_way *w);
/* How far the two runs of a kernel are apart; the larger of both. */
double bench_spread(const struct bench_way *w);
/* Exit code; says why on stdout. */
int bench_judge(const struct bench *b);

/* out.c: summary.md, which is the screen's table too, and bench.json */
void bench_out(const struct bench *b, const char *dir, int status);

#endif
