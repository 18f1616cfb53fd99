// SPDX-License-Identifier: GPL-2.0-only
/* The namespace has changed: the event, the list, and when each is no more. */
#include "vt_drv.h"

#define NOTICE	0x00040002u	/* notice, Namespace Attribute Changed, log page 04h */

static const struct nvme_cmd aer = { .opcode = NVME_ADM_ASYNC_EVENT };
static struct vt t;

static bool enable(uint32_t events)
{
	return !vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_SET_FEATURES, .cdw10 = NVME_FEAT_ASYNC_EVENT,
		.cdw11 = events,
	});
}

/* The list's first two words, or ~0 if it could not be read. */
static uint64_t list(uint8_t lid, bool retain)
{
	uint16_t status;

	memset(t.mem + VT_DATA, 0xee, CTRL_PAGE);
	status = vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_GET_LOG, .prp1 = VT_DATA, .nsid = UINT32_MAX,
		.cdw10 = 1023u << 16 | (retain ? 1u << 15 : 0) | lid,
	});
	return status ? ~0ull : vt_data64(&t, 0);
}

/* An event has come just now: what it says, or 0. */
static uint32_t event(void)
{
	struct nvme_cqe cqe;

	return vt_wait(&t, 0, &cqe) && !cqe.status ? cqe.result : 0;
}

static bool body_once(void)
{
	TH_CHECK(enable(NVME_AEC_NS_CHANGED) && list(4, false) == 0);
	vt_submit(&t, 0, &aer);
	vt_submit(&t, 0, &aer);
	TH_CHECK(!event());
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE);
	/* Masked until the list was read. */
	ctrl_ns_changed(t.c);
	TH_CHECK(!event());
	TH_CHECK(list(4, false) == 1 && list(4, false) == 0);
	/* What the list had is not told again. */
	TH_CHECK(!event());
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE && list(4, false) == 1);
	return true;
}

static bool once(void)
{
	return vt_with(&t, "", 64, body_once);
}

static bool body_retained(void)
{
	TH_CHECK(enable(NVME_AEC_NS_CHANGED));
	vt_submit(&t, 0, &aer);
	vt_submit(&t, 0, &aer);
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE);
	TH_CHECK(list(4, true) == 1 && list(4, true) == 0);
	ctrl_ns_changed(t.c);
	TH_CHECK(!event());
	/* Another page does not clear it. */
	TH_CHECK(list(1, false) == 0);
	ctrl_ns_changed(t.c);
	TH_CHECK(!event());
	TH_CHECK(list(4, false) == 1);
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE);
	return true;
}

static bool retained(void)
{
	return vt_with(&t, "", 64, body_retained);
}

/* Nobody asked for it: the list has it all the same. */
static bool body_not_asked(void)
{
	TH_CHECK(enable(~NVME_AEC_NS_CHANGED));
	vt_submit(&t, 0, &aer);
	ctrl_ns_changed(t.c);
	TH_CHECK(!event());
	TH_CHECK(enable(NVME_AEC_NS_CHANGED) && !event());
	TH_CHECK(list(4, false) == 1 && !event());
	return true;
}

static bool not_asked(void)
{
	return vt_with(&t, "", 64, body_not_asked);
}

/* It waits for a request; an error is told beside it. */
static bool body_waits(void)
{
	TH_CHECK(enable(NVME_AEC_NS_CHANGED));
	ctrl_ns_changed(t.c);
	vt_tail(&t, 5, 1);
	TH_CHECK(vt_do(&t, 0, &aer) == 0 && t.result == 0x10000);
	TH_CHECK(vt_do(&t, 0, &aer) == 0 && t.result == NOTICE);
	/* Each is cleared by its own page. */
	vt_submit(&t, 0, &aer);
	vt_tail(&t, 1, 64);
	ctrl_ns_changed(t.c);
	TH_CHECK(list(4, false) == 1 && t.c->event[EVENT_ERROR].due);
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE && t.c->event[EVENT_ERROR].due);
	return true;
}

static bool waits(void)
{
	return vt_with(&t, "", 64, body_waits);
}

static bool body_after_reset(void)
{
	TH_CHECK(enable(NVME_AEC_NS_CHANGED));
	ctrl_ns_changed(t.c);
	vt_enable(&t);
	/* No event of before, and none before it is asked for. */
	vt_submit(&t, 0, &aer);
	TH_CHECK(!event());
	ctrl_ns_changed(t.c);
	TH_CHECK(!event() && list(4, false) == 1);
	return true;
}

static bool after_reset(void)
{
	return vt_with(&t, "", 64, body_after_reset);
}

/* A read that fails has read nothing. */
static bool body_failed_read(void)
{
	TH_CHECK(enable(NVME_AEC_NS_CHANGED));
	vt_submit(&t, 0, &aer);
	vt_submit(&t, 0, &aer);
	ctrl_ns_changed(t.c);
	TH_CHECK(event() == NOTICE);
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_GET_LOG, .prp1 = VT_MEM,
		.cdw10 = 1023u << 16 | NVME_LOG_CHANGED_NS }) ==
		 VT_DNR(NVME_SC_TRANSFER));
	ctrl_ns_changed(t.c);
	TH_CHECK(!event() && list(4, false) == 1);
	return true;
}

static bool failed_read(void)
{
	return vt_with(&t, "", 64, body_failed_read);
}

/* What is identified goes by the configuration of now. */
static bool body_identified(void)
{
	const struct nvme_cmd identify = {
		.opcode = NVME_ADM_IDENTIFY, .nsid = 1, .prp1 = VT_DATA,
	};

	TH_CHECK(!vt_do(&t, 0, &identify) && vt_data16(&t, 36) == 31);
	t.cfg.nawupf = 7;
	TH_CHECK(!vt_do(&t, 0, &identify) && vt_data16(&t, 36) == 7);
	t.cfg.ns_atomics = false;
	TH_CHECK(!vt_do(&t, 0, &identify) && !vt_data16(&t, 36));
	TH_CHECK(!t.mem[VT_DATA + 24]);
	return true;
}

static bool identified(void)
{
	return vt_with(&t, "nawun=31 nawupf=31", 64, body_identified);
}

const struct th_test vt_notice[] = {
	{ "once", once },
	{ "retained", retained },
	{ "not_asked", not_asked },
	{ "waits", waits },
	{ "after_reset", after_reset },
	{ "failed_read", failed_read },
	{ "identified", identified },
	{ }
};
