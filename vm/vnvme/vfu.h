/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user server: one listening socket, one client at a time, which sees
 * the controller as a PCI device.  It never blocks: one call takes what is there.
 *
 * A message that is wrong gets an error for its reply; a client whose stream
 * cannot be followed any more is cut off.  When a client is gone, so are its
 * maps, its eventfds and the controller's queues; the media stay for the next.
 *
 * Who may connect: the same user's process that started us, or another that it
 * started (the supervisor's QEMU).  An abstract socket has no permissions.
 */
#ifndef VNVME_VFU_H
#define VNVME_VFU_H

#include <poll.h>

#include "ctrl.h"
#include "vfu_in.h"
#include "vfu_irq.h"
#include "vfu_map.h"
#include "vfu_pci.h"

#define VFU_DATA_MAX	4096	/* bytes of a region read or written at once */

struct vfu {
	int listen;		/* the caller's */
	int conn;		/* -1: no client */
	bool agreed;		/* on the version */
	struct ctrl *ctrl;
	struct vfu_in in;
	struct vfu_maps maps;
	struct vfu_irq irq;
	struct vfu_pci pci;
	uint64_t now;		/* of the message at hand, ns */
	/* A reply that did not fit into the socket: nothing else is done. */
	_Alignas(8) unsigned char out[sizeof(struct vfu_head) +
				      sizeof(struct vfu_region_rw) +
				      VFU_DATA_MAX];
	size_t out_len;
	size_t out_at;
};

/* @listen is made non-blocking. */
void vfu_init(struct vfu *u, int listen);
/* The controller's bus, good as long as @u is; then the controller itself. */
struct bus vfu_bus(struct vfu *u);
void vfu_attach(struct vfu *u, struct ctrl *ctrl);
/* Cut the client off, if there is one. */
void vfu_close(struct vfu *u);
/* What to wait for. */
void vfu_poll(const struct vfu *u, struct pollfd *p);
/* It came.  @now: ns of CLOCK_MONOTONIC. */
void vfu_ready(struct vfu *u, uint64_t now);

#endif
