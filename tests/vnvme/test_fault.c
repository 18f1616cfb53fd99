// SPDX-License-Identifier: GPL-2.0-only
/* Errors that the configuration asks for; what fails changes nothing. */
#include "vt_drv.h"

static struct vt t;

static bool body_range(void)
{
	TH_CHECK(vt_put(&t, 90, 10, 1, false) == 0);
	TH_CHECK(vt_put(&t, 99, 2, 2, false) == 0x4280);
	TH_CHECK(vt_put(&t, 104, 1, 2, false) == 0x4280);
	TH_CHECK(vt_put(&t, 0, 200, 2, false) == 0x4280);
	TH_CHECK(vt_put(&t, 105, 1, 2, false) == 0);
	TH_CHECK(vt_is(&t, 99, 1, 1) && vt_is(&t, 104, 1, 0));
	TH_CHECK(vt_flush(&t) == 0 && !t.media.log.n);
	return true;
}

static bool range(void)
{
	return vt_with(&t, "error=write,lba=100+5,status=0x280", 64, body_range);
}

static bool body_counted(void)
{
	TH_CHECK(vt_flush(&t) == 0 && vt_flush(&t) == 0);
	TH_CHECK(vt_flush(&t) == 6 && vt_flush(&t) == 6);
	TH_CHECK(vt_flush(&t) == 0 && vt_put(&t, 0, 1, 1, false) == 0);
	return true;
}

static bool counted(void)
{
	return vt_with(&t, "error=flush,skip=2,count=2,retry=yes", 64, body_counted);
}

/* What a flush does not do: nothing is durable by one that failed. */
static bool body_flush(void)
{
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	TH_CHECK(vt_flush(&t) == 0x4006);
	TH_CHECK(!t.media.base[0] && t.media.log.n == 1);
	return true;
}

static bool flush(void)
{
	return vt_with(&t, "error=flush,count=1", 64, body_flush);
}

static unsigned int failures(const char *words)
{
	unsigned int i, n = 0;

	vt_start(&t, words, 64);
	for (i = 0; i < 1000; i++)
		n += vt_put(&t, 0, 1, 1, false) != 0;
	vt_free(&t);
	return n;
}

static bool chance(void)
{
	unsigned int n = failures("error=write,chance=100000 seed=5");

	TH_CHECK(n > 60 && n < 140);
	TH_CHECK(failures("error=write,chance=100000 seed=5") == n);
	TH_CHECK(failures("error=write,chance=1000000") == 1000);
	return true;
}

static bool body_others(void)
{
	const struct nvme_range r = { 0, 1, 5 };
	struct nvme_cmd dsm = {
		.opcode = NVME_NVM_DSM, .nsid = 1, .prp1 = VT_DATA,
		.cdw11 = NVME_DSM_AD,
	};
	struct nvme_cmd zeroes = {
		.opcode = NVME_NVM_ZEROES, .nsid = 1, .cdw10 = 5,
	};
	struct nvme_cmd read = vt_rw(&t, NVME_NVM_READ, 5, 1, 0);

	TH_CHECK(vt_put(&t, 5, 1, 3, false) == 0);
	memcpy(t.mem + VT_DATA, &r, sizeof(r));
	TH_CHECK(vt_do(&t, 1, &dsm) == 0x4006);
	TH_CHECK(vt_do(&t, 1, &zeroes) == 0x4006);
	TH_CHECK(t.media.now[5 * 512] == 3);
	memset(t.mem + VT_DATA, 9, 512);
	TH_CHECK(vt_do(&t, 1, &read) == 0x4281 && t.mem[VT_DATA] == 9);
	return true;
}

static bool others(void)
{
	return vt_with(&t, "error=dsm+zeroes error=read,lba=5+1,status=0x281",
		       64, body_others);
}

/* A command that is not valid does not count. */
static bool body_valid_only(void)
{
	TH_CHECK(vt_put(&t, 8192, 1, 1, false) == VT_DNR(NVME_SC_LBA_RANGE));
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0x4006);
	TH_CHECK(vt_put(&t, 0, 1, 1, false) == 0);
	return true;
}

static bool valid_only(void)
{
	return vt_with(&t, "error=write,count=1", 64, body_valid_only);
}

const struct th_test vt_fault[] = {
	{ "range", range },
	{ "counted", counted },
	{ "flush", flush },
	{ "chance", chance },
	{ "others", others },
	{ "valid_only", valid_only },
	{ }
};
