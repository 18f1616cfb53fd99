// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "core.h"

/* "Offset 0h: CAP": what a value means is in its line. */
#define CTRL_CAP	((CTRL_ENTRIES - 1ull) |			\
			 1ull << 16 |	/* CQR: queues in one piece */	\
			 20ull << 24 |	/* TO: 10 s to be ready */	\
			 1ull << 37 |	/* CSS: the NVM command set */	\
			 1ull << 59)	/* CRMS: ready with media */
#define CTRL_CRTO	20u	/* CRWMT, 500 ms each */

struct ctrl *ctrl_new(const struct cfg *cfg, const struct bus *bus,
		      struct vmedia *media, const struct ctrl_vendor *vendor)
{
	struct ctrl *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->cfg = cfg;
	c->bus = bus;
	c->media = media;
	c->vendor = vendor;
	/* NLB has 16 bits, whatever MDTS says. */
	c->max_bytes = 65536 * cfg->lba_size;
	if (cfg->mdts && CTRL_PAGE << cfg->mdts < c->max_bytes)
		c->max_bytes = CTRL_PAGE << cfg->mdts;
	c->room_pieces = c->max_bytes / CTRL_PAGE + 1;
	c->pieces = calloc(c->room_pieces, sizeof(*c->pieces));
	c->buffer = malloc(c->max_bytes);
	if (!c->pieces || !c->buffer || sched_init(c)) {
		ctrl_free(c);
		return NULL;
	}
	fault_init(c);
	feat_reset(c);
	return c;
}

/*
 * "Controller Level Reset": queues and commands are gone.  AQA, ASQ and ACQ stay
 * if it was by CC.EN.
 */
static void ctrl_stop(struct ctrl *c)
{
	unsigned int id;
	bool any = c->nr_heap;

	for (id = 0; id < CTRL_QUEUES; id++) {
		struct cq *cq = &c->cq[id];
		struct req *r;

		while (cq->used && (r = cq->first)) {
			cq->first = r->next;
			free(r);
			any = true;
		}
		cq->used = false;
		c->sq[id].used = false;
	}
	sched_clear(c);
	if (any)
		vmedia_abandon(c->media);
	c->csts = 0;
	event_reset(c);
	feat_reset(c);
}

void ctrl_free(struct ctrl *c)
{
	if (!c)
		return;
	if (c->heap)
		ctrl_stop(c);
	free(c->heap);
	free(c->pieces);
	free(c->buffer);
	free(c);
}

void ctrl_reset(struct ctrl *c)
{
	ctrl_stop(c);
	c->cc = 0;
	c->aqa = 0;
	c->asq = 0;
	c->acq = 0;
}

void ctrl_fatal(struct ctrl *c)
{
	c->csts |= NVME_CSTS_CFS;
}

/* "CC.EN": what is set up wrong is a fatal status, as it can not be ready. */
static void ctrl_start(struct ctrl *c)
{
	uint32_t sq_size = (c->aqa & 0xfff) + 1, cq_size = (c->aqa >> 16 & 0xfff) + 1;

	if (NVME_CC_CSS(c->cc) || NVME_CC_MPS(c->cc) || NVME_CC_AMS(c->cc) ||
	    sq_size < 2 || cq_size < 2 ||
	    c->asq % CTRL_PAGE || c->acq % CTRL_PAGE) {
		ctrl_fatal(c);
		return;
	}
	queue_open_cq(c, 0, c->acq, cq_size, true, 0);
	queue_open_sq(c, 0, c->asq, sq_size, 0);
	c->csts |= NVME_CSTS_RDY;
}

static void ctrl_set_cc(struct ctrl *c, uint32_t cc)
{
	uint32_t old = c->cc;

	c->cc = cc;
	if (old & ~cc & NVME_CC_EN)
		ctrl_stop(c);
	if (~old & cc & NVME_CC_EN)
		ctrl_start(c);
	/* "Shutdown": there is nothing to wait for. */
	if (NVME_CC_SHN(cc))
		c->csts |= NVME_CSTS_SHST_DONE;
	else
		c->csts &= ~NVME_CSTS_SHST;
}

