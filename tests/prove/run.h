/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the mutants are built and run, below BUILD/mutants. As below BUILD, so
 * that the paths from one to the other are the same, and ccache knows them:
 *
 *	linux/		the tree, a clone that is nobody's to edit
 *	kunit/		User Mode Linux of it
 *	kernel/plain/	the guest's kernel of it
 *	vm/		results of the guest's runs, by mutant
 *	log/		what each step of each mutant said
 */
#ifndef PROVE_RUN_H
#define PROVE_RUN_H

#define RUN_DIR "build/mutants"
#define RUN_TREE RUN_DIR "/linux"
#define RUN_KUNIT RUN_DIR "/kunit"
#define RUN_KERNEL RUN_DIR "/kernel/plain"
#define RUN_VM RUN_DIR "/vm"
#define RUN_KUNIT_LIMIT 40	/* seconds, for a test of well under one */
#define RUN_KUNIT_ALL 200	/* for all of them, which take 10 to 30 */
#define RUN_GUEST_ALL 600	/* for a boot of the guest, of a minute or two */

struct claim;

/*
 * Run a program to its end, with its output in @log. Its exit status, or 128
 * and the signal; 127 if it could not be run. @env: NAME=VALUE..., NULL.
 */
int step_run(const char *log, const char *const *env, const char *const *argv);

/* The same for what the steps have in common; false, with @why, if not so. */
bool step_apply(const char *log, const char *patch, char **why);
bool step_reset(const char *log, char **why);
bool step_build_kunit(const char *log, char **why);
bool step_build_kernel(const char *log, char **why);
/* KTAP of the cases that @glob names, of up to @limit seconds; the caller frees. */
char *step_kunit(const char *log, const char *glob, unsigned int limit);
/*
 * The folder of results, NULL if there is none; the caller frees.  @limit: the
 * first case that fails ends it, or so many seconds; 0: neither does.
 */
char *step_guest(const char *log, const char *tests, const struct claim *like,
		 const char *seed, unsigned int limit);

#endif
