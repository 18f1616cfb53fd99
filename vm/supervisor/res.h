/* SPDX-License-Identifier: GPL-2.0-only */
/* What came of each case, and in which company it ran. */
#ifndef RES_H
#define RES_H

#include "cases.h"
#include "ktap.h"
#include "prof.h"

#define RES_DEVICE "device/profile"
#define RES_CHECK "fs/check"
#define RES_LOG_CAP (256 * 1024)	/* bytes kept of one case's text */

enum res_again { RES_ONCE, RES_SOLID, RES_FLAKY };

struct group;

struct res {
	const char *name;
	const struct tcase *tc;		/* NULL for what every boot has */
	struct group *group;
	enum outcome outcome;
	enum res_again again;		/* how a failed case did alone, or the
					 * other times with REPEAT= */
	unsigned int failed;		/* REPEAT=: so many times, */
	unsigned int runs;		/* of so many; 0: no REPEAT= */
	unsigned int nth;		/* this is that failure, from 1 */
	double seconds;			/* as the host saw it */
	double last;			/* in an earlier run, -1 unknown */
	char *reason;			/* one line, or NULL */
	struct ut_buf log;		/* what the case said */
	struct ut_buf splats;		/* kernel reports while it ran */
	struct ut_buf dump;		/* after a hang or a death */
	int boot;			/* number of the boot, 0 not run */
};

/*
 * Cases that share boots: one kernel, one profile, one file system; those that
 * need a write log have boots of their own, so that it holds nothing else.
 */
struct group {
	const struct prof *prof;
	const struct fs *fs;
	bool unpatched;
	bool log;
	struct res *v;			/* chosen cases, in manifest order */
	size_t n;
	struct res device;		/* RES_DEVICE: the worst of all boots */
	struct res check;		/* RES_CHECK, likewise */
	struct res boot;		/* what no case can be blamed for */
};

/* Take over @reason (format) unless the outcome is already worse. */
__attribute__((format(printf, 3, 4)))
void res_set(struct res *r, enum outcome o, const char *fmt, ...);
/* Fold one boot's result into the group's: the worse one stays. */
void res_merge(struct res *into, struct res *from);
/* Empty a result again, keeping what it is of. */
void res_reset(struct res *r);
/* fail > broken > pass > skip > none. */
bool res_worse(enum outcome a, enum outcome b);
/* What a failed case said last, without marks; NULL if it said nothing. */
char *res_last_line(const struct res *r);
void res_log(struct ut_buf *b, const char *line);

#endif
