// SPDX-License-Identifier: GPL-2.0-only
/*
 * Submission and completion queues ("Queues", "Queue Size", "Completion Queue
 * Entry"), and the interrupts of the latter.
 *
 * Interrupts are held back by load.  A guest that waits for one command needs
 * its interrupt at once; one that has many in flight would be interrupted between
 * any two that it submits.  How many it has, nobody says, so it is tried: once in
 * QUEUE_IRQ_TRIES interrupts one waits for QUEUE_IRQ_TRY.  If many completions
 * came meanwhile, from then on an interrupt waits for half as many (the guest goes
 * on with the other half), but no longer than QUEUE_IRQ_HOLD; and if less come,
 * for less.  If few came, each has its own interrupt: to wait costs a guest that
 * has two or four in flight more than interrupts do.
 */
#include <stdlib.h>
#include <string.h>

#include "core.h"

#define QUEUE_IRQ_HOLD	80000		/* ns */
#define QUEUE_IRQ_TRY	200000		/* ns */
#define QUEUE_IRQ_TRIES	128
#define QUEUE_IRQ_MANY	8		/* completions */
#define QUEUE_IRQ_MOST	16

static uint32_t queue_untaken(const struct cq *cq)
{
	return (cq->tail + cq->size - cq->head) % cq->size;
}

static bool queue_cid(struct sq *sq, uint16_t cid)
{
	return sq->cids[cid / 64] >> cid % 64 & 1;
}

/* Carry @cmd out. */
static void queue_run(struct ctrl *c, unsigned int id,
		      const struct nvme_cmd *cmd, struct req *r)
{
	uint64_t delay = 0;
	int status;

	if (r->twin)
		status = NVME_SC_CID | NVME_SC_DNR;
	else if (id)
		status = nvm_run(c, cmd, r, &delay);
	else
		status = adm_run(c, cmd, r);
	if (status == CMD_WAITS) {
		delay = UINT64_MAX;
	} else {
		r->status = status;
		if (status)
			logpage_error(c, cmd, r);
	}
	c->writes += r->writes;
	sched_add(c, r, delay);
}

static void queue_fetch_one(struct ctrl *c, unsigned int id)
{
	struct sq *sq = &c->sq[id];
	const void *entry = c->bus->mem(c->bus->ctx,
					sq->base + sq->head * 64ull, 64, false);
	struct req *r = entry ? calloc(1, sizeof(*r)) : NULL;
	struct nvme_cmd cmd;

	if (!r) {
		ctrl_fatal(c);
		return;
	}
	memcpy(&cmd, entry, sizeof(cmd));
	sq->head = (sq->head + 1) % sq->size;
	r->sq = id;
	r->cid = cmd.cid;
	r->nr = ++c->arrivals;
	r->twin = queue_cid(sq, cmd.cid);
	sq->cids[cmd.cid / 64] |= 1ull << cmd.cid % 64;
	sq->busy++;
	c->cq[sq->cq].busy++;
	queue_run(c, id, &cmd, r);
}

void queue_fetch(struct ctrl *c, unsigned int id)
{
	struct sq *sq = &c->sq[id];

	while (sq->used && sq->head != sq->tail && sq->busy < CTRL_SQ_BUSY &&
	       !(c->csts & NVME_CSTS_CFS))
		queue_fetch_one(c, id);
}

void queue_fetch_all(struct ctrl *c)
{
	unsigned int id;

	for (id = 0; id < CTRL_QUEUES; id++)
		queue_fetch(c, id);
}

void queue_complete(struct ctrl *c, struct req *r)
{
	struct cq *cq = &c->cq[c->sq[r->sq].cq];

	r->next = NULL;
	*cq->last = r;
	cq->last = &r->next;
}

/* @r has left the controller, or is forgotten. */
static void queue_forget(struct ctrl *c, struct req *r)
{
	struct sq *sq = &c->sq[r->sq];

	if (!r->twin)
		sq->cids[r->cid / 64] &= ~(1ull << r->cid % 64);
	sq->busy--;
	c->cq[sq->cq].busy--;
	c->writes -= r->writes;
	free(r);
}

/* What the media wait for: from now on the guest may know. */
static void queue_tell_media(struct ctrl *c, const struct req *r)
{
	unsigned int i;

	for (i = 0; i < r->tickets; i++)
		vmedia_done(c->media, r->ticket == VMEDIA_UNLOGGED ?
			    r->ticket : r->ticket + i);
}

/* "Phase Tag": the last thing that is written, the guest may be looking. */
static bool queue_post_one(struct ctrl *c, struct cq *cq)
{
	struct req *r = cq->first;
	uint8_t *entry = c->bus->mem(c->bus->ctx, cq->base + cq->tail * 16ull,
				     16, true);
	struct nvme_cqe cqe = {
		.result = r->result,
		.sq_head = c->sq[r->sq].head,
		.sq_id = r->sq,
		.cid = r->cid,
		.status = r->status << 1 | cq->phase,
	};

	if (!entry) {
		ctrl_fatal(c);
		return false;
	}
	queue_tell_media(c, r);
	memcpy(entry, &cqe, 12);
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(entry + 12, (uint8_t *)&cqe + 12, 4);
	cq->tail = (cq->tail + 1) % cq->size;
	cq->phase ^= cq->tail == 0;
	if (!cq->fresh++)
		cq->fresh_since = c->now;
	cq->first = r->next;
	if (!cq->first)
		cq->last = &cq->first;
	queue_forget(c, r);
	return true;
}

