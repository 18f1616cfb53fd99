// SPDX-License-Identifier: GPL-2.0-only
/*
 * See run.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "fs.h"
#include "own.h"
#include "run.h"

#define RUN_INPUT "/sys/firmware/qemu_fw_cfg/by_name/opt/wt/input/raw"

typedef int (*run_fn)(struct run *run, const char *name,
		      struct port_sink *sink);

static long run_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void run_result(struct run *run, const char *name, int outcome,
		       const char *reason)
{
	int nr = run->nr;

	run->count[outcome]++;
	switch (outcome) {
	case CHILD_PASS:
		port_printf("ok %d %s\n", nr, name);
		return;
	case CHILD_SKIP:
		port_printf("ok %d %s # SKIP %s\n", nr, name, reason);
		return;
	case CHILD_BROKEN:
		port_printf("# wt-broken %d %s\n", nr, reason);
		break;
	}
	port_printf("not ok %d %s\n", nr, name);
}

/* One case from its start line to its result line. */
static int run_one(struct run *run, const char *name, run_fn fn)
{
	struct port_sink sink = { .len = 0 };
	long start = run_now_ms();
	int outcome;

	port_printf("# wt-start %d %s\n", ++run->nr, name);
	port_kmsg("wt: start %s", name);
	outcome = fn(run, name, &sink);
	port_sink_end(&sink);
	port_kmsg("wt: end %s", name);
	if (outcome == CHILD_FAIL && *sink.reason)
		port_printf("    # %s\n", sink.reason);
	port_printf("# wt-ms %d %ld\n", run->nr, run_now_ms() - start);
	run_result(run, name, outcome, sink.reason);
	return outcome;
}

static int run_broken(struct port_sink *sink, const char *why)
{
	snprintf(sink->reason, sizeof(sink->reason), "%.190s", why);
	return CHILD_BROKEN;
}

static int run_profile(struct run *run, const char *name,
		       struct port_sink *sink)
{
	char why[100];
	int bad;

	(void)name;
	if (run->dev_err) {
		snprintf(why, sizeof(why), "no disk to test: %s",
			 strerror(-run->dev_err));
		return run_broken(sink, why);
	}
	bad = dev_check(&run->dev, run->plan, sink);
	if (!bad)
		return CHILD_PASS;
	snprintf(why, sizeof(why), "the device is not what the profile says "
		 "(%d of %d values)", bad, run->plan->nr_expects);
	return run_broken(sink, why);
}

static int run_check(struct run *run, const char *name,
		     struct port_sink *sink)
{
	(void)name;
	if (!run->mounted)
		return run_broken(sink, *run->no_case ? run->no_case :
				  run->no_fs);
	return fs_check(run->plan, &run->dev, sink);
}

static void run_env(const struct run *run, const char *dir)
{
	const struct plan *plan = run->plan;
	char name[80], nr[16];
	int i;

	clearenv();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/tmp", 1);
	setenv("WT_DEV", run->dev.node, 1);
	setenv("WT_PROFILE", plan->profile, 1);
	setenv("WT_SEED", plan->seed, 1);
	snprintf(nr, sizeof(nr), "%d", run->nr);
	setenv("WT_NR", nr, 1);
	if (!access(RUN_INPUT, R_OK))
		setenv("WT_INPUT", RUN_INPUT, 1);
	for (i = 0; i < plan->nr_envs; i++) {
		snprintf(name, sizeof(name), "WT_%s", plan->envs[i].key);
		setenv(name, plan->envs[i].value, 1);
	}
	if (!plan->fs)
		return;
	setenv("WT_FS", plan->fs, 1);
	setenv("WT_BLOCKSIZE", plan->fs_blocksize, 1);
	if (!plan->fs_mkfs)
		return;
	setenv("WT_MNT", FS_MNT, 1);
	setenv("WT_DIR", dir, 1);
}

/* What does the case of @group: our program, or what a person wants. */
static int run_group(struct run *run, char *group, char *name,
		     const char *dir, struct port_sink *sink)
{
	char *argv[] = { "/t/cases", group, name, NULL };

	if (!strcmp(group, "shell"))
		return own_shell(run->plan, dir, sink);
	if (!strcmp(group, "run"))
		return own_program(run->plan, dir, run->nr, sink);
	return child_outcome(child_run(argv, sink), sink);
}

/* HOLD=1: a shell from the start, for a case that hangs; and at its end one
 * that must be left, when it failed or made the kernel complain. */
static int run_held(struct run *run, char *group, char *name,
		    const char *dir, struct port_sink *sink)
{
	unsigned long taint;
	int outcome;

	if (!run->plan->hold)
		return run_group(run, group, name, dir, sink);
	own_shell_start(run->plan, dir);
	outcome = run_group(run, group, name, dir, sink);
	taint = own_taint();
	if (outcome == CHILD_FAIL || outcome == CHILD_BROKEN ||
	    taint != run->taint)
		own_hold(run->plan, dir, run->nr);
	run->taint = taint;
	return outcome;
}

static int run_case(struct run *run, const char *name, struct port_sink *sink)
{
	const char *slash = strchr(name, '/');
	char dir[300], group[100];
	int outcome;

	if (!slash || slash - name >= (int)sizeof(group))
		return run_broken(sink, "the name is not group/case");
	snprintf(group, sizeof(group), "%.*s", (int)(slash - name), name);
	if (*run->no_case)
		return run_broken(sink, run->no_case);
	if (*run->no_fs && strcmp(group, "kunit"))
		return run_broken(sink, run->no_fs);

	snprintf(dir, sizeof(dir), "%s/%s.%.150s", FS_MNT, group, slash + 1);
	run_env(run, dir);
	if (run->mounted && fs_dir_make(dir))
		return run_broken(sink, "cannot make the case's directory");
	trace_begin(&run->trace);
	outcome = run_held(run, group, (char *)slash + 1, dir, sink);
	trace_end(&run->trace, name);
	if (run->mounted)
		fs_dir_remove(dir);
	return outcome;
}

/* Not a case of its own: its failure is told by each case that needs it. */
static void run_mount(struct run *run)
{
	struct port_sink sink = { .len = 0 };
	long start = run_now_ms();

	if (!run->plan->fs || *run->no_case)
		return;
	if (fs_mount(run->plan, &run->dev, &sink) == CHILD_PASS)
		run->mounted = run->plan->fs_mkfs != NULL;
	else
		snprintf(run->no_fs, sizeof(run->no_fs), "no %.20s: %.190s",
			 run->plan->fs, sink.reason);
	port_printf("# wt-mount %s ms=%ld\n", run->plan->fs,
		    run_now_ms() - start);
}

void run_all(struct run *run)
{
	const struct plan *plan = run->plan;
	int i;

	port_printf("1..%d\n", 1 + plan->nr_cases + (plan->fs_mkfs != NULL));
	if (run_one(run, "device/profile", run_profile) != CHILD_PASS)
		snprintf(run->no_case, sizeof(run->no_case),
			 "device/profile did not pass");
	run_mount(run);
	for (i = 0; i < plan->nr_cases; i++)
		run_one(run, plan->cases[i], run_case);
	if (plan->fs_mkfs)
		run_one(run, "fs/check", run_check);
	port_printf("# wt-end pass=%d fail=%d broken=%d skip=%d\n",
		    run->count[CHILD_PASS], run->count[CHILD_FAIL],
		    run->count[CHILD_BROKEN], run->count[CHILD_SKIP]);
}
