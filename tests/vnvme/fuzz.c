// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest may do to the controller, from bytes: the first chooses the
 * device, then each step has an opcode of ours and its operands.  libFuzzer
 * drives it (tests/vnvme/fuzz), and tests/host/run replays the corpus.
 *
 * Beside what the sanitizers see, it must hold that
 *  - time alone completes all that can be: nothing waits for ever;
 *  - what is durable, with the log laid over it, is what reads see;
 *  - memory that may only be read is as it was;
 *  - a reset ends a fatal status, and then a plain write and read work.
 */
#include <stddef.h>
#include <stdlib.h>

#include "vt_drv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_ROM	0x700000u	/* the guest's memory from here on */
#define FUZZ_ROM_LEN	0x2000u
#define FUZZ_STEPS	100000		/* ticks until all must be complete */
#define FUZZ_LOG	0x8000u		/* bytes: some recordings get full */

/* The input, and what is left of it. */
struct fuzz {
	const uint8_t *p;
	size_t left;
	struct vt t;
};

static uint64_t fuzz_take(struct fuzz *f, size_t bytes)
{
	uint64_t value = 0;

	if (bytes > f->left)
		bytes = f->left;
	memcpy(&value, f->p, bytes);
	f->p += bytes;
	f->left -= bytes;
	return value;
}

/* Often within the guest's memory, and often on a page. */
static uint64_t fuzz_addr(struct fuzz *f)
{
	uint64_t raw = fuzz_take(f, 2);

	switch (raw & 3) {
	case 0:
		return VT_DATA + (raw >> 2) % 64 * CTRL_PAGE;
	case 1:
		return VT_LIST + (raw >> 2) % 1024 * 8;
	case 2:
		return (raw >> 2) * 1024 + (raw & 4 ? 0 : 4);
	default:
		return fuzz_take(f, 8);
	}
}

static void fuzz_ring(struct fuzz *f, unsigned int id, const void *entry)
{
	struct vt_queue *q = &f->t.q[id];

	if (!q->size)
		return;
	memcpy(f->t.mem + vt_sq(id) + q->tail * 64, entry, 64);
	q->tail = (q->tail + 1) % q->size;
	vt_tail(&f->t, id, q->tail);
}

/* A command of which much is plausible. */
static void fuzz_command(struct fuzz *f)
{
	static const uint8_t admin[] = {
		0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x09, 0x0a, 0x0c, 0xc2,
	};
	static const uint8_t io[] = { 0x00, 0x01, 0x02, 0x08, 0x09 };
	uint8_t what = fuzz_take(f, 1), which = fuzz_take(f, 1);
	unsigned int id = what % 3;
	struct nvme_cmd cmd = {
		.opcode = id ? io[which % sizeof(io)] :
			  admin[which % sizeof(admin)],
		.cid = what & 0x80 ? 1 : ++f->t.cid,
		.nsid = what & 0x40 ? fuzz_take(f, 4) : 1,
		.prp1 = fuzz_addr(f),
		.prp2 = fuzz_addr(f),
		.cdw10 = what & 0x20 ? fuzz_take(f, 4) : fuzz_take(f, 1) % 16,
		.cdw11 = fuzz_take(f, what & 0x10 ? 4 : 1),
		.cdw12 = fuzz_take(f, what & 0x08 ? 4 : 1),
		.cdw13 = what & 0x08 ? fuzz_take(f, 4) : 0,
	};

	fuzz_ring(f, id, &cmd);
}

static void fuzz_raw_command(struct fuzz *f)
{
	unsigned int i, id = fuzz_take(f, 1) % CTRL_QUEUES;
	uint64_t entry[8];

	for (i = 0; i < 8; i++)
		entry[i] = fuzz_take(f, 8);
	fuzz_ring(f, id, entry);
}

/* Addresses into memory: a list of PRPs, or the ranges of a DSM. */
static void fuzz_memory(struct fuzz *f)
{
	uint64_t at = fuzz_addr(f) & ~7ull, value;
	unsigned int n = fuzz_take(f, 1) % 32;

	for (; n; n--, at += 8) {
		value = fuzz_addr(f);
		if (at <= VT_MEM - 8 && (at < FUZZ_ROM - 8 ||
					 at >= FUZZ_ROM + FUZZ_ROM_LEN))
			memcpy(f->t.mem + at, &value, 8);
	}
}

static void fuzz_reap(struct fuzz *f)
{
	struct nvme_cqe cqe;
	unsigned int id;

	for (id = 0; id < CTRL_QUEUES; id++)
		while (f->t.q[id].size && vt_reap(&f->t, id, &cqe))
			;
}

static void fuzz_restart(struct fuzz *f)
{
	memset(f->t.q, 0, sizeof(f->t.q));
	vt_enable(&f->t);
	if (vt_create(&f->t, 1, 16) || vt_create(&f->t, 2, 4))
		abort();
}

static void fuzz_write_property(struct fuzz *f)
{
	uint64_t off = fuzz_take(f, 2), value = fuzz_take(f, 8);

	ctrl_write(f->t.c, off, &value, off & 0x8000 ? off % 9 : off % 8 ? 4 : 8,
		   f->t.now);
}

static void fuzz_read_property(struct fuzz *f)
{
	uint64_t off = fuzz_take(f, 2);
	uint8_t value[16];

	ctrl_read(f->t.c, off, value, fuzz_take(f, 1) % 16);
}

static void fuzz_vendor(struct fuzz *f)
{
	static const int status[] = { 0, CTRL_LATER, NVME_SC_SEQUENCE };
	static uint8_t page[VNVME_PAGE];

	f->t.call.status = status[fuzz_take(f, 1) % 3];
	ctrl_vendor_done(f->t.c, f->t.call.token, fuzz_take(f, 1) % 2, 7, page);
}

