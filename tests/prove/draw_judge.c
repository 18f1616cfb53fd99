// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who judges a mutant that was drawn, and by what.
 *
 * KUnit's suites are about fs/iomap and what it uses of mm.  The rest, block
 * devices too, they never run, although their kernel has some of it.  In the
 * guest one boot has to do for a mutant: on disk `flaky`, which can be told to
 * fail and has atomic writes besides all that `default` has, and on xfs-quota,
 * where cases need no more than on xfs-4k and those of quota run as well.
 */
#include <stdlib.h>

#include "draw.h"

#define DRAW_PROFILE "flaky"

/* What the guest runs: the groups of the rules that the files implement. */
static const struct {
	const char *fs, *tests;
} draw_guests[DRAW_JUDGES] = {
	[DRAW_XFS] = {
		"xfs-quota",
		"async atomic basic cost data dsync eof error flags freeze "
		"fsx/smoke mmap race reflink shutdown space stress trace",
	},
	[DRAW_BLKDEV] = {
		"blkdev",
		"async atomic blkdev dsync error fsx/blkdev race storm",
	},
};

/* The first that fits */
static const struct {
	const char *files;
	enum draw_judge judge;
} draw_files[] = {
	{ "fs/iomap/*", DRAW_KUNIT },
	{ "fs/*", DRAW_XFS },
	{ "block/*", DRAW_BLKDEV },
	{ "*", DRAW_KUNIT },
};

enum draw_judge draw_judge(const char *file, bool has)
{
	size_t i = 0;

	while (!ut_glob(draw_files[i].files, file))
		i++;
	return draw_files[i].judge == DRAW_KUNIT && !has ? DRAW_XFS :
		draw_files[i].judge;
}

/* Into @verdict and @why; how many cases passed? */
static size_t draw_run(const struct draw_base *base, enum draw_judge judge,
		       const char *name, enum verdict *verdict, char **why,
		       double *seconds)
{
	char *log = ut_fmt("%s/%s", DRAW_DIR, name), *out;
	double begin = ut_now();
	size_t n;

	if (judge == DRAW_KUNIT)
		out = step_kunit(log, "iomap_wt*", base->limit);
	else
		out = step_guest(log, draw_guests[judge].tests,
				 &(struct claim) {
					.profile = DRAW_PROFILE,
					.fs = (char *)draw_guests[judge].fs,
				 }, NULL, base->limit);
	*seconds = ut_now() - begin;
	if (judge == DRAW_KUNIT)
		n = judge_suites(out, base->cases, *seconds >= base->limit,
				 verdict, why);
	else
		n = judge_boot(out, base->cases, *seconds >= base->limit,
			       verdict, why);
	free(out);
	free(log);
	return n;
}

bool draw_judge_base(struct drawer *d, enum draw_judge judge)
{
	static const char *const names[] = {
		[DRAW_KUNIT] = "the suites", [DRAW_XFS] = "the cases on XFS",
		[DRAW_BLKDEV] = "the cases on a block device",
	};
	struct draw_base *base = &d->base[judge];
	char *log = ut_fmt("base-%d.log", judge), *why;
	enum verdict verdict;
	double seconds;
	size_t n;

	base->cases = 1;
	base->limit = judge == DRAW_KUNIT ? RUN_KUNIT_ALL : RUN_GUEST_ALL;
	n = draw_run(base, judge, log, &verdict, &why, &seconds);
	base->cases = n;
	/* Somebody else may use the machine; and complaints take time. */
	base->limit = 3 * seconds + 10;
	free(log);
	if (verdict == V_SURVIVED && n)
		return true;
	ut_err("%s do not pass without a mutant: %s", names[judge],
	       why ? why : "no case ran");
	return false;
}

void draw_judge_mutant(const struct drawer *d, struct draw *m)
{
	char *log = ut_fmt("%zu.log", d->nr_done);

	draw_run(&d->base[m->judge], m->judge, log, &m->verdict, &m->why,
		 &m->seconds);
	free(log);
}
