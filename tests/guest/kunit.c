// SPDX-License-Identifier: GPL-2.0-only
/*
 * One KUnit suite in the kernel that is being tested: run through debugfs
 * (Documentation/dev-tools/kunit/run_manual.rst), its KTAP is our output.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define KUNIT_DIR "/sys/kernel/debug/kunit"

struct kunit_seen {
	int results;			/* of suites: one, in the end */
	bool passed;			/* any of its tests? */
	char skip[100];			/* why the last one was that says so */
};

/* A test within the suite: its result is indented. */
static void kunit_test(struct kunit_seen *seen, const char *line)
{
	static const char skip[] = "# SKIP ";
	const char *why = strstr(line, skip);

	if (!strncmp(line, "ok ", 3) && !strstr(line, "# SKIP"))
		seen->passed = true;
	if (why)
		snprintf(seen->skip, sizeof(seen->skip), "%.*s",
			 (int)strcspn(why + strlen(skip), "\n"),
			 why + strlen(skip));
}

/*
 * The suite's own result is the only line that is not indented. It says nothing
 * of a suite all of whose tests were skipped.
 */
static void kunit_line(struct t *t, const char *line, struct kunit_seen *seen)
{
	fputs(line, stdout);
	if (*line == ' ') {
		kunit_test(seen, line + strspn(line, " "));
	} else if (!strncmp(line, "ok ", 3)) {
		seen->results++;
		if (!seen->passed || strstr(line, "# SKIP"))
			t_skip("%s", *seen->skip ? seen->skip :
			       "the suite skipped itself");
	} else if (!strncmp(line, "not ok ", 7)) {
		seen->results++;
		T_OK(t, false, "suite %s failed", t->name);
	}
}

static void kunit_run(struct t *t)
{
	char path[200], line[1024];
	struct kunit_seen seen = { 0 };
	FILE *f;
	int fd;

	snprintf(path, sizeof(path), KUNIT_DIR "/%.100s/run", t->name);
	fd = open(path, O_WRONLY);
	T_MUST(fd >= 0);
	T_MUST(write(fd, "1", 1) == 1);
	close(fd);
	snprintf(path, sizeof(path), KUNIT_DIR "/%.100s/results", t->name);
	f = fopen(path, "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		kunit_line(t, line, &seen);
	fclose(f);
	T_OK(t, seen.results == 1, "expected one suite result, seen %d",
	     seen.results);
}

T_GROUP_ANY(kunit, kunit_run)
