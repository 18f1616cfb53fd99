// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vt_drv.h"

int vt_image(uint64_t size)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	if (fd < 0 || ftruncate(fd, size))
		abort();
	return fd;
}

static void *vt_mem(void *ctx, uint64_t addr, uint64_t len, bool write)
{
	struct vt *t = ctx;

	(void)write;
	return addr < VT_MEM && len <= VT_MEM - addr ? t->mem + addr : NULL;
}

static void vt_irq(void *ctx, unsigned int vector)
{
	struct vt *t = ctx;

	t->irqs[vector]++;
}

static int vt_call(void *ctx, uint32_t token, uint32_t fn,
		   const uint32_t arg[4], void *page, uint32_t *result)
{
	struct vt *t = ctx;

	t->call.calls++;
	t->call.token = token;
	t->call.fn = fn;
	memcpy(t->call.arg, arg, sizeof(t->call.arg));
	if (t->call.cut)
		t->media.off = true;
	snprintf(page, VNVME_PAGE, "answer");
	*result = 42;
	return t->call.status;
}

void vt_new(struct vt *t, const char *words)
{
	char copy[512], why[128], *save, *word;

	*t = (struct vt){ .now = 1000000000 };
	cfg_default(&t->cfg);
	t->cfg.size = 4 << 20;
	snprintf(copy, sizeof(copy), "%s", words);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		if (cfg_word(&t->cfg, word, why, sizeof(why)))
			abort();
	if (cfg_check(&t->cfg, why, sizeof(why)))
		abort();
	t->image = vt_image(t->cfg.size);
	t->mem = mmap(NULL, VT_MEM, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (t->mem == MAP_FAILED ||
	    vmedia_open(&t->media, t->image, t->cfg.size, t->cfg.lba_size,
			t->cfg.cache, t->cfg.poison))
		abort();
	t->vendor = (struct ctrl_vendor){ vt_call, t };
	t->bus = (struct bus){ vt_mem, vt_irq, t };
	t->c = ctrl_new(&t->cfg, &t->bus, &t->media, &t->vendor);
	if (!t->c)
		abort();
}

void vt_free(struct vt *t)
{
	ctrl_free(t->c);
	vmedia_close(&t->media);
	munmap(t->mem, VT_MEM);
	close(t->image);
}

uint32_t vt_read32(struct vt *t, uint64_t off)
{
	uint32_t value;

	ctrl_read(t->c, off, &value, sizeof(value));
	return value;
}

void vt_write32(struct vt *t, uint64_t off, uint32_t value)
{
	ctrl_write(t->c, off, &value, sizeof(value), t->now);
}

void vt_tail(struct vt *t, unsigned int id, uint32_t value)
{
	vt_write32(t, NVME_DOORBELLS + 8 * id, value);
}

void vt_head(struct vt *t, unsigned int id, uint32_t value)
{
	vt_write32(t, NVME_DOORBELLS + 8 * id + 4, value);
}

uint64_t vt_sq(unsigned int id)
{
	return 0x100000 + id * 0x20000;
}

uint64_t vt_cq(unsigned int id)
{
	return vt_sq(id) + 0x10000;
}

static void vt_queue_init(struct vt *t, unsigned int id, uint32_t size)
{
	t->q[id] = (struct vt_queue){ .size = size, .phase = true };
	memset(t->mem + vt_cq(id), 0, size * 16);
}

void vt_enable(struct vt *t)
{
	uint64_t sq = vt_sq(0), cq = vt_cq(0);

	vt_queue_init(t, 0, 64);
	vt_write32(t, NVME_CC, 0);
	vt_write32(t, NVME_AQA, 63 << 16 | 63);
	ctrl_write(t->c, NVME_ASQ, &sq, 8, t->now);
	ctrl_write(t->c, NVME_ACQ, &cq, 8, t->now);
	vt_write32(t, NVME_CC, 4 << 20 | 6 << 16 | NVME_CC_EN);
}

uint16_t vt_create(struct vt *t, unsigned int id, uint32_t size)
{
	uint16_t status;

	status = vt_do(t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_CREATE_CQ, .prp1 = vt_cq(id),
		.cdw10 = (size - 1) << 16 | id, .cdw11 = id << 16 | 3,
	});
	if (status)
		return status;
	vt_queue_init(t, id, size);
	return vt_do(t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_CREATE_SQ, .prp1 = vt_sq(id),
		.cdw10 = (size - 1) << 16 | id, .cdw11 = id << 16 | 1,
	});
}

void vt_start(struct vt *t, const char *words, uint32_t size)
{
	vt_new(t, words);
	vt_enable(t);
	if (vt_create(t, 1, size))
		abort();
}

