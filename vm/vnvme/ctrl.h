/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An NVMe controller with one namespace, as far as registers, queues and
 * commands go (NVM Express Base Specification 2.0, NVM Command Set 1.0).  It
 * knows its bus (bus.h) and its media (media.h) and nothing of vfio-user.
 *
 * All of it runs in one thread and never blocks: what takes time completes in a
 * later ctrl_tick().  Whatever the guest writes, the worst that comes of it is
 * an error status or a fatal status of the controller (CSTS.CFS).
 */
#ifndef VNVME_CTRL_H
#define VNVME_CTRL_H

#include "bus.h"
#include "cfg.h"
#include "media.h"

#define CTRL_BAR_SIZE	0x4000		/* registers and doorbells, bytes */
#define CTRL_VECTORS	9		/* MSI-X: admin, and 8 I/O queues */
/* PCI ids, in identify as well.  1b36:0010 is QEMU's, for which Linux has a quirk. */
#define CTRL_PCI_VENDOR	0x1b36
#define CTRL_PCI_DEVICE	0x0e1d

struct ctrl;

/*
 * The vendor's admin command (vendor.h): function @fn with @arg; @page has
 * VNVME_PAGE bytes for the guest, zeroed.  Returns an NVMe status (0: success)
 * with *@result set, or CTRL_LATER: then ctrl_vendor_done() follows from the
 * event loop, with the same @token.
 */
#define CTRL_LATER	(-1)
struct ctrl_vendor {
	int (*call)(void *ctx, uint32_t token, uint32_t fn,
		    const uint32_t arg[4], void *page, uint32_t *result);
	void *ctx;
};

/*
 * Nothing is owned but what it allocates itself; all must outlive it.  NULL
 * without memory.
 */
struct ctrl *ctrl_new(const struct cfg *cfg, const struct bus *bus,
		      struct vmedia *media, const struct ctrl_vendor *vendor);
void ctrl_free(struct ctrl *c);
/* A reset of the function: queues and commands are gone, media stay. */
void ctrl_reset(struct ctrl *c);

/*
 * BAR 0.  Any offset and length may come: what is no register reads as zero,
 * and is not written.  @now: ns of CLOCK_MONOTONIC.
 */
void ctrl_read(struct ctrl *c, uint64_t off, void *data, uint32_t len);
void ctrl_write(struct ctrl *c, uint64_t off, const void *data, uint32_t len,
		uint64_t now);
/*
 * Do what is due: complete, interrupt.  Nothing else does: call it once in each
 * turn of the event loop, after what came was given to the functions above (then
 * one interrupt can be for many completions), and when it is time.  Returns when to call it again: ns of
 * CLOCK_MONOTONIC, UINT64_MAX if nothing waits for time.
 */
uint64_t ctrl_tick(struct ctrl *c, uint64_t now);

/* @text: up to VNVME_PAGE bytes for the guest's page, or NULL. */
void ctrl_vendor_done(struct ctrl *c, uint32_t token, int status,
		      uint32_t result, const void *page);
/* What identify says of the namespace has changed (@cfg): tell the host. */
void ctrl_ns_changed(struct ctrl *c);
/* Writes that arrived and are not complete. */
unsigned int ctrl_in_flight(const struct ctrl *c);

#endif