static void fuzz_record(struct vmedia *m)
{
	if (!m->outer)
		vmedia_record(m);
	else if (m->recording)
		vmedia_stop(m);
}

static void fuzz_forget(struct vmedia *m)
{
	if (m->outer)
		vmedia_unnest(m);
	else
		vmedia_forget(m);
}

static void fuzz_nest(struct vmedia *m)
{
	if (m->stopped && !m->full && vmedia_nest(m))
		abort();
}

static void fuzz_media(struct fuzz *f)
{
	struct vmedia *m = &f->t.media;

	switch (fuzz_take(f, 1) % 7) {
	case 0:
		m->off = !m->off;
		break;
	case 1:
		fuzz_record(m);
		break;
	case 2:
		vmedia_stop(m);
		break;
	case 5:
		fuzz_nest(m);
		break;
	case 6:
		ctrl_ns_changed(f->t.c);
		break;
	default:
		fuzz_forget(m);
	}
}

static void fuzz_step(struct fuzz *f)
{
	switch (fuzz_take(f, 1) % 16) {
	case 0:
		fuzz_write_property(f);
		break;
	case 1:
		fuzz_read_property(f);
		break;
	case 2:
		fuzz_memory(f);
		break;
	case 3:
		fuzz_raw_command(f);
		break;
	case 4:
		f->t.now += fuzz_take(f, 3);
		vt_tick(&f->t);
		break;
	case 5:
		fuzz_reap(f);
		break;
	case 6:
		fuzz_restart(f);
		break;
	case 7:
		ctrl_reset(f->t.c);
		break;
	case 8:
		fuzz_vendor(f);
		break;
	case 9:
		fuzz_media(f);
		break;
	case 10:
		vt_tail(&f->t, fuzz_take(f, 1) % 16, fuzz_take(f, 2));
		break;
	case 11:
		vt_head(&f->t, fuzz_take(f, 1) % 16, fuzz_take(f, 2));
		break;
	default:
		fuzz_command(f);
	}
}

/* Time passes, the guest takes what comes: all but events is complete. */
static void fuzz_settle(struct fuzz *f)
{
	unsigned int i;

	for (i = 0; i < FUZZ_STEPS; i++) {
		vt_tick(&f->t);
		fuzz_reap(f);
		if (f->t.next == UINT64_MAX)
			break;
		if (f->t.next > f->t.now)
			f->t.now = f->t.next;
	}
	if (i == FUZZ_STEPS)
		abort();
	for (i = 0; i < f->t.c->nr_heap; i++)
		if (!f->t.c->heap[i]->event && !f->t.c->heap[i]->later &&
		    !(f->t.c->csts & NVME_CSTS_CFS))
			abort();
}

/* See the head of this file. */
static void fuzz_check_media(const struct vmedia *m)
{
	uint8_t *copy;
	size_t i;

	if (m->stopped)
		return;
	copy = malloc(m->size);
	memcpy(copy, m->base, m->size);
	for (i = 0; i < m->log.n; i++)
		vmedia_apply(m, copy, &m->log.v[i], 0, m->log.v[i].blocks);
	if (memcmp(copy, m->now, m->size))
		abort();
	free(copy);
}

static void fuzz_check_rom(const struct vt *t)
{
	unsigned int i;

	for (i = 0; i < FUZZ_ROM_LEN; i++)
		if (t->mem[FUZZ_ROM + i] != 0x5a)
			abort();
}

static void *(*fuzz_next_mem)(void *ctx, uint64_t addr, uint64_t len, bool write);

static void *fuzz_mem(void *ctx, uint64_t addr, uint64_t len, bool write)
{
	if (write && addr < FUZZ_ROM + FUZZ_ROM_LEN && addr + len > FUZZ_ROM)
		return NULL;
	return fuzz_next_mem(ctx, addr, len, write);
}

static void fuzz_end(struct fuzz *f)
{
	struct vt *t = &f->t;

	fuzz_settle(f);
	fuzz_check_media(&t->media);
	fuzz_check_rom(t);
	t->media.off = false;
	while (t->media.outer)
		vmedia_unnest(&t->media);
	vmedia_forget(&t->media);
	t->cfg.nr_errors = 0;
	fuzz_restart(f);
	if (t->c->nr_heap || vt_put(t, 0, 1, 0x77, false) || !vt_is(t, 0, 1, 0x77))
		abort();
	if (ctrl_in_flight(t->c) || t->c->nr_heap || t->c->held)
		abort();
	fuzz_check_media(&t->media);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const devices[] = {
		"size=128K",
		"size=128K lba=4096 cache=no mdts=1",
		"size=64K poison=yes hold=3 reorder=yes mdts=2",
		"size=128K latency=all,10us,2ms nawun=7 nawupf=7",
		"size=128K error=write,lba=5+3 error=flush,skip=1 mdts=0",
		"size=64K cache=no lies=flush+fua hold=2 latency=flush,1s",
		"size=128K error=all,chance=300000,retry=yes reorder=yes",
	};
	struct fuzz f = { .p = data, .left = size };

	vt_new(&f.t, devices[fuzz_take(&f, 1) %
			     (sizeof(devices) / sizeof(*devices))]);
	f.t.media.log_max = FUZZ_LOG;
	fuzz_next_mem = f.t.bus.mem;
	f.t.bus.ctx = &f.t;
	f.t.vendor.ctx = &f.t;
	f.t.bus.mem = fuzz_mem;
	memset(f.t.mem + FUZZ_ROM, 0x5a, FUZZ_ROM_LEN);
	fuzz_restart(&f);
	while (f.left)
		fuzz_step(&f);
	fuzz_end(&f);
	vt_free(&f.t);
	return 0;
}
