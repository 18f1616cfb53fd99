// SPDX-License-Identifier: GPL-2.0-only
#include "core.h"

/* splitmix64: every state is good, so any seed is. */
uint64_t fault_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

/* Each use has its own numbers: one more error does not change the order. */
void fault_init(struct ctrl *c)
{
	uint64_t seed = c->cfg->seed;

	c->rng_fault = fault_random(&seed);
	c->rng_latency = fault_random(&seed);
	c->rng_order = fault_random(&seed);
}

static bool fault_touches(const struct cfg_error *e, const struct span *spans,
			  unsigned int n)
{
	unsigned int i;

	if (!e->blocks)
		return true;
	/* No sum here: what the guest asks for may be at the end of 64 bits. */
	for (i = 0; i < n; i++)
		if (spans[i].lba <= e->lba ?
		    e->lba - spans[i].lba < spans[i].blocks :
		    spans[i].lba - e->lba < e->blocks)
			return true;
	return false;
}

uint16_t fault_status(struct ctrl *c, enum cfg_op op, const struct span *spans,
		      unsigned int n)
{
	unsigned int i;

	for (i = 0; i < c->cfg->nr_errors; i++) {
		const struct cfg_error *e = &c->cfg->errors[i];

		if (!e->ops[op] || !fault_touches(e, spans, n) ||
		    c->faults[i].seen++ < e->skip)
			continue;
		if (e->count && c->faults[i].failed >= e->count)
			continue;
		if (e->per_million &&
		    fault_random(&c->rng_fault) % 1000000 >= e->per_million)
			continue;
		c->faults[i].failed++;
		return e->status;
	}
	return 0;
}

uint64_t fault_latency(struct ctrl *c, enum cfg_op op)
{
	const struct cfg_latency *l = &c->cfg->latency[op];

	if (l->most <= l->least)
		return l->least;
	return l->least + fault_random(&c->rng_latency) %
			  (l->most - l->least + 1);
}
