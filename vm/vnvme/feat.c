// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Set Features command" and "Get Features command".  No feature can be saved
 * over a reset, and most do nothing here but keep their value.
 */
#include <string.h>

#include "core.h"

#define FEAT_SAVE	(1u << 31)
#define FEAT_HOT	343		/* "Temperature Threshold", Kelvin */

/* What Get Features asks for in its field "Select". */
enum { FEAT_CURRENT, FEAT_DEFAULT, FEAT_SAVED, FEAT_SUPPORTED };

void feat_reset(struct ctrl *c)
{
	c->feat = (struct features){ .hot = FEAT_HOT, .stamp_at = c->now };
}

/* "Temperature Threshold": of the composite temperature alone. */
static uint16_t *feat_threshold(struct ctrl *c, uint32_t cdw11)
{
	uint32_t sensor = cdw11 >> 16 & 15, type = cdw11 >> 20 & 3;

	if (sensor || type > 1)
		return NULL;
	return type ? &c->feat.cold : &c->feat.hot;
}

static uint16_t feat_set_threshold(struct ctrl *c, uint32_t cdw11)
{
	/* All sensors are the one. */
	uint16_t *t = feat_threshold(c, (cdw11 >> 16 & 15) == 15 ?
					cdw11 & ~0xf0000u : cdw11);

	if (!t)
		return NVME_SC_FIELD;
	*t = cdw11;
	return NVME_SC_OK;
}

/* "Timestamp": ms since 1970, as the host said, and the time since then. */
static uint16_t feat_set_stamp(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint64_t stamp;
	uint16_t status;

	status = prp_map(c, cmd->prp1, cmd->prp2, sizeof(stamp), false);
	if (status)
		return status;
	prp_get(c, &stamp);
	c->feat.stamp = stamp & 0xffffffffffffull;
	c->feat.stamp_at = c->now;
	c->feat.stamped = true;
	return NVME_SC_OK;
}

static uint16_t feat_get_stamp(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint64_t ms = c->feat.stamp + (c->now - c->feat.stamp_at) / 1000000;
	uint64_t stamp = (ms & 0xffffffffffffull) |
			 (uint64_t)c->feat.stamped << 49;

	return prp_reply(c, cmd, &stamp, sizeof(stamp));
}

/* "Number of Queues": always as many as there are; 65535 is not valid. */
static uint16_t feat_queues(const struct nvme_cmd *cmd, uint32_t *result,
			    bool set)
{
	if (set && ((cmd->cdw11 & 0xffff) == 0xffff ||
		    cmd->cdw11 >> 16 == 0xffff))
		return NVME_SC_FIELD;
	*result = (CTRL_QUEUES - 2) << 16 | (CTRL_QUEUES - 2);
	return NVME_SC_OK;
}

static uint16_t feat_set_vector(struct ctrl *c, uint32_t cdw11)
{
	uint32_t vector = cdw11 & 0xffff;

	if (vector >= CTRL_VECTORS)
		return NVME_SC_FIELD;
	c->feat.direct[vector] = cdw11 >> 16 & 1;
	return NVME_SC_OK;
}

/* What only keeps its value. */
static uint32_t *feat_plain(struct ctrl *c, uint8_t fid)
{
	switch (fid) {
	case NVME_FEAT_ARBITRATION:
		return &c->feat.arbitration;
	case NVME_FEAT_ERROR_RECOVERY:
		return &c->feat.recovery;
	case NVME_FEAT_COALESCING:
		return &c->feat.coalescing;
	case NVME_FEAT_ATOMICITY:
		return &c->feat.atomicity;
	case NVME_FEAT_ASYNC_EVENT:
		return &c->feat.event;
	default:
		return NULL;
	}
}

