// SPDX-License-Identifier: GPL-2.0-only
/* The vendor's admin command (vendor.h). */
#include <string.h>

#include "core.h"

/* Without a buffer (PRP1 is 0) nothing is transferred. */
static uint16_t adm_vendor_map(struct ctrl *c, uint64_t prp1, uint64_t prp2)
{
	c->nr_pieces = 0;
	if (!prp1)
		return NVME_SC_OK;
	return prp_map(c, prp1, prp2, VNVME_PAGE, true);
}

int adm_vendor(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r)
{
	const uint32_t arg[4] = {
		cmd->cdw11, cmd->cdw12, cmd->cdw13, cmd->cdw14,
	};
	int status;

	if (!c->vendor)
		return NVME_SC_OPCODE;
	/* Before anything is done: a page that is none must change nothing. */
	status = adm_vendor_map(c, cmd->prp1, cmd->prp2);
	if (status)
		return status;
	memset(c->page, 0, sizeof(c->page));
	status = c->vendor->call(c->vendor->ctx, (uint32_t)r->nr, cmd->cdw10,
				 arg, c->page, &r->result);
	if (c->media->off)
		sched_power(c);
	if (status == CTRL_LATER) {
		r->later = true;
		r->prp1 = cmd->prp1;
		r->prp2 = cmd->prp2;
		return CMD_WAITS;
	}
	if (!status)
		prp_put(c, c->page);
	return status;
}

void ctrl_vendor_done(struct ctrl *c, uint32_t token, int status,
		      uint32_t result, const void *page)
{
	struct req *r = sched_find_token(c, token);

	/* There was a reset, or the queue is gone. */
	if (!r)
		return;
	if (!status && page) {
		status = adm_vendor_map(c, r->prp1, r->prp2);
		if (!status)
			prp_put(c, page);
	}
	r->later = false;
	r->status = status ? status | NVME_SC_DNR : 0;
	r->result = result;
	sched_now(c, r);
}
