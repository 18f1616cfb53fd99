// SPDX-License-Identifier: GPL-2.0-only
/* Queues that wrap and fill, resets in the middle, and interrupts by load. */
#include "vt_drv.h"

static struct vt t;

static bool body_wraps(void)
{
	int i;

	for (i = 0; i < 20; i++)
		TH_CHECK(vt_put(&t, i, 1, i, false) == 0);
	for (i = 0; i < 20; i++)
		TH_CHECK(vt_is(&t, i, 1, i));
	return true;
}

static bool wraps(void)
{
	return vt_with(&t, "", 3, body_wraps);
}

/* A completion queue of 4 takes three; the rest wait for the guest. */
static bool body_full(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);
	struct nvme_cqe cqe;
	int i, n = 0;

	for (i = 0; i < 10; i++)
		vt_submit(&t, 1, &cmd);
	vt_tick(&t);
	TH_CHECK(t.c->cq[1].tail == 3);
	/* The guest was not told of the others. */
	TH_CHECK(t.media.log.n == 10 && t.media.log.v[3].done == VLOG_NEVER);
	TH_CHECK(t.media.log.v[2].done != VLOG_NEVER);
	while (vt_wait(&t, 1, &cqe)) {
		TH_CHECK(!cqe.status);
		n++;
	}
	TH_CHECK(n == 10 && t.media.log.v[9].done != VLOG_NEVER);
	TH_CHECK(!ctrl_in_flight(t.c));
	return true;
}

static bool full(void)
{
	return vt_with(&t, "", 4, body_full);
}

/* More than may be in flight: the rest stays in the guest's queue. */
static bool body_flood(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	struct nvme_cqe cqe;
	unsigned int i, n = 0;

	for (i = 0; i < 3000; i++) {
		if (t.c->sq[1].busy == CTRL_SQ_BUSY)
			break;
		vt_submit(&t, 1, &cmd);
	}
	TH_CHECK(i == CTRL_SQ_BUSY);
	for (i = 0; i < 100; i++)
		vt_submit(&t, 1, &cmd);
	TH_CHECK(t.c->sq[1].busy == CTRL_SQ_BUSY);
	while (vt_wait(&t, 1, &cqe)) {
		TH_CHECK(!cqe.status);
		n++;
	}
	TH_CHECK(n == CTRL_SQ_BUSY + 100);
	return true;
}

static bool flood(void)
{
	return vt_with(&t, "latency=read,1ms", 1024, body_flood);
}

static bool body_twin(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	struct nvme_cqe cqe;

	vt_submit(&t, 1, &cmd);
	t.cid--;
	vt_submit(&t, 1, &cmd);
	TH_CHECK(vt_wait(&t, 1, &cqe) && cqe.status == VT_DNR(NVME_SC_CID));
	/* That this one is complete does not free the other's id. */
	t.cid--;
	vt_submit(&t, 1, &cmd);
	TH_CHECK(vt_wait(&t, 1, &cqe) && cqe.status == VT_DNR(NVME_SC_CID));
	TH_CHECK(vt_wait(&t, 1, &cqe) && !cqe.status);
	t.cid--;
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	return true;
}

static bool twin(void)
{
	return vt_with(&t, "latency=read,1ms", 16, body_twin);
}

static bool body_reset(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);
	struct nvme_cqe cqe;
	int how;

	for (how = 0; how < 3; how++) {
		memset(t.mem + VT_DATA, how + 1, 512);
		vt_submit(&t, 1, &cmd);
		TH_CHECK(ctrl_in_flight(t.c) == 1);
		if (how == 0)
			vt_write32(&t, NVME_CC, 0);
		else if (how == 1)
			ctrl_reset(t.c);
		else
			TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
				.opcode = NVME_ADM_DELETE_SQ, .cdw10 = 1 }) == 0);
		TH_CHECK(!ctrl_in_flight(t.c));
		/* Nobody is told, nothing is lost, nothing waits for ever. */
		if (how < 2)
			TH_CHECK(!vt_wait(&t, 1, &cqe));
		vt_enable(&t);
		TH_CHECK(!vt_create(&t, 1, 16));
		TH_CHECK(vt_is(&t, 0, 1, how + 1) && !t.media.log.n);
	}
	return true;
}

