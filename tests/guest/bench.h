/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an operation costs, prefix bench_: instructions, and what the block
 * layer is asked for.  The parts of tests/guest/bench.c.
 */
#ifndef BENCH_H
#define BENCH_H

#include "t.h"

/*
 * bench_count.c: instructions, of a processor whose time stamp counts them
 * (QEMU's -icount shift=0, one processor).  Interrupts and other tasks count,
 * wherever they run; waiting does not: a process of the idle class fills it,
 * and what it executes is taken off.
 */
struct bench_count;

struct bench_count *bench_count_begin(void);
void bench_count_end(struct bench_count *c);
/* Executed so far, less the waiting.  Only differences mean something. */
uint64_t bench_count_now(const struct bench_count *c);
/* Instructions of an empty measurement, which are in each difference. */
uint64_t bench_count_cost(const struct bench_count *c);

#endif
