/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PCI side: a conventional endpoint (PCI Local Bus Specification 3.0) with
 * MSI-X and power management.  BAR 0 is the controller's.  BAR 4 has the MSI-X
 * table and the pending bits, which QEMU keeps itself; what reaches us there
 * reads as zero.
 */
#ifndef VNVME_VFU_PCI_H
#define VNVME_VFU_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "vfu_wire.h"

#define VFU_PCI_CONFIG	256	/* bytes */

struct vfu_pci {
	uint8_t config[VFU_PCI_CONFIG];
};

/* As after a reset. */
void vfu_pci_init(struct vfu_pci *pci);
/* 0: there is no such region, or nothing in it. */
uint64_t vfu_pci_size(uint32_t region);
/* [off, off + len) is in the region. */
bool vfu_pci_has(uint32_t region, uint64_t off, uint64_t len);
/* Of the configuration space, all of it within. */
void vfu_pci_read(const struct vfu_pci *pci, uint64_t off, void *data,
		  uint32_t len);
void vfu_pci_write(struct vfu_pci *pci, uint64_t off, const void *data,
		   uint32_t len);

#endif
