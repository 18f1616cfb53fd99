// SPDX-License-Identifier: GPL-2.0-only
/* The table, for people and for programs: see bench.h. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const char *const out_kernels[] = {
	[BENCH_SERIES] = "series", [BENCH_BASE] = "base",
};

static const struct bench_cell *out_nvme(const struct bench_way *w, int nr)
{
	return &w->v[BENCH_NVME][BENCH_SERIES][nr];
}

/* "1", or "1/1.02" when the two runs differ */
static void out_count(struct ut_buf *b, const struct bench_way *w, int i)
{
	double one = out_nvme(w, 0)->counts[i], two = out_nvme(w, 1)->counts[i];

	ut_addf(b, " %.4g", one);
	if (one != two)
		ut_addf(b, "/%.4g", two);
	ut_addf(b, " |");
}

static void out_way(struct ut_buf *b, const struct bench_way *w)
{
	int i;

	ut_addf(b, "| %s |", w->name);
	if (!bench_known(w, BENCH_SERIES)) {
		ut_addf(b, " refused | | | | | | | | |\n");
		return;
	}
	for (i = 0; i < BENCH_COUNTS; i++)
		out_count(b, w, i);
	ut_addf(b, " %.0f |", bench_value(w, BENCH_SERIES));
	if (bench_known(w, BENCH_BASE))
		ut_addf(b, " %.0f | %+.2f %%%s |", bench_value(w, BENCH_BASE),
			bench_change(w), w->plain ? " (limit)" : "");
	else
		ut_addf(b, " - | - |");
	ut_addf(b, " %.2f %% | %.0f | %.0f |\n", bench_spread(w),
		fmin(out_nvme(w, 0)->least, out_nvme(w, 1)->least),
		(out_nvme(w, 0)->mean + out_nvme(w, 1)->mean) / 2);
}

static void out_table(struct ut_buf *b, const struct bench *bench)
{
	size_t i;

	ut_addf(b, "| 4 KiB overwrite | bios | commands | flushes | FUA | "
		"instructions | without the series | change | two runs apart | "
		"on NVMe: least | mean |\n"
		"| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- "
		"| --- |\n");
	for (i = 0; i < bench->n; i++)
		out_way(b, &bench->ways[i]);
}

static void out_markdown(const struct bench *bench, const char *dir)
{
	char *path = ut_fmt("%s/summary.md", dir);
	struct ut_buf b = { 0 };

	ut_addf(&b, "# What an operation costs\n\n");
	out_table(&b, bench);
	ut_addf(&b, "\nAll of one operation. Instructions: the median, of a "
		"kernel on one processor, on a null_blk that completes a "
		"request before its submission returns; the last two columns "
		"and the counts are of QEMU's NVMe disk, interrupts and "
		"changes of tasks included. (limit): may not be dearer by "
		"more than %.1f %%.\n", BENCH_LIMIT);
	fputs(ut_str(&b), stdout);
	ut_write(path, ut_str(&b));
	ut_free(&b);
	free(path);
}

static json_t *out_cells(const struct bench_way *w, int device, int kernel)
{
	json_t *runs = json_array();
	int i;

	for (i = 0; i < BENCH_RUNS; i++) {
		const struct bench_cell *c = &w->v[device][kernel][i];

		if (!c->there)
			continue;
		json_array_append_new(runs, json_pack(
			"{s:{s:f, s:f, s:f}, s:f, s:f, s:f, s:f}",
			"instructions", "least", c->least, "median", c->median,
			"mean", c->mean, "bios", c->counts[BENCH_BIOS],
			"commands", c->counts[BENCH_COMMANDS],
			"flushes", c->counts[BENCH_FLUSHES],
			"fua", c->counts[BENCH_FUA]));
	}
	return runs;
}

static json_t *out_kernel(const struct bench_way *w, int kernel)
{
	return json_pack("{s:o, s:o}",
			 "nvme", out_cells(w, BENCH_NVME, kernel),
			 "null", out_cells(w, BENCH_NULL, kernel));
}

static json_t *out_json_way(const struct bench_way *w)
{
	json_t *j = json_pack("{s:s, s:b}", "way", w->name, "plain", w->plain);
	int k;

	for (k = 0; k < BENCH_KERNELS; k++)
		json_object_set_new(j, out_kernels[k], out_kernel(w, k));
	if (bench_known(w, BENCH_SERIES) && bench_known(w, BENCH_BASE))
		json_object_set_new(j, "change_percent",
				    json_real(bench_change(w)));
	json_object_set_new(j, "spread_percent", json_real(bench_spread(w)));
	return j;
}

void bench_out(const struct bench *bench, const char *dir, int status)
{
	char *path = ut_fmt("%s/bench.json", dir);
	json_t *ways = json_array();
	json_t *all;
	char *text;
	size_t i;

	out_markdown(bench, dir);
	for (i = 0; i < bench->n; i++)
		json_array_append_new(ways, out_json_way(&bench->ways[i]));
	all = json_pack("{s:i, s:f, s:o}", "exit", status, "limit_percent",
			BENCH_LIMIT, "ways", ways);
	text = json_dumps(all, JSON_INDENT(2) | JSON_REAL_PRECISION(8));
	ut_write(path, text);
	free(text);
	json_decref(all);
	free(path);
}
