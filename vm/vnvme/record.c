// SPDX-License-Identifier: GPL-2.0-only
/* Recordings: the log is kept, left to who explores it, dropped, or put aside. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "media.h"

/* What is outside of a recording within an exploration. */
struct vmedia_outer {
	struct vmedia_outer *next;
	struct vlog log;
	size_t n;		/* chunks in which @base had to change ... */
	size_t *at;		/* ... which they are ... */
	uint8_t *base;		/* ... and what it had there */
};

static size_t record_len(const struct vmedia *m, size_t chunk)
{
	uint64_t left = m->size - (uint64_t)chunk * VMEDIA_CHUNK;

	return left < VMEDIA_CHUNK ? left : VMEDIA_CHUNK;
}

/* From here on @touched alone says where @now may differ from @base. */
static void record_touch_all(struct vmedia *m)
{
	size_t i;

	for (i = 0; i < m->log.n; i++) {
		const struct vlog_entry *e = &m->log.v[i];

		if (e->blocks && e->kind != VLOG_READ)
			vmedia_touch(m, e->lba, e->blocks);
	}
}

/* @now is durable. */
static void record_settle(struct vmedia *m)
{
	size_t i;

	for (i = 0; i < m->chunks; i++) {
		uint64_t from = (uint64_t)i * VMEDIA_CHUNK;

		if (m->touched[i])
			memcpy(m->base + from, m->now + from, record_len(m, i));
		m->touched[i] = 0;
	}
}

static void record_state(struct vmedia *m, bool recording, bool stopped)
{
	m->recording = recording;
	m->stopped = stopped;
	m->full = false;
}

/* Tickets of what is in flight are of no log any more. */
static void record_drop(struct vmedia *m)
{
	m->dropped += m->log.n;
	vlog_drop(&m->log, m->log.n);
}

void vmedia_record(struct vmedia *m)
{
	vmedia_forget(m);
	record_state(m, true, false);
}

void vmedia_stop(struct vmedia *m)
{
	record_state(m, false, true);
}

void vmedia_forget(struct vmedia *m)
{
	record_touch_all(m);
	record_settle(m);
	record_drop(m);
	record_state(m, false, false);
}

bool vmedia_fits(struct vmedia *m, uint64_t bytes)
{
	uint64_t has = m->log.bytes + m->log.n * sizeof(*m->log.v);

	bytes += sizeof(*m->log.v);
	if (!m->recording || !m->log_max || has + bytes <= m->log_max)
		return true;
	record_state(m, false, true);
	m->full = true;
	return false;
}

int vmedia_mark(struct vmedia *m, uint32_t kind, uint32_t id)
{
	return vmedia_fits(m, 0) ? vlog_mark(&m->log, kind, id) : -ENOSPC;
}

static void record_outer_free(struct vmedia_outer *o)
{
	free(o->at);
	free(o->base);
	free(o);
}

/* Room for all chunks that are touched. */
static struct vmedia_outer *record_outer_new(const struct vmedia *m)
{
	struct vmedia_outer *o = calloc(1, sizeof(*o));
	size_t i, n = 1;

	if (!o)
		return NULL;
	for (i = 0; i < m->chunks; i++)
		n += m->touched[i];
	o->at = malloc(n * sizeof(*o->at));
	o->base = malloc(n * VMEDIA_CHUNK);
	if (o->at && o->base)
		return o;
	record_outer_free(o);
	return NULL;
}

int vmedia_nest(struct vmedia *m)
{
	struct vmedia_outer *o;
	size_t i;

	record_touch_all(m);
	o = record_outer_new(m);
	if (!o)
		return -ENOMEM;
	for (i = 0; i < m->chunks; i++) {
		if (!m->touched[i])
			continue;
		memcpy(o->base + o->n * VMEDIA_CHUNK,
		       m->base + (uint64_t)i * VMEDIA_CHUNK, record_len(m, i));
		o->at[o->n++] = i;
	}
	record_settle(m);
	o->log = m->log;
	o->next = m->outer;
	m->outer = o;
	m->dropped += m->log.n;
	vlog_init(&m->log, m->lba_size);
	m->log.events = o->log.events;
	record_state(m, true, false);
	return 0;
}

void vmedia_unnest(struct vmedia *m)
{
	struct vmedia_outer *o = m->outer;
	uint64_t events = m->log.events;
	size_t i;

	record_touch_all(m);
	record_drop(m);
	vlog_free(&m->log);
	for (i = 0; i < o->n; i++) {
		m->touched[o->at[i]] = 1;
		memcpy(m->base + (uint64_t)o->at[i] * VMEDIA_CHUNK,
		       o->base + i * VMEDIA_CHUNK, record_len(m, o->at[i]));
	}
	m->log = o->log;
	/* Time does not go back: what was flushed before some event stays so. */
	m->log.events = events;
	m->outer = o->next;
	record_outer_free(o);
	record_state(m, false, true);
}
