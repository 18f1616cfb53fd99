/* SPDX-License-Identifier: GPL-2.0-only */
/* One message of the client, whatever is in it. */
#ifndef VNVME_VFU_CMD_H
#define VNVME_VFU_CMD_H

struct vfu;
struct vfu_msg;

/*
 * Do what it says.  Returns how many bytes the reply has, which are at @reply (room
 * for VFU_DATA_MAX beside a struct vfu_region_rw), or -errno for it.
 */
long vfu_cmd(struct vfu *u, struct vfu_msg *m, void *reply);

#endif
