// SPDX-License-Identifier: GPL-2.0-only
/* See story.h. */
#include <errno.h>
#include <stdlib.h>

#include "../../vm/supervisor/ut.h"
#include "story.h"

const struct mark *story_mark(const struct wlog_entry *e, uint32_t run)
{
	const struct mark *m = (const void *)e->data;

	if (!m || e->len != MARK_SIZE ||
	    memcmp(m->magic, MARK_MAGIC, sizeof(m->magic)) || m->run != run)
		return NULL;
	return m;
}

static const char *story_unit(struct story *s, const struct mark *m,
			      uint64_t now)
{
	struct story_slot *slot;
	size_t i;

	if (m->slot != s->nr_slots)
		return "units are out of order";
	s->slots = ut_grow(s->slots, s->nr_slots, sizeof(*s->slots));
	slot = &s->slots[s->nr_slots++];
	*slot = (struct story_slot) {
		.since = now, .control = m->flags & MARK_CONTROL,
	};
	for (i = 0; i < MARK_PARTS; i++) {
		const struct mark_part *part = &m->part[i];

		if (part->pos % STAMP_SECTOR || part->len % STAMP_SECTOR ||
		    part->pos > INT64_MAX || part->len > UINT32_MAX)
			return "a unit is not of whole sectors";
		slot->part[i] = *part;
		slot->len += part->len;
	}
	return slot->len ? NULL : "a unit has no length";
}

static const char *story_submit(struct story *s, const struct mark *m,
				uint64_t now)
{
	if (m->write != s->nr_writes || m->slot >= s->nr_slots)
		return "writes are out of order";
	s->writes = ut_grow(s->writes, s->nr_writes, sizeof(*s->writes));
	s->writes[s->nr_writes++] = (struct story_write) {
		.slot = m->slot, .submit = now, .ack = STORY_NEVER,
	};
	return NULL;
}

static const char *story_ack(struct story *s, const struct mark *m,
			     uint64_t now)
{
	if (!m->write || m->write >= s->nr_writes ||
	    s->writes[m->write].ack != STORY_NEVER)
		return "a write succeeded that had not begun";
	s->writes[m->write].ack = now;
	return NULL;
}

static const char *story_add(struct story *s, const struct mark *m,
			     const char *name, uint64_t now)
{
	switch (m->kind) {
	case MARK_BEGIN:
		if (m->nr || strncmp(m->name, name, sizeof(m->name)))
			return "they are of another case";
		return NULL;
	case MARK_UNIT:
		return story_unit(s, m, now);
	case MARK_SUBMIT:
		return story_submit(s, m, now);
	case MARK_ACK:
		return story_ack(s, m, now);
	case MARK_END:
		s->end = now;
		return NULL;
	default:
		return "one is of unknown kind";
	}
}

/* Up to the last mark.  All of them must be there, one after the other. */
static int story_entries(struct story *s, struct wlog *log, const char *name,
			 const char **why)
{
	const struct mark *m;
	struct wlog_entry e;
	uint32_t next = 0;
	int ret = 0;

	while (!s->end && (ret = wlog_next(log, &e, why)) > 0) {
		m = story_mark(&e, s->run);
		if (!m)
			continue;
		*why = m->nr != next ? "one is missing, or stands twice" :
			story_add(s, m, name, e.nr);
		next++;
		if (*why)
			return -EINVAL;
	}
	if (s->end)
		return 0;
	if (!ret) {
		*why = next ? "the last is missing" : "there are none";
		ret = -EINVAL;
	}
	return ret;
}

int story_read(struct story *s, struct wlog *log, const char *name,
	       uint32_t run, char **why)
{
	const char *what = NULL;
	int ret;

	*s = (struct story) { .run = run, .nr_writes = 1 };
	s->writes = ut_zalloc(sizeof(*s->writes));
	wlog_rewind(log);
	ret = story_entries(s, log, name, &what);
	if (!ret)
		return 0;
	*why = ut_fmt("marks of %s, number %u of its boot, at entry %llu of %llu: %s",
		      name, run, (unsigned long long)log->nr,
		      (unsigned long long)log->entries, what);
	story_free(s);
	return ret;
}

void story_free(struct story *s)
{
	free(s->slots);
	free(s->writes);
}
