// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done to the machine around the file: mount its file system again, and
 * take memory away.  See fsx.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_MOUNTS	"/proc/self/mounts"
#define FSX_CGROUPS	"/sys/fs/cgroup"
#define FSX_CGROUP	FSX_CGROUPS "/fsx"
#define FSX_TRIES	1000

struct fsx_mount {
	char from[100];
	char type[20];
	char options[400];	/* of the file system itself */
	unsigned long flags;
};

/* One of /proc/self/mounts: a flag of mount(2), or the file system's own. */
static void fsx_option(struct fsx_mount *mnt, const char *word)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} flags[] = {
		{ "lazytime", MS_LAZYTIME }, { "noatime", MS_NOATIME },
		{ "relatime", MS_RELATIME }, { "rw", 0 },
	};
	size_t i, n = strlen(mnt->options);

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, word)) {
			mnt->flags |= flags[i].flag;
			return;
		}
	snprintf(mnt->options + n, sizeof(mnt->options) - n, "%s%s",
		 n ? "," : "", word);
}

/* What is mounted at @where, as it would have to be mounted. */
static struct fsx_mount fsx_mounted(const char *where)
{
	struct fsx_mount mnt = { .flags = 0 };
	FILE *f = fopen(FSX_MOUNTS, "re");
	char line[700], at[100], options[400], *word, *save;
	bool found = false;

	T_MUST(f && where);
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%99s %99s %19s %399s", mnt.from, at,
			       mnt.type, options) == 4 && !strcmp(at, where);
	fclose(f);
	T_MUST(found);
	for (word = strtok_r(options, ",", &save); word;
	     word = strtok_r(NULL, ",", &save))
		fsx_option(&mnt, word);
	return mnt;
}

/* A file that was just closed may be held a moment longer, by io_uring say. */
void fsx_remount(struct fsx *f)
{
	const char *where = getenv("WT_MNT");
	struct fsx_mount mnt = fsx_mounted(where);
	int tries, ret = -1;

	fsx_close(f);
	for (tries = 0; ret && tries < FSX_TRIES; tries++) {
		ret = umount2(where, 0);
		T_MUST(!ret || errno == EBUSY);
		if (ret)
			sched_yield();
	}
	T_MUST(!ret);
	T_MUST(!mount(mnt.from, where, mnt.type, mnt.flags, mnt.options));
	f->fd = t_open(f->t, f->name, O_RDWR);
}

static int fsx_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret = 0;

	T_MUST(fd >= 0);
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

void fsx_charge(void)
{
	T_MUST(!fsx_put(FSX_CGROUPS "/cgroup.subtree_control", "+memory"));
	T_MUST(!mkdir(FSX_CGROUP, 0755) || errno == EEXIST);
	T_MUST(!fsx_put(FSX_CGROUP "/cgroup.procs", "0"));
}

/* Less is taken than was asked for, as a rule: nothing else is clean. */
void fsx_reclaim(struct fsx *f)
{
	char text[32];
	int ret;

	snprintf(text, sizeof(text), "%lld", FSX_MAX);
	ret = f->lie == FSX_NO_DROP ? 0 :
	      fsx_put(FSX_CGROUP "/memory.reclaim", text);
	T_MUST(!ret || ret == -EAGAIN);
}
