// SPDX-License-Identifier: GPL-2.0-only
/* I/O commands: what each does, and what each refuses. */
#include "vt_drv.h"

static struct vt t;

/* Run @body on a device of @words. */
static bool body_rw(void)
{
	TH_CHECK(vt_put(&t, 3, 5, 0x11, false) == 0);
	TH_CHECK(vt_put(&t, 4, 1, 0x22, false) == 0);
	TH_CHECK(vt_is(&t, 3, 1, 0x11));
	TH_CHECK(vt_is(&t, 4, 1, 0x22));
	TH_CHECK(vt_is(&t, 5, 3, 0x11));
	TH_CHECK(vt_is(&t, 8, 1, 0));
	return true;
}

static bool rw_512(void)
{
	return vt_with(&t, "", 64, body_rw);
}

static bool rw_4096(void)
{
	return vt_with(&t, "lba=4096", 64, body_rw);
}

/* One to many pages, with PRP lists; up to MDTS and no further. */
static bool body_sizes(void)
{
	static const uint32_t blocks[] = { 1, 8, 9, 16, 17, 24, 64, 128, 256 };
	struct nvme_cmd cmd;
	size_t i;

	for (i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		TH_CHECK(vt_put(&t, 100, blocks[i], i + 1, false) == 0);
		TH_CHECK(vt_is(&t, 100, blocks[i], i + 1));
	}
	cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 257, 0);
	TH_CHECK(vt_do(&t, 1, &cmd) == VT_DNR(NVME_SC_FIELD));
	return true;
}

static bool sizes(void)
{
	return vt_with(&t, "mdts=5", 64, body_sizes);
}

static bool body_durable(void)
{
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	TH_CHECK(t.media.base[0] == 0);
	TH_CHECK(vt_put(&t, 1, 1, 2, true) == 0);
	TH_CHECK(vt_flush(&t) == 0);
	TH_CHECK(t.media.base[0] == 1 && t.media.base[512] == 2);
	TH_CHECK(vt_put(&t, 2, 1, 3, true) == 0);
	TH_CHECK(t.media.base[1024] == 3 && !t.media.log.n);
	return true;
}

static bool durable(void)
{
	return vt_with(&t, "", 64, body_durable);
}

static bool body_no_cache(void)
{
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	TH_CHECK(t.media.base[0] == 1);
	TH_CHECK(vt_put(&t, 1, 1, 2, true) == 0);
	TH_CHECK(vt_flush(&t) == 0);
	return true;
}

static bool no_cache(void)
{
	return vt_with(&t, "cache=no", 64, body_no_cache);
}

static bool body_zeroes(void)
{
	struct nvme_cmd cmd = {
		.opcode = NVME_NVM_ZEROES, .nsid = 1, .cdw10 = 2, .cdw12 = 3,
	};

	TH_CHECK(vt_put(&t, 0, 8, 7, false) == 0);
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	TH_CHECK(vt_is(&t, 0, 2, 7) && vt_is(&t, 2, 4, 0) && vt_is(&t, 6, 2, 7));
	cmd.cdw10 = 0;
	cmd.cdw12 = 1 | NVME_RW_DEAC | NVME_RW_FUA;
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	TH_CHECK(vt_is(&t, 0, 6, 0) && vt_is(&t, 6, 2, 7));
	/* More than MDTS: there are no data. */
	cmd.cdw12 = 4000;
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	TH_CHECK(vt_is(&t, 6, 2, 0));
	return true;
}

static bool zeroes(void)
{
	return vt_with(&t, "", 64, body_zeroes);
}

static uint16_t dsm(const struct nvme_range *ranges, unsigned int nr,
		    uint32_t cdw11)
{
	memcpy(t.mem + VT_DATA, ranges, nr * sizeof(*ranges));
	return vt_do(&t, 1, &(struct nvme_cmd){
		.opcode = NVME_NVM_DSM, .nsid = 1, .prp1 = VT_DATA,
		.cdw10 = nr - 1, .cdw11 = cdw11,
	});
}

static bool body_dsm(void)
{
	const struct nvme_range two[] = { { 0, 2, 1 }, { 0, 0, 4 }, { 0, 1, 6 } };
	const struct nvme_range bad[] = { { 0, 1, 0 }, { 0, 1, 8192 } };
	const struct nvme_range wrap[] = { { 0, 2, UINT64_MAX } };
	const struct nvme_range much[] = { { 0, 8192, 0 }, { 0, 1, 0 } };

	TH_CHECK(vt_put(&t, 0, 8, 7, false) == 0);
	TH_CHECK(dsm(two, 3, 0) == 0);
	TH_CHECK(vt_is(&t, 0, 8, 7));
	TH_CHECK(dsm(two, 3, NVME_DSM_AD) == 0);
	TH_CHECK(vt_is(&t, 1, 2, 0) && vt_is(&t, 6, 1, 0) && vt_is(&t, 3, 3, 7));
	/* One bad range, and none is deallocated. */
	TH_CHECK(dsm(bad, 2, NVME_DSM_AD) == VT_DNR(NVME_SC_LBA_RANGE));
	TH_CHECK(vt_is(&t, 0, 1, 7));
	TH_CHECK(dsm(wrap, 1, NVME_DSM_AD) == VT_DNR(NVME_SC_LBA_RANGE));
	TH_CHECK(dsm(much, 2, NVME_DSM_AD) == VT_DNR(NVME_SC_SIZE_LIMIT));
	TH_CHECK(vt_flush(&t) == 0 && !t.media.log.n);
	return true;
}

