// SPDX-License-Identifier: GPL-2.0-only
/*
 * Instructions: see bench.h.
 *
 * The spinner reads the time stamp in a loop.  Two readings that follow each
 * other closely are its own; between two that do not, something else ran.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BENCH_LOOP	32	/* instructions; more than the loop has */
#define BENCH_EMPTY	100	/* empty measurements, of which the least */

struct bench_count {
	volatile uint64_t spun;	/* by the spinner */
	pid_t pid;
};

static uint64_t bench_tsc(void)
{
	return __builtin_ia32_rdtsc();
}

static _Noreturn void bench_spin(struct bench_count *c)
{
	const struct sched_param param = { 0 };
	uint64_t last, now;

	if (sched_setscheduler(0, SCHED_IDLE, &param))
		_exit(T_BROKEN);
	for (last = bench_tsc(); ; last = now) {
		now = bench_tsc();
		if (now - last < BENCH_LOOP)
			c->spun += now - last;
	}
}

struct bench_count *bench_count_begin(void)
{
	struct bench_count *c;
	pid_t pid;

	c = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE,
		 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	T_MUST(c != MAP_FAILED);
	T_MUST(sysconf(_SC_NPROCESSORS_ONLN) == 1);
	pid = fork();
	T_MUST(pid >= 0);
	if (!pid)
		bench_spin(c);
	c->pid = pid;
	while (!c->spun)
		sched_yield();
	return c;
}

void bench_count_end(struct bench_count *c)
{
	int status;

	kill(c->pid, SIGKILL);
	T_MUST(waitpid(c->pid, &status, 0) == c->pid);
	T_MUST(WIFSIGNALED(status));
	munmap(c, sizeof(*c));
}

uint64_t bench_count_now(const struct bench_count *c)
{
	return bench_tsc() - c->spun;
}

uint64_t bench_count_cost(const struct bench_count *c)
{
	uint64_t least = UINT64_MAX, before, cost;
	int i;

	for (i = 0; i < BENCH_EMPTY; i++) {
		before = bench_count_now(c);
		cost = bench_count_now(c) - before;
		if (cost < least)
			least = cost;
	}
	return least;
}
