// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of power.h once more, as a device that lives through the log event by
 * event and has a cache, and then tries every way to lose it; power.c and the
 * explorer must leave the same for any small log.  Where power.c asks of a
 * command whether it is durable, this has a set of what is; where power.c cuts
 * into pieces, this asks of two blocks whether they go together.
 */
#include <stdlib.h>

#include "power_log.h"
#include "vt.h"

#define MODEL_LOGS	3000
#define MODEL_COMMANDS	7
#define MODEL_PIECES	11	/* at most, of all commands together */

struct model {
	const struct vlog *log;
	const struct power_rules *r;
	bool arrived[64];
	bool done[64];
	bool durable[64];
	bool covered[64][64];	/* by a flush: done when it arrived */
	unsigned int marks;
};

static void model_event(struct model *d, uint64_t event)
{
	const struct vlog *log = d->log;
	size_t i, j;

	for (i = 0; i < log->n; i++) {
		const struct vlog_entry *e = &log->v[i];

		if (e->arrived == event) {
			d->arrived[i] = true;
			d->marks += e->kind == VLOG_MARK;
			for (j = 0; j < log->n; j++)
				d->covered[i][j] = d->done[j];
		}
		if (e->done != event || e->failed)
			continue;
		d->done[i] = true;
		if (e->fua || !d->r->cache)
			d->durable[i] = true;
		for (j = 0; j < log->n && e->kind == VLOG_FLUSH; j++)
			d->durable[j] |= d->covered[i][j];
	}
}

/* Is there a boundary between block @a and the next? */
static bool model_boundary(const struct power_rules *r, int64_t a)
{
	return r->boundary &&
	       (a + 1 - (int64_t)r->offset) % (int64_t)r->boundary == 0;
}

/* Are blocks @a and @b of the command there together, or not at all? */
static bool model_together(const struct power_rules *r,
			   const struct vlog_entry *e, uint64_t a, uint64_t b)
{
	uint64_t first = a, last = b, i;

	if (e->kind == VLOG_DISCARD)
		return false;
	for (i = a; i < b; i++) {
		if (model_boundary(r, i))
			return false;
	}
	while (first > e->lba && !(r->multiple && model_boundary(r, first - 1)))
		first--;
	while (last + 1 < e->lba + e->blocks &&
	       !(r->multiple && model_boundary(r, last)))
		last++;
	for (i = first; i < last; i++) {
		if (model_boundary(r, i))
			return false;
	}
	return last - first + 1 <= r->unit;
}

/* May the command leave just the blocks of @mask? */
static bool model_may(const struct model *d, size_t entry, unsigned int mask)
{
	const struct vlog_entry *e = &d->log->v[entry];
	uint32_t a, b;

	if (d->durable[entry] && mask + 1 != 1u << e->blocks)
		return false;
	for (a = 0; a < e->blocks; a++) {
		for (b = a + 1; b < e->blocks; b++) {
			if ((mask >> a & 1) != (mask >> b & 1) &&
			    model_together(d->r, e, e->lba + a, e->lba + b))
				return false;
		}
	}
	return true;
}

/* All that entries from @entry on may make of @state. */
static void model_states(const struct model *d, size_t entry, const char *state,
			 struct pl_set *want)
{
	const struct vlog_entry *e = &d->log->v[entry];
	char word[24], next[PL_BLOCKS + 1];
	unsigned int mask;
	uint32_t i;

	if (entry == d->log->n) {
		snprintf(word, sizeof(word), "%u:%s", d->marks, state);
		pl_set_add(want, word);
		return;
	}
	if (!d->arrived[entry] || e->failed || e->kind == VLOG_FLUSH ||
	    e->kind == VLOG_MARK || e->kind == VLOG_READ) {
		model_states(d, entry + 1, state, want);
		return;
	}
	for (mask = 0; mask < 1u << e->blocks; mask++) {
		if (!model_may(d, entry, mask))
			continue;
		strcpy(next, state);
		for (i = 0; i < e->blocks; i++) {
			if (mask >> i & 1)
				next[e->lba + i] = e->data ?
					((char *)e->data)[i * 512] : '0';
		}
		model_states(d, entry + 1, next, want);
	}
}

/* The same from power.c. */
static bool power_states(struct vmedia *m, const struct model *d, uint64_t event,
			 struct power_cut *cut, struct pl_set *got)
{
	uint8_t image[PL_BLOCKS * 512];
	char word[24], state[PL_BLOCKS + 1];
	unsigned int mask;
	size_t i, p;

	if (power_cut(&m->log, d->r, event, cut) || cut->n > MODEL_PIECES)
		return false;
	for (mask = 0; mask < 1u << cut->n; mask++) {
		memcpy(image, m->base, sizeof(image));
		for (i = 0, p = 0; i < m->log.n; i++) {
			const struct vlog_entry *e = &m->log.v[i];

			if (power_durable(&m->log, d->r, i, event))
				vmedia_apply(m, image, e, 0, e->blocks);
			for (; p < cut->n && cut->v[p].entry == i; p++) {
				if (mask >> p & 1)
					vmedia_apply(m, image, e, cut->v[p].first,
						     cut->v[p].blocks);
			}
		}
		pl_state(image, state);
		snprintf(word, sizeof(word), "%u:%s", d->marks, state);
		pl_set_add(got, word);
	}
	return true;
}

