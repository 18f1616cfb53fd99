// SPDX-License-Identifier: GPL-2.0-only
/*
 * ab KERNEL BASE DIR [NAME=VALUE...]: run vmtest with these words on the kernel
 * in folder KERNEL, and on the one in BASE, which lacks the series, and compare;
 * vm/ab builds all that it needs.  DIR/series and DIR/base have the results.
 * With --judge DIR, what is there from an earlier run is compared again.
 * Exit: 0 no difference, 1 some, 2 broken.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ab.h"
#include "../prove/prove.h"
#include "../prove/run.h"

#define MAIN_WORDS 16

static char *main_results(const char *dir, enum ab_kernel k)
{
	return ut_fmt("%s/%s/results/latest", dir, ab_names[k]);
}

/* The supervisor's own results belong to whoever runs vm-test. */
static bool main_run(const char *dir, enum ab_kernel k, const char *kernel,
		     char **words)
{
	const char *argv[MAIN_WORDS + 3] = { "build/host/vmtest", "--once" };
	const char *const env[] = {
		"ACCEL_TOLD=1", ut_fmt("KERNEL=%s", kernel),
		ut_fmt("BUILD=%s/%s", dir, ab_names[k]), NULL
	};
	char *log = ut_fmt("%s/%s.log", dir, ab_names[k]);
	char *old = main_results(dir, k);
	double begin = ut_now();
	int n = 2, status;

	while (*words && n < MAIN_WORDS + 2)
		argv[n++] = *words++;
	remove(old);
	printf("%s: %s: ", ab_names[k], kernel);
	fflush(stdout);
	status = step_run(log, env, argv);
	printf("exit status %d in %.0f s\n", status, ut_now() - begin);
	if (ut_exists(old))
		return true;
	ut_err("it left no results; its log: %s", log);
	return false;
}

/* What a case's own command does not have: the words but for these. */
static char *main_asked(char **words)
{
	struct ut_buf b = { 0 };

	for (; *words; words++)
		if (!ut_starts(*words, "TESTS=") && !ut_starts(*words, "FS=") &&
		    !ut_starts(*words, "PROFILE="))
			ut_addf(&b, "%s%s", b.len ? " " : "", *words);
	return ut_strdup(ut_str(&b));
}

int main(int argc, char **argv)
{
	bool again = argc >= 3 && !strcmp(argv[1], "--judge");
	struct ab ab = { 0 };
	char **words, *dir;
	int k, status;

	if (argc < 4 && !again) {
		ut_err("usage: ab KERNEL BASE DIR [NAME=VALUE...] | "
		       "ab --judge DIR [NAME=VALUE...]");
		return UT_BROKEN;
	}
	dir = again ? argv[2] : argv[3];
	words = argv + (again ? 3 : 4);
	for (k = 0; k < AB_KERNELS; k++) {
		const char *kernel = k == AB_BASE ? argv[2] : argv[1];

		if (!again && !main_run(dir, k, kernel, words))
			return UT_BROKEN;
		if (!ab_read(&ab.runs[k], main_results(dir, k)))
			return UT_BROKEN;
	}
	status = ab_compare(&ab);
	ab_out(&ab, dir, main_asked(words), status);
	return status;
}
