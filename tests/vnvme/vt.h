/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of vnvme, in process: a test is a function, tests/host/run makes KTAP of
 * what this prints.  TH_CHECK() and TH_STR() are tests/host's.
 */
#ifndef VT_H
#define VT_H

#include <stdint.h>

#include "../host/th.h"

extern const struct th_test vt_adm[], vt_beside[], vt_calls[], vt_cfg[], vt_explore[],
	vt_fault[], vt_full[], vt_ident[], vt_less[], vt_limits[], vt_log[], vt_media[],
	vt_model[], vt_notice[], vt_nvm[], vt_power[], vt_queue[], vt_regs[], vt_sched[], vt_twice[],
	vt_vendor[];

/* A descriptor of @size zero bytes in memory. */
int vt_image(uint64_t size);

#endif
