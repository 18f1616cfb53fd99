// SPDX-License-Identifier: GPL-2.0-only
/*
 * See crash_lists.h.
 */
#include "crash_lists.h"

struct crash_part crash_part(uint64_t nr, uint64_t wanted, uint64_t seed,
			     unsigned int shard, unsigned int shards)
{
	uint64_t first, left, parts;

	if (!wanted || wanted > nr)
		wanted = nr;
	parts = wanted ? (nr + wanted - 1) / wanted : 1;
	first = seed % parts * wanted;
	left = nr - first < wanted ? nr - first : wanted;
	return (struct crash_part){
		.first = first + left * (shard - 1) / shards,
		.end = first + left * shard / shards,
	};
}

static uint64_t crash_common(uint64_t a, uint64_t b)
{
	uint64_t rest;

	while (b) {
		rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Steps of about the golden section of all, which share no divisor with it. */
uint64_t crash_list_at(uint64_t nr, uint64_t place)
{
	uint64_t step = nr * 618 / 1000;

	while (crash_common(step, nr) != 1)
		step++;
	return place % nr * step % nr;
}

void crash_list_digits(uint64_t list, const int *nr, int len, int *digit)
{
	while (len--) {
		digit[len] = list % nr[len];
		list /= nr[len];
	}
}
