// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plan.h"
#include "run.h"

#define BOOT_APPEND "console=ttyS0 panic=%d oops=panic sysrq_always_enabled " \
	"nvme_core.io_timeout=255 nvme_core.multipath=N log_buf_len=4M " \
	"kunit.autorun=0 no_timer_check tsc=reliable " \
	"null_blk.nr_devices=0 nbd.nbds_max=1 " \
	"8250.nr_uarts=1"	/* 0.15 s of the boot */
/*
 * The serial port hands over single bytes. Waking for each would take the
 * guest's processor away, so a console that talks is read every few ms.
 */
#define BOOT_CON_MS 5
#define BOOT_CON_BUF (1 << 20)
#define BOOT_LOG (256 << 20)	/* bytes of a write log, to begin with */
#define BOOT_PANIC_GRACE 3.0	/* seconds a panic may take to end QEMU */

void boot_kill(struct boot *b)
{
	if (b->state == BOOT_GONE)
		return;
	kill(b->pid, SIGKILL);
	b->state = BOOT_KILLED;
}

void boot_wait_for(struct boot *b, double limit)
{
	b->since = ut_now();
	/* Under gdb time stands still for the guest. */
	b->limit = b->run->args.gdb ? HUGE_VAL : limit;
}

void boot_give_up(struct boot *b, char *why)
{
	if (b->why)
		free(why);
	else
		b->why = why;
	boot_kill(b);
}

/* Read what is there; false at the end of the stream. */
static bool boot_read(struct boot *b, int fd)
{
	char bytes[8192];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!n)
		return false;
	if (fd == b->con_fd) {
		b->con_last = ut_now();
		con_feed(&b->con, bytes, n);
	} else if (fd == b->ktap_fd) {
		line_feed(&b->ktap_line, bytes, n);
	} else if (qmp_feed(&b->qmp, bytes, n)) {
		if (b->own.dumper >= 0)
			own_dumped(b);
		else
			hang_answered(b);
	}
	return true;
}

static void boot_signal(struct boot *b)
{
	struct signalfd_siginfo si;

	if (read(b->run->sigfd, &si, sizeof(si)) != sizeof(si))
		return;
	b->interrupted = true;
	b->run->interrupted = true;
	boot_give_up(b, ut_fmt("interrupted by %s", strsignal(si.ssi_signo)));
}

/* What is still in a socket after its writer died. */
static void boot_rest(struct boot *b, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (fd >= 0 && poll(&p, 1, 0) > 0 && boot_read(b, fd))
		;
}

/*
 * The disk is gone, and QEMU with it: whatever the guest made of that is no
 * verdict.  QEMU may end first, within @ms.
 */
static void boot_server(struct boot *b, int ms)
{
	if (!b->why && !b->ktap.end && server_died(&b->server, ms))
		boot_give_up(b, server_death(&b->server, b->dir));
}

/* The process is gone. */
static void boot_reap(struct boot *b)
{
	waitpid(b->pid, &b->status, 0);
	b->state = BOOT_GONE;
	boot_rest(b, b->con_fd);
	boot_rest(b, b->ktap_fd);
	boot_rest(b, b->qmp_fd);
	own_rest(b);
	boot_server(b, 200);
	con_flush(&b->con);
	if (b->ktap_line.len && !b->why)
		b->why = ut_fmt("the report ends in mid-line: %.*s",
				(int)b->ktap_line.len, b->ktap_line.text);
}

static void boot_limits(struct boot *b)
{
	if (b->state == BOOT_DUMPING) {
		hang_tick(b);
		return;
	}
	if (b->state != BOOT_RUNNING)
		return;
	if (b->con.panic && !b->dying) {
		b->dying = true;
		boot_wait_for(b, BOOT_PANIC_GRACE);
	}
	if (ut_now() - b->since < b->limit)
		return;
	if (b->con.panic && b->run->args.hold)
		own_held(b, "the kernel died");
	else if (b->con.panic || b->ktap.end)
		boot_give_up(b, ut_strdup(b->con.panic ? "the kernel died" :
			"the guest did not switch off after its report"));
	else
		hang_begin(b);
}

