// SPDX-License-Identifier: GPL-2.0-only
/*
 * See vfu_cmd.h.  A command is a row in vfu_cmds: how much it must bring, and
 * what it does with a copy of that.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "vfu.h"
#include "vfu_cmd.h"

#define VFU_CMD_TEXT(x)	#x
#define VFU_CMD_NUM(x)	VFU_CMD_TEXT(x)

static const char vfu_cmd_caps[] = "{\"capabilities\":{"
	"\"max_msg_fds\":" VFU_CMD_NUM(VFU_IN_FDS) ","
	"\"max_data_xfer_size\":" VFU_CMD_NUM(VFU_DATA_MAX) ","
	"\"pgsizes\":4096}}";

/* The fixed part of any command. */
union vfu_cmd_body {
	struct vfu_version version;
	struct vfu_dma_map map;
	struct vfu_dma_unmap unmap;
	struct vfu_info info;
	struct vfu_region_info region;
	struct vfu_irq_info irq;
	struct vfu_set_irqs set;
	struct vfu_region_rw rw;
};

/* @rest: what came behind the fixed part. */
struct vfu_cmd_arg {
	union vfu_cmd_body b;
	const unsigned char *rest;
	size_t len;
	struct vfu_msg *m;
	unsigned char *reply;
};

/* Nothing in the client's capabilities changes what we do: is it JSON? */
static long vfu_cmd_version(struct vfu *u, struct vfu_cmd_arg *a)
{
	struct vfu_version ours = { 0, 0 };
	json_t *caps;

	if (u->agreed || a->b.version.major != ours.major)
		return -EINVAL;
	if (a->len) {
		if (a->rest[a->len - 1])
			return -EINVAL;
		caps = json_loadb((const char *)a->rest, a->len - 1, 0, NULL);
		if (!caps)
			return -EINVAL;
		json_decref(caps);
	}
	u->agreed = true;
	memcpy(a->reply, &ours, sizeof(ours));
	memcpy(a->reply + sizeof(ours), vfu_cmd_caps, sizeof(vfu_cmd_caps));
	return sizeof(ours) + sizeof(vfu_cmd_caps);
}

static long vfu_cmd_map(struct vfu *u, struct vfu_cmd_arg *a)
{
	if (a->m->nr_fds > 1)
		return -EINVAL;
	return vfu_map_add(&u->maps, &a->b.map,
			   a->m->nr_fds ? a->m->fds[0] : -1);
}

static long vfu_cmd_unmap(struct vfu *u, struct vfu_cmd_arg *a)
{
	int ret = vfu_map_remove(&u->maps, &a->b.unmap);

	memcpy(a->reply, &a->b.unmap, sizeof(a->b.unmap));
	return ret ? ret : (long)sizeof(a->b.unmap);
}

static long vfu_cmd_info(struct vfu *u, struct vfu_cmd_arg *a)
{
	struct vfu_info info = {
		.argsz = sizeof(info), .flags = 3,
		.regions = VFU_REGIONS, .irqs = VFU_IRQS,
	};

	(void)u;
	memcpy(a->reply, &info, sizeof(info));
	return sizeof(info);
}

static long vfu_cmd_region_info(struct vfu *u, struct vfu_cmd_arg *a)
{
	struct vfu_region_info info = {
		.argsz = sizeof(info), .index = a->b.region.index,
		.size = vfu_pci_size(a->b.region.index),
	};

	(void)u;
	if (info.index >= VFU_REGIONS)
		return -EINVAL;
	info.flags = info.size ? 3 : 0;
	memcpy(a->reply, &info, sizeof(info));
	return sizeof(info);
}

static long vfu_cmd_irq_info(struct vfu *u, struct vfu_cmd_arg *a)
{
	struct vfu_irq_info info = {
		.argsz = sizeof(info), .flags = 1, .index = a->b.irq.index,
	};

	(void)u;
	if (info.index >= VFU_IRQS)
		return -EINVAL;
	if (info.index == VFU_MSIX)
		info.count = CTRL_VECTORS;
	memcpy(a->reply, &info, sizeof(info));
	return sizeof(info);
}