/* One half of a 64-bit property. */
static void ctrl_half(uint64_t *property, bool high, uint32_t value)
{
	if (high)
		*property = (uint32_t)*property | (uint64_t)value << 32;
	else
		*property = (*property & ~0xffffffffull) | value;
}

static void ctrl_set(struct ctrl *c, uint64_t off, uint32_t value)
{
	bool enabled = c->cc & NVME_CC_EN;

	switch (off) {
	case NVME_CC:
		ctrl_set_cc(c, value);
		return;
	/* These shall not change while enabled; so they do not. */
	case NVME_AQA:
		if (!enabled)
			c->aqa = value & 0x0fff0fff;
		return;
	case NVME_ASQ:
	case NVME_ASQ + 4:
		if (!enabled)
			ctrl_half(&c->asq, off != NVME_ASQ, value);
		return;
	case NVME_ACQ:
	case NVME_ACQ + 4:
		if (!enabled)
			ctrl_half(&c->acq, off != NVME_ACQ, value);
		return;
	}
}

/* "Submission Queue y Tail Doorbell", "Completion Queue y Head Doorbell" */
static void ctrl_doorbell(struct ctrl *c, uint64_t off, uint32_t value)
{
	uint64_t n = (off - NVME_DOORBELLS) / 4;

	if (!(c->csts & NVME_CSTS_RDY) || c->csts & NVME_CSTS_CFS ||
	    n / 2 >= CTRL_QUEUES)
		return;
	if (n % 2)
		queue_head(c, n / 2, value & 0xffff);
	else
		queue_tail(c, n / 2, value & 0xffff);
}

void ctrl_write(struct ctrl *c, uint64_t off, const void *data, uint32_t len,
		uint64_t now)
{
	const uint8_t *p = data;
	uint32_t value;

	c->now = now;
	/* "Property accesses": 32 or 64 bits, aligned.  Others are ignored. */
	if ((len != 4 && len != 8) || off % 4 || off >= CTRL_BAR_SIZE)
		return;
	for (; len; len -= 4, off += 4, p += 4) {
		memcpy(&value, p, sizeof(value));
		if (off >= NVME_DOORBELLS)
			ctrl_doorbell(c, off, value);
		else
			ctrl_set(c, off, value);
	}
}

void ctrl_read(struct ctrl *c, uint64_t off, void *data, uint32_t len)
{
	uint8_t image[NVME_CRTO + 4] = { 0 };
	const uint64_t cap = CTRL_CAP;
	const uint32_t version = NVME_VERSION, crto = CTRL_CRTO;

	memset(data, 0, len);
	if (off >= sizeof(image))
		return;
	memcpy(image + NVME_CAP, &cap, sizeof(cap));
	memcpy(image + NVME_VS, &version, sizeof(version));
	memcpy(image + NVME_CC, &c->cc, sizeof(c->cc));
	memcpy(image + NVME_CSTS, &c->csts, sizeof(c->csts));
	memcpy(image + NVME_AQA, &c->aqa, sizeof(c->aqa));
	memcpy(image + NVME_ASQ, &c->asq, sizeof(c->asq));
	memcpy(image + NVME_ACQ, &c->acq, sizeof(c->acq));
	memcpy(image + NVME_CRTO, &crto, sizeof(crto));
	memcpy(data, image + off,
	       len < sizeof(image) - off ? len : sizeof(image) - off);
}

uint64_t ctrl_tick(struct ctrl *c, uint64_t now)
{
	uint64_t due, irq;
	struct req *r;

	c->now = now;
	if (c->media->off)
		sched_power(c);
	/* A completion may make room for a command that waits to be fetched. */
	do {
		while ((r = sched_next(c)))
			queue_complete(c, r);
		queue_post(c);
		queue_fetch_all(c);
	} while (sched_due(c) <= now && !(c->csts & NVME_CSTS_CFS));
	irq = queue_interrupt(c);
	due = c->csts & NVME_CSTS_CFS ? UINT64_MAX : sched_due(c);
	return due < irq ? due : irq;
}

unsigned int ctrl_in_flight(const struct ctrl *c)
{
	return c->writes;
}
