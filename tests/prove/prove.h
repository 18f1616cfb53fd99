/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is proved by what: the rules of kernel-patches/RULES, the tests that
 * name them (tests/cases, the KUnit sources), and the mutants that break them
 * (tests/mutants/), which show that those tests see it. Beside the rules, the
 * traps that such code is known to step into (tests/traps).
 *
 * Everything is read once, belongs to struct prove, and is never freed: the
 * program ends soon after. Errors that a person must mend are counted and
 * printed as file:line: what is wrong.
 */
#ifndef PROVE_H
#define PROVE_H

#include "../../vm/supervisor/cases.h"

/* Is it done today? RULE_TEXT: yes, but there is nothing to run. */
enum rule_state { RULE_NO, RULE_TEXT, RULE_PART, RULE_YES, RULE_STATES };

struct rule {
	char *id;			/* D9 */
	enum rule_state state;
	char *text;			/* one line */
	size_t nr_tests;
	size_t nr_mutants;
};

struct rules {
	struct rule *v;
	size_t n;
};

/* A case of a KUnit suite; its rules stand in the comment over it. */
struct kcase {
	char *suite;
	char *name;
	char *rules;			/* comma list, "" if none */
	char *traps;			/* the same of their numbers */
	const char *file;
	int line;
};

struct kcases {
	struct kcase *v;
	size_t n;
};

#define TRAPS 37			/* of the specification */

/* A test that fails when the trap is stepped into. */
struct trap {
	unsigned int nr;
	char *name;			/* kunit/suite.case or group/case */
	char *text;			/* one line */
};

struct traps {
	struct trap *v;
	size_t n;
};

/* How a test took a mutant. From good to bad: the worst of a mutant counts. */
enum verdict {
	V_NONE,				/* not run yet */
	V_KILLED,			/* an assertion failed */
	V_SPLAT,			/* the kernel complained or died */
	V_HANG,
	V_SURVIVED,
	V_BROKEN,			/* nothing can be said */
};

/* "Test:" of a mutant: it must kill the mutant all by itself. */
struct claim {
	bool guest;			/* else KUnit in User Mode Linux */
	char *name;			/* group/case, or suite.case */
	char *profile;			/* guest only */
	char *fs;			/* guest only */
	enum verdict verdict;
	char *why;			/* one line, NULL if there is none */
	double seconds;			/* of the run */
};

struct mutant {
	char *name;			/* the file's, without .patch */
	char *path;
	char *rule;
	char *breaks;			/* one sentence */
	enum verdict expect;		/* V_KILLED, V_SPLAT or V_HANG */
	struct claim *claims;
	size_t nr_claims;
	enum verdict verdict;
	char *why;
	double build;			/* seconds */
};

struct mutants {
	struct mutant *v;
	size_t n;
};

struct prove {
	struct rules rules;
	struct cases cases;
	struct kcases kcases;
	struct mutants mutants;
	struct traps traps;
	unsigned int errors;
};

__attribute__((format(printf, 2, 3)))
void prove_error(struct prove *p, const char *fmt, ...);

/*
 * Give each line of @text, the content of @path, to @take, but for comments (#)
 * and empty ones. What it says is wrong (NULL: nothing) is an error of that line.
 */
void prove_lines(struct prove *p, const char *path, char *text,
		 const char *(*take)(struct prove *p, char *line));

/* Read all five; what is wrong is counted. -errno when a file is missing. */
int prove_read(struct prove *p);
/* Is the comma list @list with @id in it? */
bool prove_has(const char *list, const char *id);
const char *prove_word(enum verdict v);

/* rule.c: "ID yes|part|text|no what it says", # comments. */
void rule_parse(struct prove *p, const char *path, char *text);
extern const char *const rule_states[RULE_STATES];
/* Can a test prove it, and a mutant break it? */
bool rule_is_live(const struct rule *r);
struct rule *rule_find(const struct rules *rules, const char *id, size_t len);

/* kcase.c: find the cases of a KUnit source and what they are for. */
void kcase_parse(struct prove *p, const char *path, char *text);
const struct kcase *kcase_find(const struct kcases *kc, const char *full);

/*
 * mutant.c: a patch, with lines above it:
 *	# SPDX-License-Identifier: GPL-2.0-only
 *	Rule: D9
 *	Breaks: what is wrong in it, in a sentence
 *	Test: suite.case, or group/case [FS=name] [PROFILE=name]
 *	Expect: assertion (the default), splat or hang
 * Its name begins with the rule. Test may stand there more than once.
 */
void mutant_parse(struct prove *p, const char *path, char *text);

/*
 * trap.c: "number case what steps into it", # comments. A KUnit case must name
 * the trap in the comment over it: trap N, or traps N, N.
 */
void trap_parse(struct prove *p, const char *path, char *text);
char *trap_numbers(const char *comment);
void trap_check(struct prove *p);
void trap_print(const struct prove *p);

/*
 * cover.c: is everything that is named there? And has every rule that is done,
 * or in part, a test and a mutant?
 */
void cover_check(struct prove *p);
void cover_gaps(struct prove *p);
void cover_print(const struct prove *p);

/* judge.c: what a test's output says about its claims */
void judge_kunit(struct claim *c, const char *ktap);
void judge_guest(struct claim *claims, size_t n, const char *dir);
/*
 * And of all cases of all suites, of which @cases have to be there; @endless: the
 * kernel had to be stopped.  The verdict, and *@why if there is something to be
 * said.  How many cases have a result?
 */
size_t judge_suites(const char *ktap, size_t cases, bool endless,
		    enum verdict *verdict, char **why);
/* The same of a run of the guest, in @dir (NULL: there is none) */
size_t judge_boot(const char *dir, size_t cases, bool endless,
		  enum verdict *verdict, char **why);

/* run.c: build and run the mutants chosen. Exit code. */
struct run_opt {
	const char *globs;		/* NULL: all */
	unsigned int shard, shards;
	const char *seed;
};

int run_mutants(struct prove *p, const struct run_opt *opt);

/*
 * draw.c: @nr mutants by lot, from the files that @opt's globs name. Exit code: 1
 * when one survived.
 */
int draw_mutants(const struct run_opt *opt, unsigned int nr);

/* out.c: table, KTAP, JSON and markdown of the @n mutants in @v */
void out_table(struct mutant *const *v, size_t n);
void out_files(struct mutant *const *v, size_t n, const char *dir);

#endif