static long vfu_cmd_set_irqs(struct vfu *u, struct vfu_cmd_arg *a)
{
	return vfu_irq_set(&u->irq, &a->b.set, a->rest, a->len, a->m->fds,
			   a->m->nr_fds);
}

static long vfu_cmd_read(struct vfu *u, struct vfu_cmd_arg *a)
{
	const struct vfu_region_rw *rw = &a->b.rw;
	unsigned char *data = a->reply + sizeof(*rw);

	if (rw->count > VFU_DATA_MAX ||
	    !vfu_pci_has(rw->region, rw->offset, rw->count))
		return -EINVAL;
	memcpy(a->reply, rw, sizeof(*rw));
	memset(data, 0, rw->count);
	if (rw->region == VFU_BAR0)
		ctrl_read(u->ctrl, rw->offset, data, rw->count);
	else if (rw->region == VFU_CONFIG)
		vfu_pci_read(&u->pci, rw->offset, data, rw->count);
	return sizeof(*rw) + rw->count;
}

static long vfu_cmd_write(struct vfu *u, struct vfu_cmd_arg *a)
{
	const struct vfu_region_rw *rw = &a->b.rw;

	if (rw->count > VFU_DATA_MAX || rw->count > a->len ||
	    !vfu_pci_has(rw->region, rw->offset, rw->count))
		return -EINVAL;
	memcpy(a->reply, rw, sizeof(*rw));
	if (rw->region == VFU_BAR0)
		ctrl_write(u->ctrl, rw->offset, a->rest, rw->count, u->now);
	else if (rw->region == VFU_CONFIG)
		vfu_pci_write(&u->pci, rw->offset, a->rest, rw->count);
	return sizeof(*rw);
}

/* What SET_IRQS set stays, as in VFIO. */
static long vfu_cmd_reset(struct vfu *u, struct vfu_cmd_arg *a)
{
	(void)a;
	ctrl_reset(u->ctrl);
	vfu_pci_init(&u->pci);
	return 0;
}

static const struct {
	size_t size;		/* of the fixed part, bytes */
	long (*fn)(struct vfu *u, struct vfu_cmd_arg *a);
} vfu_cmds[] = {
	[VFU_VERSION] = { sizeof(struct vfu_version), vfu_cmd_version },
	[VFU_DMA_MAP] = { sizeof(struct vfu_dma_map), vfu_cmd_map },
	[VFU_DMA_UNMAP] = { sizeof(struct vfu_dma_unmap), vfu_cmd_unmap },
	[VFU_GET_INFO] = { sizeof(struct vfu_info), vfu_cmd_info },
	[VFU_GET_REGION_INFO] = { sizeof(struct vfu_region_info),
				  vfu_cmd_region_info },
	[VFU_GET_IRQ_INFO] = { sizeof(struct vfu_irq_info), vfu_cmd_irq_info },
	[VFU_SET_IRQS] = { sizeof(struct vfu_set_irqs), vfu_cmd_set_irqs },
	[VFU_REGION_READ] = { sizeof(struct vfu_region_rw), vfu_cmd_read },
	[VFU_REGION_WRITE] = { sizeof(struct vfu_region_rw), vfu_cmd_write },
	[VFU_RESET] = { 0, vfu_cmd_reset },
};

long vfu_cmd(struct vfu *u, struct vfu_msg *m, void *reply)
{
	uint16_t nr = m->head.command;
	struct vfu_cmd_arg a = { .m = m, .reply = reply };
	size_t size;

	if (nr >= sizeof(vfu_cmds) / sizeof(*vfu_cmds) || !vfu_cmds[nr].fn)
		return -EOPNOTSUPP;
	if (!u->agreed && nr != VFU_VERSION)
		return -EPROTO;
	size = vfu_cmds[nr].size;
	if (m->len < size)
		return -EINVAL;
	memcpy(&a.b, m->body, size);
	a.rest = (const unsigned char *)m->body + size;
	a.len = m->len - size;
	return vfu_cmds[nr].fn(u, &a);
}
