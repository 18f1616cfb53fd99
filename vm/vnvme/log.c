// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

void vlog_init(struct vlog *log, uint32_t lba_size)
{
	*log = (struct vlog){ .lba_size = lba_size };
}

void vlog_free(struct vlog *log)
{
	vlog_drop(log, log->n);
	free(log->v);
	log->v = NULL;
	log->room = 0;
}

/* Room for one more. */
static int vlog_grow(struct vlog *log)
{
	size_t room = log->room ? 2 * log->room : 64;
	struct vlog_entry *v;

	if (log->n < log->room)
		return 0;
	v = realloc(log->v, room * sizeof(*v));
	if (!v)
		return -ENOMEM;
	log->v = v;
	log->room = room;
	return 0;
}

long vlog_arrive(struct vlog *log, enum vlog_kind kind, uint64_t lba,
		 uint32_t blocks, bool fua, const void *data)
{
	size_t bytes = data ? (size_t)blocks * log->lba_size : 0;
	struct vlog_entry e = {
		.kind = kind,
		.fua = fua,
		.lba = lba,
		.blocks = blocks,
		.done = VLOG_NEVER,
	};

	if (vlog_grow(log))
		return -ENOMEM;
	if (bytes) {
		e.data = malloc(bytes);
		if (!e.data)
			return -ENOMEM;
		memcpy(e.data, data, bytes);
	}
	e.arrived = log->events++;
	log->bytes += bytes;
	log->v[log->n] = e;
	return (long)log->n++;
}

void vlog_done(struct vlog *log, size_t index, bool failed)
{
	log->v[index].failed = failed;
	log->v[index].done = log->events++;
}

int vlog_mark(struct vlog *log, uint32_t kind, uint32_t id)
{
	long index = vlog_arrive(log, VLOG_MARK, 0, 0, false, NULL);

	if (index < 0)
		return (int)index;
	log->v[index].done = log->v[index].arrived;
	log->v[index].mark_kind = kind;
	log->v[index].mark_id = id;
	return 0;
}

void vlog_drop(struct vlog *log, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct vlog_entry *e = &log->v[i];

		if (e->data)
			log->bytes -= (uint64_t)e->blocks * log->lba_size;
		free(e->data);
	}
	log->n -= n;
	if (log->n)
		memmove(log->v, log->v + n, log->n * sizeof(*log->v));
}

int vlog_text(const struct vlog *log, size_t index, char *text, size_t size)
{
	static const char *const kinds[] = {
		[VLOG_WRITE] = "write",
		[VLOG_ZEROES] = "zeroes",
		[VLOG_DISCARD] = "discard",
		[VLOG_FLUSH] = "flush",
		[VLOG_READ] = "read",
	};
	const struct vlog_entry *e = &log->v[index];
	char done[32] = "in flight", range[48] = "";

	if (e->kind == VLOG_MARK)
		return snprintf(text, size, "%" PRIu64 " mark %" PRIu32 " %"
				PRIu32, e->arrived, e->mark_kind, e->mark_id);
	if (e->done != VLOG_NEVER)
		snprintf(done, sizeof(done), "%s %" PRIu64,
			 e->failed ? "failed" : "done", e->done);
	if (e->kind != VLOG_FLUSH)
		snprintf(range, sizeof(range), " %" PRIu64 "+%" PRIu32,
			 e->lba, e->blocks);
	return snprintf(text, size, "%" PRIu64 " %s%s%s, %s", e->arrived,
			kinds[e->kind], e->fua ? " fua" : "", range, done);
}