/* Every cut of one log; all that may come of any of them goes into @all. */
static bool cuts_agree(struct vmedia *m, const struct power_rules *r,
		       const char *words, struct pl_set *all)
{
	struct model *d = calloc(1, sizeof(*d));
	struct power_cut cut = { 0 };
	struct pl_set want, got;
	bool same = true;
	uint64_t event;

	d->log = &m->log;
	d->r = r;
	for (event = 0; same && event <= m->log.events; event++) {
		want = got = (struct pl_set){ 0 };
		model_states(d, 0, "........", &want);
		same = power_states(m, d, event, &cut, &got) &&
		       pl_set_same(&got, &want, words);
		if (!same)
			printf("# at event %d\n", (int)event);
		pl_set_add_all(all, &want);
		pl_set_free(&want);
		pl_set_free(&got);
		model_event(d, event);
	}
	power_cut_free(&cut);
	free(d);
	return same;
}

/* And the explorer has each of them, once. */
static bool explorer_agrees(struct vmedia *m, const struct power_rules *r,
			    const char *words, const struct pl_set *all)
{
	struct explore_cfg cfg = { .rules = *r, .few = MODEL_PIECES };
	struct explore *x = explore_begin(m, &cfg);
	char word[24], state[PL_BLOCKS + 1];
	struct vnvme_state out;
	struct pl_set got = { 0 };
	size_t shown = 0;
	bool same;

	while (!explore_next(x, &out) && out.flags) {
		pl_state(m->now, state);
		snprintf(word, sizeof(word), "%u:%s", out.marks, state);
		pl_set_add(&got, word);
		shown++;
	}
	explore_end(x);
	same = pl_set_same(&got, all, words) && shown == all->n;
	pl_set_free(&got);
	return same;
}

static unsigned int draw(uint64_t *seed, unsigned int n)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return (*seed >> 33) % n;
}

/* A command by name: one of each four is a flush, or something rare. */
static void draw_command(uint64_t *seed, char name, unsigned int *left,
			 char *word, size_t size)
{
	static const char *const kinds[] = { "", "", "", "", "", "z", "d", "r" };
	const char *kind = kinds[draw(seed, 8)];
	unsigned int lba = draw(seed, PL_BLOCKS), n = 1 + draw(seed, 3);

	if (lba + n > PL_BLOCKS)
		n = PL_BLOCKS - lba;
	if (n > *left)
		n = *left;
	if (!n || !draw(seed, 4)) {
		snprintf(word, size, " %cF", name);
		return;
	}
	*left -= n;
	snprintf(word, size, " %c%s%u+%u%s", name, kind, lba, n,
		 draw(seed, 4) || *kind == 'd' ? "" : "f");
}

/* Each is done some time after it arrived, a few never. */
static void draw_log(uint64_t *seed, char *words, size_t size)
{
	bool open[MODEL_COMMANDS] = { false };
	unsigned int left = MODEL_PIECES;
	char word[24];
	int next = 0, i;

	*words = '\0';
	while (next < MODEL_COMMANDS || draw(seed, 6)) {
		i = draw(seed, MODEL_COMMANDS);
		if (next < MODEL_COMMANDS && draw(seed, 2)) {
			draw_command(seed, 'A' + next, &left, word,
				     sizeof(word));
			open[next++] = true;
		} else if (open[i]) {
			snprintf(word, sizeof(word), " %c%c", 'A' + i,
				 draw(seed, 10) ? '!' : '?');
			open[i] = false;
		} else {
			snprintf(word, sizeof(word), "%s",
				 draw(seed, 8) ? "" : " m");
		}
		strncat(words, word, size - strlen(words) - 1);
	}
}

static void draw_rules(uint64_t *seed, struct power_rules *r)
{
	*r = (struct power_rules){
		.cache = draw(seed, 4),
		.unit = 1 + draw(seed, 4),
		.boundary = draw(seed, 2) ? 1 + draw(seed, 4) : 0,
		.multiple = draw(seed, 2),
	};
	if (r->boundary)
		r->offset = draw(seed, r->boundary + 1);
}

static bool model_log(uint64_t seed)
{
	struct pl_set all = { 0 };
	struct power_rules r;
	char words[512], now[PL_BLOCKS + 1], then[PL_BLOCKS + 1];
	struct vmedia m;
	bool ok;

	draw_rules(&seed, &r);
	draw_log(&seed, words, sizeof(words));
	if (!pl_open(&m, words, r.cache))
		return false;
	pl_state(m.now, now);
	ok = cuts_agree(&m, &r, words, &all) &&
	     explorer_agrees(&m, &r, words, &all);
	pl_state(m.now, then);
	if (strcmp(now, then)) {
		printf("# %s: left as %s, not %s\n", words, then, now);
		ok = false;
	}
	if (!ok)
		printf("# cache %d, unit %u, boundary %u + %u, multiple %d\n",
		       r.cache, r.unit, r.boundary, r.offset, r.multiple);
	pl_set_free(&all);
	pl_close(&m);
	return ok;
}

static bool random_logs(void)
{
	uint64_t i;

	for (i = 0; i < MODEL_LOGS; i++) {
		if (!model_log(i * 7919 + 1))
			return false;
	}
	return true;
}

const struct th_test vt_model[] = {
	{ "random_logs", random_logs },
	{ }
};
