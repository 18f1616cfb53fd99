// SPDX-License-Identifier: GPL-2.0-only
/* What a boot begins with: its files, its disk, its channels, and QEMU. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "plan.h"
#include "run.h"

#define BOOT_APPEND "console=ttyS0 panic=%d oops=panic sysrq_always_enabled " \
	"nvme_core.io_timeout=255 nvme_core.multipath=N log_buf_len=4M " \
	"kunit.autorun=0 no_timer_check tsc=reliable " \
	"null_blk.nr_devices=0 nbd.nbds_max=1 " \
	"8250.nr_uarts=1"	/* 0.15 s of the boot */
#define BOOT_CON_BUF (1 << 20)
#define BOOT_LOG (256 << 20)	/* bytes of a write log, to begin with */

/* A copy of what the user gave: the results tell what was run. NULL: nothing. */
static char *boot_input(const struct boot *b)
{
	const char *from = b->run->args.input;
	char *path = NULL;
	int ret;

	if (!from)
		return NULL;
	path = ut_fmt("%s/input", b->dir);
	ret = ut_copy(from, path);
	if (ret)
		ut_die("%s: %s", from, strerror(-ret));
	return path;
}

static char **boot_argv(struct boot *b, const char *plan)
{
	struct run *run = b->run;
	bool un = b->group->unpatched;
	const char *more = b->fs ? b->group->fs->append : NULL;
	char *append = ut_fmt(BOOT_APPEND " %s %s", run->args.hold ? 0 : -1,
			      un ? "" : run->append, more ? more : "");
	struct qemu_machine m = {
		.prof = b->group->prof,
		.log = b->group->log,
		.accel = run->accel.name,
		.kernel = un ? run->unpatched : run->kernel,
		.initrd = un ? run->unpatched_initrd : own_initrd_path(run),
		.image = run->image,
		.plan = plan,
		.input = boot_input(b),
		.append = append, .extras = b->own.extras,
	};
	char **argv = qemu_argv(&run->qemu, &m);
	char *path = ut_fmt("%s/qemu.cmd", b->dir);
	char *text = qemu_quote(argv);

	ut_write(path, text);
	free(append);
	free(text);
	free(path);
	return argv;
}

FILE *boot_file(const struct boot *b, const char *name)
{
	char *path = ut_fmt("%s/%s", b->dir, name);
	FILE *f = fopen(path, "we");

	if (!f)
		ut_die("%s: %s", path, strerror(errno));
	setvbuf(f, NULL, _IOLBF, 0);
	free(path);
	return f;
}

static char *boot_plan(const struct boot *b)
{
	char *path = ut_fmt("%s/plan", b->dir);
	struct ut_buf text = { 0 };
	int ret;

	plan_text(b, &text);
	ret = ut_write(path, ut_str(&text));
	if (ret)
		ut_die("%s: %s", path, strerror(-ret));
	ut_free(&text);
	return path;
}

int boot_pair(int *ours)
{
	const int size = BOOT_CON_BUF;
	int sv[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv))
		ut_die("socketpair: %s", strerror(errno));
	setsockopt(sv[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*ours = sv[0];
	fcntl(sv[0], F_SETFL, O_NONBLOCK);
	return sv[1];
}

/* Where one is wanted, the log of what the image is given; false with @b->why. */
static bool boot_log(struct boot *b, int *fds)
{
	if (!b->group->log)
		return true;
	fds[QEMU_FD_LOG] = qemu_disk(b->dir, BOOT_LOG, &b->why);
	if (fds[QEMU_FD_LOG] < 0)
		return false;
	b->log_fd = fcntl(fds[QEMU_FD_LOG], F_DUPFD_CLOEXEC, 0);
	if (b->log_fd < 0)
		ut_die("dup: %s", strerror(errno));
	return true;
}

/* The image goes to QEMU, or to the program that is the disk. */
static bool boot_disk(struct boot *b, int *fds)
{
	const struct prof *p = b->group->prof;
	int image = qemu_disk(b->dir, p->size, &b->why);

	fds[QEMU_FD_DISK] = image;
	if (image < 0)
		return false;
	if (!p->backend->program)
		return boot_log(b, fds);
	fds[QEMU_FD_SERVER] = server_start(&b->server, b, image);
	fds[QEMU_FD_DISK] = -1;
	close(image);
	return fds[QEMU_FD_SERVER] >= 0;
}

bool boot_spawn(struct boot *b)
{
	FILE *err = boot_file(b, "qemu.stderr");
	char *plan = boot_plan(b);
	int fds[QEMU_FD_END];
	char **argv;
	size_t i;

	qemu_no_fds(fds);
	if (!own_open(b, fds) || !own_initrd(b, fds))
		goto out;
	if (!boot_disk(b, fds))
		goto out;
	argv = boot_argv(b, plan);
	fds[QEMU_FD_CON] = boot_pair(&b->con_fd);
	fds[QEMU_FD_KTAP] = boot_pair(&b->ktap_fd);
	fds[QEMU_FD_QMP] = boot_pair(&b->qmp_fd);
	qmp_init(&b->qmp, b->qmp_fd);
	b->start = ut_now();
	b->pid = qemu_spawn(argv, fds, fileno(err));
	if (b->pid < 0)
		b->why = ut_fmt("fork: %s", strerror(-b->pid));
	else
		b->pidfd = syscall(SYS_pidfd_open, b->pid, 0);
	if (b->pid > 0 && b->pidfd < 0)
		ut_die("pidfd_open: %s", strerror(errno));
out:
	for (i = 0; i < QEMU_FD_END; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	fclose(err);
	free(plan);
	return !b->why;
}
