// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore_cut.h"
#include "vendor.h"

static uint64_t xcut_mix(uint64_t z)
{
	z = (z ^ z >> 31) * 0x9fb21c651e98df25ull;
	z = (z ^ z >> 29) * 0xd6e8feb86659fd93ull;
	return z ^ z >> 32;
}

uint64_t xcut_lot(uint64_t seed, uint64_t a, uint64_t b)
{
	return xcut_mix(xcut_mix(xcut_mix(seed + 0x9e3779b97f4a7c15ull) + a) + b);
}

/* Not against malice: two lanes that mix 8 bytes at a time. */
static struct xhash xcut_sum(const uint8_t *data, size_t len, uint64_t block)
{
	struct xhash h = { xcut_mix(block + 1), xcut_mix(~block) };
	uint64_t w;
	size_t i;

	for (i = 0; i < len; i += sizeof(w)) {
		memcpy(&w, data + i, sizeof(w));
		h.lo = (h.lo ^ w) * 0xff51afd7ed558ccdull;
		h.lo ^= h.lo >> 32;
		h.hi = (h.hi + w) * 0xc4ceb9fe1a85ec53ull;
		h.hi ^= h.hi >> 29;
	}
	return (struct xhash){ xcut_mix(h.lo), xcut_mix(h.hi + h.lo) };
}

/* What is the content of @block worth, if it is @data? */
static struct xhash xcut_worth(const struct vmedia *m, uint64_t block,
			       const uint8_t *data)
{
	if (!memcmp(data, m->base + block * m->lba_size, m->lba_size))
		return (struct xhash){ 0 };
	return xcut_sum(data, m->lba_size, block);
}

static void xcut_poison(uint8_t *data, uint64_t at, uint32_t len)
{
	uint64_t word;
	uint32_t i;

	for (i = 0; i < len; i += sizeof(word)) {
		word = VNVME_POISON ^ ((at + i) / 8);
		memcpy(data + i, &word, sizeof(word));
	}
}

/* What it is worth without data of its own. */
static struct xhash xcut_blank(const struct vmedia *m, uint64_t block,
			       enum vlog_kind kind)
{
	uint8_t data[4096] = { 0 };

	if (kind == VLOG_DISCARD && m->poison)
		xcut_poison(data, block * m->lba_size, m->lba_size);
	return xcut_worth(m, block, data);
}

/* What it is worth as entry @who - 1 left it. */
static struct xhash xcut_hash(const struct xcut *c, uint64_t block, uint32_t who)
{
	const struct vlog_entry *e;

	if (!who)
		return (struct xhash){ 0 };
	e = &c->m->log.v[who - 1];
	if (c->sums[who - 1])
		return c->sums[who - 1][block - e->lba];
	return xcut_blank(c->m, block, e->kind);
}

static void xcut_change(const struct xcut *c, struct xhash *h, uint64_t block,
			uint32_t from, uint32_t to)
{
	struct xhash a = xcut_hash(c, block, from), b = xcut_hash(c, block, to);

	h->lo ^= a.lo ^ b.lo;
	h->hi ^= a.hi ^ b.hi;
}

static void xcut_stale(struct xcut *c, uint64_t block)
{
	c->stale[block / 64] |= 1ull << block % 64;
}

/* Only of writes: what others leave can be computed when it is asked for. */
static int xcut_sums(struct xcut *c)
{
	const struct vlog *log = &c->m->log;
	size_t i;
	uint32_t b;

	for (i = 0; i < log->n; i++) {
		const struct vlog_entry *e = &log->v[i];
		const uint8_t *data = e->data;

		if (e->kind != VLOG_WRITE || e->failed)
			continue;
		c->sums[i] = calloc(e->blocks, sizeof(*c->sums[i]));
		if (!c->sums[i])
			return -ENOMEM;
		for (b = 0; b < e->blocks; b++)
			c->sums[i][b] = xcut_worth(c->m, e->lba + b,
				data + (size_t)b * log->lba_size);
	}
	return 0;
}

