/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vm/bench's other program: is our own disk (vm/vnvme/) as fast as QEMU's?  fio
 * writes 4 KiB at random places of the bare device, direct, on both, in turns:
 * what slows the host meets both of a pair.
 *
 * A pair's ratio is worth little on a busy machine.  Ours counts as too slow only
 * when no pair at all reaches the limit.
 */
#ifndef IOPS_H
#define IOPS_H

#include "../../vm/supervisor/ut.h"

#define IOPS_PAIRS	5

enum iops_disk { IOPS_QEMU, IOPS_OURS, IOPS_DISKS };
enum iops_depth { IOPS_ONE, IOPS_DEEP, IOPS_DEPTHS };

struct iops {
	double v[IOPS_DEPTHS][IOPS_PAIRS][IOPS_DISKS];	/* per second */
};

/* What fio said in @log; false: not two results, told on stderr. */
bool iops_read(struct iops *r, enum iops_disk disk, int pair, const char *log);
double iops_median(const struct iops *r, enum iops_depth depth,
		   enum iops_disk disk);
/* Ours by QEMU's: the middle one of all pairs, and the best. */
double iops_ratio(const struct iops *r, enum iops_depth depth);
double iops_best(const struct iops *r, enum iops_depth depth);
double iops_limit(enum iops_depth depth);
/* Exit code. */
int iops_judge(const struct iops *r);
/* The table, on the screen and behind what is in summary.md. */
void iops_out(const struct iops *r, const char *dir);

#endif
