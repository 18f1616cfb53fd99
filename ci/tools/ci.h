/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the scripts of ci/ leave to a program: JSON and YAML. Started in the
 * project's top folder. Each command returns its exit code: 0 passed, 1 a test
 * failed, 2 broken, 4 everything skipped.
 */
#ifndef CI_H
#define CI_H

#include <jansson.h>

#include "../../vm/supervisor/ut.h"

/*
 * matrix [SHARDS]: from the list of cases on stdin (vm/vmtest --list), the
 * jobs to spread them over, as GitHub's `matrix` wants it, in one line:
 *	{"include":[{"name":"default-xfs-4k-1-of-1","profile":"default",
 *	 "fs":"xfs-4k","shard":"1/1"}, ...]}
 * One or more jobs a pair of profile and file system, by the seconds that its
 * cases may take; or SHARDS jobs, each with a part of everything.
 */
int matrix_command(int argc, char **argv);

/*
 * annotate FILE...: print an ::error line for each failure in run.json files
 * and in KTAP or kunit.py logs, at the line of source that it names.
 */
int annotate_command(int argc, char **argv);

/*
 * merge OUT LIST FILE...: make one OUT/summary.md and OUT/run.json of the
 * run.json files of many jobs. LIST is what had to run (vm/vmtest --list): a
 * case without an outcome is broken.
 */
int merge_command(int argc, char **argv);

/*
 * workflows FILE...: are these GitHub workflows as ours must be? Prints
 * FILE:LINE: what is wrong.
 */
int workflows_command(int argc, char **argv);

/* "ci: message" on stderr; returns UT_BROKEN. */
__attribute__((format(printf, 1, 2)))
int ci_err(const char *fmt, ...);

/* Load JSON from @path, "-" for stdin; NULL after telling why not. */
json_t *ci_load(const char *path);
/* A string member, "" where there is none. */
const char *ci_text(const json_t *object, const char *key);

#endif
