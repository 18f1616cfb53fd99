// SPDX-License-Identifier: GPL-2.0-only
/* See vfu_pci.h. */
#include <string.h>

#include "ctrl.h"
#include "vfu_pci.h"

#define VFU_PCI_TABLE_BAR	4
#define VFU_PCI_TABLE_SIZE	0x1000
#define VFU_PCI_PBA		0x800

#define VFU_PCI_PM		0x40
#define VFU_PCI_MSIX		0x50

struct vfu_pci_field {
	uint8_t off;
	uint8_t bytes;
	uint32_t value;
	uint32_t writable;
};

/* What is not here is zero and cannot be written. */
static const struct vfu_pci_field vfu_pci_fields[] = {
	{ 0x00, 2, CTRL_PCI_VENDOR, 0 },
	{ 0x02, 2, CTRL_PCI_DEVICE, 0 },
	{ 0x04, 2, 0, 0x0406 },		/* INTx off, bus master, memory */
	{ 0x06, 2, 0x0010, 0 },		/* there are capabilities */
	{ 0x09, 3, 0x010802, 0 },	/* class: NVM Express I/O controller */
	{ 0x10, 4, 0x00000004, ~(uint32_t)(CTRL_BAR_SIZE - 1) }, /* 64 bits */
	{ 0x14, 4, 0, 0xffffffff },
	{ 0x20, 4, 0, ~(uint32_t)(VFU_PCI_TABLE_SIZE - 1) },
	{ 0x2c, 2, CTRL_PCI_VENDOR, 0 },
	{ 0x2e, 2, CTRL_PCI_DEVICE, 0 },
	{ 0x34, 1, VFU_PCI_PM, 0 },
	{ 0x3c, 1, 0, 0xff },		/* interrupt line: for software */

	{ VFU_PCI_PM, 2, VFU_PCI_MSIX << 8 | 0x01, 0 },
	{ VFU_PCI_PM + 2, 2, 0x0003, 0 },	/* version 1.2 */
	{ VFU_PCI_PM + 4, 2, 0x0008, 0x0003 },	/* D3hot resets nothing */

	{ VFU_PCI_MSIX, 2, 0x11, 0 },
	{ VFU_PCI_MSIX + 2, 2, CTRL_VECTORS - 1, 0xc000 },
	{ VFU_PCI_MSIX + 4, 4, VFU_PCI_TABLE_BAR, 0 },
	{ VFU_PCI_MSIX + 8, 4, VFU_PCI_PBA | VFU_PCI_TABLE_BAR, 0 },
};

#define VFU_PCI_FIELDS	(sizeof(vfu_pci_fields) / sizeof(*vfu_pci_fields))

void vfu_pci_init(struct vfu_pci *pci)
{
	size_t i;

	memset(pci->config, 0, sizeof(pci->config));
	for (i = 0; i < VFU_PCI_FIELDS; i++)
		memcpy(pci->config + vfu_pci_fields[i].off,
		       &vfu_pci_fields[i].value, vfu_pci_fields[i].bytes);
}

uint64_t vfu_pci_size(uint32_t region)
{
	switch (region) {
	case VFU_BAR0:
		return CTRL_BAR_SIZE;
	case VFU_BAR0 + VFU_PCI_TABLE_BAR:
		return VFU_PCI_TABLE_SIZE;
	case VFU_CONFIG:
		return VFU_PCI_CONFIG;
	default:
		return 0;
	}
}

bool vfu_pci_has(uint32_t region, uint64_t off, uint64_t len)
{
	uint64_t size = vfu_pci_size(region);

	return off <= size && len <= size - off;
}

void vfu_pci_read(const struct vfu_pci *pci, uint64_t off, void *data,
		  uint32_t len)
{
	memcpy(data, pci->config + off, len);
}

void vfu_pci_write(struct vfu_pci *pci, uint64_t off, const void *data,
		   uint32_t len)
{
	const uint8_t *bytes = data;
	uint8_t mask[VFU_PCI_CONFIG] = { 0 };
	size_t i;

	for (i = 0; i < VFU_PCI_FIELDS; i++)
		memcpy(mask + vfu_pci_fields[i].off,
		       &vfu_pci_fields[i].writable, vfu_pci_fields[i].bytes);
	for (i = 0; i < len; i++) {
		uint8_t *at = &pci->config[off + i];

		*at = (*at & ~mask[off + i]) | (bytes[i] & mask[off + i]);
	}
}
