// SPDX-License-Identifier: GPL-2.0-only
/*
 * The negative control, in a boot of a kernel without our series: the flag is
 * refused, so that no test above can have passed without the series.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "t.h"

static void unpatched_refused(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_EQ(t, "write with the flag", -EOPNOTSUPP,
	     t_write(t, fd, 0, t->ps, 2, RWF_WRITETHROUGH));
	T_READS(t, fd, 0, 4 * t->ps, 1);
}

/* And what the tests look at works there as well: a lazy write is seen. */
static void unpatched_lazy(struct t *t)
{
	int fd = t_file(t, "f", 4 * t->ps);

	T_MUST(t_write(t, fd, 0, t->ps, 2, 0) == t->ps);
	T_LAZY(t, fd, 0, t->ps, 2);
	T_MUST(!fsync(fd));
	T_CLEAN(t, fd, 0, t->ps);
	T_DISK(t, fd, 0, t->ps, 2);
}

static const struct t_case cases[] = {
	{ "lazy",	unpatched_lazy },
	{ "refused",	unpatched_refused },
};

T_GROUP(unpatched, cases)
