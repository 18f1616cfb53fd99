/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's memory: what DMA_MAP told of it. */
#ifndef VNVME_VFU_MAP_H
#define VNVME_VFU_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "vfu_wire.h"

#define VFU_MAP_MAX	4096	/* maps at a time */

struct vfu_map {
	uint64_t addr;		/* the guest's */
	uint64_t size;		/* bytes */
	void *mem;		/* ours; NULL: it came without a descriptor */
	bool write;
};

struct vfu_maps {
	struct vfu_map *v;	/* by address; they do not overlap */
	size_t n;
	size_t last;		/* the one that was asked for last */
};

void vfu_map_init(struct vfu_maps *maps);
void vfu_map_close(struct vfu_maps *maps);
/*
 * @fd stays the caller's; -1: there is no memory behind it that we can reach.
 * The memory must be a memfd that cannot shrink (F_SEAL_SHRINK): else its owner
 * could take it away below us.  0, -EINVAL, -EEXIST, -ENOSPC, or mmap()'s.
 */
int vfu_map_add(struct vfu_maps *maps, const struct vfu_dma_map *map, int fd);
/* All maps within; -EINVAL where one lies half in it, -ENOENT where none does. */
int vfu_map_remove(struct vfu_maps *maps, const struct vfu_dma_unmap *unmap);
/* As struct bus wants it. */
void *vfu_map_mem(struct vfu_maps *maps, uint64_t addr, uint64_t len,
		  bool write);

#endif
