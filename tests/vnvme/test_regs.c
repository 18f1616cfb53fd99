// SPDX-License-Identifier: GPL-2.0-only
/* Properties: enable, reset, shutdown, and whatever else is written to BAR 0. */
#include "vt_drv.h"

static struct vt t;

static bool with(bool (*body)(void))
{
	bool ok;

	vt_new(&t, "");
	ok = body();
	vt_free(&t);
	return ok;
}

static bool body_values(void)
{
	uint64_t cap;
	uint8_t byte;

	ctrl_read(t.c, NVME_CAP, &cap, 8);
	TH_CHECK((cap & 0xffff) == CTRL_ENTRIES - 1 && cap >> 16 & 1);
	TH_CHECK((cap >> 32 & 15) == 0 && (cap >> 48 & 0xff) == 0);
	TH_CHECK(cap >> 37 & 1 && cap >> 59 & 1 && (cap >> 24 & 0xff) >= 1);
	TH_CHECK(vt_read32(&t, NVME_CAP + 4) == cap >> 32);
	TH_CHECK(vt_read32(&t, NVME_VS) == 0x20000);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == 0);
	TH_CHECK((vt_read32(&t, NVME_CRTO) & 0xffff) >= 1);
	ctrl_read(t.c, NVME_VS + 2, &byte, 1);
	TH_CHECK(byte == 2);
	return true;
}

static bool values(void)
{
	return with(body_values);
}

static bool body_enable(void)
{
	uint64_t sq = 0;

	vt_enable(&t);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_RDY);
	/* Not while it is enabled. */
	ctrl_write(t.c, NVME_ASQ, &sq, 8, t.now);
	vt_write32(&t, NVME_AQA, 0);
	TH_CHECK(vt_read32(&t, NVME_ASQ) == vt_sq(0));
	TH_CHECK(vt_read32(&t, NVME_AQA) == (63 << 16 | 63));
	TH_CHECK(!vt_create(&t, 1, 16));
	vt_write32(&t, NVME_CC, 0);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == 0);
	/* Queues are gone, the admin queue's place is not. */
	TH_CHECK(!t.c->sq[1].used && !t.c->cq[1].used && !t.c->cq[0].used);
	TH_CHECK(vt_read32(&t, NVME_ASQ) == vt_sq(0));
	vt_enable(&t);
	TH_CHECK(!vt_create(&t, 1, 16));
	ctrl_reset(t.c);
	TH_CHECK(vt_read32(&t, NVME_CC) == 0 && vt_read32(&t, NVME_ASQ) == 0);
	return true;
}

static bool enable(void)
{
	return with(body_enable);
}

static bool body_shutdown(void)
{
	vt_enable(&t);
	vt_write32(&t, NVME_CC, vt_read32(&t, NVME_CC) | 1 << 14);
	TH_CHECK((vt_read32(&t, NVME_CSTS) & 0xc) == 0x8);
	vt_enable(&t);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_RDY);
	return true;
}

static bool shutdown(void)
{
	return with(body_shutdown);
}

/* Each is one thing wrong: no RDY, but CFS, and a reset ends it. */
static bool body_fatal(void)
{
	static const struct {
		uint32_t cc, aqa;
		uint64_t asq, acq;
	} rows[] = {
		{ NVME_CC_EN | 1 << 4, 63 << 16 | 63, 0x1000, 0x2000 },
		{ NVME_CC_EN | 1 << 7, 63 << 16 | 63, 0x1000, 0x2000 },
		{ NVME_CC_EN | 1 << 11, 63 << 16 | 63, 0x1000, 0x2000 },
		{ NVME_CC_EN, 63 << 16, 0x1000, 0x2000 },
		{ NVME_CC_EN, 63, 0x1000, 0x2000 },
		{ NVME_CC_EN, 63 << 16 | 63, 0x1004, 0x2000 },
		{ NVME_CC_EN, 63 << 16 | 63, 0x1000, 0x2800 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		vt_write32(&t, NVME_AQA, rows[i].aqa);
		ctrl_write(t.c, NVME_ASQ, &rows[i].asq, 8, t.now);
		ctrl_write(t.c, NVME_ACQ, &rows[i].acq, 8, t.now);
		vt_write32(&t, NVME_CC, rows[i].cc);
		TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_CFS);
		vt_tail(&t, 0, 1);
		vt_tick(&t);
		vt_write32(&t, NVME_CC, 0);
		TH_CHECK(vt_read32(&t, NVME_CSTS) == 0);
	}
	return true;
}

static bool fatal(void)
{
	return with(body_fatal);
}

/* Any offset, any length: nothing but zeroes and silence. */
static bool body_anything(void)
{
	uint8_t data[64];
	uint64_t off;
	uint32_t len;

	vt_enable(&t);
	for (off = 0; off < CTRL_BAR_SIZE + 64; off++) {
		for (len = 0; len <= 9; len++) {
			memset(data, 0xff, sizeof(data));
			ctrl_read(t.c, off, data, len);
			TH_CHECK(data[len] == 0xff);
			if (off >= 0x70)
				TH_CHECK(!len || !data[0]);
			memset(data, 0, sizeof(data));
			if (len != 4 && len != 8)
				ctrl_write(t.c, off, data, len, t.now);
		}
	}
	ctrl_write(t.c, UINT64_MAX - 3, data, 4, t.now);
	ctrl_read(t.c, UINT64_MAX, data, 8);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_RDY);
	TH_CHECK(!vt_create(&t, 1, 16));
	/* What is no property of ours is not written. */
	for (off = 0x38; off < 0x1000; off += 4)
		vt_write32(&t, off, ~0u);
	vt_write32(&t, NVME_VS, 0);
	vt_write32(&t, NVME_CSTS, ~0u);
	vt_write32(&t, NVME_INTMS, ~0u);
	TH_CHECK(vt_read32(&t, NVME_CSTS) == NVME_CSTS_RDY);
	TH_CHECK(vt_read32(&t, NVME_VS) == 0x20000);
	return true;
}

static bool anything(void)
{
	return with(body_anything);
}

const struct th_test vt_regs[] = {
	{ "values", values },
	{ "enable", enable },
	{ "shutdown", shutdown },
	{ "fatal", fatal },
	{ "anything", anything },
	{ }
};