static bool reset(void)
{
	return vt_with(&t, "latency=write,1s cache=no", 16, body_reset);
}

/* What is complete and finds no room goes with its queue. */
static bool body_delete_full(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);
	int i;

	for (i = 0; i < 3; i++)
		vt_submit(&t, 1, &cmd);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_DELETE_SQ, .cdw10 = 1 }) == 0);
	TH_CHECK(!ctrl_in_flight(t.c) && !t.c->cq[1].first);
	TH_CHECK(t.c->cq[1].busy == 0 && !t.media.log.n);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_DELETE_CQ, .cdw10 = 1 }) == 0);
	TH_CHECK(!vt_create(&t, 1, 16) && vt_put(&t, 0, 1, 1, false) == 0);
	return true;
}

static bool delete_full(void)
{
	return vt_with(&t, "latency=write,1s", 2, body_delete_full);
}

static bool body_doorbells(void)
{
	const uint32_t one = 1;
	unsigned int id;

	for (id = CTRL_QUEUES; id < 1000; id++) {
		vt_tail(&t, id, 1);
		vt_head(&t, id, 1);
	}
	ctrl_write(t.c, NVME_DOORBELLS + 8 + 2, &one, 4, t.now);
	ctrl_write(t.c, NVME_DOORBELLS + 8, &one, 2, t.now);
	TH_CHECK(!t.c->sq[1].tail && !t.c->event[EVENT_ERROR].due);
	vt_head(&t, 1, 1);	/* there is nothing to take */
	TH_CHECK(t.c->event[EVENT_ERROR].due && t.c->event[EVENT_ERROR].result == 0x10100);
	vt_tail(&t, 1, 16);
	vt_head(&t, 1, 0xffff);
	vt_tail(&t, 8, 1);
	TH_CHECK(t.c->event[EVENT_ERROR].result == 0x10000);
	vt_head(&t, 8, 0);
	vt_write32(&t, CTRL_BAR_SIZE - 4, 1);
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	TH_CHECK(t.c->cq[1].head == 1);
	return true;
}

static bool doorbells(void)
{
	return vt_with(&t, "", 16, body_doorbells);
}

/* Queue memory that is none: a fatal status, until a reset. */
static bool body_nowhere(void)
{
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_CREATE_SQ, .prp1 = VT_MEM,
		.cdw10 = 15 << 16 | 2, .cdw11 = 1 << 16 | 1 }) == 0);
	vt_tail(&t, 2, 1);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == (NVME_CSTS_RDY | NVME_CSTS_CFS));
	vt_tick(&t);
	vt_tail(&t, 0, 1);
	TH_CHECK(t.next == UINT64_MAX);
	vt_enable(&t);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_RDY);
	TH_CHECK(!vt_create(&t, 1, 16));
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_CREATE_CQ, .prp1 = 1ull << 60,
		.cdw10 = 15 << 16 | 2, .cdw11 = 3 }) == 0);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_CREATE_SQ, .prp1 = vt_sq(2),
		.cdw10 = 15 << 16 | 2, .cdw11 = 2 << 16 | 1 }) == 0);
	vt_tail(&t, 2, 1);
	vt_tick(&t);
	TH_CHECK(vt_read32(&t, NVME_CSTS) & NVME_CSTS_CFS);
	return true;
}

static bool nowhere(void)
{
	return vt_with(&t, "", 16, body_nowhere);
}

