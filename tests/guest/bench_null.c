// SPDX-License-Identifier: GPL-2.0-only
/*
 * A null_blk with a file system: see bench.h.  Its attributes are described in
 * Documentation/block/null_blk.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define BENCH_CONFIGFS	"/tmp/config"
#define BENCH_NAME	"nullwt"	/* a device is called like its folder */
#define BENCH_NULL	BENCH_CONFIGFS "/nullb/" BENCH_NAME
#define BENCH_DEV	"/dev/" BENCH_NAME
#define BENCH_MNT	"/tmp/null"

static void bench_set(const char *attr, const char *value)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), BENCH_NULL "/%s", attr);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	T_MUST(fd >= 0);
	T_MUST(write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

void bench_null_begin(struct t *t)
{
	static const char *const attrs[][2] = {
		{ "size", "320" },		/* MiB */
		{ "blocksize", "4096" },
		{ "memory_backed", "1" },
		{ "irqmode", "0" },		/* done when submitted */
		{ "queue_mode", "2" },		/* blk-mq */
		{ "no_sched", "1" },
		{ "cache_size", "1" },		/* MiB */
		{ "power", "1" },
	};
	size_t i;

	mkdir(BENCH_CONFIGFS, 0755);
	mkdir(BENCH_MNT, 0755);
	T_MUST(!mount("configfs", BENCH_CONFIGFS, "configfs", 0, NULL) ||
	       errno == EBUSY);
	T_MUST(!mkdir(BENCH_NULL, 0755));
	for (i = 0; i < sizeof(attrs) / sizeof(*attrs); i++)
		bench_set(attrs[i][0], attrs[i][1]);
	T_MUST(!system("mkfs.xfs -q -f -b size=4096 " BENCH_DEV));
	T_MUST(!mount(BENCH_DEV, BENCH_MNT, "xfs", 0, NULL));
	t->dev = BENCH_DEV;
	t->dir = BENCH_MNT;
}

void bench_null_end(struct t *t)
{
	(void)t;
	T_MUST(!umount(BENCH_MNT));
	T_MUST(!rmdir(BENCH_NULL));
}
