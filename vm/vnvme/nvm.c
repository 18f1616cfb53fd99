// SPDX-License-Identifier: GPL-2.0-only
/*
 * I/O commands (NVM Command Set Specification, "I/O Commands").  All checks come
 * before anything is done, so that a command that fails changed nothing.
 */
#include <errno.h>

#include "core.h"

/* One command on its way. */
struct nvm {
	struct ctrl *c;
	const struct nvme_cmd *cmd;
	struct req *r;
	enum cfg_op op;
	uint32_t blocks;
	uint64_t lba;
};

static uint16_t nvm_status(long ticket)
{
	return ticket == -EIO ? NVME_SC_NS_NOT_READY :
	       ticket == -ERANGE ? NVME_SC_LBA_RANGE : NVME_SC_INTERNAL;
}

/* The media did what they were told: remember to tell them when it is complete. */
static uint16_t nvm_ticket(struct nvm *n, long ticket)
{
	if (ticket < 0)
		return nvm_status(ticket);
	if (!n->r->tickets++)
		n->r->ticket = ticket;
	return NVME_SC_OK;
}

/* An error that the configuration asks for: its status is complete as it is. */
static uint16_t nvm_fault(struct nvm *n, const struct span *spans,
			  unsigned int nr, bool *injected)
{
	uint16_t status = fault_status(n->c, n->op, spans, nr);

	*injected = status;
	return status;
}

static uint16_t nvm_read(struct nvm *n)
{
	struct ctrl *c = n->c;
	uint32_t bytes = n->blocks * c->cfg->lba_size;
	uint16_t status;

	status = nvm_ticket(n, vmedia_read(c->media, n->lba, n->blocks,
					   c->buffer));
	if (status)
		return status;
	prp_put(c, c->buffer);
	c->stats.reads++;
	c->stats.read_blocks += bytes / 512;
	return NVME_SC_OK;
}

static uint16_t nvm_write(struct nvm *n)
{
	struct ctrl *c = n->c;

	/* Copied once: the guest may write its pages meanwhile. */
	prp_get(c, c->buffer);
	c->stats.writes++;
	c->stats.written_blocks += n->blocks * (c->cfg->lba_size / 512);
	return nvm_ticket(n, vmedia_write(c->media, n->lba, n->blocks,
					  n->cmd->cdw12 & NVME_RW_FUA,
					  c->buffer));
}

/* "Read command", "Write command", "Write Zeroes command" */
static uint16_t nvm_blocks(struct nvm *n, bool *injected)
{
	struct ctrl *c = n->c;
	const struct nvme_cmd *cmd = n->cmd;
	bool data = n->op != CFG_ZEROES;
	struct span span;
	uint16_t status;

	n->lba = (uint64_t)cmd->cdw11 << 32 | cmd->cdw10;
	n->blocks = NVME_RW_NLB(cmd->cdw12);
	span = (struct span){ n->lba, n->blocks };
	if (data && n->blocks > c->max_bytes / c->cfg->lba_size)
		return NVME_SC_FIELD;
	if (!vmedia_has(c->media, n->lba, n->blocks))
		return NVME_SC_LBA_RANGE;
	if (data) {
		status = prp_map(c, cmd->prp1, cmd->prp2,
				 n->blocks * c->cfg->lba_size,
				 n->op == CFG_READ);
		if (status)
			return status;
	}
	status = nvm_fault(n, &span, 1, injected);
	if (status)
		return status;
	if (n->op == CFG_READ)
		return nvm_read(n);
	if (n->op == CFG_WRITE)
		return nvm_write(n);
	return nvm_ticket(n, vmedia_zeroes(c->media, n->lba, n->blocks,
					   cmd->cdw12 & NVME_RW_FUA,
					   cmd->cdw12 & NVME_RW_DEAC));
}

/* "Flush command" */
static uint16_t nvm_flush(struct nvm *n, bool *injected)
{
	uint16_t status = nvm_fault(n, NULL, 0, injected);

	return status ? status : nvm_ticket(n, vmedia_flush(n->c->media));
}

/* All ranges lie on the media, and are no more together (DMSL). */
static uint16_t nvm_dsm_check(struct ctrl *c, const struct nvme_range *ranges,
			      unsigned int nr, struct span *spans)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!vmedia_has(c->media, ranges[i].lba, ranges[i].blocks))
			return NVME_SC_LBA_RANGE;
		spans[i] = (struct span){ ranges[i].lba, ranges[i].blocks };
		sum += ranges[i].blocks;
	}
	return vmedia_has(c->media, 0, sum) ? NVME_SC_OK : NVME_SC_SIZE_LIMIT;
}

/* "Dataset Management command": hints are taken note of, and no more. */
static uint16_t nvm_dsm(struct nvm *n, bool *injected)
{
	struct ctrl *c = n->c;
	const struct nvme_cmd *cmd = n->cmd;
	unsigned int i, nr = (cmd->cdw10 & 0xff) + 1;
	struct nvme_range ranges[256];
	struct span spans[256];
	uint16_t status;

	status = prp_map(c, cmd->prp1, cmd->prp2, nr * sizeof(*ranges), false);
	if (status)
		return status;
	prp_get(c, ranges);
	status = nvm_dsm_check(c, ranges, nr, spans);
	if (!status)
		status = nvm_fault(n, spans, nr, injected);
	if (status || !(cmd->cdw11 & NVME_DSM_AD))
		return status;
	for (i = 0; i < nr && !status; i++)
		if (spans[i].blocks)
			status = nvm_ticket(n, vmedia_discard(c->media,
							      spans[i].lba,
							      spans[i].blocks));
	return status;
}

static bool nvm_op(uint8_t opcode, enum cfg_op *op)
{
	switch (opcode) {
	case NVME_NVM_FLUSH:
		*op = CFG_FLUSH;
		return true;
	case NVME_NVM_WRITE:
		*op = CFG_WRITE;
		return true;
	case NVME_NVM_READ:
		*op = CFG_READ;
		return true;
	case NVME_NVM_ZEROES:
		*op = CFG_ZEROES;
		return true;
	case NVME_NVM_DSM:
		*op = CFG_DSM;
		return true;
	default:
		return false;
	}
}

static uint16_t nvm_dispatch(struct nvm *n, bool *injected)
{
	const struct nvme_cmd *cmd = n->cmd;

	/* No fused commands, no SGLs. */
	if (NVME_FUSE(cmd->flags) || NVME_PSDT(cmd->flags))
		return NVME_SC_FIELD;
	/* VWC: a flush may be for all namespaces. */
	if (cmd->nsid != CTRL_NSID &&
	    !(n->op == CFG_FLUSH && cmd->nsid == UINT32_MAX))
		return NVME_SC_NSID;
	if (n->c->media->off)
		return NVME_SC_NS_NOT_READY;
	if (n->op == CFG_FLUSH)
		return nvm_flush(n, injected);
	if (n->op == CFG_DSM)
		return nvm_dsm(n, injected);
	return nvm_blocks(n, injected);
}

uint16_t nvm_run(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r,
		 uint64_t *delay)
{
	struct nvm n = { .c = c, .cmd = cmd, .r = r };
	bool injected = false;
	uint16_t status;

	if (!nvm_op(cmd->opcode, &n.op))
		return NVME_SC_OPCODE | NVME_SC_DNR;
	r->io = true;
	r->writes = n.op == CFG_WRITE || n.op == CFG_ZEROES || n.op == CFG_DSM;
	status = nvm_dispatch(&n, &injected);
	*delay = fault_latency(c, n.op);
	return status && !injected ? status | NVME_SC_DNR : status;
}
