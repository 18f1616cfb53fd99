// SPDX-License-Identifier: GPL-2.0-only
/* The programs that do the work, each with a log. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prove.h"
#include "run.h"

static void step_child(const char *log, const char *const *env,
		       const char *const *argv)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || null < 0)
		_exit(127);
	dup2(null, 0);
	dup2(fd, 1);
	dup2(fd, 2);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (; env && *env; env++)
		putenv((char *)*env);
	execvp(argv[0], (char **)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int step_run(const char *log, const char *const *env, const char *const *argv)
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		step_child(log, env, argv);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		ut_die("%s: %s", argv[0], strerror(errno));
	return WIFEXITED(status) ? WEXITSTATUS(status) :
		128 + WTERMSIG(status);
}

/* The first line of the log with @word in it, else the last one. */
static char *step_line(const char *log, const char *word)
{
	char *text = ut_read(log, NULL), *rest = text, *line;
	char *found = NULL;

	while (rest && (line = strsep(&rest, "\n"))) {
		bool hit = strstr(line, word);

		line = ut_trim(line);
		if (!*line)
			continue;
		free(found);
		found = ut_strdup(line);
		if (hit)
			break;
	}
	free(text);
	return found ? found : ut_fmt("nothing in %s", log);
}

static bool step_says(const char *log, const char *word)
{
	char *text = ut_read(log, NULL);
	bool hit = text && strstr(text, word);

	free(text);
	return hit;
}

bool step_apply(const char *log, const char *patch, char **why)
{
	char *path = realpath(patch, NULL);
	const char *const argv[] = {
		"git", "-C", RUN_TREE, "apply", path, NULL
	};
	bool ok = path && !step_run(log, NULL, argv);

	if (!ok)
		*why = ut_fmt("does not apply: %s", step_line(log, "error:"));
	free(path);
	return ok;
}

bool step_reset(const char *log, char **why)
{
	static const char *const argv[] = {
		"git", "-C", RUN_TREE, "checkout", "-q", "-f", "HEAD", "--",
		".", NULL
	};

	if (!step_run(log, NULL, argv))
		return true;
	*why = ut_fmt("%s cannot be reset: %s", RUN_TREE,
		      step_line(log, "fatal"));
	return false;
}

/* A warning would have stopped the mutant in review: it proves nothing. */
static bool step_build(const char *log, const char *const *argv, char **why)
{
	if (step_run(log, NULL, argv)) {
		*why = ut_fmt("does not build: %s", step_line(log, "error:"));
		return false;
	}
	if (!step_says(log, "warning:"))
		return true;
	*why = ut_fmt("builds with a warning: %s", step_line(log, "warning:"));
	return false;
}

bool step_build_kunit(const char *log, char **why)
{
	static const char *const argv[] = {
		"ci/kunit-build", RUN_TREE, RUN_KUNIT, NULL
	};

	return step_build(log, argv, why);
}

bool step_build_kernel(const char *log, char **why)
{
	static const char *const argv[] = {
		"vm/kernel", RUN_TREE, RUN_KERNEL, "plain", NULL
	};

	return step_build(log, argv, why);
}

char *step_kunit(const char *log, const char *glob, unsigned int seconds)
{
	char *limit = ut_fmt("%u", seconds);
	const char *const argv[] = {
		"ci/kunit-exec", RUN_TREE, RUN_KUNIT, limit, glob, NULL
	};
	char *text;

	step_run(log, NULL, argv);
	free(limit);
	text = ut_read(log, NULL);
	return text ? text : ut_strdup("");
}

char *step_guest(const char *log, const char *tests, const struct claim *like,
		 const char *seed, unsigned int limit)
{
	char *argv[] = {
		ut_strdup("timeout"), ut_fmt("%u", limit),
		ut_strdup("build/host/vmtest"), ut_fmt("TESTS=%s", tests),
		ut_fmt("PROFILE=%s", like->profile), ut_fmt("FS=%s", like->fs),
		ut_fmt("SEED=%s", seed ? seed : ""),
		limit ? ut_strdup("--first") : NULL, NULL
	};
	static const char *const env[] = {
		"KERNEL=" RUN_KERNEL, "BUILD=" RUN_VM, NULL
	};
	static const char latest[] = RUN_VM "/results/latest";
	char *dir;
	size_t i;

	unlink(latest);
	step_run(log, env, (const char *const *)argv + (limit ? 0 : 2));
	for (i = 0; argv[i]; i++)
		free(argv[i]);
	dir = realpath(latest, NULL);
	return dir;
}
