// SPDX-License-Identifier: GPL-2.0-only
/* Admin commands: features, log pages, queues, events. */
#include "vt_drv.h"

static struct vt t;

static uint16_t feature(uint8_t opcode, uint32_t cdw10, uint32_t cdw11,
			uint32_t nsid)
{
	return vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = opcode, .nsid = nsid, .prp1 = VT_DATA,
		.cdw10 = cdw10, .cdw11 = cdw11,
	});
}

static uint16_t set(uint32_t fid, uint32_t value)
{
	return feature(NVME_ADM_SET_FEATURES, fid, value, 0);
}

static uint16_t get(uint32_t fid, uint32_t cdw11)
{
	return feature(NVME_ADM_GET_FEATURES, fid, cdw11, 0);
}

static bool body_features(void)
{
	static const uint8_t plain[] = { 0x01, 0x08, 0x0a, 0x0b };
	size_t i;

	for (i = 0; i < sizeof(plain); i++) {
		TH_CHECK(set(plain[i], 5) == 0);
		TH_CHECK(get(plain[i], 0) == 0 && t.result == 5);
		/* Its default, and what it can. */
		TH_CHECK(get(plain[i] | 1 << 8, 0) == 0 && t.result == 0);
		TH_CHECK(get(plain[i] | 3 << 8, 0) == 0 && t.result == 4);
		TH_CHECK(get(plain[i] | 4 << 8, 0) == VT_DNR(NVME_SC_FIELD));
		TH_CHECK(get(plain[i], 0) == 0 && t.result == 5);
	}
	TH_CHECK(set(0x07, 0x00030003) == 0 && t.result == 0x00070007);
	TH_CHECK(get(0x07, 0) == 0 && t.result == 0x00070007);
	TH_CHECK(set(0x07, 0xffff0001) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x02, 0) == 0 && set(0x02, 1) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x04, 350) == 0 && get(0x04, 0) == 0 && t.result == 350);
	TH_CHECK(set(0x04, 1 << 20 | 280) == 0);
	TH_CHECK(get(0x04, 1 << 20) == 0 && t.result == 280);
	TH_CHECK(get(0x04, 1 << 16) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x05, 1 << 16) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x06, 1) == 0 && get(0x06, 0) == 0 && t.result == 1);
	TH_CHECK(set(0x06, 0) == VT_DNR(NVME_SC_NOT_CHANGEABLE));
	TH_CHECK(set(0x09, 1 << 16 | 8) == 0);
	TH_CHECK(get(0x09, 8) == 0 && t.result == (1 << 16 | 8));
	TH_CHECK(set(0x09, 9) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(get(0x09, 9) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(get(0x7f, 0) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x0c, 0) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(1u << 31 | 1, 0) == VT_DNR(NVME_SC_NOT_SAVEABLE));
	TH_CHECK(feature(NVME_ADM_SET_FEATURES, 1, 0, 1) ==
		 VT_DNR(NVME_SC_NOT_PER_NS));
	TH_CHECK(feature(NVME_ADM_SET_FEATURES, 5, 3, 1) == 0);
	TH_CHECK(feature(NVME_ADM_SET_FEATURES, 5, 3, 7) == VT_DNR(NVME_SC_NSID));
	return true;
}

static bool features(void)
{
	return vt_with(&t, "", 64, body_features);
}

static bool body_features_no_cache(void)
{
	TH_CHECK(get(0x06, 0) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(set(0x06, 1) == VT_DNR(NVME_SC_FIELD));
	return true;
}

static bool features_no_cache(void)
{
	return vt_with(&t, "cache=no", 64, body_features_no_cache);
}

static bool body_timestamp(void)
{
	uint64_t ms = 1700000000000;

	memcpy(t.mem + VT_DATA, &ms, 8);
	TH_CHECK(set(0x0e, 0) == 0);
	t.now += 5000000;
	memset(t.mem + VT_DATA, 0, 8);
	TH_CHECK(get(0x0e, 0) == 0);
	TH_CHECK((vt_data64(&t, 0) & 0xffffffffffff) == ms + 5 && vt_data64(&t, 0) >> 49 & 1);
	return true;
}

static bool timestamp(void)
{
	return vt_with(&t, "", 64, body_timestamp);
}

static uint16_t get_log(uint8_t lid, uint32_t dwords, uint64_t off)
{
	memset(t.mem + VT_DATA, 0xee, 2 * CTRL_PAGE);
	return vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_GET_LOG, .prp1 = VT_DATA,
		.prp2 = VT_DATA + CTRL_PAGE, .nsid = UINT32_MAX,
		.cdw10 = (dwords - 1) << 16 | lid, .cdw11 = (dwords - 1) >> 16,
		.cdw12 = (uint32_t)off, .cdw13 = off >> 32,
	});
}

