// SPDX-License-Identifier: GPL-2.0-only
/* When commands complete, and in which order: by the seed, and always. */
#include "vt_drv.h"

static struct vt t;

/* Submit @n commands, then take all: their places, in order of completion. */
static bool run(const char *words, unsigned int n, uint16_t *order)
{
	struct nvme_cqe cqe;
	unsigned int i;
	uint16_t first;
	bool ok = true;

	vt_start(&t, words, 64);
	first = t.cid + 1;
	for (i = 0; i < n; i++) {
		struct nvme_cmd cmd = vt_rw(&t, i % 2 ? NVME_NVM_READ :
					    NVME_NVM_WRITE, i, 1, i % 16);

		vt_submit(&t, 1, &cmd);
		t.now += 1000;
		vt_tick(&t);
	}
	for (i = 0; i < n && ok; i++) {
		ok = vt_wait(&t, 1, &cqe);
		order[i] = cqe.cid - first;
	}
	ok = ok && !vt_wait(&t, 1, &cqe) && !t.c->held && !t.c->nr_heap;
	vt_free(&t);
	return ok;
}

static bool sorted(const uint16_t *order, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (order[i] != i)
			return false;
	return true;
}

static bool in_order(void)
{
	uint16_t order[60];

	TH_CHECK(run("", 60, order) && sorted(order, 60));
	/* Held back, and yet in order. */
	TH_CHECK(run("hold=8", 60, order) && sorted(order, 60));
	return true;
}

static bool reordered(void)
{
	uint16_t a[60], b[60], c[60];
	unsigned int i, all = 0;

	TH_CHECK(run("reorder=yes hold=8 seed=1", 60, a) && !sorted(a, 60));
	TH_CHECK(run("reorder=yes hold=8 seed=1", 60, b));
	TH_CHECK(run("reorder=yes hold=8 seed=2", 60, c));
	TH_CHECK(!memcmp(a, b, sizeof(a)) && memcmp(a, c, sizeof(a)));
	for (i = 0; i < 60; i++)
		all += a[i];
	TH_CHECK(all == 59 * 30);
	TH_CHECK(run("reorder=yes", 60, a) && !sorted(a, 60));
	return true;
}

/* No more than asked for are held back. */
static bool limit(void)
{
	unsigned int i;

	vt_start(&t, "hold=5 reorder=yes", 64);
	for (i = 0; i < 50; i++) {
		struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, i, 1, 0);

		vt_submit(&t, 1, &cmd);
		TH_CHECK(t.c->held <= 5);
		vt_tick(&t);
		TH_CHECK(t.c->nr_heap <= 5);
	}
	vt_free(&t);
	return true;
}

/* Nothing more arrives: what is held back comes all the same. */
static bool alone(void)
{
	struct nvme_cmd cmd;
	struct nvme_cqe cqe;
	uint64_t begin;

	vt_start(&t, "hold=1000", 64);
	cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	begin = t.now;
	vt_submit(&t, 1, &cmd);
	vt_tick(&t);
	TH_CHECK(!vt_reap(&t, 1, &cqe) && t.next != UINT64_MAX);
	TH_CHECK(vt_wait(&t, 1, &cqe) && t.now - begin <= 3000000);
	vt_free(&t);
	return true;
}

static bool latency(void)
{
	uint64_t begin, spent, least = UINT64_MAX, most = 0;
	int i;

	vt_start(&t, "latency=read,100us,200us latency=flush,3ms", 64);
	for (i = 0; i < 200; i++) {
		struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);

		begin = t.now;
		TH_CHECK(vt_do(&t, 1, &cmd) == 0);
		spent = t.now - begin;
		least = spent < least ? spent : least;
		most = spent > most ? spent : most;
	}
	TH_CHECK(least >= 100000 && least < 110000);
	TH_CHECK(most <= 200000 && most > 190000);
	begin = t.now;
	TH_CHECK(vt_flush(&t) == 0 && t.now - begin == 3000000);
	begin = t.now;
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0 && t.now == begin);
	vt_free(&t);
	return true;
}

/* An abort completes what is in flight at once, as it is already done. */
static bool aborted(void)
{
	struct nvme_cmd cmd;
	struct nvme_cqe cqe;
	uint64_t begin;
	uint16_t cid;

	vt_start(&t, "latency=all,10s", 64);
	begin = t.now;
	cmd = vt_rw(&t, NVME_NVM_READ, 0, 1, 0);
	cid = vt_submit(&t, 1, &cmd);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = NVME_ADM_ABORT,
		.cdw10 = (uint32_t)cid << 16 | 1 }) == 0 && t.result == 1);
	TH_CHECK(vt_wait(&t, 1, &cqe) && cqe.cid == cid && !cqe.status);
	TH_CHECK(t.now - begin < 1000000);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = NVME_ADM_ABORT,
		.cdw10 = 0xffffffff }) == 0 && t.result == 1);
	vt_free(&t);
	return true;
}

/* The log has a write as done when the guest can see that it is, not before. */
static bool done_when_told(void)
{
	struct nvme_cmd cmd;
	struct nvme_cqe cqe;

	vt_start(&t, "latency=write,1ms", 64);
	vmedia_record(&t.media);
	cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);
	vt_submit(&t, 1, &cmd);
	vt_tick(&t);
	TH_CHECK(t.media.log.n == 1 && t.media.log.v[0].done == VLOG_NEVER);
	TH_CHECK(ctrl_in_flight(t.c) == 1);
	TH_CHECK(!vlog_mark(&t.media.log, 0, 1));
	TH_CHECK(vt_wait(&t, 1, &cqe));
	TH_CHECK(t.media.log.v[0].done == 2 && !ctrl_in_flight(t.c));
	vt_free(&t);
	return true;
}

const struct th_test vt_sched[] = {
	{ "in_order", in_order },
	{ "reordered", reordered },
	{ "limit", limit },
	{ "alone", alone },
	{ "latency", latency },
	{ "aborted", aborted },
	{ "done_when_told", done_when_told },
	{ }
};
