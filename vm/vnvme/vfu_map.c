// SPDX-License-Identifier: GPL-2.0-only
/* See vfu_map.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "vfu_map.h"

void vfu_map_init(struct vfu_maps *maps)
{
	memset(maps, 0, sizeof(*maps));
}

static void vfu_map_unmap(struct vfu_map *map)
{
	if (map->mem)
		munmap(map->mem, map->size);
}

void vfu_map_close(struct vfu_maps *maps)
{
	size_t i;

	for (i = 0; i < maps->n; i++)
		vfu_map_unmap(&maps->v[i]);
	free(maps->v);
	vfu_map_init(maps);
}

/* The first that ends behind @addr; the number of maps if none does. */
static size_t vfu_map_find(const struct vfu_maps *maps, uint64_t addr)
{
	size_t from = 0, to = maps->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (addr - maps->v[mid].addr < maps->v[mid].size ||
		    addr < maps->v[mid].addr)
			to = mid;
		else
			from = mid + 1;
	}
	return from;
}

/* All of it stays there, whatever its owner does. */
static int vfu_map_check(const struct vfu_dma_map *map, int fd)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;

	if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(fd, &st))
		return -EINVAL;
	if (map->offset > (uint64_t)st.st_size ||
	    map->size > (uint64_t)st.st_size - map->offset)
		return -EINVAL;
	return 0;
}

static int vfu_map_mmap(struct vfu_map *to, const struct vfu_dma_map *map,
			int fd)
{
	int prot = PROT_READ | (to->write ? PROT_WRITE : 0);
	int ret = vfu_map_check(map, fd);

	if (ret)
		return ret;
	to->mem = mmap(NULL, map->size, prot, MAP_SHARED, fd, map->offset);
	if (to->mem != MAP_FAILED)
		return 0;
	to->mem = NULL;
	return -errno;
}

int vfu_map_add(struct vfu_maps *maps, const struct vfu_dma_map *map, int fd)
{
	size_t at = vfu_map_find(maps, map->addr);
	struct vfu_map new = {
		.addr = map->addr, .size = map->size,
		.write = map->flags & VFU_MAP_WRITE,
	};
	struct vfu_map *v;
	int ret = 0;

	if (!map->size || map->addr + (map->size - 1) < map->addr)
		return -EINVAL;
	if (at < maps->n && maps->v[at].addr - map->addr < map->size)
		return -EEXIST;
	if (at < maps->n && map->addr >= maps->v[at].addr)
		return -EEXIST;
	if (maps->n == VFU_MAP_MAX)
		return -ENOSPC;
	v = realloc(maps->v, (maps->n + 1) * sizeof(*v));
	if (!v)
		return -ENOMEM;
	maps->v = v;
	if (fd >= 0)
		ret = vfu_map_mmap(&new, map, fd);
	if (ret)
		return ret;
	memmove(v + at + 1, v + at, (maps->n - at) * sizeof(*v));
	v[at] = new;
	maps->n++;
	maps->last = at;
	return 0;
}

int vfu_map_remove(struct vfu_maps *maps, const struct vfu_dma_unmap *unmap)
{
	uint64_t last = unmap->addr + (unmap->size - 1);
	size_t from, to, i;

	if (unmap->flags & VFU_UNMAP_ALL) {
		vfu_map_close(maps);
		return 0;
	}
	if (!unmap->size || last < unmap->addr)
		return -EINVAL;
	from = vfu_map_find(maps, unmap->addr);
	for (to = from; to < maps->n && maps->v[to].addr <= last; to++)
		if (maps->v[to].addr < unmap->addr ||
		    maps->v[to].addr + (maps->v[to].size - 1) > last)
			return -EINVAL;
	if (to == from)
		return -ENOENT;
	for (i = from; i < to; i++)
		vfu_map_unmap(&maps->v[i]);
	memmove(maps->v + from, maps->v + to,
		(maps->n - to) * sizeof(*maps->v));
	maps->n -= to - from;
	maps->last = 0;
	return 0;
}

void *vfu_map_mem(struct vfu_maps *maps, uint64_t addr, uint64_t len,
		  bool write)
{
	struct vfu_map *map;
	uint64_t off;

	if (maps->last >= maps->n ||
	    addr - maps->v[maps->last].addr >= maps->v[maps->last].size)
		maps->last = vfu_map_find(maps, addr);
	if (maps->last >= maps->n)
		return NULL;
	map = &maps->v[maps->last];
	off = addr - map->addr;
	if (!map->mem || off >= map->size || len > map->size - off ||
	    (write && !map->write))
		return NULL;
	return (char *)map->mem + off;
}
