/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A client of the vfio-user server (vm/vnvme/vfu.h) on a socketpair, in the same
 * thread: what it sends is served when it says so.
 */
#ifndef VF_H
#define VF_H

#include "../../vm/vnvme/vfu.h"
#include "../host/th.h"

#define VF_MEM		0x10000u	/* bytes of a sealed memfd */

extern const struct th_test vf_child[], vf_fuzz[], vf_in[], vf_irq[], vf_map[],
	vf_pci[], vf_serve[], vf_who[];

struct vf {
	struct cfg cfg;
	struct vmedia media;
	int image;
	struct vfu u;
	struct bus bus;
	struct ctrl *ctrl;
	int fd;			/* the client's end */
	struct vfu_head head;	/* of the last reply */
	unsigned char body[2 * VFU_DATA_MAX];
	size_t len;
};

/* @agreed: the version has been exchanged. */
void vf_new(struct vf *v, bool agreed);
void vf_free(struct vf *v);
/* The client hangs up. */
void vf_hang_up(struct vf *v);
/* Another one, on a new socketpair. */
void vf_connect(struct vf *v);

/* Bytes with descriptors on the first of them. */
void vf_put(struct vf *v, const void *data, size_t len, const int *fds,
	    size_t nr_fds);
/* A message; not served yet. */
void vf_send(struct vf *v, uint16_t command, uint32_t flags, const void *body,
	     size_t len, const int *fds, size_t nr_fds);
/* Serve all that came. */
void vf_serve_all(struct vf *v);
/* The next reply into @v->head and @v->body; false: there is none. */
bool vf_reply(struct vf *v);
/*
 * A command, served, and its reply: 0 or the errno in it; -1: there was none, or
 * not to this.
 */
int vf_call(struct vf *v, uint16_t command, const void *body, size_t len);
int vf_call_fds(struct vf *v, uint16_t command, const void *body, size_t len,
		const int *fds, size_t nr_fds);

/* Memory as QEMU's memory-backend-memfd has it: it cannot shrink. */
int vf_memfd(uint64_t size, bool sealed);
/* Descriptors that this process has open. */
unsigned int vf_open_fds(void);

#endif
