// SPDX-License-Identifier: GPL-2.0-only
/* What the guest printed: see bench.h. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const char *const read_devices[] = {
	[BENCH_NVME] = "nvme", [BENCH_NULL] = "null",
};

static const char *const read_counts[] = {
	[BENCH_BIOS] = "bios", [BENCH_COMMANDS] = "commands",
	[BENCH_FLUSHES] = "flushes", [BENCH_FUA] = "fua",
};

static bool read_is_plain(const char *name)
{
	return !strcmp(name, "buffered") || !strcmp(name, "direct");
}

static struct bench_way *read_way(struct bench *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (!strcmp(b->ways[i].name, name))
			return &b->ways[i];
	b->ways = ut_grow(b->ways, b->n, sizeof(*b->ways));
	b->ways[b->n] = (struct bench_way) {
		.name = ut_strdup(name), .plain = read_is_plain(name),
	};
	return &b->ways[b->n++];
}

static bool read_cell(struct bench_cell *c, json_t *line)
{
	double operations;
	size_t i;

	if (json_object_get(line, "refused"))
		return true;
	if (json_unpack(line, "{s:F, s:F, s:F, s:F}", "least", &c->least,
			"median", &c->median, "mean", &c->mean, "operations",
			&operations))
		return false;
	for (i = 0; i < BENCH_COUNTS; i++) {
		json_t *count = json_object_get(line, read_counts[i]);

		if (!json_is_number(count))
			return false;
		c->counts[i] = json_number_value(count) / operations;
	}
	c->there = true;
	return true;
}

static bool read_line(struct bench *b, enum bench_kernel kernel, int nr,
		      json_t *line)
{
	const char *device, *way;
	size_t i;

	if (json_unpack(line, "{s:s, s:s}", "device", &device, "way", &way))
		return false;
	for (i = 0; i < BENCH_DEVICES; i++)
		if (!strcmp(device, read_devices[i]))
			return read_cell(&read_way(b, way)->v[i][kernel][nr],
					 line);
	return false;
}

bool bench_read(struct bench *b, enum bench_kernel kernel, int nr,
		const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	bool good = text, any = false;

	while (good && rest && (line = strsep(&rest, "\n"))) {
		json_t *json;

		if (*line != '{')
			continue;
		json = json_loads(line, 0, NULL);
		good = json && read_line(b, kernel, nr, json);
		any = true;
		json_decref(json);
	}
	free(text);
	if (!good || !any)
		ut_err("%s: not what tests/guest/bench.c prints", path);
	return good && any;
}
