// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay CASE RUN PROPERTIES <LOG: judge the log of a boot (blklogwrites) for
 * the case that was number RUN of it, on a device with these properties (of the
 * profile's `nvme-ns`).  What was found, and what was looked at, is on stdout, a
 * line each.  Exit: 0 no unit could be torn, 1 one could, 2 no verdict.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replay.h"

static int main_broken(const char *why)
{
	printf("%s\n", why);
	return UT_BROKEN;
}

static int main_judge(struct wlog *log, const char *name, uint32_t run,
		      const struct limits *limits)
{
	struct ut_buf out = { 0 };
	struct replay r;
	struct story s;
	char *why;
	int ret;

	if (story_read(&s, log, name, run, &why)) {
		ret = main_broken(why);
		free(why);
		return ret;
	}
	ret = replay_run(&r, log, limits, &s, &out);
	fputs(ut_str(&out), stdout);
	ut_free(&out);
	story_free(&s);
	return ret;
}

int main(int argc, char **argv)
{
	struct limits limits;
	const char *why;
	struct wlog log;
	struct stat st;
	uint64_t run;
	void *bytes;

	if (argc != 4 || !ut_num(argv[2], 1, UINT32_MAX, &run))
		return main_broken("usage: replay CASE RUN PROPERTIES <LOG");
	if (limits_parse(&limits, argv[3]))
		return main_broken("the profile's nvme-ns has no valid limits");
	if (fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return main_broken("the log is empty, or no file");
	bytes = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
	if (bytes == MAP_FAILED)
		return main_broken("the log cannot be mapped");
	if (wlog_open(&log, bytes, st.st_size, &why))
		return main_broken(why);
	return main_judge(&log, argv[1], run, &limits);
}
