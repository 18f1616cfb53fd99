/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions of vendor.h over the media and the explorer.  What they need of
 * the rest of the program is asked for, so that this knows neither the
 * controller nor processes.
 */
#ifndef VNVME_VENDOR_CALL_H
#define VNVME_VENDOR_CALL_H

#include "cfg.h"
#include "ctrl.h"
#include "media.h"

struct vendor_ops {
	/* Writes that are not complete: ctrl_in_flight(). */
	unsigned int (*in_flight)(void *ctx);
	/*
	 * Start what VNVME_REPAIR is for; ctrl_vendor_done() with @token
	 * follows.  NULL: there is no such program, the result is 255.
	 */
	void (*repair)(void *ctx, uint32_t token);
	/* What identify says of the namespace has changed: ctrl_ns_changed(). */
	void (*changed)(void *ctx);
	void *ctx;
};

struct vendor;

/*
 * Nothing is owned but what it allocates itself; all must outlive it.  VNVME_LIMITS
 * changes @cfg.  NULL without memory.
 */
struct vendor *vendor_new(struct cfg *cfg, struct vmedia *media,
			  const struct vendor_ops *ops);
/* Ends an exploration: the media are as they were at END. */
void vendor_free(struct vendor *v);
/* To give to ctrl_new(); the vendor's own. */
const struct ctrl_vendor *vendor_calls(const struct vendor *v);

#endif
