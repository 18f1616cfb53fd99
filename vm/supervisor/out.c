// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "out.h"

void out_each(const struct run *run, out_fn fn, void *ctx)
{
	size_t i, j;

	for (i = 0; i < run->nr_groups; i++) {
		const struct group *g = &run->groups[i];

		if (g->device.outcome != OUT_NONE)
			fn(ctx, &g->device);
		for (j = 0; j < g->n; j++)
			fn(ctx, &g->v[j]);
		if (g->check.outcome != OUT_NONE)
			fn(ctx, &g->check);
		if (g->boot.outcome != OUT_NONE)
			fn(ctx, &g->boot);
	}
}

/* The user's own tree and symbols are part of what must be repeated. */
static void out_repro_env(struct ut_buf *b, const char *name)
{
	const char *value = getenv(name);

	if (value && *value)
		ut_addf(b, " %s='%s'", name, value);
}

/* What belongs to a boot, not to a case, is repeated by its whole group. */
char *out_repro(const struct run *run, const struct res *r)
{
	struct ut_buf b = { 0 };
	const struct args *a = &run->args;
	const char *tests = r->tc ? r->name : a->tests;

	ut_addf(&b, "make %s PROFILE=%s FS=%s",
		a->mode == ARGS_TEST ? "vm-test" :
		a->mode == ARGS_RUN ? "vm-run" : "vm-shell",
		r->group->prof->name, r->group->fs->name);
	if (a->run)
		ut_addf(&b, " RUN='%s'", a->run);
	else if (tests && a->mode == ARGS_TEST)
		ut_addf(&b, strpbrk(tests, " *?[") ? " TESTS='%s'" :
			" TESTS=%s", tests);
	ut_addf(&b, " SEED=%llu", (unsigned long long)a->seed);
	if (r->tc && r->tc->input)
		ut_addf(&b, " FSX='%s'", a->input);
	if (a->states)
		ut_addf(&b, " STATES=%s", a->states);
	if (a->lists)
		ut_addf(&b, " LISTS=%s", a->lists);
	if (a->part)
		ut_addf(&b, " PART=%s", a->part);
	if (strcmp(a->cfg, "plain"))
		ut_addf(&b, " CFG=%s", a->cfg);
	if (!r->tc && a->full)
		ut_addf(&b, " TIER=full");
	out_repro_env(&b, "LINUX");
	out_repro_env(&b, "SERIES");
	out_repro_env(&b, "KCONFIG");
	return b.s;
}

int out_begin(struct run *run)
{
	struct tm tm;
	time_t now = time(NULL);
	char stamp[32];
	int ret;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &tm);
	run->id = ut_fmt("%s-%d", stamp, getpid());
	run->dir = ut_fmt("%s/results/%s", run->build, run->id);
	ret = ut_mkdirs(run->dir);
	if (ret)
		ut_err("%s: %s", run->dir, strerror(-ret));
	return ret;
}

/*
 * The kernel's own parser and writer make the JUnit file. What it prints and
 * how it exits is of no interest: the verdict is not made there.
 */