static void queue_post_cq(struct ctrl *c, struct cq *cq)
{
	while (cq->used && cq->first && (cq->tail + 1) % cq->size != cq->head &&
	       !(c->csts & NVME_CSTS_CFS))
		if (!queue_post_one(c, cq))
			return;
}

void queue_post(struct ctrl *c)
{
	unsigned int id;

	for (id = 0; id < CTRL_QUEUES; id++)
		queue_post_cq(c, &c->cq[id]);
}

/* "Asynchronous Event Information - Error Status" */
#define QUEUE_NO_DOORBELL	0
#define QUEUE_BAD_VALUE		1

void queue_tail(struct ctrl *c, unsigned int id, uint32_t value)
{
	struct sq *sq = &c->sq[id];

	if (!sq->used) {
		event_error(c, QUEUE_NO_DOORBELL);
	} else if (value >= sq->size) {
		event_error(c, QUEUE_BAD_VALUE);
	} else {
		sq->tail = value;
		queue_fetch(c, id);
	}
}

void queue_head(struct ctrl *c, unsigned int id, uint32_t value)
{
	struct cq *cq = &c->cq[id];

	if (!cq->used)
		event_error(c, QUEUE_NO_DOORBELL);
	else if (value >= cq->size ||
		 (value + cq->size - cq->head) % cq->size > queue_untaken(cq))
		event_error(c, QUEUE_BAD_VALUE);
	else
		cq->head = value;
}

static bool queue_irq_tries(const struct cq *cq)
{
	return cq->streak >= QUEUE_IRQ_TRIES;
}

/* When it is raised however few are complete, ns. */
static uint64_t queue_irq_last(const struct cq *cq)
{
	return cq->fresh_since +
	       (queue_irq_tries(cq) ? QUEUE_IRQ_TRY : QUEUE_IRQ_HOLD);
}

static bool queue_irq_due(const struct ctrl *c, const struct cq *cq)
{
	unsigned int want = queue_irq_tries(cq) ? QUEUE_IRQ_MOST : cq->want;

	return cq == &c->cq[0] || c->feat.direct[cq->vector] ||
	       cq->fresh >= want || c->now >= queue_irq_last(cq);
}

/* What this interrupt says of how long the next should wait. */
static void queue_irq_learn(struct cq *cq)
{
	if (queue_irq_tries(cq)) {
		cq->want = cq->fresh >= QUEUE_IRQ_MANY ? cq->fresh / 2 : 1;
		if (cq->want > QUEUE_IRQ_MOST)
			cq->want = QUEUE_IRQ_MOST;
		cq->streak = 0;
		return;
	}
	cq->streak++;
	if (cq->fresh < cq->want)
		cq->want = cq->fresh;
}

uint64_t queue_interrupt(struct ctrl *c)
{
	uint64_t next = UINT64_MAX;
	unsigned int id;

	for (id = 0; id < CTRL_QUEUES; id++) {
		struct cq *cq = &c->cq[id];

		if (!cq->used || !cq->fresh)
			continue;
		if (cq->irq && !queue_irq_due(c, cq)) {
			if (queue_irq_last(cq) < next)
				next = queue_irq_last(cq);
			continue;
		}
		queue_irq_learn(cq);
		cq->fresh = 0;
		if (cq->irq)
			c->bus->irq(c->bus->ctx, cq->vector);
	}
	return next;
}

void queue_open_sq(struct ctrl *c, unsigned int id, uint64_t base,
		   uint32_t size, uint16_t cq)
{
	c->sq[id] = (struct sq){
		.used = true, .cq = cq, .size = size, .base = base,
	};
}

void queue_open_cq(struct ctrl *c, unsigned int id, uint64_t base,
		   uint32_t size, bool irq, uint16_t vector)
{
	struct cq *cq = &c->cq[id];

	*cq = (struct cq){
		.used = true, .phase = true, .irq = irq, .vector = vector,
		.size = size, .base = base, .want = 1,
	};
	cq->last = &cq->first;
}

/* Take what is of @sq out of the list of @cq. */
static bool queue_purge(struct ctrl *c, struct cq *cq, unsigned int sq)
{
	struct req **link = &cq->first;
	bool any = false;

	while (*link) {
		struct req *r = *link;

		if (r->sq != sq) {
			link = &r->next;
			continue;
		}
		*link = r->next;
		any |= r->tickets;
		queue_forget(c, r);
	}
	cq->last = link;
	return any;
}

void queue_close_sq(struct ctrl *c, unsigned int id)
{
	struct cq *cq = &c->cq[c->sq[id].cq];

	if (!c->sq[id].used)
		return;
	sched_flush(c, id);
	queue_post_cq(c, cq);
	if (queue_purge(c, cq, id))
		vmedia_abandon(c->media);
	c->sq[id].used = false;
}

void queue_close_cq(struct ctrl *c, unsigned int id)
{
	c->cq[id].used = false;
}
