// SPDX-License-Identifier: GPL-2.0-only
/* Identify: what each kind of device says of itself. */
#include "vt_drv.h"

static struct vt t;

static uint16_t identify(uint32_t cns, uint32_t nsid, uint32_t csi)
{
	memset(t.mem + VT_DATA, 0xee, 2 * CTRL_PAGE);
	return vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_IDENTIFY, .nsid = nsid, .prp1 = VT_DATA,
		.prp2 = VT_DATA + CTRL_PAGE, .cdw10 = cns, .cdw11 = csi << 24,
	});
}

static bool body_ident_ctrl(void)
{
	TH_CHECK(identify(1, 0, 0) == 0);
	TH_CHECK(!memcmp(t.mem + VT_DATA + 4, "abc                 ", 20));
	TH_CHECK(t.mem[VT_DATA + 77] == 3 && t.mem[VT_DATA + 111] == 1);
	/* Its version, OAES */
	TH_CHECK(vt_data64(&t, 80) == 0x20000 && vt_data16(&t, 92) == 0x100);
	TH_CHECK(t.mem[VT_DATA + 512] == 0x66 && t.mem[VT_DATA + 513] == 0x44);
	TH_CHECK(t.mem[VT_DATA + 516] == 1 && vt_data16(&t, 520) == 0x5c);
	TH_CHECK(t.mem[VT_DATA + 525] == 7);
	TH_CHECK(vt_data16(&t, 526) == 7 && vt_data16(&t, 528) == 3);
	TH_CHECK(!strncmp((char *)t.mem + VT_DATA + 768, "nqn.2014-08.org.nvme", 20));
	TH_CHECK(strlen((char *)t.mem + VT_DATA + 768) == 32 + 36);
	TH_CHECK(t.mem[VT_DATA + 4096] == 0xee);
	TH_CHECK(identify(6, 0, 0) == 0);
	TH_CHECK(vt_data64(&t, 8) == 8192);
	return true;
}

static bool ident_ctrl(void)
{
	return vt_with(&t, "serial=abc mdts=3 awun=7 awupf=3", 64, body_ident_ctrl);
}

static bool body_ident_ns(void)
{
	TH_CHECK(identify(0, 1, 0) == 0);
	TH_CHECK(vt_data64(&t, 0) == 1024 && vt_data64(&t, 8) == 1024 && vt_data64(&t, 16) == 1024);
	TH_CHECK(t.mem[VT_DATA + 24] == 0x42 && t.mem[VT_DATA + 33] == 9);
	TH_CHECK(vt_data16(&t, 34) == 7 && vt_data16(&t, 36) == 3 && vt_data16(&t, 40) == 15);
	TH_CHECK(vt_data16(&t, 42) == 1 && vt_data16(&t, 44) == 15);
	TH_CHECK(t.mem[VT_DATA + 130] == 12 && !vt_data16(&t, 128) && vt_data64(&t, 104));
	TH_CHECK(identify(8, 1, 0) == 0);
	TH_CHECK(t.mem[VT_DATA + 0] == 1 << 5 && t.mem[VT_DATA + 14] == 1);
	TH_CHECK(identify(3, 1, 0) == 0);
	TH_CHECK(t.mem[VT_DATA + 0] == 2 && t.mem[VT_DATA + 1] == 16 && t.mem[VT_DATA + 20] == 4);
	TH_CHECK(!t.mem[VT_DATA + 24] && !t.mem[VT_DATA + 25]);
	TH_CHECK(identify(5, 1, 0) == 0);
	TH_CHECK(identify(1, 0, 0) == 0 && t.mem[VT_DATA + 525] == 6);
	return true;
}

static bool ident_ns(void)
{
	return vt_with(&t, "lba=4096 cache=no nawun=7 nawupf=3 nabsn=15 nabspf=15 "
		    "nabo=1 mam=yes", 64, body_ident_ns);
}

static bool body_ident_plain(void)
{
	TH_CHECK(identify(0, 1, 0) == 0);
	TH_CHECK(t.mem[VT_DATA + 24] == 0 && vt_data64(&t, 34) == 0 && t.mem[VT_DATA + 33] == 8);
	TH_CHECK(t.mem[VT_DATA + 130] == 9);
	TH_CHECK(identify(8, 1, 0) == 0 && t.mem[VT_DATA + 0] == 0);
	return true;
}

static bool ident_plain(void)
{
	return vt_with(&t, "poison=yes", 64, body_ident_plain);
}

static bool body_ident_lists(void)
{
	TH_CHECK(identify(2, 0, 0) == 0 && vt_data64(&t, 0) == 1);
	TH_CHECK(identify(2, 1, 0) == 0 && vt_data64(&t, 0) == 0);
	TH_CHECK(identify(7, 0, 0) == 0 && vt_data64(&t, 0) == 1);
	TH_CHECK(identify(2, 0xfffffffe, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(2, 0xffffffff, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(0, 0, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(0, 2, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(3, 2, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(8, 0xffffffff, 0) == VT_DNR(NVME_SC_NSID));
	TH_CHECK(identify(5, 1, 2) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(identify(6, 0, 2) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(identify(0x7f, 1, 0) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(t.mem[VT_DATA + 0] == 0xee);
	return true;
}

static bool ident_lists(void)
{
	return vt_with(&t, "", 64, body_ident_lists);
}

/* Two devices in one guest are two to it. */
static bool names(void)
{
	uint8_t one[CTRL_PAGE], ns[16];

	vt_start(&t, "serial=a", 64);
	identify(1, 0, 0);
	memcpy(one, (t.mem + VT_DATA), sizeof(one));
	identify(0, 1, 0);
	memcpy(ns, t.mem + VT_DATA + 104, 16);
	vt_free(&t);
	vt_start(&t, "serial=b", 64);
	identify(1, 0, 0);
	TH_CHECK(memcmp(one + 768, t.mem + VT_DATA + 768, 256));
	identify(0, 1, 0);
	TH_CHECK(memcmp(ns, t.mem + VT_DATA + 104, 16));
	vt_free(&t);
	return true;
}

const struct th_test vt_ident[] = {
	{ "ident_ctrl", ident_ctrl },
	{ "ident_ns", ident_ns },
	{ "ident_plain", ident_plain },
	{ "ident_lists", ident_lists },
	{ "names", names },
	{ }
};
