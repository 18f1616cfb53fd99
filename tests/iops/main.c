// SPDX-License-Identifier: GPL-2.0-only
/*
 * iops KERNEL FIO DIR: measure both disks under the kernel in folder KERNEL, with
 * the static program FIO; logs go to DIR, the table to DIR/summary.md.  With
 * --judge, what is in DIR from an earlier run is read again instead.
 * Exit: 0 ours is fast enough, 1 it is not, 2 broken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iops.h"
#include "../prove/prove.h"
#include "../prove/run.h"

#define MAIN_JOBS " --minimal --filename=/dev/nvme0n1 --direct=1 --bs=4k " \
	"--rw=randwrite --ioengine=libaio --size=256m --time_based --runtime=3 " \
	"--name=one --iodepth=1 --name=deep --iodepth=32 --stonewall"

static const char *const main_profiles[] = {
	[IOPS_QEMU] = "default", [IOPS_OURS] = "vnvme",
};

/* The supervisor's own results belong to whoever runs vm-test. */
static bool main_boot(const char *log, const char *kernel, const char *fio,
		      const char *dir, enum iops_disk disk)
{
	const char *const env[] = {
		"ACCEL_TOLD=1", ut_fmt("KERNEL=%s", kernel),
		ut_fmt("BUILD=%s/vm", dir), NULL
	};
	const char *const argv[] = {
		"build/host/vmtest", ut_fmt("RUN=%s" MAIN_JOBS, fio),
		ut_fmt("PROFILE=%s", main_profiles[disk]), "FS=blkdev", NULL
	};
	int status = step_run(log, env, argv);

	if (status)
		ut_err("fio on %s: exit status %d; its log: %s",
		       main_profiles[disk], status, log);
	return !status;
}

int main(int argc, char **argv)
{
	bool again = argc == 3 && !strcmp(argv[1], "--judge");
	struct iops r = { 0 };
	const char *dir;
	int i;

	if (argc != 4 && !again) {
		ut_err("usage: iops KERNEL FIO DIR | iops --judge DIR");
		return UT_BROKEN;
	}
	dir = argv[argc - 1];
	for (i = 0; i < IOPS_PAIRS * IOPS_DISKS; i++) {
		enum iops_disk disk = i % IOPS_DISKS;
		int pair = i / IOPS_DISKS;
		char *log;

		/* Who comes first in a pair changes, too. */
		if (pair % 2)
			disk = IOPS_DISKS - 1 - disk;
		log = ut_fmt("%s/iops-%s-%d.log", dir, main_profiles[disk],
			     pair + 1);
		if (!again && !main_boot(log, argv[1], argv[2], dir, disk))
			return UT_BROKEN;
		if (!iops_read(&r, disk, pair, log))
			return UT_BROKEN;
	}
	iops_out(&r, dir);
	return iops_judge(&r);
}