static bool dataset(void)
{
	return vt_with(&t, "", 64, body_dsm);
}

static bool body_refused(void)
{
	static const struct {
		const char *what;
		struct nvme_cmd cmd;
		uint16_t status;
	} rows[] = {
		{ "opcode", { .opcode = 0x05, .nsid = 1 }, NVME_SC_OPCODE },
		{ "vendor's opcode", { .opcode = 0xc2, .nsid = 1 }, NVME_SC_OPCODE },
		{ "no namespace", { .opcode = 2, .prp1 = VT_DATA }, NVME_SC_NSID },
		{ "another", { .opcode = 2, .nsid = 2, .prp1 = VT_DATA }, NVME_SC_NSID },
		{ "all of them", { .opcode = 1, .nsid = UINT32_MAX, .prp1 = VT_DATA },
		  NVME_SC_NSID },
		{ "fused", { .opcode = 2, .flags = 1, .nsid = 1, .prp1 = VT_DATA },
		  NVME_SC_FIELD },
		{ "SGL", { .opcode = 2, .flags = 0x40, .nsid = 1, .prp1 = VT_DATA },
		  NVME_SC_FIELD },
		{ "past the end", { .opcode = 2, .nsid = 1, .prp1 = VT_DATA,
		  .cdw10 = 8191, .cdw12 = 1 }, NVME_SC_LBA_RANGE },
		{ "overflow", { .opcode = 1, .nsid = 1, .prp1 = VT_DATA,
		  .cdw10 = UINT32_MAX, .cdw11 = UINT32_MAX }, NVME_SC_LBA_RANGE },
		{ "zeroes past the end", { .opcode = 8, .nsid = 1,
		  .cdw12 = 0xffff }, NVME_SC_LBA_RANGE },
		{ "odd PRP1", { .opcode = 2, .nsid = 1, .prp1 = VT_DATA + 2 },
		  NVME_SC_PRP_OFFSET },
		{ "PRP1 nowhere", { .opcode = 2, .nsid = 1, .prp1 = VT_MEM },
		  NVME_SC_TRANSFER },
		{ "PRP1 at the end", { .opcode = 2, .nsid = 1,
		  .prp1 = UINT64_MAX - 3 }, NVME_SC_TRANSFER },
		{ "PRP2 within a page", { .opcode = 2, .nsid = 1,
		  .prp1 = VT_DATA + 4, .prp2 = VT_DATA + 512, .cdw12 = 7 },
		  NVME_SC_PRP_OFFSET },
		{ "PRP2 nowhere", { .opcode = 1, .nsid = 1, .prp1 = VT_DATA + 4,
		  .prp2 = VT_MEM, .cdw12 = 7 }, NVME_SC_TRANSFER },
		{ "odd list", { .opcode = 1, .nsid = 1, .prp1 = VT_DATA,
		  .prp2 = VT_LIST + 4, .cdw12 = 63 }, NVME_SC_PRP_OFFSET },
		{ "list nowhere", { .opcode = 1, .nsid = 1, .prp1 = VT_DATA,
		  .prp2 = VT_MEM, .cdw12 = 63 }, NVME_SC_TRANSFER },
		{ "ranges nowhere", { .opcode = 9, .nsid = 1, .prp1 = VT_MEM,
		  .cdw11 = NVME_DSM_AD }, NVME_SC_TRANSFER },
	};
	uint16_t status;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		status = vt_do(&t, 1, &rows[i].cmd);
		if (status == VT_DNR(rows[i].status))
			continue;
		printf("# %s: 0x%x, not 0x%x\n", rows[i].what, status,
		       VT_DNR(rows[i].status));
		return false;
	}
	/* None of them changed anything, or harmed. */
	TH_CHECK(!t.media.log.n && vt_is(&t, 0, 8, 0));
	TH_CHECK(!(vt_read32(&t, NVME_CSTS) & NVME_CSTS_CFS));
	TH_CHECK(vt_do(&t, 1, &(struct nvme_cmd){ .nsid = UINT32_MAX }) == 0);
	return true;
}

static bool refused(void)
{
	return vt_with(&t, "", 64, body_refused);
}

