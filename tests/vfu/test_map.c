// SPDX-License-Identifier: GPL-2.0-only
/* The guest's memory: what is mapped, what is not, and who can take it away. */
#include <errno.h>
#include <unistd.h>

#include "vf.h"

static int map_add(struct vfu_maps *maps, uint64_t addr, uint64_t size,
		   uint64_t offset, uint32_t flags, int fd)
{
	const struct vfu_dma_map map = {
		.flags = flags, .offset = offset, .addr = addr, .size = size,
	};

	return vfu_map_add(maps, &map, fd);
}

static int map_remove(struct vfu_maps *maps, uint64_t addr, uint64_t size,
		      uint32_t flags)
{
	const struct vfu_dma_unmap unmap = {
		.flags = flags, .addr = addr, .size = size,
	};

	return vfu_map_remove(maps, &unmap);
}

static bool map_bounds(void)
{
	int fd = vf_memfd(VF_MEM, true);
	struct vfu_maps maps;
	char *mem;

	vfu_map_init(&maps);
	TH_CHECK(!vfu_map_mem(&maps, 0, 1, false));
	TH_CHECK(!map_add(&maps, 0x8000, 0x4000, 0x1000,
			  VFU_MAP_READ | VFU_MAP_WRITE, fd));
	TH_CHECK(pwrite(fd, "x", 1, 0x1000 + 0x3fff) == 1);
	mem = vfu_map_mem(&maps, 0x8000, 0x4000, true);
	TH_CHECK(mem && mem[0x3fff] == 'x');
	TH_CHECK(vfu_map_mem(&maps, 0xbfff, 1, true) == mem + 0x3fff);
	TH_CHECK(!vfu_map_mem(&maps, 0x8000, 0x4001, false));
	TH_CHECK(!vfu_map_mem(&maps, 0xbfff, 2, false));
	TH_CHECK(!vfu_map_mem(&maps, 0x7fff, 1, false));
	TH_CHECK(!vfu_map_mem(&maps, 0xc000, 1, false));
	TH_CHECK(!vfu_map_mem(&maps, 0xbfff, UINT64_MAX, false));
	TH_CHECK(!vfu_map_mem(&maps, UINT64_MAX, 2, false));
	vfu_map_close(&maps);
	TH_CHECK(!vfu_map_mem(&maps, 0x8000, 1, false));
	close(fd);
	return true;
}

/* Found whatever the order is in which they came, and was asked for last. */
static bool map_many(void)
{
	static const uint64_t order[] = { 5, 1, 9, 3, 7, 0, 8, 2, 6, 4 };
	int fd = vf_memfd(10 * 4096, true);
	struct vfu_maps maps;
	uint64_t i, j;
	char *mem;

	vfu_map_init(&maps);
	for (i = 0; i < 10; i++) {
		char name = 'a' + order[i];

		TH_CHECK(pwrite(fd, &name, 1, order[i] * 4096) == 1);
		TH_CHECK(!map_add(&maps, order[i] * 8192, 4096,
				  order[i] * 4096, VFU_MAP_READ, fd));
	}
	for (i = 0; i < 10; i++)
		for (j = 0; j < 10; j++) {
			vfu_map_mem(&maps, i * 8192, 1, false);
			mem = vfu_map_mem(&maps, j * 8192, 4096, false);
			TH_CHECK(mem && *mem == (char)('a' + j));
			TH_CHECK(!vfu_map_mem(&maps, j * 8192 + 4096, 1,
					      false));
		}
	TH_CHECK(map_add(&maps, 4096, 4097, 0, VFU_MAP_READ, -1) == -EEXIST);
	TH_CHECK(map_add(&maps, 8191, 2, 0, VFU_MAP_READ, -1) == -EEXIST);
	TH_CHECK(map_add(&maps, 100, 1, 0, VFU_MAP_READ, -1) == -EEXIST);
	TH_CHECK(!map_add(&maps, 4096, 4096, 0, VFU_MAP_READ, -1));
	/* Two maps that are half in it stay, and so do those between. */
	TH_CHECK(map_remove(&maps, 4097, 8192, 0) == -EINVAL);
	TH_CHECK(map_remove(&maps, 8192, 8191 + 4096, 0) == -EINVAL);
	TH_CHECK(maps.n == 11);
	TH_CHECK(!map_remove(&maps, 8192, 3 * 8192, 0));
	TH_CHECK(maps.n == 8 && !vfu_map_mem(&maps, 2 * 8192, 1, false));
	TH_CHECK(map_remove(&maps, 8192, 8192, 0) == -ENOENT);
	TH_CHECK(vfu_map_mem(&maps, 9 * 8192, 1, false));
	TH_CHECK(!map_remove(&maps, 0, 0, VFU_UNMAP_ALL));
	TH_CHECK(!maps.n);
	close(fd);
	return true;
}

