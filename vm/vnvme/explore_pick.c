// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "explore_pick.h"

/* A command falls apart in so many ways that tell much. */
enum xpick_tear {
	XPICK_FIRST_HALF,	/* is there, the second is lost */
	XPICK_SECOND_HALF,
	XPICK_ONE_LOST,
	XPICK_ONE_KEPT,
	XPICK_TEARS,
};

static bool xpick_few(const struct xcut *c, const struct explore_cfg *cfg)
{
	return c->cut.n <= cfg->few;
}

static size_t xpick_tearable(const struct xcut *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->nr_commands; i++)
		n += c->commands[i].n > 1;
	return n;
}

/* Nothing and everything; lost, kept, beginnings; tears. */
static uint64_t xpick_telling(const struct xcut *c)
{
	return 2 + 3 * c->nr_commands - 1 + XPICK_TEARS * xpick_tearable(c);
}

uint64_t xpick_count(const struct xcut *c, const struct explore_cfg *cfg)
{
	if (xpick_few(c, cfg))
		return 1ull << c->cut.n;
	return xpick_telling(c) + cfg->lots;
}

uint64_t xpick_draw(const struct xcut *c, const struct explore_cfg *cfg,
		    uint64_t lot)
{
	if (xpick_few(c, cfg))
		return lot % (1ull << c->cut.n);
	if (lot & 1)
		return (lot >> 1) % xpick_telling(c);
	return xpick_telling(c) + (lot >> 1) % (1ull << 32);
}

static void xpick_set(struct xcut *c, const struct xcommand *d, uint8_t keep)
{
	memset(c->keep + d->first, keep, d->n);
}

/* The @nr-th command that has several pieces; the others are kept. */
static void xpick_tear(struct xcut *c, const struct explore_cfg *cfg, uint64_t nr)
{
	enum xpick_tear how = nr % XPICK_TEARS;
	const struct xcommand *d = c->commands;
	uint64_t one;

	memset(c->keep, 1, c->cut.n);
	for (nr /= XPICK_TEARS; d->n < 2 || nr--; d++)
		;
	one = d->first + xcut_lot(cfg->seed, c->cut.event, d->first) % d->n;
	switch (how) {
	case XPICK_FIRST_HALF:
		memset(c->keep + d->first + d->n / 2, 0, d->n - d->n / 2);
		break;
	case XPICK_SECOND_HALF:
		memset(c->keep + d->first, 0, d->n / 2);
		break;
	case XPICK_ONE_LOST:
		c->keep[one] = 0;
		break;
	default:
		xpick_set(c, d, 0);
		c->keep[one] = 1;
	}
}

/* Each command is there, or not, or torn: at one place or at many. */
static void xpick_lot(struct xcut *c, const struct explore_cfg *cfg, uint64_t nr)
{
	uint64_t seed = xcut_lot(cfg->seed, c->cut.event, nr);
	size_t i, j;

	for (i = 0; i < c->nr_commands; i++) {
		const struct xcommand *d = &c->commands[i];
		uint64_t lot = xcut_lot(seed, i, 0);
		uint64_t way = lot % (d->n > 1 ? 4 : 2);
		size_t half = (lot >> 8) % d->n;

		xpick_set(c, d, way == 0);
		for (j = 0; j < d->n && way == 2; j++)
			c->keep[d->first + j] = j <= half;
		for (j = 0; j < d->n && way == 3; j++)
			c->keep[d->first + j] = xcut_lot(seed, i, j + 1) & 1;
	}
}

/* Numbers from 2 on, of a cut with many pieces. */
static void xpick_many(struct xcut *c, const struct explore_cfg *cfg, uint64_t nr)
{
	uint64_t n = c->nr_commands, i;

	if (nr < n) {
		memset(c->keep, 1, c->cut.n);
		xpick_set(c, &c->commands[nr], 0);
	} else if (nr < 2 * n) {
		memset(c->keep, 0, c->cut.n);
		xpick_set(c, &c->commands[nr - n], 1);
	} else if (nr < 3 * n - 1) {
		for (i = 0; i < n; i++)
			xpick_set(c, &c->commands[i], i <= nr - 2 * n);
	} else if (nr + 2 < xpick_telling(c)) {
		xpick_tear(c, cfg, nr - (3 * n - 1));
	} else {
		xpick_lot(c, cfg, nr);
	}
}

void xpick(struct xcut *c, const struct explore_cfg *cfg, uint64_t nr)
{
	size_t i;

	if (xpick_few(c, cfg)) {
		for (i = 0; i < c->cut.n; i++)
			c->keep[i] = !(nr >> i & 1);
		return;
	}
	if (nr < 2)
		memset(c->keep, nr, c->cut.n);
	else
		xpick_many(c, cfg, nr - 2);
}
