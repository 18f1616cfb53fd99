// SPDX-License-Identifier: GPL-2.0-only
/* Programs beside the event loop: how they end, what is kept, when it is enough. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../vm/supervisor/ut.h"
#include "../../vm/vnvme/child.h"
#include "vf.h"

struct child_end {
	int status;		/* -1: not yet */
	char text[CHILD_TAIL + 1];
};

static void child_ended(void *ctx, int status, const char *text)
{
	struct child_end *end = ctx;

	end->status = status;
	strcpy(end->text, text);
}

static uint64_t child_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Run a shell's words to their end, as the event loop does. */
static int child_run(struct child_end *end, const char *words, int file,
		     uint64_t limit)
{
	char *argv[] = { "/bin/sh", "-c", (char *)words, NULL };
	struct pollfd p[CHILD_FDS];
	struct child c;
	int ret;

	child_init(&c, child_ended, end);
	end->status = -1;
	ret = child_start(&c, argv, file, child_now(), limit);
	while (!ret && end->status < 0) {
		uint64_t next = child_tick(&c, child_now());

		if (end->status >= 0)
			break;
		child_poll(&c, p);
		poll(p, CHILD_FDS, next == UINT64_MAX ? -1 : 20);
	}
	return ret;
}

#define CHILD_SECOND	1000000000ull

static bool child_ends(void)
{
	struct child_end end;
	int file = vf_memfd(4096, false);
	unsigned int before = vf_open_fds();

	TH_CHECK(pwrite(file, "hello", 5, 0) == 5);
	TH_CHECK(!child_run(&end, "head -c5 /dev/fd/3; echo; echo no >&2; exit 7",
			    file, 10 * CHILD_SECOND));
	TH_CHECK(end.status == 7);
	TH_STR(end.text, "hello\nno\n");
	/* Nothing else of ours is open there, and there is no input. */
	TH_CHECK(!child_run(&end, "cat; ls /proc/self/fd | wc -l", file,
			    10 * CHILD_SECOND));
	TH_CHECK(atoi(end.text) == 5);
	TH_CHECK(!child_run(&end, "kill -SEGV $$", file, 10 * CHILD_SECOND));
	TH_CHECK(end.status == CHILD_FAILED);
	TH_STR(end.text, "\nkilled by a signal\n");
	TH_CHECK(vf_open_fds() == before);
	close(file);
	return true;
}

static bool child_tail(void)
{
	struct child_end end;

	TH_CHECK(!child_run(&end, "seq 100000; echo the end", 1,
			    60 * CHILD_SECOND));
	TH_CHECK(end.status == 0 && strlen(end.text) == CHILD_TAIL);
	TH_CHECK(strstr(end.text, "\n99999\n100000\nthe end\n"));
	return true;
}

static bool child_alive(pid_t pid)
{
	char *path = ut_fmt("/proc/%d/stat", (int)pid);
	char *text = ut_read(path, NULL);
	bool alive = text && !strstr(text, ") Z");

	free(text);
	free(path);
	return alive;
}

/* It is killed with all that it started, and what it said is kept. */
static bool child_late(void)
{
	uint64_t begin = child_now();
	struct child_end end;
	pid_t other;

	TH_CHECK(!child_run(&end, "sleep 100 & echo $!; sleep 100", 1,
			    CHILD_SECOND / 2));
	TH_CHECK(end.status == CHILD_FAILED);
	other = atoi(end.text);
	TH_STR(strchr(end.text, '\n'), "\n\nkilled: it took too long\n");
	/* It is init's to bury: a zombie is dead as well. */
	while (other > 0 && child_alive(other) &&
	       child_now() - begin < 10 * CHILD_SECOND)
		usleep(1000);
	TH_CHECK(other > 0 && !child_alive(other));
	return true;
}

static bool child_none(void)
{
	char *argv[] = { "/none", NULL };
	struct child_end end = { .status = -1 };
	struct child c;

	child_init(&c, child_ended, &end);
	TH_CHECK(!child_start(&c, argv, 1, 0, UINT64_MAX));
	TH_CHECK(child_start(&c, argv, 1, 0, UINT64_MAX) == -EBUSY);
	while (end.status < 0)
		child_tick(&c, 1);
	TH_CHECK(end.status == CHILD_FAILED);
	TH_STR(end.text, "cannot run /none: No such file or directory\n");
	return true;
}

static bool child_killed(void)
{
	char *argv[] = { "/bin/sh", "-c", "sleep 100", NULL };
	struct child_end end = { .status = -1 };
	struct child c;
	pid_t pid;

	child_init(&c, child_ended, &end);
	TH_CHECK(!child_start(&c, argv, 1, 0, UINT64_MAX));
	pid = c.pid;
	child_kill(&c);
	TH_CHECK(kill(pid, 0) && errno == ESRCH && end.status == -1);
	TH_CHECK(child_tick(&c, 1) == UINT64_MAX);
	return true;
}

const struct th_test vf_child[] = {
	{ "ends", child_ends },
	{ "killed", child_killed },
	{ "late", child_late },
	{ "none", child_none },
	{ "tail", child_tail },
	{ }
};