/* Commands one at a time: how many of @n have no interrupt in the same turn. */
static unsigned int late(unsigned int n)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	unsigned int i, before, late = 0;
	struct nvme_cqe cqe;

	for (i = 0; i < n; i++) {
		before = t.irqs[1];
		vt_submit(&t, 1, &cmd);
		vt_tick(&t);
		if (t.irqs[1] == before) {
			late++;
			t.now = t.next;
			vt_tick(&t);
		}
		if (t.irqs[1] != before + 1 || t.next != UINT64_MAX)
			return n;
		vt_reap(&t, 1, &cqe);
		t.now += 150000;
	}
	return late;
}

static bool body_depth_1(void)
{
	TH_CHECK(late(640) <= 10);
	return true;
}

static bool depth_1(void)
{
	return vt_with(&t, "", 64, body_depth_1);
}

/* A guest that takes completions only when interrupted; @depth in flight. */
static unsigned int deep(unsigned int depth, unsigned int total)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	unsigned int flying = 0, sent = 0, seen = t.irqs[1], before = seen;
	struct nvme_cqe cqe;

	while (sent < total) {
		if (t.irqs[1] != seen) {
			seen = t.irqs[1];
			while (vt_reap(&t, 1, &cqe))
				flying--;
		} else if (flying < depth) {
			vt_submit(&t, 1, &cmd);
			flying++;
			sent++;
			t.now += 20000;
		} else {
			t.now = t.next;
		}
		vt_tick(&t);
	}
	while (flying) {
		if (t.next == UINT64_MAX && t.irqs[1] == seen)
			return 0;
		if (t.next != UINT64_MAX && t.next > t.now)
			t.now = t.next;
		vt_tick(&t);
		seen = t.irqs[1];
		while (vt_reap(&t, 1, &cqe))
			flying--;
	}
	return t.irqs[1] - before;
}

static bool body_depth_32(void)
{
	unsigned int n = deep(32, 1000);

	if (!n || n > 500) {
		printf("# %u interrupts for 1000 commands\n", n);
		return false;
	}
	n = deep(32, 1000);
	TH_CHECK(n && n < 300);
	/* Down to one again: the first may wait, and one that tries. */
	TH_CHECK(late(60) <= 2);
	return true;
}

static bool depth_32(void)
{
	return vt_with(&t, "", 64, body_depth_32);
}

/* So few that to wait is not worth it. */
static bool body_depth_4(void)
{
	deep(4, 1000);
	TH_CHECK(deep(4, 1000) > 950);
	return true;
}

static bool depth_4(void)
{
	return vt_with(&t, "", 64, body_depth_4);
}

/* The last of a burst is told of as well, in time. */
static bool body_held(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	unsigned int i, n;

	deep(32, 100);
	for (i = 0; i < 3; i++)
		vt_submit(&t, 1, &cmd);
	n = t.irqs[1];
	vt_tick(&t);
	if (t.irqs[1] == n) {
		TH_CHECK(t.next != UINT64_MAX && t.next <= t.now + 200000);
		t.now = t.next;
		vt_tick(&t);
	}
	TH_CHECK(t.irqs[1] == n + 1 && t.next == UINT64_MAX);
	return true;
}

static bool held(void)
{
	return vt_with(&t, "", 64, body_held);
}

/* "Interrupt Vector Configuration": no coalescing of this vector. */
static bool body_direct(void)
{
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_SET_FEATURES, .cdw10 = NVME_FEAT_VECTOR,
		.cdw11 = 1 << 16 | 1 }) == 0);
	TH_CHECK(deep(32, 200) == 200);
	return true;
}

static bool direct(void)
{
	return vt_with(&t, "", 64, body_direct);
}

const struct th_test vt_queue[] = {
	{ "wraps", wraps },
	{ "full", full },
	{ "flood", flood },
	{ "twin", twin },
	{ "reset", reset },
	{ "delete_full", delete_full },
	{ "doorbells", doorbells },
	{ "nowhere", nowhere },
	{ "depth_1", depth_1 },
	{ "depth_4", depth_4 },
	{ "depth_32", depth_32 },
	{ "held", held },
	{ "direct", direct },
	{ }
};