static bool map_refused(void)
{
	int sealed = vf_memfd(VF_MEM, true), open = vf_memfd(VF_MEM, false);
	const uint32_t rw = VFU_MAP_READ | VFU_MAP_WRITE;
	struct vfu_maps maps;

	vfu_map_init(&maps);
	/* It could be truncated below us. */
	TH_CHECK(map_add(&maps, 0, 4096, 0, rw, open) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, 4096, 0, rw, 0) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, VF_MEM + 1, 0, rw, sealed) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, 4096, VF_MEM, rw, sealed) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, 4096, UINT64_MAX, rw, sealed) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, UINT64_MAX, 0, rw, sealed) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, 0, 0, rw, sealed) == -EINVAL);
	TH_CHECK(map_add(&maps, 4096, UINT64_MAX - 4094, 0, rw, -1) == -EINVAL);
	TH_CHECK(map_add(&maps, 0, 4096, 1, rw, sealed) < 0);
	TH_CHECK(!maps.n);
	TH_CHECK(map_remove(&maps, 0, 0, 0) == -EINVAL);
	TH_CHECK(map_remove(&maps, 4096, UINT64_MAX, 0) == -EINVAL);
	close(sealed);
	close(open);
	return true;
}

/* Without a descriptor there is nothing to reach; read-only is no target. */
static bool map_rights(void)
{
	int fd = vf_memfd(VF_MEM, true);
	struct vfu_maps maps;

	vfu_map_init(&maps);
	TH_CHECK(!map_add(&maps, 0, 4096, 0, VFU_MAP_READ, -1));
	TH_CHECK(!map_add(&maps, 4096, 4096, 0, VFU_MAP_READ, fd));
	TH_CHECK(!vfu_map_mem(&maps, 0, 1, false));
	TH_CHECK(vfu_map_mem(&maps, 4096, 1, false));
	TH_CHECK(!vfu_map_mem(&maps, 4096, 1, true));
	/* The whole of a 64-bit space but its last byte */
	vfu_map_close(&maps);
	TH_CHECK(!map_add(&maps, 0, UINT64_MAX, 0, VFU_MAP_READ, -1));
	TH_CHECK(!map_remove(&maps, 0, UINT64_MAX, 0));
	TH_CHECK(!map_add(&maps, 1, UINT64_MAX, 0, VFU_MAP_READ, -1));
	TH_CHECK(!vfu_map_mem(&maps, UINT64_MAX, 1, false));
	vfu_map_close(&maps);
	close(fd);
	return true;
}

static bool map_full(void)
{
	struct vfu_maps maps;
	uint64_t i;

	vfu_map_init(&maps);
	for (i = 0; i < VFU_MAP_MAX; i++)
		TH_CHECK(!map_add(&maps, i * 4096, 4096, 0, 0, -1));
	TH_CHECK(map_add(&maps, i * 4096, 4096, 0, 0, -1) == -ENOSPC);
	vfu_map_close(&maps);
	return true;
}

const struct th_test vf_map[] = {
	{ "bounds", map_bounds },
	{ "full", map_full },
	{ "many", map_many },
	{ "refused", map_refused },
	{ "rights", map_rights },
	{ }
};
