// SPDX-License-Identifier: GPL-2.0-only
/* The vendor's admin command: at once, later, after a reset, without power. */
#include "vt_drv.h"

static struct vt t;

static const struct nvme_cmd call = {
	.opcode = VNVME_OPCODE, .prp1 = VT_DATA + 2048,
	.prp2 = VT_DATA + CTRL_PAGE, .cdw10 = 7, .cdw11 = 1, .cdw12 = 2,
	.cdw13 = 3, .cdw14 = 4,
};

static bool with(bool (*body)(void))
{
	bool ok;

	vt_start(&t, "latency=write,1ms", 64);
	memset(t.mem + VT_DATA, 0xee, 3 * CTRL_PAGE);
	ok = body();
	vt_free(&t);
	return ok;
}

static bool answered(void)
{
	const char *page = (char *)t.mem + VT_DATA + 2048;

	return !strcmp(page, "answer") && !page[4095] && page[4096] == '\xee';
}

static bool body_once(void)
{
	TH_CHECK(vt_do(&t, 0, &call) == 0 && t.result == 42 && answered());
	TH_CHECK(t.call.fn == 7 && t.call.arg[0] == 1 && t.call.arg[3] == 4);
	return true;
}

static bool once(void)
{
	return with(body_once);
}

static bool body_fails(void)
{
	struct nvme_cmd bad = call;

	t.call.status = NVME_SC_SEQUENCE;
	TH_CHECK(vt_do(&t, 0, &call) == VT_DNR(NVME_SC_SEQUENCE));
	TH_CHECK(t.mem[VT_DATA + 2048] == 0xee && t.call.calls == 1);
	/* A page that is none: it is not even called. */
	bad.prp2 = VT_MEM;
	TH_CHECK(vt_do(&t, 0, &bad) == VT_DNR(NVME_SC_TRANSFER));
	TH_CHECK(t.call.calls == 1);
	t.call.status = 0;
	bad.prp1 = 0;
	TH_CHECK(vt_do(&t, 0, &bad) == 0 && t.call.calls == 2);
	TH_CHECK(t.mem[0] == 0);
	return true;
}

static bool fails(void)
{
	return with(body_fails);
}

static bool body_later(void)
{
	static char page[VNVME_PAGE] = "answer";
	struct nvme_cqe cqe;
	uint16_t cid;

	t.call.status = CTRL_LATER;
	cid = vt_submit(&t, 0, &call);
	TH_CHECK(!vt_wait(&t, 0, &cqe));
	/* The others go on, and an abort does nothing. */
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = NVME_ADM_ABORT,
		.cdw10 = (uint32_t)cid << 16 }) == 0 && t.result == 1);
	TH_CHECK(!vt_wait(&t, 0, &cqe));
	ctrl_vendor_done(t.c, t.call.token + 1, 0, 3, page);
	TH_CHECK(!vt_wait(&t, 0, &cqe));
	memset(t.mem + VT_DATA, 0xee, 3 * CTRL_PAGE);
	ctrl_vendor_done(t.c, t.call.token, 0, 3, page);
	/* Twice is once. */
	ctrl_vendor_done(t.c, t.call.token, 0, 4, page);
	TH_CHECK(vt_wait(&t, 0, &cqe) && cqe.cid == cid && !cqe.status);
	TH_CHECK(cqe.result == 3 && answered());
	ctrl_vendor_done(t.c, t.call.token, 0, 3, page);
	TH_CHECK(!vt_wait(&t, 0, &cqe));
	return true;
}

static bool later(void)
{
	return with(body_later);
}

static bool body_after_reset(void)
{
	static char page[VNVME_PAGE];
	struct nvme_cqe cqe;

	t.call.status = CTRL_LATER;
	vt_submit(&t, 0, &call);
	vt_enable(&t);
	ctrl_vendor_done(t.c, t.call.token, 0, 3, page);
	TH_CHECK(!vt_wait(&t, 0, &cqe) && t.mem[VT_DATA + 2048] == 0xee);
	return true;
}

static bool after_reset(void)
{
	return with(body_after_reset);
}

/* The power goes in the call: what is in flight has failed, and stays so. */
static bool body_cut(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);
	struct nvme_cqe cqe;

	vt_submit(&t, 1, &cmd);
	t.call.cut = true;
	vt_submit(&t, 0, &call);
	t.media.off = false;
	TH_CHECK(vt_wait(&t, 1, &cqe));
	TH_CHECK(cqe.status == VT_DNR(NVME_SC_NS_NOT_READY));
	TH_CHECK(t.media.log.v[0].done == VLOG_NEVER);
	return true;
}

static bool cut(void)
{
	return with(body_cut);
}

const struct th_test vt_vendor[] = {
	{ "once", once },
	{ "fails", fails },
	{ "later", later },
	{ "after_reset", after_reset },
	{ "cut", cut },
	{ }
};
