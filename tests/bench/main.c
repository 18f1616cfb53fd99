// SPDX-License-Identifier: GPL-2.0-only
/*
 * bench KERNEL BASE DIR: measure the kernel in folder KERNEL, and the one in
 * BASE, which lacks the series; leave summary.md, bench.json and logs in DIR.
 * vm/bench builds all that it needs.  With --judge, what is in DIR from an
 * earlier run is read again instead.
 * Exit: 0 the plain paths do not pay, 1 they do, 2 broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "../prove/prove.h"
#include "../prove/run.h"

#define MAIN_PROGRAM "build/guest/cases bench all"

static const char *const main_names[] = {
	[BENCH_SERIES] = "series", [BENCH_BASE] = "base",
};

/* The supervisor's own results belong to whoever runs vm-test. */
static bool main_boot(const char *log, const char *kernel, const char *dir)
{
	const char *const env[] = {
		"ACCEL=icount", "ACCEL_TOLD=1", ut_fmt("KERNEL=%s", kernel),
		ut_fmt("BUILD=%s/vm", dir), NULL
	};
	static const char *const argv[] = {
		"build/host/vmtest", "RUN=" MAIN_PROGRAM, "PROFILE=atomic-16k",
		"FS=xfs-4k", NULL
	};
	double begin = ut_now();
	int status;

	printf("%s: ", kernel);
	fflush(stdout);
	status = step_run(log, env, argv);
	printf("measured in %.0f s\n", ut_now() - begin);
	if (status)
		ut_err("%s: exit status %d; its log: %s", MAIN_PROGRAM, status,
		       log);
	return !status;
}

int main(int argc, char **argv)
{
	bool again = argc == 3 && !strcmp(argv[1], "--judge");
	struct bench b = { 0 };
	const char *dir;
	int i, status;

	if (argc != 4 && !again) {
		ut_err("usage: bench KERNEL BASE DIR | bench --judge DIR");
		return UT_BROKEN;
	}
	dir = argv[argc - 1];
	/* In turns, so that what slows the host meets both. */
	for (i = 0; i < BENCH_KERNELS * BENCH_RUNS; i++) {
		enum bench_kernel k = i % BENCH_KERNELS;
		int nr = i / BENCH_KERNELS;
		char *log = ut_fmt("%s/%s-%d.log", dir, main_names[k], nr + 1);

		if (!again && !main_boot(log, argv[1 + k], dir))
			return UT_BROKEN;
		if (!bench_read(&b, k, nr, log))
			return UT_BROKEN;
	}
	status = bench_judge(&b);
	bench_out(&b, dir, status);
	return status;
}
