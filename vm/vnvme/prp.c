// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Physical Region Page Entry and List": PRP1 may begin within a page, the rest
 * are whole pages.  PRP2 is the second page, or, if there are more than two, the
 * list, whose last entry in a page leads to the next page of the list.  An entry
 * that leads nowhere is a Data Transfer Error.
 */
#include <string.h>

#include "core.h"

static uint16_t prp_piece(struct ctrl *c, uint64_t addr, uint32_t len,
			  bool write)
{
	uint8_t *p = c->bus->mem(c->bus->ctx, addr, len, write);

	if (!p || c->nr_pieces == c->room_pieces)
		return NVME_SC_TRANSFER;
	c->pieces[c->nr_pieces++] = (struct piece){ p, len };
	return NVME_SC_OK;
}

static uint32_t prp_least(uint32_t len)
{
	return len < CTRL_PAGE ? len : CTRL_PAGE;
}

/* One entry of the list at @addr. */
static uint16_t prp_entry(struct ctrl *c, uint64_t addr, uint64_t *entry)
{
	const void *p = c->bus->mem(c->bus->ctx, addr, sizeof(*entry), false);

	if (!p)
		return NVME_SC_TRANSFER;
	memcpy(entry, p, sizeof(*entry));
	return *entry % CTRL_PAGE ? NVME_SC_PRP_OFFSET : NVME_SC_OK;
}

/*
 * A page of the list begins at its begin, but for the first: so each step but one
 * maps a page of data, and a list that leads to itself ends as well.
 */
static uint16_t prp_list(struct ctrl *c, uint64_t list, uint32_t left,
			 bool write)
{
	uint64_t entry;
	uint16_t status;

	if (list % 8)
		return NVME_SC_PRP_OFFSET;
	while (left) {
		bool last = list % CTRL_PAGE == CTRL_PAGE - 8;

		status = prp_entry(c, list, &entry);
		if (status)
			return status;
		if (last && left > CTRL_PAGE) {
			list = entry;
			continue;
		}
		status = prp_piece(c, entry, prp_least(left), write);
		if (status)
			return status;
		left -= prp_least(left);
		list += 8;
	}
	return NVME_SC_OK;
}

uint16_t prp_map(struct ctrl *c, uint64_t prp1, uint64_t prp2, uint32_t len,
		 bool write)
{
	uint32_t first = CTRL_PAGE - prp1 % CTRL_PAGE;
	uint16_t status;

	c->nr_pieces = 0;
	if (prp1 % 4)
		return NVME_SC_PRP_OFFSET;
	if (!len)
		return NVME_SC_OK;
	if (first > len)
		first = len;
	status = prp_piece(c, prp1, first, write);
	if (status || first == len)
		return status;
	len -= first;
	if (len > CTRL_PAGE)
		return prp_list(c, prp2, len, write);
	if (prp2 % CTRL_PAGE)
		return NVME_SC_PRP_OFFSET;
	return prp_piece(c, prp2, len, write);
}

void prp_put(struct ctrl *c, const void *from)
{
	const uint8_t *p = from;
	size_t i;

	for (i = 0; i < c->nr_pieces; i++) {
		memcpy(c->pieces[i].p, p, c->pieces[i].len);
		p += c->pieces[i].len;
	}
}

void prp_get(struct ctrl *c, void *to)
{
	uint8_t *p = to;
	size_t i;

	for (i = 0; i < c->nr_pieces; i++) {
		memcpy(p, c->pieces[i].p, c->pieces[i].len);
		p += c->pieces[i].len;
	}
}

uint16_t prp_reply(struct ctrl *c, const struct nvme_cmd *cmd,
		   const void *data, uint32_t len)
{
	uint16_t status = prp_map(c, cmd->prp1, cmd->prp2, len, true);

	if (!status)
		prp_put(c, data);
	return status;
}