bool vt_with(struct vt *t, const char *words, uint32_t size, bool (*body)(void))
{
	bool ok;

	vt_start(t, words, size);
	ok = body();
	vt_free(t);
	return ok;
}

uint16_t vt_submit(struct vt *t, unsigned int id, const struct nvme_cmd *cmd)
{
	struct vt_queue *q = &t->q[id];
	struct nvme_cmd copy = *cmd;

	copy.cid = ++t->cid;
	memcpy(t->mem + vt_sq(id) + q->tail * 64, &copy, sizeof(copy));
	q->tail = (q->tail + 1) % q->size;
	vt_tail(t, id, q->tail);
	return copy.cid;
}

bool vt_reap(struct vt *t, unsigned int id, struct nvme_cqe *cqe)
{
	struct vt_queue *q = &t->q[id];

	memcpy(cqe, t->mem + vt_cq(id) + q->head * 16, sizeof(*cqe));
	if ((cqe->status & 1) != q->phase)
		return false;
	cqe->status >>= 1;
	q->head = (q->head + 1) % q->size;
	q->phase ^= q->head == 0;
	vt_head(t, id, q->head);
	t->result = cqe->result;
	return true;
}

void vt_tick(struct vt *t)
{
	t->next = ctrl_tick(t->c, t->now);
}

bool vt_wait(struct vt *t, unsigned int id, struct nvme_cqe *cqe)
{
	for (;;) {
		vt_tick(t);
		if (vt_reap(t, id, cqe))
			return true;
		if (t->next == UINT64_MAX)
			return false;
		if (t->next > t->now)
			t->now = t->next;
	}
}

uint16_t vt_do(struct vt *t, unsigned int id, const struct nvme_cmd *cmd)
{
	uint16_t cid = vt_submit(t, id, cmd);
	struct nvme_cqe cqe;

	do {
		if (!vt_wait(t, id, &cqe))
			return VT_NONE;
	} while (cqe.cid != cid);
	return cqe.status;
}

/* PRP2 for @bytes at data page @page. */
static uint64_t vt_prp2(struct vt *t, unsigned int page, uint32_t bytes)
{
	uint32_t i, pages = (bytes + CTRL_PAGE - 1) / CTRL_PAGE;
	uint64_t addr;

	if (pages <= 2)
		return VT_DATA + (page + 1) * CTRL_PAGE;
	for (i = 1; i < pages; i++) {
		addr = VT_DATA + (page + i) * CTRL_PAGE;
		memcpy(t->mem + VT_LIST + (i - 1) * 8, &addr, 8);
	}
	return VT_LIST;
}

struct nvme_cmd vt_rw(struct vt *t, uint8_t opcode, uint64_t lba,
		      uint32_t blocks, unsigned int page)
{
	return (struct nvme_cmd){
		.opcode = opcode,
		.nsid = 1,
		.prp1 = VT_DATA + page * CTRL_PAGE,
		.prp2 = vt_prp2(t, page, blocks * t->cfg.lba_size),
		.cdw10 = (uint32_t)lba,
		.cdw11 = lba >> 32,
		.cdw12 = blocks - 1,
	};
}

uint16_t vt_put(struct vt *t, uint64_t lba, uint32_t blocks, int byte, bool fua)
{
	struct nvme_cmd cmd = vt_rw(t, NVME_NVM_WRITE, lba, blocks, 0);

	memset(t->mem + VT_DATA, byte, blocks * t->cfg.lba_size);
	if (fua)
		cmd.cdw12 |= NVME_RW_FUA;
	return vt_do(t, 1, &cmd);
}

bool vt_is(struct vt *t, uint64_t lba, uint32_t blocks, int byte)
{
	uint32_t i, bytes = blocks * t->cfg.lba_size;
	struct nvme_cmd cmd = vt_rw(t, NVME_NVM_READ, lba, blocks, 0);

	memset(t->mem + VT_DATA, ~byte, bytes + 1);
	if (vt_do(t, 1, &cmd))
		return false;
	for (i = 0; i < bytes; i++)
		if (t->mem[VT_DATA + i] != byte)
			return false;
	return t->mem[VT_DATA + bytes] == (uint8_t)~byte;
}

uint16_t vt_flush(struct vt *t)
{
	return vt_do(t, 1, &(struct nvme_cmd){
		.opcode = NVME_NVM_FLUSH, .nsid = 1,
	});
}

uint16_t vt_data16(const struct vt *t, unsigned int at)
{
	uint16_t value;

	memcpy(&value, t->mem + VT_DATA + at, sizeof(value));
	return value;
}

uint64_t vt_data64(const struct vt *t, unsigned int at)
{
	uint64_t value;

	memcpy(&value, t->mem + VT_DATA + at, sizeof(value));
	return value;
}
