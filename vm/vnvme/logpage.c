// SPDX-License-Identifier: GPL-2.0-only
/* "Get Log Page command". */
#include <string.h>

#include "core.h"

_Static_assert(sizeof(struct error_entry) == 64, "an error's entry");

static void logpage_16(struct ctrl *c, unsigned int at, uint16_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

static void logpage_32(struct ctrl *c, unsigned int at, uint32_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

static void logpage_64(struct ctrl *c, unsigned int at, uint64_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

void logpage_error(struct ctrl *c, const struct nvme_cmd *cmd,
		   const struct req *r)
{
	memmove(c->errors + 1, c->errors,
		(CTRL_ERRORS - 1) * sizeof(*c->errors));
	c->errors[0] = (struct error_entry){
		.count = ++c->stats.errors,
		.sq = r->sq,
		.cid = r->cid,
		.status = r->status << 1,
		.where = 0xffff,	/* not of one field */
		.lba = r->io ? (uint64_t)cmd->cdw11 << 32 | cmd->cdw10 : 0,
		.nsid = cmd->nsid,
	};
}

/* "SMART / Health Information" */
static uint32_t logpage_smart(struct ctrl *c)
{
	logpage_16(c, 1, 300);			/* composite temperature, K */
	c->page[3] = 100;			/* available spare, % */
	c->page[4] = 10;			/* its threshold */
	/* Data units: thousands of 512 bytes, rounded up. */
	logpage_64(c, 32, (c->stats.read_blocks + 999) / 1000);
	logpage_64(c, 48, (c->stats.written_blocks + 999) / 1000);
	logpage_64(c, 64, c->stats.reads);
	logpage_64(c, 80, c->stats.writes);
	logpage_64(c, 176, c->stats.errors);	/* error log entries */
	return 512;
}

/* "Firmware Slot Information" */
static uint32_t logpage_firmware(struct ctrl *c)
{
	c->page[0] = 1;				/* AFI: slot 1 is active */
	memcpy(c->page + 8, "1       ", 8);
	return 512;
}

/*
 * "Commands Supported and Effects": bit 0 supported, bit 1 content may change.
 * The vendor's command says nothing of content: Linux would freeze I/O and scan
 * again around each call.
 */
static uint32_t logpage_effects(struct ctrl *c)
{
	static const uint8_t admin[] = {
		NVME_ADM_DELETE_SQ, NVME_ADM_CREATE_SQ, NVME_ADM_GET_LOG,
		NVME_ADM_DELETE_CQ, NVME_ADM_CREATE_CQ, NVME_ADM_IDENTIFY,
		NVME_ADM_ABORT, NVME_ADM_SET_FEATURES, NVME_ADM_GET_FEATURES,
		NVME_ADM_ASYNC_EVENT,
	};
	size_t i;

	for (i = 0; i < sizeof(admin); i++)
		logpage_32(c, 4 * admin[i], 1);
	if (c->vendor)
		logpage_32(c, 4 * VNVME_OPCODE, 1);
	logpage_32(c, 1024 + 4 * NVME_NVM_FLUSH, 1);
	logpage_32(c, 1024 + 4 * NVME_NVM_WRITE, 3);
	logpage_32(c, 1024 + 4 * NVME_NVM_READ, 1);
	logpage_32(c, 1024 + 4 * NVME_NVM_ZEROES, 3);
	logpage_32(c, 1024 + 4 * NVME_NVM_DSM, 3);
	return 4096;
}

/* "Supported Log Pages": bit 0 of each one's dword */
static uint32_t logpage_supported(struct ctrl *c)
{
	unsigned int lid;

	for (lid = NVME_LOG_SUPPORTED; lid <= NVME_LOG_EFFECTS; lid++)
		logpage_32(c, 4 * lid, 1);
	return 1024;
}

/* Fill the page; how large the log is, or 0 if there is none. */
static uint32_t logpage_fill(struct ctrl *c, uint8_t lid)
{
	switch (lid) {
	case NVME_LOG_SUPPORTED:
		return logpage_supported(c);
	case NVME_LOG_ERROR:
		memcpy(c->page, c->errors, sizeof(c->errors));
		return sizeof(c->errors);
	case NVME_LOG_SMART:
		return logpage_smart(c);
	case NVME_LOG_FIRMWARE:
		return logpage_firmware(c);
	case NVME_LOG_CHANGED_NS:
		if (c->ns_changed)
			logpage_32(c, 0, CTRL_NSID);
		return 4096;
	case NVME_LOG_EFFECTS:
		return logpage_effects(c);
	default:
		return 0;
	}
}

/*
 * NUMD may be far more than there is: what comes after the log's end is not
 * defined, and is left alone.
 */
uint16_t logpage_run(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint64_t dwords = (cmd->cdw10 >> 16 | (uint64_t)(cmd->cdw11 & 0xffff) << 16) + 1;
	uint64_t off = cmd->cdw12 | (uint64_t)cmd->cdw13 << 32;
	uint8_t lid = cmd->cdw10 & 0xff;
	uint32_t size, len;
	uint16_t status;

	memset(c->page, 0, sizeof(c->page));
	size = logpage_fill(c, lid);
	if (!size)
		return NVME_SC_LOG_PAGE;
	if (off % 4 || off > size)
		return NVME_SC_FIELD;
	len = dwords * 4 < size - off ? dwords * 4 : size - off;
	status = prp_reply(c, cmd, c->page + off, len);
	if (status)
		return status;
	/*
	 * "since the last time the log page was read", whether the event is retained
	 * or not, as in Linux's target.
	 */
	if (lid == NVME_LOG_CHANGED_NS)
		c->ns_changed = false;
	/* "Retain Asynchronous Event" is bit 15. */
	if (!(cmd->cdw10 & 1u << 15))
		event_read(c, lid);
	return NVME_SC_OK;
}
