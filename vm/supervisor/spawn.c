// SPDX-License-Identifier: GPL-2.0-only
/* See qemu.h: starting QEMU, and the disk it gets. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "qemu.h"

void qemu_no_fds(int *fds)
{
	int i;

	for (i = 0; i < QEMU_FD_END; i++)
		fds[i] = -1;
}

static int spawn_disk_in(const char *dir, uint64_t size)
{
	char *name;
	int fd, ret;

	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		name = ut_fmt("%s/wt-disk-XXXXXX", dir);
		fd = mkostemp(name, O_CLOEXEC);
		if (fd >= 0)
			unlink(name);
		free(name);
	}
	if (fd < 0)
		return -errno;
	ret = posix_fallocate(fd, 0, size);
	if (!ret)
		return fd;
	close(fd);
	return -ret;
}

int qemu_disk(const char *dir, uint64_t size, char **why)
{
	const char *dirs[] = { "/dev/shm", getenv("TMPDIR"), dir };
	struct ut_buf tried = { 0 };
	int ret = -ENOENT;
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		if (!dirs[i] || !*dirs[i])
			continue;
		ret = spawn_disk_in(dirs[i], size);
		if (ret >= 0) {
			ut_free(&tried);
			return ret;
		}
		ut_addf(&tried, "%s%s: %s", tried.len ? "; " : "", dirs[i],
			strerror(-ret));
	}
	*why = ut_fmt("no room for a disk of %llu MiB (%s)",
		      (unsigned long long)size >> 20, ut_str(&tried));
	ut_free(&tried);
	return ret;
}

/* Only async-signal-safe calls from here to exec. */
static void spawn_child(char **argv, const int *fds, int err, pid_t parent)
{
	int high[QEMU_FD_END];
	sigset_t none;
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	/* Out of the way first, so that no dup2 runs over another. */
	for (i = QEMU_FD_CON; i < QEMU_FD_END; i++)
		high[i] = fds[i] < 0 ? -1 :
			fcntl(fds[i], F_DUPFD_CLOEXEC, 64);
	if (dup2(err, 2) < 0 || dup2(err, 1) < 0)
		_exit(126);
	for (i = QEMU_FD_CON; i < QEMU_FD_END; i++)
		if (high[i] >= 0 && dup2(high[i], i) < 0)
			_exit(126);
	i = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (i < 0 || dup2(i, 0) < 0)
		_exit(126);
	execvp(argv[0], argv);
	dprintf(2, "cannot run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

pid_t qemu_spawn(char **argv, const int *fds, int err)
{
	pid_t parent = getpid();
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		spawn_child(argv, fds, err, parent);
	return pid;
}
