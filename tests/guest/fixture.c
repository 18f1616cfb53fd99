// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that go wrong, to check the supervisor by (tests/fixtures says what
 * it must make of each). Beside the plain outcomes: an init that dies, reports
 * that stop too early, a machine that is gone. An init of another kind is
 * fixture_init.c.
 */
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot.h"
#include "port.h"
#include "t.h"

static void fixture_pass(struct t *t)
{
	(void)t;
}

static void fixture_fail(struct t *t)
{
	T_EQ(t, "days in a week", 8, 7);
}

static void fixture_broken(struct t *t)
{
	T_MUST(!t->ps);
}

static void fixture_skip(struct t *t)
{
	(void)t;
	t_skip("there is no moon today");
}

static void fixture_signal(struct t *t)
{
	(void)t;
	abort();
}

static void fixture_status(struct t *t)
{
	(void)t;
	exit(7);
}

/* A title, a clipboard, a colour: nothing of it may get through. */
static void fixture_escape(struct t *t)
{
	(void)t;
	printf("# \033]0;title\007\033]52;c;eA==\007\033[31mred\200\n");
	port_kmsg("\033]0;title\007\033[31mred");
}

static void fixture_forever(struct t *t)
{
	(void)t;
	for (;;)
		pause();
}

/* The kernel is told to complain after a second, and has reason to. */
static void fixture_hung_task(struct t *t)
{
	(void)t;
	T_MUST(!boot_write("/proc/sys/kernel/hung_task_timeout_secs", "1"));
	boot_write("/sys/kernel/debug/provoke-crash/DIRECT", "HUNG_TASK");
}

/* PID 1 jumps to nowhere. */
static void fixture_init_dies(struct t *t)
{
	T_MUST(!ptrace(PTRACE_ATTACH, 1, NULL, NULL));
	T_MUST(waitpid(1, NULL, __WALL) == 1);
	T_MUST(!ptrace(PTRACE_POKEUSER, 1,
		       offsetof(struct user_regs_struct, rip), NULL));
	T_MUST(!ptrace(PTRACE_DETACH, 1, NULL, NULL));
	fixture_forever(t);
}

static void fixture_reset(struct t *t)
{
	(void)t;
	reboot(RB_AUTOBOOT);
	abort();
}

/* The report's port is init's alone: borrow its descriptor. */
static int fixture_port(void)
{
	int init = syscall(SYS_pidfd_open, 1, 0);
	int fd = -1;
	size_t i;
	glob_t g;

	T_MUST(init >= 0 && !glob("/proc/1/fd/*", 0, NULL, &g));
	for (i = 0; i < g.gl_pathc && fd < 0; i++) {
		char to[64] = "";
		const char *nr = strrchr(g.gl_pathv[i], '/') + 1;

		if (readlink(g.gl_pathv[i], to, sizeof(to) - 1) > 0 &&
		    !strncmp(to, "/dev/vport", strlen("/dev/vport")))
			fd = syscall(SYS_pidfd_getfd, init, atoi(nr), 0);
	}
	T_MUST(fd >= 0);
	return fd;
}

static void fixture_say_last(const char *words)
{
	int fd = fixture_port();

	port_send(fd, words, strlen(words));
	boot_power_off();
}

static void fixture_truncated(struct t *t)
{
	(void)t;
	fixture_say_last("ok 2 fixture/trun");
}

static void fixture_no_end(struct t *t)
{
	(void)t;
	fixture_say_last("# wt-ms 2 1\nok 2 fixture/no-end\n");
}

static const struct t_case cases[] = {
	{ "broken", fixture_broken },
	{ "escape", fixture_escape },
	{ "fail", fixture_fail },
	{ "forever", fixture_forever },
	{ "hung-task", fixture_hung_task },
	{ "init-dies", fixture_init_dies },
	{ "no-end", fixture_no_end },
	{ "pass", fixture_pass },
	{ "reset", fixture_reset },
	{ "signal", fixture_signal },
	{ "skip", fixture_skip },
	{ "status", fixture_status },
	{ "truncated", fixture_truncated },
};

T_GROUP(fixture, cases)
