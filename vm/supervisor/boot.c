// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"

/*
 * The serial port hands over single bytes. Waking for each would take the
 * guest's processor away, so a console that talks is read every few ms.
 */
#define BOOT_CON_MS 5
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
