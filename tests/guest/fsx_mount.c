// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done to the machine around the file: mount its file system again, and
 * take memory away.  See fsx.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_CGROUPS	"/sys/fs/cgroup"
#define FSX_CGROUP	FSX_CGROUPS "/fsx"

void fsx_remount(struct fsx *f)
{
	struct t_mount mnt = t_mounted();

	fsx_close(f);
	t_umount(&mnt);
	T_MUST(!t_mount(&mnt));
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