static uint16_t feat_change(struct ctrl *c, const struct nvme_cmd *cmd,
			    uint32_t *result)
{
	uint8_t fid = cmd->cdw10 & 0xff;
	uint32_t value = cmd->cdw11;

	switch (fid) {
	case NVME_FEAT_POWER:
		return value & 0x1f ? NVME_SC_FIELD : NVME_SC_OK;
	case NVME_FEAT_TEMPERATURE:
		return feat_set_threshold(c, value);
	case NVME_FEAT_ERROR_RECOVERY:
		/* DULBE: an unwritten block is no error here (NSFEAT.DAE). */
		if (value & 1u << 16)
			return NVME_SC_FIELD;
		break;
	case NVME_FEAT_CACHE:
		/* It can not be turned off; without one there is no such thing. */
		if (!c->media->cache)
			return NVME_SC_FIELD;
		return value & 1 ? NVME_SC_OK : NVME_SC_NOT_CHANGEABLE;
	case NVME_FEAT_QUEUES:
		return feat_queues(cmd, result, true);
	case NVME_FEAT_VECTOR:
		return feat_set_vector(c, value);
	case NVME_FEAT_TIMESTAMP:
		return feat_set_stamp(c, cmd);
	}
	if (!feat_plain(c, fid))
		return NVME_SC_FIELD;
	*feat_plain(c, fid) = value;
	return NVME_SC_OK;
}

static bool feat_known(struct ctrl *c, uint8_t fid)
{
	switch (fid) {
	case NVME_FEAT_CACHE:
		return c->media->cache;
	case NVME_FEAT_POWER:
	case NVME_FEAT_TEMPERATURE:
	case NVME_FEAT_QUEUES:
	case NVME_FEAT_VECTOR:
	case NVME_FEAT_TIMESTAMP:
		return true;
	default:
		return feat_plain(c, fid);
	}
}

uint16_t feat_set(struct ctrl *c, const struct nvme_cmd *cmd, uint32_t *result)
{
	uint8_t fid = cmd->cdw10 & 0xff;

	if (!feat_known(c, fid))
		return NVME_SC_FIELD;
	if (cmd->cdw10 & FEAT_SAVE)
		return NVME_SC_NOT_SAVEABLE;
	if (cmd->nsid && cmd->nsid != CTRL_NSID && cmd->nsid != UINT32_MAX)
		return NVME_SC_NSID;
	if (cmd->nsid == CTRL_NSID && fid != NVME_FEAT_ERROR_RECOVERY)
		return NVME_SC_NOT_PER_NS;
	return feat_change(c, cmd, result);
}

static uint16_t feat_current(struct ctrl *c, const struct nvme_cmd *cmd,
			     uint32_t *result)
{
	uint8_t fid = cmd->cdw10 & 0xff;
	uint32_t vector = cmd->cdw11 & 0xffff;
	const uint16_t *t;

	switch (fid) {
	case NVME_FEAT_POWER:
		return NVME_SC_OK;
	case NVME_FEAT_TEMPERATURE:
		t = feat_threshold(c, cmd->cdw11);
		if (!t)
			return NVME_SC_FIELD;
		*result = *t;
		return NVME_SC_OK;
	case NVME_FEAT_CACHE:
		*result = 1;
		return NVME_SC_OK;
	case NVME_FEAT_QUEUES:
		return feat_queues(cmd, result, false);
	case NVME_FEAT_VECTOR:
		if (vector >= CTRL_VECTORS)
			return NVME_SC_FIELD;
		*result = vector | (uint32_t)c->feat.direct[vector] << 16;
		return NVME_SC_OK;
	case NVME_FEAT_TIMESTAMP:
		return feat_get_stamp(c, cmd);
	}
	*result = *feat_plain(c, fid);
	return NVME_SC_OK;
}

/* "Supported Capabilities": bit 1 per namespace, bit 2 changeable. */
static uint32_t feat_supported(uint8_t fid)
{
	return fid == NVME_FEAT_CACHE ? 0 :
	       fid == NVME_FEAT_ERROR_RECOVERY ? 1 << 2 | 1 << 1 : 1 << 2;
}

uint16_t feat_get(struct ctrl *c, const struct nvme_cmd *cmd, uint32_t *result)
{
	uint8_t fid = cmd->cdw10 & 0xff;
	struct features now = c->feat;
	uint16_t status;

	if (!feat_known(c, fid))
		return NVME_SC_FIELD;
	switch (cmd->cdw10 >> 8 & 7) {
	case FEAT_CURRENT:
		return feat_current(c, cmd, result);
	case FEAT_DEFAULT:
	case FEAT_SAVED:	/* none is: the default */
		feat_reset(c);
		status = feat_current(c, cmd, result);
		c->feat = now;
		return status;
	case FEAT_SUPPORTED:
		*result = feat_supported(fid);
		return NVME_SC_OK;
	default:
		return NVME_SC_FIELD;
	}
}
