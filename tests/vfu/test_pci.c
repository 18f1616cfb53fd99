// SPDX-License-Identifier: GPL-2.0-only
/* What a PCI driver finds. */
#include "vf.h"

static uint32_t pci_get(const struct vfu_pci *pci, uint64_t off, uint32_t len)
{
	uint32_t value = 0;

	vfu_pci_read(pci, off, &value, len);
	return value;
}

static bool pci_ids(void)
{
	struct vfu_pci pci;

	vfu_pci_init(&pci);
	TH_CHECK(pci_get(&pci, 0, 4) == (CTRL_PCI_DEVICE << 16 |
					 CTRL_PCI_VENDOR));
	/* QEMU's own device has a quirk in Linux. */
	TH_CHECK(pci_get(&pci, 0, 4) != 0x00101b36);
	TH_CHECK(pci_get(&pci, 8, 4) >> 8 == 0x010802);
	TH_CHECK(pci_get(&pci, 0x0e, 1) == 0);
	return true;
}

/* From one capability to the next, as drivers find them. */
static bool pci_capabilities(void)
{
	struct vfu_pci pci;
	unsigned int at, n = 0, msix = 0;

	vfu_pci_init(&pci);
	TH_CHECK(pci_get(&pci, 6, 2) & 0x10);
	for (at = pci_get(&pci, 0x34, 1); at && n < 8; n++) {
		TH_CHECK(at >= 0x40 && at % 4 == 0);
		if (pci_get(&pci, at, 1) == 0x11)
			msix = at;
		at = pci_get(&pci, at + 1, 1);
	}
	TH_CHECK(!at && msix);
	TH_CHECK((pci_get(&pci, msix + 2, 2) & 0x7ff) + 1 == CTRL_VECTORS);
	/* Table and pending bits are not in BAR 0, and within theirs. */
	TH_CHECK(pci_get(&pci, msix + 4, 4) == 4);
	TH_CHECK((pci_get(&pci, msix + 8, 4) & 7) == 4);
	TH_CHECK(vfu_pci_size(4) >= (pci_get(&pci, msix + 8, 4) & ~7u) + 8);
	TH_CHECK((pci_get(&pci, msix + 8, 4) & ~7u) >= CTRL_VECTORS * 16);
	return true;
}

/* How large is a BAR?  The lowest bit that can be written says so. */
static bool pci_bars(void)
{
	const uint32_t ones = UINT32_MAX;
	struct vfu_pci pci;
	unsigned int off;

	vfu_pci_init(&pci);
	for (off = 0; off + 4 <= VFU_PCI_CONFIG; off += 4)
		vfu_pci_write(&pci, off, &ones, 4);
	TH_CHECK(pci_get(&pci, 0x10, 4) ==
		 ((~(uint32_t)(CTRL_BAR_SIZE - 1)) | 4));
	TH_CHECK(pci_get(&pci, 0x14, 4) == ones);
	TH_CHECK(pci_get(&pci, 0x18, 4) == 0 && pci_get(&pci, 0x1c, 4) == 0);
	TH_CHECK(pci_get(&pci, 0x20, 4) == ~(uint32_t)(vfu_pci_size(4) - 1));
	TH_CHECK(pci_get(&pci, 0, 4) == (CTRL_PCI_DEVICE << 16 |
					 CTRL_PCI_VENDOR));
	TH_CHECK((pci_get(&pci, 4, 2) & 0x406) == 0x406);
	vfu_pci_init(&pci);
	TH_CHECK(pci_get(&pci, 4, 2) == 0 && pci_get(&pci, 0x14, 4) == 0);
	return true;
}

static bool pci_regions(void)
{
	TH_CHECK(vfu_pci_has(VFU_BAR0, CTRL_BAR_SIZE - 4, 4));
	TH_CHECK(!vfu_pci_has(VFU_BAR0, CTRL_BAR_SIZE - 3, 4));
	TH_CHECK(!vfu_pci_has(VFU_BAR0, UINT64_MAX, 4));
	TH_CHECK(!vfu_pci_has(VFU_BAR0, 4, UINT64_MAX));
	TH_CHECK(!vfu_pci_has(1, 0, 1) && !vfu_pci_has(8, 0, 1));
	TH_CHECK(!vfu_pci_has(UINT32_MAX, 0, 1));
	TH_CHECK(vfu_pci_has(VFU_CONFIG, 0, VFU_PCI_CONFIG));
	TH_CHECK(!vfu_pci_has(VFU_CONFIG, 1, VFU_PCI_CONFIG));
	return true;
}

const struct th_test vf_pci[] = {
	{ "bars", pci_bars },
	{ "capabilities", pci_capabilities },
	{ "ids", pci_ids },
	{ "regions", pci_regions },
	{ }
};
