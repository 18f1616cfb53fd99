// SPDX-License-Identifier: GPL-2.0-only
/*
 * See boot.h.  The ELF note layout of /sys/kernel/notes follows elf(5).
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "boot.h"

static const struct {
	const char *type;
	const char *dir;
} boot_mounts[] = {
	{ "proc",	"/proc" },
	{ "sysfs",	"/sys" },
	{ "devtmpfs",	"/dev" },
	{ "tmpfs",	"/tmp" },
	{ "debugfs",	"/sys/kernel/debug" },
	{ "tracefs",	"/sys/kernel/tracing" },
	{ "cgroup2",	"/sys/fs/cgroup" },
};

void boot_mount(void)
{
	size_t i;

	for (i = 0; i < sizeof(boot_mounts) / sizeof(boot_mounts[0]); i++) {
		mkdir(boot_mounts[i].dir, 0755);
		mount(boot_mounts[i].type, boot_mounts[i].dir,
		      boot_mounts[i].type, 0, NULL);
	}
}

static int boot_insmod(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
		ret = -errno;
	close(fd);
	return ret;
}

int boot_modules(char *what, size_t size)
{
	FILE *f = fopen("/modules.list", "re");
	int ret = 0;
	char path[512];

	if (!f)
		return 0;
	while (!ret && fgets(path, sizeof(path), f)) {
		path[strcspn(path, "\n")] = '\0';
		ret = boot_insmod(path);
		if (ret)
			snprintf(what, size, "%s", path);
	}
	fclose(f);
	return ret;
}

void boot_build_id(char *hex, size_t size)
{
	_Alignas(4) unsigned char buf[4096];
	const size_t align = 4;
	size_t pos = 0, i;
	ssize_t len = -1;
	int fd;

	snprintf(hex, size, "unknown");
	fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		len = read(fd, buf, sizeof(buf));
		close(fd);
	}
	while (len > 0 && pos + sizeof(Elf64_Nhdr) <= (size_t)len) {
		const Elf64_Nhdr *note = (const void *)(buf + pos);
		size_t name = pos + sizeof(*note);
		size_t desc = name + (note->n_namesz + align - 1) / align * align;

		pos = desc + (note->n_descsz + align - 1) / align * align;
		if (pos > (size_t)len)
			break;
		if (note->n_type != NT_GNU_BUILD_ID || note->n_namesz != 4 ||
		    memcmp(buf + name, "GNU", 4))
			continue;
		for (i = 0; i < note->n_descsz && 2 * i + 2 < size; i++)
			sprintf(hex + 2 * i, "%02x", buf[desc + i]);
		break;
	}
}

long boot_uptime_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int boot_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

_Noreturn void boot_power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}
