// SPDX-License-Identifier: GPL-2.0-only
/*
 * See dev.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/fs.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"
#include "dev.h"
#include "uapi.h"

#define DEV_WAIT_MS	10000

static int dev_try(struct dev *dev)
{
	glob_t g;
	int ret = -ENODEV;

	if (glob("/sys/block/nvme*n*", 0, NULL, &g) &&
	    glob("/sys/block/vd*", 0, NULL, &g))
		return ret;
	if (g.gl_pathc > 1)
		ret = -EEXIST;
	else if (g.gl_pathc == 1) {
		snprintf(dev->name, sizeof(dev->name), "%.31s",
			 strrchr(g.gl_pathv[0], '/') + 1);
		snprintf(dev->node, sizeof(dev->node), "/dev/%s", dev->name);
		ret = access(dev->node, R_OK | W_OK) ? -ENODEV : 0;
	}
	globfree(&g);
	return ret;
}

static int dev_zero(const struct dev *dev)
{
	int fd = open(dev->node, O_RDWR | O_CLOEXEC);
	uint64_t range[2] = { 0, 0 };
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, BLKGETSIZE64, &range[1]) ||
	    ioctl(fd, BLKZEROOUT, range))
		ret = -errno;
	close(fd);
	return ret;
}

static int dev_queue(const struct dev *dev, const struct plan_pair *queue)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/block/%s/queue/%.60s", dev->name,
		 queue->key);
	return boot_write(path, queue->value);
}

int dev_open(struct dev *dev, const struct plan *plan)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	int i, ret = -ENODEV;

	for (i = 0; i < DEV_WAIT_MS / 2 && ret == -ENODEV; i++) {
		ret = dev_try(dev);
		if (ret == -ENODEV)
			nanosleep(&tick, NULL);
	}
	if (!ret && plan->zeroed)
		ret = dev_zero(dev);
	for (i = 0; i < plan->nr_queues && !ret; i++)
		ret = dev_queue(dev, &plan->queues[i]);
	return ret;
}

static int dev_sysfs(const struct dev *dev, const char *attr, char *value,
		     size_t size)
{
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/sys/block/%s/%s", dev->name, attr);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, value, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && (value[n - 1] == '\n' || value[n - 1] == ' '))
		n--;
	value[n] = '\0';
	return 0;
}

static int dev_statx(const struct dev *dev, const char *field, char *value,
		     size_t size)
{
	static const struct {
		const char *field;
		size_t offset;
	} fields[] = {
		{ "atomic_write_unit_min",
		  offsetof(struct wt_statx, atomic_write_unit_min) },
		{ "atomic_write_unit_max",
		  offsetof(struct wt_statx, atomic_write_unit_max) },
		{ "atomic_write_segments_max",
		  offsetof(struct wt_statx, atomic_write_segments_max) },
	};
	struct wt_statx stx = { 0 };
	uint32_t seen;
	size_t i;

	if (syscall(SYS_statx, AT_FDCWD, dev->node, 0, WT_STATX_WRITE_ATOMIC,
		    &stx))
		return -errno;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(field, fields[i].field))
			continue;
		memcpy(&seen, (char *)&stx + fields[i].offset, sizeof(seen));
		snprintf(value, size, "%u", seen);
		return 0;
	}
	return -ENOENT;
}

int dev_blocksize(const struct dev *dev)
{
	int fd = open(dev->node, O_RDONLY | O_CLOEXEC);
	int size, ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, BLKBSZGET, &size) ? -errno : size;
	close(fd);
	return ret;
}

int dev_check(const struct dev *dev, const struct plan *plan,
	      struct port_sink *sink)
{
	static const char statx_[] = "statx.";
	char text[640], value[256];
	int i, bad = 0;

	for (i = 0; i < plan->nr_expects; i++) {
		const struct plan_pair *e = &plan->expects[i];
		const char *attr = e->key;
		int ret, differs;

		if (!strncmp(attr, statx_, sizeof(statx_) - 1))
			ret = dev_statx(dev, attr + sizeof(statx_) - 1, value,
					sizeof(value));
		else
			ret = dev_sysfs(dev, attr, value, sizeof(value));
		if (ret)
			snprintf(value, sizeof(value), "(%s)", strerror(-ret));
		differs = strcmp(value, e->value) != 0;
		bad += differs;
		snprintf(text, sizeof(text), "# %s: expected %.200s, seen %s%s\n",
			 attr, e->value, value, differs ? "  <-- differs" : "");
		port_sink_add(sink, text, strlen(text));
	}
	return bad;
}