static bool body_log_pages(void)
{
	TH_CHECK(vt_put(&t, 0, 8, 1, false) == 0);
	TH_CHECK(get_log(2, 128, 0) == 0);
	TH_CHECK(vt_data16(&t, 1) == 300 && vt_data64(&t, 80) == 1 && vt_data64(&t, 48) == 1);
	TH_CHECK(vt_data64(&t, 176) == 0 && t.mem[VT_DATA + 512] == 0xee);
	TH_CHECK(get_log(3, 128, 0) == 0 && t.mem[VT_DATA + 0] == 1);
	TH_CHECK(get_log(4, 1024, 0) == 0 && vt_data64(&t, 0) == 0);
	TH_CHECK(get_log(5, 1024, 0) == 0);
	TH_CHECK(t.mem[VT_DATA + 4 * 6] == 1 && t.mem[VT_DATA + 4 * 0x0d] == 0);
	TH_CHECK(t.mem[VT_DATA + 4 * VNVME_OPCODE] == 1 && t.mem[VT_DATA + 1024 + 4] == 3);
	TH_CHECK(get_log(0, 256, 0) == 0 && t.mem[VT_DATA + 20] == 1 && t.mem[VT_DATA + 24] == 0);
	/* Part of one; more than there is; past its end; nothing. */
	TH_CHECK(get_log(5, 1, 1028) == 0 && t.mem[VT_DATA + 0] == 3 && t.mem[VT_DATA + 4] == 0xee);
	TH_CHECK(get_log(2, 1u << 31, 0) == 0 && t.mem[VT_DATA + 512] == 0xee);
	TH_CHECK(get_log(2, 1, 512) == 0 && t.mem[VT_DATA + 0] == 0xee);
	TH_CHECK(get_log(2, 1, 516) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(get_log(2, 1, 2) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(get_log(2, 1, UINT64_MAX - 3) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(get_log(0x70, 1, 0) == VT_DNR(NVME_SC_LOG_PAGE));
	return true;
}

static bool log_pages(void)
{
	return vt_with(&t, "", 64, body_log_pages);
}

static bool body_error_log(void)
{
	struct nvme_cmd bad = vt_rw(&t, NVME_NVM_READ, 0x123456789, 1, 0);

	TH_CHECK(vt_do(&t, 1, &bad) == VT_DNR(NVME_SC_LBA_RANGE));
	TH_CHECK(get_log(1, 64, 0) == 0);
	TH_CHECK(vt_data64(&t, 0) == 1 && vt_data16(&t, 8) == 1 && vt_data16(&t, 10) == t.cid - 1);
	TH_CHECK(vt_data16(&t, 12) == (uint16_t)(VT_DNR(NVME_SC_LBA_RANGE) << 1));
	TH_CHECK(vt_data64(&t, 16) == 0x123456789 && t.mem[VT_DATA + 24] == 1);
	TH_CHECK(vt_data64(&t, 64) == 0);
	return true;
}

static bool error_log(void)
{
	return vt_with(&t, "", 64, body_error_log);
}

static uint16_t create(uint8_t opcode, uint32_t id, uint32_t size,
		       uint32_t cdw11, uint64_t prp1)
{
	return vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = opcode, .prp1 = prp1,
		.cdw10 = (size - 1) << 16 | id, .cdw11 = cdw11,
	});
}

static uint16_t delete(uint8_t opcode, uint32_t id)
{
	return vt_do(&t, 0, &(struct nvme_cmd){ .opcode = opcode, .cdw10 = id });
}

static bool body_queues(void)
{
	const uint8_t cq = NVME_ADM_CREATE_CQ, sq = NVME_ADM_CREATE_SQ;
	const uint64_t at = 0x8000;

	TH_CHECK(create(cq, 0, 16, 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(cq, 1, 16, 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(cq, 9, 16, 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(cq, 0xffff, 16, 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(cq, 2, 1, 1, at) == VT_DNR(NVME_SC_QUEUE_SIZE));
	TH_CHECK(create(cq, 2, 1025, 1, at) == VT_DNR(NVME_SC_QUEUE_SIZE));
	TH_CHECK(create(cq, 2, 65536, 1, at) == VT_DNR(NVME_SC_QUEUE_SIZE));
	TH_CHECK(create(cq, 2, 16, 0, at) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(create(cq, 2, 16, 9 << 16 | 3, at) == VT_DNR(NVME_SC_VECTOR));
	TH_CHECK(create(cq, 2, 16, 1, at + 8) == VT_DNR(NVME_SC_PRP_OFFSET));
	TH_CHECK(create(sq, 2, 16, 2 << 16 | 1, at) == VT_DNR(NVME_SC_CQ));
	TH_CHECK(create(sq, 2, 16, 0 << 16 | 1, at) == VT_DNR(NVME_SC_CQ));
	TH_CHECK(create(sq, 2, 16, 99 << 16 | 1, at) == VT_DNR(NVME_SC_CQ));
	TH_CHECK(create(sq, 1, 16, 1 << 16 | 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(sq, 0, 16, 1 << 16 | 1, at) == VT_DNR(NVME_SC_QID));
	TH_CHECK(create(sq, 2, 1, 1 << 16 | 1, at) == VT_DNR(NVME_SC_QUEUE_SIZE));
	TH_CHECK(create(sq, 2, 16, 1 << 16, at) == VT_DNR(NVME_SC_FIELD));
	TH_CHECK(create(sq, 2, 16, 1 << 16 | 1, at + 1) ==
		 VT_DNR(NVME_SC_PRP_OFFSET));
	/* Two queues on one. */
	TH_CHECK(create(sq, 2, 16, 1 << 16 | 1, vt_sq(2)) == 0);
	TH_CHECK(delete(NVME_ADM_DELETE_CQ, 1) == VT_DNR(NVME_SC_QUEUE_DELETION));
	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 0) == VT_DNR(NVME_SC_QID));
	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 3) == VT_DNR(NVME_SC_QID));
	TH_CHECK(delete(NVME_ADM_DELETE_CQ, 0) == VT_DNR(NVME_SC_QID));
	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 1) == 0);
	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 1) == VT_DNR(NVME_SC_QID));
	TH_CHECK(delete(NVME_ADM_DELETE_CQ, 1) == VT_DNR(NVME_SC_QUEUE_DELETION));
	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 2) == 0);
	TH_CHECK(delete(NVME_ADM_DELETE_CQ, 1) == 0);
	TH_CHECK(vt_create(&t, 1, 1024) == 0 && vt_put(&t, 0, 1, 1, 0) == 0);
	return true;
}

