// SPDX-License-Identifier: GPL-2.0-only
/*
 * A null_blk in memory, perhaps with a file system of its own: see t.h.  Its
 * attributes are described in Documentation/block/null_blk.rst; they can only be
 * changed while it is off, which it survives with its contents.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

#define T_CONFIGFS	"/tmp/config"
#define T_NULL_NAME	"nullwt"	/* a device is called like its folder */
#define T_NULL		T_CONFIGFS "/nullb/" T_NULL_NAME
#define T_NULL_DEV	"/dev/" T_NULL_NAME
#define T_NULL_MNT	"/tmp/null"

static void t_null_set(const char *attr, const char *value)
{
	char path[80];
	int fd;

	snprintf(path, sizeof(path), T_NULL "/%s", attr);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	T_MUST(fd >= 0);
	T_MUST(write(fd, value, strlen(value)) == (ssize_t)strlen(value));
	close(fd);
}

int t_null_add(void)
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
	int fd;

	mkdir(T_CONFIGFS, 0755);
	T_MUST(!mount("configfs", T_CONFIGFS, "configfs", 0, NULL) ||
	       errno == EBUSY);
	T_MUST(!mkdir(T_NULL, 0755));
	for (i = 0; i < sizeof(attrs) / sizeof(*attrs); i++)
		t_null_set(attrs[i][0], attrs[i][1]);
	fd = open(T_NULL_DEV, O_RDWR | O_EXCL | O_CLOEXEC);
	T_MUST(fd >= 0);
	return fd;
}

void t_null_remove(int fd)
{
	close(fd);
	T_MUST(!rmdir(T_NULL));
}

void t_null_begin(struct t *t, long long delay)
{
	char text[24];

	mkdir(T_NULL_MNT, 0755);
	close(t_null_add());
	T_MUST(!system("mkfs.xfs -q -f -b size=4096 " T_NULL_DEV));
	if (delay) {
		t_null_set("power", "0");
		t_null_set("irqmode", "2");	/* done by a timer */
		snprintf(text, sizeof(text), "%lld", delay);
		t_null_set("completion_nsec", text);
		t_null_set("power", "1");
	}
	T_MUST(!mount(T_NULL_DEV, T_NULL_MNT, "xfs", 0, NULL));
	t->dev = T_NULL_DEV;
	t->dir = T_NULL_MNT;
}

void t_null_end(void)
{
	T_MUST(!umount(T_NULL_MNT));
	T_MUST(!rmdir(T_NULL));
}

/* @sign and the first and last sector. */
static void t_null_badblocks(char sign, off_t pos, long long len)
{
	char text[60];

	snprintf(text, sizeof(text), "%c%lld-%lld", sign,
		 (long long)pos / 512, (pos + len) / 512 - 1);
	t_null_set("badblocks", text);
}

void t_null_bad(off_t pos, long long len)
{
	t_null_badblocks('+', pos, len);
}

void t_null_good(off_t pos, long long len)
{
	t_null_badblocks('-', pos, len);
}