static void out_junit(const struct run *run)
{
	char *tool = ut_fmt("%s/source/tools/testing/kunit/kunit.py",
			    run->kernel_dir);
	char *out = ut_fmt("--junit=%s/junit.xml", run->dir);
	char *in = ut_fmt("%s/results.ktap", run->dir);
	pid_t pid;

	if (!ut_exists(tool)) {
		ut_err("no junit.xml: there is no %s", tool);
		goto done;
	}
	fflush(NULL);
	pid = fork();
	if (!pid) {
		if (!freopen("/dev/null", "w", stdout) ||
		    !freopen("/dev/null", "w", stderr))
			_exit(126);
		execlp("python3", "python3", tool, "parse", "--summary", out,
		       in, NULL);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (!ut_exists(out + strlen("--junit=")))
		ut_err("no junit.xml: python3 %s failed", tool);
done:
	free(in);
	free(out);
	free(tool);
}

static void out_latest(const struct run *run)
{
	char *link = ut_fmt("%s/results/latest", run->build);
	char *tmp = ut_fmt("%s/results/.latest-%d", run->build, getpid());

	unlink(tmp);
	if (symlink(run->id, tmp) || rename(tmp, link))
		ut_err("%s: %s", link, strerror(errno));
	free(tmp);
	free(link);
}

/* Run folders only: digits, T, digits, -, pid. */
static int out_is_run(const struct dirent *d)
{
	return ut_glob("[0-9]*T[0-9]*-[0-9]*", d->d_name);
}

char **out_runs(const char *build, size_t *n)
{
	char *dir = ut_fmt("%s/results", build);
	struct dirent **list;
	int found = scandir(dir, &list, out_is_run, alphasort);
	char **dirs = NULL;

	*n = 0;
	while (found > 0 && *n < (size_t)found) {
		dirs = ut_grow(dirs, *n, sizeof(*dirs));
		dirs[*n] = ut_fmt("%s/%s", dir, list[*n]->d_name);
		free(list[(*n)++]);
	}
	if (found >= 0)
		free(list);
	free(dir);
	return dirs;
}

/* A run that still goes on has no status and a living process. */
static bool out_is_over(const char *dir)
{
	char *status = ut_fmt("%s/status", dir);
	const char *pid = strrchr(dir, '-') + 1;
	bool over = ut_exists(status) ||
		(kill(atoi(pid), 0) && errno == ESRCH);

	free(status);
	return over;
}

static void out_prune(const struct run *run)
{
	size_t n, i;
	char **dirs = out_runs(run->build, &n);

	for (i = 0; i < n; i++) {
		if (i + OUT_KEEP < n && strcmp(dirs[i], run->dir) &&
		    out_is_over(dirs[i]))
			ut_rmtree(dirs[i]);
		free(dirs[i]);
	}
	free(dirs);
}

int out_exit(const struct run *run)
{
	bool none = run->status != UT_PASS && run->status != UT_FAIL;

	if (run->args.mode != ARGS_RUN)
		return run->args.bisect && none ? 125 : run->status;
	if (none || run->own_exit < 0)
		return 125;
	return run->own_exit ? run->own_exit : run->status;
}

static void out_config(const struct run *run)
{
	char *from = ut_fmt("%s/.config", run->kernel_dir);
	char *to = ut_fmt("%s/kernel.config", run->dir);

	ut_copy(from, to);
	free(to);
	free(from);
}

static void out_check(const struct run *run, const char *what, int ret)
{
	if (ret)
		ut_err("%s/%s: %s", run->dir, what, strerror(-ret));
}

void out_end(struct run *run)
{
	char *status = ut_fmt("%s/status", run->dir);
	char *code = ut_fmt("%d\n", out_exit(run));

	out_config(run);
	out_check(run, "run.json", out_json(run));
	out_check(run, "results.ktap", out_ktap(run));
	out_check(run, "summary.md", out_markdown(run));
	out_junit(run);
	out_check(run, "status", ut_write(status, code));
	out_latest(run);
	out_prune(run);
	free(code);
	free(status);
}

/* Broken only because its boot was: one line for all of them is enough. */
static bool out_follows(const struct res *r)
{
	const struct group *g = r->group;

	if (!r->tc || r->outcome != OUT_BROKEN)
		return false;
	return g->device.outcome == OUT_BROKEN ||
		(!r->boot && g->boot.outcome != OUT_NONE);
}

char *out_again(const struct res *r)
{
	static const char *const alone[] = {
		[RES_ONCE] = "", [RES_SOLID] = "solid: it failed alone too",
		[RES_FLAKY] = "flaky: it passed alone",
	};

	if (!r->runs)
		return ut_strdup(alone[r->again]);
	return ut_fmt("%s: it failed %u of %u times",
		      r->again == RES_FLAKY ? "flaky" : "solid", r->failed,
		      r->runs);
}

static void out_bad(void *ctx, const struct res *r)
{
	struct run *run = ctx;
	char *repro, *again;

	if (!res_worse(r->outcome, OUT_PASS) || out_follows(r) || r->nth > 1)
		return;
	again = out_again(r);
	repro = out_repro(run, r);
	scr_say(&run->scr, "%s %s (%s %s)%s%s%s%s\n    %s",
		scr_word(&run->scr, r->outcome), r->name,
		r->group->prof->name, r->group->fs->name,
		*again ? ", " : "", again,
		r->reason ? ": " : "", r->reason ? r->reason : "", repro);
	free(again);
	free(repro);
}

void out_screen(struct run *run)
{
	static const char *const words[] = {
		[UT_PASS] = "PASS", [UT_FAIL] = "FAIL",
		[UT_BROKEN] = "BROKEN", [UT_SKIP] = "SKIPPED",
	};
	unsigned int t[OUT_SKIP + 1];
	char last[32] = "";

	if (run->interrupted)
		scr_say(&run->scr, "interrupted");
	else
		out_each(run, out_bad, run);
	run_verdict(run, t);
	if (run->last >= 0)
		snprintf(last, sizeof(last), ", last %.1f s", run->last);
	scr_say(&run->scr, "logs: build/results/%s/summary.md", run->id);
	scr_say(&run->scr, "%s: %u passed, %u failed, %u broken, %u skipped "
		"in %.1f s%s, exit %d", words[run->status], t[OUT_PASS],
		t[OUT_FAIL], t[OUT_BROKEN] + t[OUT_NONE], t[OUT_SKIP],
		run->seconds, last, out_exit(run));
}