/* m->now has all of the log, and no cut of it is in place. */
static void xcut_stale_all(struct xcut *c)
{
	const struct vlog *log = &c->m->log;
	uint64_t b;
	size_t i;

	for (i = 0; i < log->n; i++) {
		const struct vlog_entry *e = &log->v[i];

		for (b = 0; power_writes(e) && b < e->blocks; b++)
			xcut_stale(c, e->lba + b);
	}
}

int xcut_init(struct xcut *c, struct vmedia *m, const struct power_rules *r)
{
	size_t blocks = m->size / m->lba_size, n = m->log.n + 1;

	*c = (struct xcut){ .m = m, .rules = *r, .blocks = blocks };
	c->floor = calloc(blocks, sizeof(*c->floor));
	c->top = calloc(blocks, sizeof(*c->top));
	c->stale = calloc((blocks + 63) / 64, sizeof(*c->stale));
	c->sums = calloc(n, sizeof(*c->sums));
	c->open = calloc(n, sizeof(*c->open));
	c->commands = calloc(n, sizeof(*c->commands));
	if (!c->floor || !c->top || !c->stale || !c->sums || !c->open ||
	    !c->commands || xcut_sums(c)) {
		xcut_free(c);
		return -ENOMEM;
	}
	xcut_stale_all(c);
	return 0;
}

void xcut_free(struct xcut *c)
{
	size_t i;

	for (i = 0; c->sums && i < c->m->log.n; i++)
		free(c->sums[i]);
	free(c->sums);
	free(c->floor);
	free(c->top);
	free(c->stale);
	free(c->open);
	free(c->commands);
	free(c->keep);
	power_cut_free(&c->cut);
	*c = (struct xcut){ 0 };
}

/* Nothing is kept any more of what was. */
static void xcut_undo(struct xcut *c)
{
	size_t i;
	uint64_t b;

	for (i = 0; i < c->cut.n; i++) {
		const struct power_piece *p = &c->cut.v[i];
		uint64_t lba = c->m->log.v[p->entry].lba + p->first;

		for (b = lba; b < lba + p->blocks; b++) {
			if (c->top[b] == c->floor[b])
				continue;
			c->top[b] = c->floor[b];
			xcut_stale(c, b);
		}
	}
}

/* Before the first cut. */
static void xcut_rewind(struct xcut *c)
{
	uint64_t b;

	for (b = 0; b < c->blocks; b++) {
		if (!c->floor[b])
			continue;
		c->floor[b] = 0;
		c->top[b] = 0;
		xcut_stale(c, b);
	}
	c->floor_hash = (struct xhash){ 0 };
	c->arrived = 0;
	c->nr_open = 0;
	c->cut.from = 0;
}

/* @entry is durable from now on. */
static void xcut_settle(struct xcut *c, size_t entry)
{
	const struct vlog_entry *e = &c->m->log.v[entry];
	uint64_t b;

	for (b = e->lba; b < e->lba + e->blocks; b++) {
		if (c->floor[b] > entry)
			continue;
		xcut_change(c, &c->floor_hash, b, c->floor[b], entry + 1);
		c->floor[b] = entry + 1;
		c->top[b] = entry + 1;
		xcut_stale(c, b);
	}
}

/* What is durable by now, of those that were open and those that came? */
static void xcut_advance(struct xcut *c)
{
	const struct vlog *log = &c->m->log;
	size_t i, open = 0, piece = 0;

	for (; c->arrived < log->n &&
	     log->v[c->arrived].arrived < c->cut.event; c->arrived++) {
		if (power_writes(&log->v[c->arrived]))
			c->open[c->nr_open++] = c->arrived;
	}
	for (i = 0; i < c->nr_open; i++) {
		size_t entry = c->open[i];

		while (piece < c->cut.n && c->cut.v[piece].entry < entry)
			piece++;
		if (piece < c->cut.n && c->cut.v[piece].entry == entry)
			c->open[open++] = entry;
		else
			xcut_settle(c, entry);
	}
	c->nr_open = open;
}

