// SPDX-License-Identifier: GPL-2.0-only
/* The table: see iops.h. */
#include <stdio.h>
#include <stdlib.h>

#include "iops.h"

static void out_pairs(struct ut_buf *b, const struct iops *r,
		      enum iops_depth depth)
{
	int i;

	for (i = 0; i < IOPS_PAIRS; i++)
		ut_addf(b, "%s%.2f", i ? " " : "",
			r->v[depth][i][IOPS_OURS] / r->v[depth][i][IOPS_QEMU]);
}

static void out_depth(struct ut_buf *b, const struct iops *r,
		      enum iops_depth depth)
{
	ut_addf(b, "| %d | %.0f | %.0f | %.2f | ", depth == IOPS_ONE ? 1 : 32,
		iops_median(r, depth, IOPS_QEMU),
		iops_median(r, depth, IOPS_OURS), iops_ratio(r, depth));
	out_pairs(b, r, depth);
	ut_addf(b, " | %.2f |\n", iops_limit(depth));
}

void iops_out(const struct iops *r, const char *dir)
{
	char *path = ut_fmt("%s/summary.md", dir);
	char *before = ut_read(path, NULL);
	struct ut_buf b = { 0 }, all = { 0 };
	int d;

	ut_addf(&b, "\n# Our own disk beside QEMU's\n\n"
		"| depth | QEMU's IOPS | ours | of a pair | all pairs | wanted |\n"
		"| --- | --- | --- | --- | --- | --- |\n");
	for (d = 0; d < IOPS_DEPTHS; d++)
		out_depth(&b, r, d);
	ut_addf(&b, "\n4 KiB random direct writes by fio, medians of %d pairs "
		"in turns. Too slow is only what no pair reaches.\n",
		IOPS_PAIRS);
	fputs(ut_str(&b), stdout);
	ut_addf(&all, "%s%s", before ? before : "", ut_str(&b));
	ut_write(path, ut_str(&all));
	ut_free(&all);
	ut_free(&b);
	free(before);
	free(path);
}
