/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lists of an enumeration a run takes: arithmetic alone, so that a test on
 * the host (tests/host/test_lists.c) can see that all are taken, and each once.
 *
 * The lists of an enumeration have numbers, from 0.  Neighbours begin alike; so
 * they are taken in another order, in which those that are alike are far apart,
 * and what follows on each other in it is a fair sample.
 */
#ifndef CRASH_LISTS_H
#define CRASH_LISTS_H

#include <stdint.h>

/* Places in the order, from 0; @end is behind the last. */
struct crash_part {
	uint64_t first;
	uint64_t end;
};

/*
 * @wanted lists (0: all) of @nr, those of them that are shard @shard's, from 1, of
 * @shards.  Seeds that follow each other take those that follow each other, until
 * all were taken; the last of these may have fewer.
 */
struct crash_part crash_part(uint64_t nr, uint64_t wanted, uint64_t seed,
			     unsigned int shard, unsigned int shards);

/* The number of the list at @place in the order. */
uint64_t crash_list_at(uint64_t nr, uint64_t place);

/* What list @list has in each of @len positions, with @nr[i] to choose from. */
void crash_list_digits(uint64_t list, const int *nr, int len, int *digit);

#endif
