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

/* The suite's own result is the only line that is not indented. */
static void kunit_line(struct t *t, const char *line, int *results)
{
	fputs(line, stdout);
	if (!strncmp(line, "ok ", 3)) {
		++*results;
		if (strstr(line, "# SKIP"))
			t_skip("the suite skipped itself");
	} else if (!strncmp(line, "not ok ", 7)) {
		++*results;
		T_OK(t, false, "suite %s failed", t->name);
	}
}

static void kunit_run(struct t *t)
{
	char path[200], line[1024];
	int fd, results = 0;
	FILE *f;

	snprintf(path, sizeof(path), KUNIT_DIR "/%.100s/run", t->name);
	fd = open(path, O_WRONLY);
	T_MUST(fd >= 0);
	T_MUST(write(fd, "1", 1) == 1);
	close(fd);
	snprintf(path, sizeof(path), KUNIT_DIR "/%.100s/results", t->name);
	f = fopen(path, "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		kunit_line(t, line, &results);
	fclose(f);
	T_OK(t, results == 1, "expected one suite result, seen %d", results);
}

int main(int argc, char **argv)
{
	struct t_case suite = { .name = argc == 2 ? argv[1] : "",
				.fn = kunit_run };

	return t_main(argc, argv, &suite, 1);
}
