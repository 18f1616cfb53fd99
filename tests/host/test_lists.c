// SPDX-License-Identifier: GPL-2.0-only
/* The lists of crash/pairs and crash/triples: all are taken, and each once. */
#include <stdlib.h>
#include <string.h>

#include "../guest/crash_lists.h"
#include "th.h"

/* Take what all shards of a run take; nothing may have been taken before. */
static bool take(uint8_t *taken, uint64_t nr, uint64_t wanted, uint64_t seed,
		 unsigned int shards)
{
	unsigned int shard;
	uint64_t place;

	for (shard = 1; shard <= shards; shard++) {
		struct crash_part p = crash_part(nr, wanted, seed, shard,
						 shards);

		TH_CHECK(p.first <= p.end && p.end <= nr);
		for (place = p.first; place < p.end; place++) {
			uint64_t list = crash_list_at(nr, place);

			TH_CHECK(list < nr && !taken[list]);
			taken[list] = 1;
		}
	}
	return true;
}

static bool covered(uint64_t nr, uint64_t wanted, unsigned int shards)
{
	uint64_t parts = wanted ? (nr + wanted - 1) / wanted : 1, i;
	uint8_t *taken = calloc(nr, 1);

	for (i = 0; i < parts; i++)
		TH_CHECK(take(taken, nr, wanted, 7 + i, shards));
	TH_CHECK(!memchr(taken, 0, nr));
	free(taken);
	return true;
}

static bool all(void)
{
	static const uint64_t nr[] = { 1, 2, 3, 60, 61, 1000, 18432, 22500 };
	static const unsigned int shards[] = { 1, 2, 3, 64, 1000 };
	size_t i, j;

	for (i = 0; i < sizeof(nr) / sizeof(nr[0]); i++)
		for (j = 0; j < sizeof(shards) / sizeof(shards[0]); j++) {
			TH_CHECK(covered(nr[i], 0, shards[j]));
			TH_CHECK(covered(nr[i], 17, shards[j]));
			TH_CHECK(covered(nr[i], 420, shards[j]));
		}
	return true;
}

/* As many lists as were wanted, also where shards are more than these. */
static bool number(void)
{
	struct crash_part p = crash_part(18432, 240, 0, 1, 1);

	TH_CHECK(p.first == 0 && p.end == 240);
	p = crash_part(18432, 240, 1, 2, 4);
	TH_CHECK(p.first == 300 && p.end == 360);
	p = crash_part(18432, 2, 0, 1, 3);
	TH_CHECK(p.first == p.end);
	p = crash_part(100, 1000, 5, 1, 1);
	TH_CHECK(p.first == 0 && p.end == 100);
	return true;
}

/* No two numbers are the same list. */
static bool digits(void)
{
	static const int nr[] = { 3, 4, 5 };
	bool seen[3][4][5] = { 0 };
	int list, d[3];

	for (list = 0; list < 60; list++) {
		crash_list_digits(list, nr, 3, d);
		TH_CHECK(d[0] < 3 && d[1] < 4 && d[2] < 5);
		TH_CHECK(!seen[d[0]][d[1]][d[2]]);
		seen[d[0]][d[1]][d[2]] = true;
	}
	return true;
}

const struct th_test th_lists[] = {
	{ "all", all },
	{ "number", number },
	{ "digits", digits },
	{ }
};
