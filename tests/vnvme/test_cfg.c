// SPDX-License-Identifier: GPL-2.0-only
/* A profile's words: each key, each limit, each contradiction. */
#include "../../vm/vnvme/cfg.h"
#include "../../vm/vnvme/vendor.h"
#include "vt.h"

static char why[128];

/* Words with blanks between them, then the check. */
static int words(struct cfg *cfg, const char *text)
{
	char copy[512], *save, *word;
	int ret;

	cfg_default(cfg);
	snprintf(copy, sizeof(copy), "%s", text);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		ret = cfg_word(cfg, word, why, sizeof(why));
		if (ret)
			return ret;
	}
	return cfg_check(cfg, why, sizeof(why));
}

static bool defaults(void)
{
	struct cfg c;

	TH_CHECK(!words(&c, ""));
	TH_CHECK(c.lba_size == 512 && c.cache && c.mdts == 7 && !c.ns_atomics);
	TH_CHECK(c.log_max == 1ull << 30);
	return true;
}

static bool numbers(void)
{
	struct cfg c;

	TH_CHECK(!words(&c, "size=16M lba=4096 cache=no poison=yes mdts=3 seed=9"
			" reorder=yes hold=5 lies=flush+atomic log=3M"));
	TH_CHECK(c.size == 16 << 20 && c.lba_size == 4096 && !c.cache);
	TH_CHECK(c.poison && c.mdts == 3 && c.seed == 9 && c.reorder);
	TH_CHECK(c.hold == 5 && c.log_max == 3 << 20);
	TH_CHECK(c.lies == (VNVME_LIE_FLUSH | VNVME_LIE_ATOMIC));
	TH_CHECK(!words(&c, "awun=7 awupf=7 nawun=31 nawupf=31 nabsn=63 "
			"nabspf=63 nabo=8 mam=yes"));
	TH_CHECK(c.ns_atomics && c.nawun == 31 && c.nabspf == 63);
	TH_CHECK(c.awun == 7 && c.awupf == 7 && c.nabo == 8 && c.mam);
	return true;
}

static bool latencies(void)
{
	struct cfg c;

	TH_CHECK(!words(&c, "latency=all,10us latency=write+flush,1ms,2ms"));
	TH_CHECK(c.latency[CFG_READ].least == 10000);
	TH_CHECK(c.latency[CFG_READ].most == 10000);
	TH_CHECK(c.latency[CFG_FLUSH].least == 1000000);
	TH_CHECK(c.latency[CFG_WRITE].most == 2000000);
	return true;
}

static bool errors(void)
{
	struct cfg c;

	TH_CHECK(!words(&c, "error=write,lba=64+8,skip=2,count=1,chance=500000,"
			"status=0x280,retry=yes error=flush"));
	TH_CHECK(c.nr_errors == 2);
	TH_CHECK(c.errors[0].ops[CFG_WRITE] && !c.errors[0].ops[CFG_READ]);
	TH_CHECK(c.errors[0].lba == 64 && c.errors[0].blocks == 8);
	TH_CHECK(c.errors[0].skip == 2 && c.errors[0].count == 1);
	TH_CHECK(c.errors[0].per_million == 500000);
	TH_CHECK(c.errors[0].status == 0x280);
	TH_CHECK(c.errors[1].status == 0x4006 && !c.errors[1].count);
	return true;
}

static bool refused(void)
{
	static const char *const rows[] = {
		"size", "size=", "=1", "nothing=1", "size=-1", "size=1T",
		"size=99999999999999999999", "size=0", "size=1000", "lba=1024",
		"log=0", "log=1023K", "log=yes",
		"lba=0x10000", "cache=maybe", "mdts=11", "awun=65536", "hold=1025",
		"lies=", "lies=flush+", "latency=all", "latency=all,",
		"latency=trim,1us", "latency=all,2us,1us", "latency=all,1",
		"latency=all,11s", "error=", "error=write,lba=5",
		"error=write,lba=5+0", "error=write,status=0",
		"error=write,status=0x800", "error=write,chance=0",
		"error=write,chance=1000001", "error=write,what=1",
		"awupf=1", "nawupf=1", "awun=8 awupf=8 nawupf=7 nawun=8",
		"nawun=31 nawupf=31 nabspf=15", "nawun=31 nawupf=31 nabsn=15",
		"nawun=7 nawupf=7 nabo=1", "mam=yes", "nawun=7 nawupf=7 mam=yes",
		"error=writewritewritewritewritewritewritewritewritewritewritewrite",
	};
	struct cfg c;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		why[0] = '\0';
		if (words(&c, rows[i]) && why[0])
			continue;
		printf("# taken: %s\n", rows[i]);
		return false;
	}
	return true;
}

static bool errors_are_limited(void)
{
	struct cfg c;
	int i;

	cfg_default(&c);
	for (i = 0; i < CFG_ERRORS; i++)
		TH_CHECK(!cfg_word(&c, "error=read", why, sizeof(why)));
	TH_CHECK(cfg_word(&c, "error=read", why, sizeof(why)));
	return true;
}

const struct th_test vt_cfg[] = {
	{ "defaults", defaults },
	{ "numbers", numbers },
	{ "latencies", latencies },
	{ "errors", errors },
	{ "errors_are_limited", errors_are_limited },
	{ "refused", refused },
	{ }
};