static bool xcut_visible(const struct xcut *c, const struct power_piece *p)
{
	uint64_t lba = c->m->log.v[p->entry].lba + p->first, b;

	for (b = lba; b < lba + p->blocks; b++) {
		if (c->floor[b] <= p->entry)
			return true;
	}
	return false;
}

/* Leave out what makes no difference; find where each command begins. */
static void xcut_reduce(struct xcut *c)
{
	size_t i, n = 0;

	c->nr_commands = 0;
	for (i = 0; i < c->cut.n; i++) {
		struct power_piece p = c->cut.v[i];

		if (!xcut_visible(c, &p))
			continue;
		if (!n || c->cut.v[n - 1].entry != p.entry)
			c->commands[c->nr_commands++] = (struct xcommand){ n, 0 };
		c->commands[c->nr_commands - 1].n++;
		c->cut.v[n++] = p;
	}
	c->cut.n = n;
	c->cut.commands = c->nr_commands;
}

int xcut_go(struct xcut *c, uint64_t event)
{
	uint8_t *keep;

	xcut_undo(c);
	if (event < c->cut.event)
		xcut_rewind(c);
	if (power_cut(&c->m->log, &c->rules, event, &c->cut))
		return -ENOMEM;
	xcut_advance(c);
	xcut_reduce(c);
	keep = realloc(c->keep, c->cut.n + 1);
	if (!keep)
		return -ENOMEM;
	c->keep = keep;
	memset(keep, 1, c->cut.n);
	return 0;
}

void xcut_apply(struct xcut *c)
{
	size_t i;
	uint64_t b;

	xcut_undo(c);
	c->hash = c->floor_hash;
	for (i = 0; i < c->cut.n; i++) {
		const struct power_piece *p = &c->cut.v[i];
		uint64_t lba = c->m->log.v[p->entry].lba + p->first;

		for (b = lba; c->keep[i] && b < lba + p->blocks; b++) {
			if (c->top[b] > p->entry)
				continue;
			xcut_change(c, &c->hash, b, c->top[b], p->entry + 1);
			c->top[b] = p->entry + 1;
			xcut_stale(c, b);
		}
	}
}

void xcut_end(struct xcut *c)
{
	size_t i;

	xcut_undo(c);
	for (i = 0; i < c->m->log.n; i++) {
		if (power_writes(&c->m->log.v[i]))
			xcut_settle(c, i);
	}
}

static void xcut_block(struct xcut *c, uint64_t block)
{
	struct vmedia *m = c->m;
	uint64_t at = block * m->lba_size;
	const struct vlog_entry *e;

	if (!c->top[block]) {
		memcpy(m->now + at, m->base + at, m->lba_size);
		return;
	}
	e = &m->log.v[c->top[block] - 1];
	vmedia_apply(m, m->now, e, block - e->lba, 1);
}

/* What the guest wrote since is stale as well. */
static void xcut_touched(struct xcut *c)
{
	struct vmedia *m = c->m;
	uint64_t per = VMEDIA_CHUNK / m->lba_size, b;
	size_t i;

	for (i = 0; i < m->chunks; i++) {
		if (!m->touched[i])
			continue;
		m->touched[i] = 0;
		for (b = i * per; b < (i + 1) * per && b < c->blocks; b++)
			xcut_stale(c, b);
	}
}

void xcut_put(struct xcut *c)
{
	size_t i;

	xcut_touched(c);
	for (i = 0; i < (c->blocks + 63) / 64; i++) {
		while (c->stale[i]) {
			xcut_block(c, i * 64 + __builtin_ctzll(c->stale[i]));
			c->stale[i] &= c->stale[i] - 1;
		}
	}
}
