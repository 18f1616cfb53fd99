// SPDX-License-Identifier: GPL-2.0-only
/*
 * cover DIFF GCOV UNCOVERED DIR: of the lines added in DIFF (git diff -U0),
 * which ran, by GCOV (gcov --json-format --stdout); what did not must be
 * explained in UNCOVERED. DIR gets summary.md and coverage.json.
 * Exit: 0 enough, and the rest explained; 1 not; 2 broken.
 */
#include "cover.h"

int main(int argc, char **argv)
{
	struct cover c = { 0 };
	int status;

	if (argc != 5) {
		ut_err("usage: cover DIFF GCOV UNCOVERED DIR");
		return UT_BROKEN;
	}
	if (!cover_diff(&c, argv[1]) || !cover_gcov(&c, argv[2]) ||
	    !cover_reasons(&c, argv[3]))
		return UT_BROKEN;
	cover_explain(&c);
	status = cover_judge(&c);
	cover_out(&c, argv[4], status);
	return status;
}
