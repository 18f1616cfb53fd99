// SPDX-License-Identifier: GPL-2.0-only
#include "core.h"

/* "Create I/O Completion Queue command" */
static uint16_t adm_create_cq(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint32_t id = cmd->cdw10 & 0xffff, size = (cmd->cdw10 >> 16) + 1;
	uint32_t vector = cmd->cdw11 >> 16;

	if (!id || id >= CTRL_QUEUES || c->cq[id].used)
		return NVME_SC_QID;
	if (size < 2 || size > CTRL_ENTRIES)
		return NVME_SC_QUEUE_SIZE;
	/* CAP.CQR: in one piece (PC).  Entries have 16 bytes. */
	if (!(cmd->cdw11 & 1) || NVME_CC_IOCQES(c->cc) != 4)
		return NVME_SC_FIELD;
	if (vector >= CTRL_VECTORS)
		return NVME_SC_VECTOR;
	if (cmd->prp1 % CTRL_PAGE)
		return NVME_SC_PRP_OFFSET;
	queue_open_cq(c, id, cmd->prp1, size, cmd->cdw11 & 2, vector);
	return NVME_SC_OK;
}

/* "Create I/O Submission Queue command" */
static uint16_t adm_create_sq(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint32_t id = cmd->cdw10 & 0xffff, size = (cmd->cdw10 >> 16) + 1;
	uint32_t cq = cmd->cdw11 >> 16;

	if (!cq || cq >= CTRL_QUEUES || !c->cq[cq].used)
		return NVME_SC_CQ;
	if (!id || id >= CTRL_QUEUES || c->sq[id].used)
		return NVME_SC_QID;
	if (size < 2 || size > CTRL_ENTRIES)
		return NVME_SC_QUEUE_SIZE;
	if (!(cmd->cdw11 & 1) || NVME_CC_IOSQES(c->cc) != 6)
		return NVME_SC_FIELD;
	if (cmd->prp1 % CTRL_PAGE)
		return NVME_SC_PRP_OFFSET;
	queue_open_sq(c, id, cmd->prp1, size, cq);
	return NVME_SC_OK;
}

static uint16_t adm_delete_sq(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint32_t id = cmd->cdw10 & 0xffff;

	if (!id || id >= CTRL_QUEUES || !c->sq[id].used)
		return NVME_SC_QID;
	queue_close_sq(c, id);
	return NVME_SC_OK;
}

static uint16_t adm_delete_cq(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint32_t id = cmd->cdw10 & 0xffff, sq;

	if (!id || id >= CTRL_QUEUES || !c->cq[id].used)
		return NVME_SC_QID;
	for (sq = 1; sq < CTRL_QUEUES; sq++)
		if (c->sq[sq].used && c->sq[sq].cq == id)
			return NVME_SC_QUEUE_DELETION;
	queue_close_cq(c, id);
	return NVME_SC_OK;
}

/*
 * "Abort command": a command was carried out when it came, so all that can be
 * done is to complete it at once; dword 0 says that it was not aborted.
 */
static uint16_t adm_abort(struct ctrl *c, const struct nvme_cmd *cmd,
			  uint32_t *result)
{
	struct req *r = sched_find(c, cmd->cdw10 & 0xffff, cmd->cdw10 >> 16);

	*result = 1;
	if (!r || r->later)
		return NVME_SC_OK;
	if (r->event) {
		if (r->due != UINT64_MAX)
			return NVME_SC_OK;
		r->status = NVME_SC_ABORTED;
		c->events--;
		*result = 0;
	}
	sched_now(c, r);
	return NVME_SC_OK;
}

static int adm_dispatch(struct ctrl *c, const struct nvme_cmd *cmd,
			struct req *r)
{
	/* No fused commands, no SGLs on the admin queue of PCIe. */
	if (NVME_FUSE(cmd->flags) || NVME_PSDT(cmd->flags))
		return NVME_SC_FIELD;
	switch (cmd->opcode) {
	case NVME_ADM_DELETE_SQ:
		return adm_delete_sq(c, cmd);
	case NVME_ADM_CREATE_SQ:
		return adm_create_sq(c, cmd);
	case NVME_ADM_GET_LOG:
		return logpage_run(c, cmd);
	case NVME_ADM_DELETE_CQ:
		return adm_delete_cq(c, cmd);
	case NVME_ADM_CREATE_CQ:
		return adm_create_cq(c, cmd);
	case NVME_ADM_IDENTIFY:
		return ident_run(c, cmd);
	case NVME_ADM_ABORT:
		return adm_abort(c, cmd, &r->result);
	case NVME_ADM_SET_FEATURES:
		return feat_set(c, cmd, &r->result);
	case NVME_ADM_GET_FEATURES:
		return feat_get(c, cmd, &r->result);
	case NVME_ADM_ASYNC_EVENT:
		return event_request(c, r);
	case VNVME_OPCODE:
		return adm_vendor(c, cmd, r);
	default:
		return NVME_SC_OPCODE;
	}
}

int adm_run(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r)
{
	int status = adm_dispatch(c, cmd, r);

	return status > 0 ? status | NVME_SC_DNR : status;
}