/* A list over two pages; and one whose entries are bad in the middle. */
static bool body_lists(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 64, 0);
	uint64_t list[8], next, bad;
	unsigned int i;

	/* 8 pages: the list begins three entries before the end of its page. */
	memcpy(list, t.mem + VT_LIST, sizeof(list));
	cmd.prp2 = VT_LIST + CTRL_PAGE - 24;
	next = VT_LIST + 2 * CTRL_PAGE;
	memcpy(t.mem + cmd.prp2, list, 16);
	memcpy(t.mem + cmd.prp2 + 16, &next, 8);
	memcpy(t.mem + next, list + 2, 40);
	for (i = 0; i < 8; i++)
		memset(t.mem + VT_DATA + i * CTRL_PAGE, i + 1, CTRL_PAGE);
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	for (i = 0; i < 8; i++)
		TH_CHECK(vt_is(&t, i * 8, 8, i + 1));
	/* Three pages: the last entry of the list's page is one of them. */
	cmd.cdw12 = 23;
	cmd.prp2 = VT_LIST + CTRL_PAGE - 16;
	memcpy(t.mem + cmd.prp2, list, 16);
	memset(t.mem + VT_DATA + 2 * CTRL_PAGE, 0x33, CTRL_PAGE);
	TH_CHECK(vt_do(&t, 1, &cmd) == 0 && vt_is(&t, 16, 8, 0x33));
	cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 64, 0);
	cmd.prp2 = VT_LIST + CTRL_PAGE - 24;
	memcpy(t.mem + cmd.prp2, list, 16);
	memcpy(t.mem + cmd.prp2 + 16, &next, 8);
	bad = VT_DATA + 8;
	memcpy(t.mem + next + 8, &bad, 8);
	TH_CHECK(vt_do(&t, 1, &cmd) == VT_DNR(NVME_SC_PRP_OFFSET));
	bad = 1ull << 63;
	memcpy(t.mem + next + 8, &bad, 8);
	TH_CHECK(vt_do(&t, 1, &cmd) == VT_DNR(NVME_SC_TRANSFER));
	/* A list that leads to its own last entry. */
	cmd.prp2 = VT_LIST + CTRL_PAGE - 8;
	next = VT_LIST + CTRL_PAGE - 8;
	memcpy(t.mem + cmd.prp2, &next, 8);
	TH_CHECK(vt_do(&t, 1, &cmd) == VT_DNR(NVME_SC_PRP_OFFSET));
	return true;
}

static bool lists(void)
{
	return vt_with(&t, "", 64, body_lists);
}

/* Data that begin within a page take one page more. */
static bool body_offset(void)
{
	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 16, 0);
	uint64_t list[2] = { VT_DATA + 2 * CTRL_PAGE, VT_DATA + 4 * CTRL_PAGE };

	memset(t.mem + VT_DATA, 1, CTRL_PAGE);
	memset(t.mem + list[0], 2, CTRL_PAGE);
	memset(t.mem + list[1], 3, CTRL_PAGE);
	memcpy(t.mem + VT_LIST, list, sizeof(list));
	cmd.prp1 += CTRL_PAGE - 512;
	cmd.prp2 = VT_LIST;
	TH_CHECK(vt_do(&t, 1, &cmd) == 0);
	TH_CHECK(vt_is(&t, 0, 1, 1) && vt_is(&t, 1, 8, 2) && vt_is(&t, 9, 7, 3));
	return true;
}

static bool offset(void)
{
	return vt_with(&t, "", 64, body_offset);
}

static bool body_off(void)
{
	uint16_t cid;
	struct nvme_cqe cqe;

	struct nvme_cmd cmd = vt_rw(&t, NVME_NVM_WRITE, 0, 1, 0);

	cid = vt_submit(&t, 1, &cmd);
	t.media.off = true;
	/* What was in flight is never told to have worked. */
	TH_CHECK(vt_wait(&t, 1, &cqe) && cqe.cid == cid);
	TH_CHECK(cqe.status == VT_DNR(NVME_SC_NS_NOT_READY));
	TH_CHECK(t.media.log.n == 1 && t.media.log.v[0].done == VLOG_NEVER);
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == VT_DNR(NVME_SC_NS_NOT_READY));
	TH_CHECK(vt_flush(&t) == VT_DNR(NVME_SC_NS_NOT_READY));
	TH_CHECK(dsm(&(struct nvme_range){ 0, 1, 0 }, 1, 0) ==
		 VT_DNR(NVME_SC_NS_NOT_READY));
	t.media.off = false;
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0 && vt_is(&t, 0, 1, 1));
	return true;
}

static bool off(void)
{
	return vt_with(&t, "latency=all,1ms cache=no", 64, body_off);
}

const struct th_test vt_nvm[] = {
	{ "rw_512", rw_512 },
	{ "rw_4096", rw_4096 },
	{ "sizes", sizes },
	{ "durable", durable },
	{ "no_cache", no_cache },
	{ "zeroes", zeroes },
	{ "dataset", dataset },
	{ "refused", refused },
	{ "lists", lists },
	{ "offset", offset },
	{ "off", off },
	{ }
};
