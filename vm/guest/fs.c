// SPDX-License-Identifier: GPL-2.0-only
/*
 * See fs.h.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "boot.h"
#include "child.h"
#include "fs.h"

/*
 * XFS forces its log every 30 s, with a flush.  Tests that count flushes must
 * not meet that one: two hours is the longest it allows.  Where the setting
 * is missing, nothing is lost but that.
 */
#define FS_LOG_PERIOD	"/proc/sys/fs/xfs/xfssyncd_centisecs"
#define FS_LOG_NEVER	"720000"

static int fs_broken(struct port_sink *sink, const char *what, int err)
{
	snprintf(sink->reason, sizeof(sink->reason), "%s: %s", what,
		 strerror(err));
	return CHILD_BROKEN;
}

/* What is mounted. */
static const char *fs_node(const struct plan *plan, const struct dev *dev)
{
	return plan->fs_meta ? plan->fs_meta : dev->node;
}

/*
 * Mount with options as mount(8) takes them: those that are flags of mount(2)
 * are taken out of what the file system is given.
 */
static int fs_mount_options(const struct plan *plan, const struct dev *dev)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} flags[] = {
		{ "lazytime", MS_LAZYTIME },
		{ "noatime", MS_NOATIME },
	};
	char text[256], data[256] = "", *word, *save;
	unsigned long flag = 0;
	size_t i;

	snprintf(text, sizeof(text), "%.250s", plan->fs_options);
	for (word = strtok_r(text, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		for (i = 0; i < 2 && strcmp(word, flags[i].name); i++)
			;
		if (i < 2) {
			flag |= flags[i].flag;
			continue;
		}
		if (*data)
			strcat(data, ",");
		strcat(data, word);
	}
	if (plan->fs_meta)
		snprintf(data + strlen(data), sizeof(data) - strlen(data),
			 "%srtdev=%s", *data ? "," : "", dev->node);
	return mount(fs_node(plan, dev), FS_MNT, plan->fs_type, flag, data);
}

/*
 * A command on the file system, with @rt before the realtime device's name
 * where it has one.
 */
static int fs_command(const struct plan *plan, const struct dev *dev,
		      const char *command, const char *rt,
		      struct port_sink *sink)
{
	char line[300];

	snprintf(line, sizeof(line), "%.200s%s%s", command,
		 plan->fs_meta ? rt : "", plan->fs_meta ? dev->node : "");
	return child_outcome(child_command(line, fs_node(plan, dev), sink),
			     sink);
}

static int fs_blocksize(const struct plan *plan, const struct dev *dev,
			struct port_sink *sink)
{
	long want = strtol(plan->fs_blocksize, NULL, 10), seen;
	struct statvfs vfs;

	if (!plan->fs_mkfs)
		seen = dev_blocksize(dev);
	else
		seen = statvfs(FS_MNT, &vfs) ? -errno : (long)vfs.f_bsize;
	if (seen < 0)
		return fs_broken(sink, "block size", -seen);
	if (seen == want)
		return CHILD_PASS;
	snprintf(sink->reason, sizeof(sink->reason),
		 "block size: expected %ld, seen %ld", want, seen);
	return CHILD_BROKEN;
}

int fs_mount(const struct plan *plan, const struct dev *dev,
	     struct port_sink *sink)
{
	char what[200];

	if (!plan->fs_mkfs)
		return fs_blocksize(plan, dev, sink);
	if (fs_command(plan, dev, plan->fs_mkfs, " -r rtdev=", sink) !=
	    CHILD_PASS) {
		snprintf(what, sizeof(what), "%.150s", sink->reason);
		snprintf(sink->reason, sizeof(sink->reason),
			 "mkfs failed: %.150s", what);
		return CHILD_BROKEN;
	}
	boot_write(FS_LOG_PERIOD, FS_LOG_NEVER);
	mkdir(FS_MNT, 0755);
	if (fs_mount_options(plan, dev))
		return fs_broken(sink, "mount", errno);
	return fs_blocksize(plan, dev, sink);
}

int fs_check(const struct plan *plan, const struct dev *dev,
	     struct port_sink *sink)
{
	char command[64];

	if (umount(FS_MNT)) {
		snprintf(sink->reason, sizeof(sink->reason), "umount: %s",
			 strerror(errno));
		return CHILD_FAIL;
	}
	snprintf(command, sizeof(command), "/bin/%.20s_repair -n",
		 plan->fs_type);
	return fs_command(plan, dev, command, " -r ", sink);
}

int fs_dir_make(const char *path)
{
	return mkdir(path, 0755) ? -errno : 0;
}

static int fs_dir_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	remove(path);
	return 0;
}

void fs_dir_remove(const char *path)
{
	nftw(path, fs_dir_entry, 8, FTW_DEPTH | FTW_PHYS);
}
