/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM or TCG. /dev/kvm may exist, open and create machines, and still never
 * run a kernel: only a probe boot tells. Its answer is kept per boot of the
 * host and version of QEMU.
 *
 * A third one is only had by asking: "icount" is TCG with one processor whose
 * clock ticks once an instruction (rdtsc counts them), for vm/bench.
 */
#ifndef ACCEL_H
#define ACCEL_H

#include "qemu.h"

#define ACCEL_PROBE_LIMIT 3	/* seconds a probe boot may take */

struct accel {
	const char *name;	/* "kvm", "tcg" or "icount" */
	char *reason;
	unsigned int scale;	/* factor on every limit */
};

/*
 * Decide. $ACCEL forces one; else the answer kept in
 * @cache/accel; else a probe. 0, or -EINVAL for a bad $ACCEL.
 */
int accel_choose(struct accel *a, const struct qemu *q, const char *cache);

/*
 * payload.c: write a kernel of a few hundred bytes (PVH, ELF64) to @fd: it
 * walks from firmware to 64-bit mode and says ACCEL_HELLO on the serial port.
 */
#define ACCEL_HELLO "wt-probe ok"
int payload_write(int fd);

#endif
