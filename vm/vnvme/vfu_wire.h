/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio-user protocol, version 0, as QEMU's docs/interop/vfio-user.rst has
 * it: a header, then what the command has.  What VFIO has the same numbers for is
 * named after linux/vfio.h.  Little-endian, as the host is.
 */
#ifndef VNVME_VFU_WIRE_H
#define VNVME_VFU_WIRE_H

#include <stdint.h>

enum vfu_command {
	VFU_VERSION = 1,
	VFU_DMA_MAP,
	VFU_DMA_UNMAP,
	VFU_GET_INFO,
	VFU_GET_REGION_INFO,
	VFU_GET_REGION_IO_FDS,
	VFU_GET_IRQ_INFO,
	VFU_SET_IRQS,
	VFU_REGION_READ,
	VFU_REGION_WRITE,
	VFU_DMA_READ,
	VFU_DMA_WRITE,
	VFU_RESET,
};

#define VFU_TYPE	0xfu	/* of the flags: 0 command, 1 reply */
#define VFU_REPLY	0x1u
#define VFU_NO_REPLY	0x10u
#define VFU_ERROR	0x20u

struct vfu_head {
	uint16_t id;
	uint16_t command;
	uint32_t size;		/* bytes, with this header */
	uint32_t flags;
	uint32_t error;		/* errno */
};

struct vfu_version {
	uint16_t major;
	uint16_t minor;
	/* and JSON, with its NUL */
};

struct vfu_dma_map {
	uint32_t argsz;
	uint32_t flags;		/* VFU_MAP_* */
	uint64_t offset;	/* into the descriptor */
	uint64_t addr;		/* the guest's */
	uint64_t size;
};

#define VFU_MAP_READ	1u
#define VFU_MAP_WRITE	2u

struct vfu_dma_unmap {
	uint32_t argsz;
	uint32_t flags;		/* VFU_UNMAP_* */
	uint64_t addr;
	uint64_t size;
};

#define VFU_UNMAP_ALL	2u

struct vfu_info {
	uint32_t argsz;
	uint32_t flags;		/* 1: RESET works, 2: PCI */
	uint32_t regions;
	uint32_t irqs;
};

struct vfu_region_info {
	uint32_t argsz;
	uint32_t flags;		/* 1: readable, 2: writable */
	uint32_t index;
	uint32_t cap_offset;
	uint64_t size;
	uint64_t offset;
};

struct vfu_irq_info {
	uint32_t argsz;
	uint32_t flags;		/* 1: eventfd */
	uint32_t index;
	uint32_t count;
};

struct vfu_set_irqs {
	uint32_t argsz;
	uint32_t flags;		/* VFU_IRQ_* */
	uint32_t index;
	uint32_t start;
	uint32_t count;
	/* and bytes, with VFU_IRQ_BOOL */
};

#define VFU_IRQ_NONE	0x01u
#define VFU_IRQ_BOOL	0x02u
#define VFU_IRQ_EVENTFD	0x04u
#define VFU_IRQ_MASK	0x08u
#define VFU_IRQ_UNMASK	0x10u
#define VFU_IRQ_TRIGGER	0x20u

struct vfu_region_rw {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
	/* and @count bytes, in a read's reply or a write */
};

/* VFIO_PCI_*_REGION_INDEX and VFIO_PCI_*_IRQ_INDEX */
enum {
	VFU_BAR0 = 0,
	VFU_BAR5 = 5,
	VFU_CONFIG = 7,
	VFU_REGIONS = 9,
	VFU_MSIX = 2,
	VFU_IRQS = 5,
};

#endif