/* Take all of it; true when there was something. */
static bool boot_console(struct boot *b, struct pollfd *p)
{
	struct pollfd now = { .fd = p->fd, .events = POLLIN };
	bool some = false;

	while (p->fd >= 0 && poll(&now, 1, 0) > 0) {
		if (!boot_read(b, p->fd))
			p->fd = -1;
		else
			some = true;
	}
	return some;
}

enum { BOOT_SIGNAL, BOOT_KTAP, BOOT_QMP, BOOT_PID, BOOT_SERVER, BOOT_OWN,
	BOOT_CON = BOOT_OWN + OWN_FDS, BOOT_POLL };

static void boot_polled(struct boot *b, struct pollfd *p)
{
	size_t i;

	if (p[BOOT_SIGNAL].revents)
		boot_signal(b);
	for (i = BOOT_KTAP; i <= BOOT_QMP; i++)
		if (p[i].revents && !boot_read(b, p[i].fd))
			p[i].fd = -1;
	for (i = BOOT_OWN; i < BOOT_CON; i++)
		if (p[i].revents)
			own_ready(b, p[i].fd);
}

static void boot_loop(struct boot *b)
{
	struct pollfd p[BOOT_POLL] = {
		[BOOT_SIGNAL].fd = b->run->sigfd, [BOOT_KTAP].fd = b->ktap_fd,
		[BOOT_QMP].fd = b->qmp_fd, [BOOT_PID].fd = b->pidfd,
		[BOOT_CON].fd = b->con_fd,
		[BOOT_SERVER].fd = b->server.pidfd,
	};
	int own[OWN_FDS];
	bool talks = false;
	size_t i;

	for (i = 0; i < BOOT_POLL; i++)
		p[i].events = POLLIN;
	while (b->state != BOOT_GONE) {
		own_fds(&b->own, own);
		for (i = 0; i < OWN_FDS; i++)
			p[BOOT_OWN + i].fd = own[i];
		if (poll(p, talks ? BOOT_CON : BOOT_POLL,
			 talks ? BOOT_CON_MS : 100) < 0 && errno != EINTR)
			ut_die("poll: %s", strerror(errno));
		boot_polled(b, p);
		talks = boot_console(b, &p[BOOT_CON]);
		if (p[BOOT_SERVER].revents) {
			p[BOOT_SERVER].fd = -1;
			boot_server(b, 0);
		}
		if (p[BOOT_PID].revents)
			boot_reap(b);
		boot_limits(b);
		scr_tick(&b->run->scr, b);
	}
}

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

static FILE *boot_file(const struct boot *b, const char *name)
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

/* Start QEMU with its channels; false with @why set. */
static bool boot_spawn(struct boot *b)
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

void boot_run(struct boot *b)
{
	int *fds[] = { &b->con_fd, &b->ktap_fd, &b->qmp_fd, &b->pidfd };
	FILE *log = boot_file(b, "console.log");
	size_t i;

	for (i = 0; i < 4; i++)
		*fds[i] = -1;
	server_init(&b->server);
	b->log_fd = -1;
	b->device = (struct res) { .name = RES_DEVICE, .group = b->group,
				   .boot = b->nr, .last = -1 };
	b->check = b->other = b->device;
	b->check.name = RES_CHECK;
	b->other.name = "boot/report";
	con_init(&b->con, log);
	b->con.echo = b->run->args.verbose;
	b->con.splat = settle_splat;
	b->con.ctx = b;
	b->ktap_log = boot_file(b, "report.ktap");
	line_init(&b->ktap_line, hear_line, b);
	ktap_init(&b->ktap);
	if (boot_spawn(b)) {
		own_started(b);
		boot_wait_for(b, BOOT_LIMIT_START * b->run->accel.scale);
		boot_loop(b);
		b->seconds = ut_now() - b->start;
	}
	for (i = 0; i < 4; i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	own_close(b);
	server_end(&b->server);
	fclose(log);
	fclose(b->ktap_log);
	judge(b);
	settle(b);
}

void boot_free(struct boot *b)
{
	con_free(&b->con);
	qmp_free(&b->qmp);
	ut_free(&b->hang_text);
	free(b->splat_title);
	free(b->why);
	free(b->dir);
}
