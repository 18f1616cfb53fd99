/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest without a machine: memory, a clock that moves when it is told to, and
 * a driver of the controller that knows as much of NVMe as the tests need.
 */
#ifndef VT_DRV_H
#define VT_DRV_H

#include "../../vm/vnvme/core.h"
#include "vt.h"

#define VT_MEM		0x800000u	/* bytes of guest memory, from 0 on */
#define VT_DATA		0x400000u	/* the data pages of commands */
#define VT_LIST		0x3f0000u	/* PRP lists */
#define VT_NONE		0xffff		/* no completion came */
#define VT_DNR(sc)	((sc) | NVME_SC_DNR)

struct vt_queue {
	uint32_t size;
	uint32_t tail;		/* of the submission queue */
	uint32_t head;		/* of the completion queue */
	bool phase;
};

struct vt {
	struct cfg cfg;
	struct vmedia media;
	int image;
	struct bus bus;
	struct ctrl_vendor vendor;
	struct ctrl *c;
	uint8_t *mem;
	uint64_t now;		/* ns */
	uint64_t next;		/* what the last tick returned */
	unsigned int irqs[CTRL_VECTORS];
	struct vt_queue q[CTRL_QUEUES];
	uint16_t cid;
	uint32_t result;	/* of the last completion */
	struct vt_call {	/* the vendor's command: what came ... */
		unsigned int calls;
		uint32_t token, fn, arg[4];
		int status;	/* ... and what to answer */
		bool cut;	/* the power goes in it */
	} call;
};

/* A device of @words, not enabled. */
void vt_new(struct vt *t, const char *words);
void vt_free(struct vt *t);
/* Enabled, with I/O queue 1 of @size entries. */
void vt_start(struct vt *t, const char *words, uint32_t size);
/* The same around @body, which finds it in @t: did that pass? */
bool vt_with(struct vt *t, const char *words, uint32_t size, bool (*body)(void));
void vt_enable(struct vt *t);
uint16_t vt_create(struct vt *t, unsigned int id, uint32_t size);

uint32_t vt_read32(struct vt *t, uint64_t off);
void vt_write32(struct vt *t, uint64_t off, uint32_t value);
void vt_tail(struct vt *t, unsigned int id, uint32_t value);
void vt_head(struct vt *t, unsigned int id, uint32_t value);
uint64_t vt_sq(unsigned int id);	/* where its memory is */
uint64_t vt_cq(unsigned int id);

/* Submit, and ring: the command's id. */
uint16_t vt_submit(struct vt *t, unsigned int id, const struct nvme_cmd *cmd);
/* Take the next completion, if there is one. */
bool vt_reap(struct vt *t, unsigned int id, struct nvme_cqe *cqe);
void vt_tick(struct vt *t);
/* Let time pass until one comes; false if nothing waits for time any more. */
bool vt_wait(struct vt *t, unsigned int id, struct nvme_cqe *cqe);
/* Submit and wait: the status, or VT_NONE. */
uint16_t vt_do(struct vt *t, unsigned int id, const struct nvme_cmd *cmd);

/* Commands.  Data are at VT_DATA + page * 4096; lists are made as needed. */
struct nvme_cmd vt_rw(struct vt *t, uint8_t opcode, uint64_t lba,
		      uint32_t blocks, unsigned int page);
uint16_t vt_put(struct vt *t, uint64_t lba, uint32_t blocks, int byte, bool fua);
/* All bytes of the blocks are @byte. */
bool vt_is(struct vt *t, uint64_t lba, uint32_t blocks, int byte);
uint16_t vt_flush(struct vt *t);
/* Numbers at VT_DATA + @at. */
uint16_t vt_data16(const struct vt *t, unsigned int at);
uint64_t vt_data64(const struct vt *t, unsigned int at);

#endif
