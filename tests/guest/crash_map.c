// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations of a workload through mappings.  See crash.h.
 *
 * Seams inside of a sector (C3) would come of a store while the same page is
 * being written back.  Nobody does that: nothing is in flight on the file, fsync and
 * the like are over when they return, and the flusher leaves alone what is not
 * dirty for half a minute, longer than a workload.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "crash.h"

static uint8_t *crash_map(struct crash *c, int file)
{
	void *map = c->map[file];

	if (!map) {
		map = mmap(NULL, CRASH_MAX, PROT_READ | PROT_WRITE, MAP_SHARED,
			   c->fd[file], 0);
		T_MUST(map != MAP_FAILED);
		c->map[file] = map;
	}
	return map;
}

long long crash_store(struct crash *c, const struct crash_op *op, int gen)
{
	t_fill(c->t, c->buf, op->len, op->pos, gen);
	memcpy(crash_map(c, op->file) + op->pos, c->buf, op->len);
	return op->len;
}

long long crash_msync(struct crash *c, const struct crash_op *op, int gen)
{
	(void)gen;
	return msync(crash_map(c, op->file), CRASH_MAX, MS_SYNC) ? -errno : 0;
}

void crash_unmap(struct crash *c)
{
	int i;

	for (i = 0; i < c->files; i++) {
		if (c->map[i])
			T_MUST(!munmap(c->map[i], CRASH_MAX));
		c->map[i] = NULL;
	}
}