static bool queues(void)
{
	return vt_with(&t, "", 64, body_queues);
}

/* Without the sizes of entries in CC there are no I/O queues. */
static bool body_entry_sizes(void)
{
	uint32_t cc = vt_read32(&t, NVME_CC);

	TH_CHECK(delete(NVME_ADM_DELETE_SQ, 1) == 0);
	vt_write32(&t, NVME_CC, cc & ~(15u << 16));
	TH_CHECK(create(NVME_ADM_CREATE_SQ, 1, 16, 1 << 16 | 1, vt_sq(1)) ==
		 VT_DNR(NVME_SC_FIELD));
	vt_write32(&t, NVME_CC, cc & ~(15u << 20));
	TH_CHECK(create(NVME_ADM_CREATE_CQ, 2, 16, 1, vt_cq(2)) ==
		 VT_DNR(NVME_SC_FIELD));
	return true;
}

static bool entry_sizes(void)
{
	return vt_with(&t, "", 64, body_entry_sizes);
}

static bool body_refused(void)
{
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = 0x10 }) ==
		 VT_DNR(NVME_SC_OPCODE));
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = 6, .flags = 2 }) ==
		 VT_DNR(NVME_SC_FIELD));
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){ .opcode = 6, .flags = 0x80 }) ==
		 VT_DNR(NVME_SC_FIELD));
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = 6, .cdw10 = 1, .prp1 = VT_MEM }) ==
		 VT_DNR(NVME_SC_TRANSFER));
	return true;
}

static bool refused(void)
{
	return vt_with(&t, "", 64, body_refused);
}

/* An invalid doorbell is told once, until the error log was read. */
static bool body_events(void)
{
	const struct nvme_cmd aer = { .opcode = NVME_ADM_ASYNC_EVENT };
	uint16_t first = vt_submit(&t, 0, &aer);
	struct nvme_cqe cqe;
	int i;

	TH_CHECK(!vt_wait(&t, 0, &cqe));
	vt_tail(&t, 5, 1);
	TH_CHECK(vt_wait(&t, 0, &cqe) && cqe.cid == first && !cqe.status);
	TH_CHECK(cqe.result == 0x10000);
	vt_tail(&t, 1, 64);
	for (i = 0; i < CTRL_EVENTS; i++)
		vt_submit(&t, 0, &aer);
	TH_CHECK(!vt_wait(&t, 0, &cqe));
	TH_CHECK(vt_do(&t, 0, &aer) == VT_DNR(NVME_SC_AER_LIMIT));
	TH_CHECK(get_log(1, 16, 0) == 0 || t.result == 0x10100);
	TH_CHECK(t.c->events == CTRL_EVENTS - 1);
	/* Aborted: the oldest that is left. */
	TH_CHECK(vt_do(&t, 0, &(struct nvme_cmd){
		.opcode = NVME_ADM_ABORT, .cdw10 = (first + 2u) << 16 }) == 0);
	TH_CHECK(t.c->events == CTRL_EVENTS - 2);
	return true;
}

static bool events(void)
{
	return vt_with(&t, "", 64, body_events);
}

const struct th_test vt_adm[] = {
	{ "features", features },
	{ "features_no_cache", features_no_cache },
	{ "timestamp", timestamp },
	{ "log_pages", log_pages },
	{ "error_log", error_log },
	{ "queues", queues },
	{ "entry_sizes", entry_sizes },
	{ "refused", refused },
	{ "events", events },
	{ }
};
