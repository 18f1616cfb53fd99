// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of power.h as code.  Each function says which one it is; none of
 * them looks at what a command wrote, so P5 is left to who lays the pieces over
 * what is durable (explore_cut.c).
 */
#include <errno.h>
#include <stdlib.h>

#include "power.h"
#include "vendor.h"

/* P6 */
bool power_writes(const struct vlog_entry *e)
{
	if (e->failed)
		return false;
	return e->kind == VLOG_WRITE || e->kind == VLOG_ZEROES ||
	       e->kind == VLOG_DISCARD;
}

/*
 * P1: what was done before this event has been flushed: the arrival of the last
 * flush that was itself done before the cut; 0 if there was none.  A flush has
 * no say about what came after it, so those before entry @from can be left out
 * for all entries that are not.
 */
static uint64_t power_flushed(const struct vlog *log, const struct power_rules *r,
			      size_t from, uint64_t event)
{
	uint64_t last = 0;
	size_t i;

	if (r->lies & VNVME_LIE_FLUSH)
		return 0;
	for (i = from; i < log->n && log->v[i].arrived < event; i++) {
		const struct vlog_entry *e = &log->v[i];

		if (e->kind == VLOG_FLUSH && !e->failed && e->done < event)
			last = e->arrived;
	}
	return last;
}

/* P1, with what power_flushed() said. */
static bool power_is_durable(const struct vlog_entry *e, const struct power_rules *r,
			     uint64_t flushed, uint64_t event)
{
	if (e->done >= event)
		return false;
	if (!r->cache)
		return true;
	if (e->fua && !(r->lies & VNVME_LIE_FUA))
		return true;
	return e->done < flushed;
}

bool power_durable(const struct vlog *log, const struct power_rules *r,
		   size_t index, uint64_t event)
{
	const struct vlog_entry *e = &log->v[index];

	return power_writes(e) &&
	       power_is_durable(e, r, power_flushed(log, r, index, event), event);
}

/* P3: blocks from @lba to the next boundary; windows reach to both sides of the first. */
static uint64_t power_window(const struct power_rules *r, uint64_t lba)
{
	uint64_t b = r->boundary;

	return b ? b - (lba + b - r->offset % b) % b : UINT64_MAX;
}

/* P3: how many blocks from @first on are judged together? */
static uint32_t power_part(const struct vlog_entry *e, const struct power_rules *r,
			   uint32_t first)
{
	uint64_t window = power_window(r, e->lba + first);
	uint32_t rest = e->blocks - first;

	return r->multiple && rest > window ? window : rest;
}

/* P3, P6: is such a part there or not as a whole? */
static bool power_atomic(const struct vlog_entry *e, const struct power_rules *r,
			 uint32_t first, uint32_t part)
{
	if (e->kind == VLOG_DISCARD || r->lies & VNVME_LIE_ATOMIC)
		return false;
	return part <= r->unit && part <= power_window(r, e->lba + first);
}

static int power_add(struct power_cut *cut, size_t *room, size_t entry,
		     uint32_t first, uint32_t blocks)
{
	if (cut->n == *room) {
		size_t more = *room ? *room * 2 : 64;
		void *v = realloc(cut->v, more * sizeof(*cut->v));

		if (!v)
			return -ENOMEM;
		cut->v = v;
		*room = more;
	}
	cut->v[cut->n++] = (struct power_piece){ entry, first, blocks };
	return 0;
}

/* P2, P4: into which pieces does one command fall? */
static int power_tear(const struct vlog *log, const struct power_rules *r,
		      size_t entry, struct power_cut *cut, size_t *room)
{
	const struct vlog_entry *e = &log->v[entry];
	uint32_t first, part, len, at;
	int ret;

	for (first = 0; first < e->blocks; first += part) {
		part = power_part(e, r, first);
		len = power_atomic(e, r, first, part) ? part : 1;
		for (at = first; at < first + part; at += len) {
			ret = power_add(cut, room, entry, at, len);
			if (ret)
				return ret;
		}
	}
	cut->commands++;
	return 0;
}

int power_cut(const struct vlog *log, const struct power_rules *r,
	      uint64_t event, struct power_cut *cut)
{
	uint64_t flushed = power_flushed(log, r, cut->from, event);
	bool all = true;	/* so far nothing was undecided */
	size_t i, room = 0;
	int ret;

	power_cut_free(cut);
	cut->event = event;
	for (i = cut->from; i < log->n && log->v[i].arrived < event; i++) {
		const struct vlog_entry *e = &log->v[i];

		if (!power_writes(e) || power_is_durable(e, r, flushed, event)) {
			if (all)
				cut->from = i + 1;
			continue;
		}
		all = false;
		ret = power_tear(log, r, i, cut, &room);
		if (ret)
			return ret;
	}
	return 0;
}

void power_cut_free(struct power_cut *cut)
{
	free(cut->v);
	cut->v = NULL;
	cut->n = 0;
	cut->commands = 0;
}
