// SPDX-License-Identifier: GPL-2.0-only
/*
 * What workloads are made of.  See crash.h.
 */
#include "crash.h"

const struct crash_place crash_places[] = {
	{ "blocks", 16 * T_KIB, 8 * T_KIB },
	{ "a unit", 32 * T_KIB, 16 * T_KIB },
	{ "parts of blocks", 4100, 9000 },
	{ "half a hole", CRASH_HOLE - 4096, 8 * T_KIB },
	{ "unwritten", CRASH_UNWRITTEN, 8 * T_KIB },
	{ "a bit of unwritten", CRASH_UNWRITTEN + 1000, 2000 },
	{ "across EOF", CRASH_EOF - 3000, 12000 },
	{ "at EOF", CRASH_EOF, 10000 },
	{ "beyond EOF", CRASH_EOF + 10000, 5000 },
};

const int crash_nr_places = sizeof(crash_places) / sizeof(crash_places[0]);

uint64_t crash_draw(uint64_t *rng)
{
	uint64_t x = *rng += 0x9e3779b97f4a7c15ull;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

bool crash_has_place(const struct crash_kind *kind)
{
	return kind->does & (CRASH_DATA | CRASH_ZEROS | CRASH_CUTS);
}

struct crash_op crash_at(struct crash *c, const struct crash_kind *kind,
			 int file, long long pos, long long len)
{
	if (!crash_has_place(kind))
		pos = 0;
	if (!(kind->does & (CRASH_DATA | CRASH_ZEROS)))
		len = 0;
	return crash_op(c, kind, file, pos, len);
}

void crash_next_file(struct crash *c)
{
	crash_add(c, "fsync", c->files - 1, 0, 0);
}

int crash_choose(struct crash *c, const struct crash_kind **kinds,
		 unsigned int not)
{
	int i, n = 0;

	for (i = 0; i < crash_nr_kinds && n < CRASH_KINDS; i++)
		if (!(crash_kinds[i].does & (not | CRASH_WAITS)) &&
		    crash_can(c, &crash_kinds[i]))
			kinds[n++] = &crash_kinds[i];
	T_MUST(n && i == crash_nr_kinds);
	return n;
}

void crash_default(struct crash *c, uint64_t states)
{
	if (!c->states)
		c->states = states;
}
