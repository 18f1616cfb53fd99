// SPDX-License-Identifier: GPL-2.0-only
/* The command line: what is taken, what is refused and how. */
#include <stdlib.h>
#include <unistd.h>

#include "../../vm/supervisor/args.h"
#include "../../vm/supervisor/bid.h"
#include "../../vm/supervisor/qemu.h"
#include "../../vm/supervisor/res.h"
#include "th.h"

/* Parse one word; the error or "". */
static const char *parse(struct args *a, const char *word)
{
	static char error[256];
	char *argv[] = { "vmtest", (char *)word, NULL };
	char *why = NULL;

	error[0] = '\0';
	if (args_parse(a, 2, argv, &why))
		snprintf(error, sizeof(error), "%s", why);
	free(why);
	return error;
}

static bool takes(void)
{
	char *argv[] = { "vmtest", "PROFILE=p", "FS=f", "TESTS=a b*", "SEED=7",
			 "CFG=kasan", "FSX=l", "SHARD=2/3", "TIER=full", "V=1",
			 "--bisect", "STATES=400", "PART=1/2", "LISTS=all",
			 NULL };
	struct args a;
	char *why;

	TH_CHECK(!args_parse(&a, 14, argv, &why));
	TH_STR(a.states, "400");
	TH_STR(a.part, "1/2");
	TH_STR(a.lists, "all");
	TH_STR(a.profile, "p");
	TH_STR(a.fs, "f");
	TH_STR(a.tests, "a b*");
	TH_STR(a.cfg, "kasan");
	TH_STR(a.input, "l");
	TH_CHECK(a.seed == 7 && a.shard == 2 && a.shards == 3);
	TH_CHECK(a.full && a.verbose && a.bisect && !a.list);
	return true;
}

/* What a person wants, and what does not go together. */
static bool persons(void)
{
	struct args a;
	char *why = NULL;
	char *both[] = { "vmtest", "--shell", "TESTS=smoke", NULL };
	char *held[] = { "vmtest", "RUN=./a.out", "HOLD=1", NULL };
	char *two[] = { "vmtest", "RUN=./a.out", "--gdb", NULL };

	TH_STR(parse(&a, "--shell"), "");
	TH_CHECK(a.mode == ARGS_SHELL && !a.gdb && a.repeat == 1);
	TH_STR(parse(&a, "--gdb"), "");
	TH_CHECK(a.mode == ARGS_SHELL && a.gdb);
	TH_STR(parse(&a, "RUN=./a.out 1 2"), "");
	TH_CHECK(a.mode == ARGS_RUN);
	TH_STR(a.run, "./a.out 1 2");
	TH_STR(parse(&a, "TRACE=block:* xfs:xfs_file_*"), "");
	TH_STR(parse(&a, "REPEAT=1000"), "");
	TH_CHECK(a.repeat == 1000 && a.mode == ARGS_TEST);
	TH_CHECK(args_parse(&a, 3, both, &why) && strstr(why, "no TESTS"));
	TH_CHECK(args_parse(&a, 3, held, &why));
	TH_CHECK(args_parse(&a, 3, two, &why));
	free(why);
	return true;
}

static bool defaults(void)
{
	struct args a;

	TH_STR(parse(&a, "PROFILE="), "");
	TH_CHECK(!a.profile && !a.fs && !a.tests && !a.input && a.seed == 1);
	TH_CHECK(a.shard == 1 && a.shards == 1 && !a.full && !a.verbose);
	TH_STR(a.cfg, "plain");
	return true;
}

static bool refuses(void)
{
	static const char *const rows[] = {
		"SHARD=0/2", "SHARD=3/2", "SHARD=2", "SHARD=/2", "SHARD=1/",
		"SHARD=1/2/3", "SEED=x", "SEED=-1", "SEED=4294967296", "V=2",
		"TIER=slow", "PROFILE=../x", "FS=a b", "CFG=.", "PROFIL=x",
		"HOLD=2", "--hold", "smoke", "-V=1", "REPEAT=0", "REPEAT=1001",
		"TRACE=a\nb", "RUN= ", "RUN=a\nb", "LISTS=0", "LISTS=some",
	};
	struct args a;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!*parse(&a, rows[i])) {
			printf("# accepted: %s\n", rows[i]);
			return false;
		}
	return true;
}

const struct th_test th_args[] = {
	{ "takes", takes },
	{ "persons", persons },
	{ "defaults", defaults },
	{ "refuses", refuses },
	{ }
};

static bool own_build_id(void)
{
	char *id = bid_read("/proc/self/exe");

	TH_CHECK(id && strlen(id) == 40);
	TH_CHECK(strspn(id, "0123456789abcdef") == 40);
	free(id);
	return true;
}

static bool no_build_id(void)
{
	TH_CHECK(!bid_read("/proc/self/cmdline"));
	TH_CHECK(!bid_read("/nonexistent"));
	TH_CHECK(!bid_read(__FILE__));
	return true;
}

const struct th_test th_bid[] = {
	{ "own_build_id", own_build_id },
	{ "no_build_id", no_build_id },
	{ }
};

static bool quotes(void)
{
	char *argv[] = { "qemu", "-append", "a=1 b", "it's", "", NULL };
	char *text = qemu_quote(argv);

	TH_STR(text, "qemu -append 'a=1 b' 'it'\\''s' ''\n");
	free(text);
	return true;
}

static bool disk_is_whole_and_nameless(void)
{
	char *why = NULL;
	char link[64], path[256] = "";
	int fd = qemu_disk("/tmp", 1 << 20, &why);

	TH_CHECK(fd >= 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	TH_CHECK(readlink(link, path, sizeof(path) - 1) > 0);
	TH_CHECK(strstr(path, "(deleted)"));
	TH_CHECK(lseek(fd, 0, SEEK_END) == 1 << 20);
	close(fd);
	return true;
}

const struct th_test th_qemu[] = {
	{ "quotes", quotes },
	{ "disk_is_whole_and_nameless", disk_is_whole_and_nameless },
	{ }
};

static bool worst_stays(void)
{
	struct res r = { .name = "x" };

	res_set(&r, OUT_PASS, "%s", "");
	TH_CHECK(r.outcome == OUT_PASS && !r.reason);
	res_set(&r, OUT_FAIL, "one");
	res_set(&r, OUT_BROKEN, "two");
	res_set(&r, OUT_FAIL, "three");
	TH_CHECK(r.outcome == OUT_FAIL);
	TH_STR(r.reason, "one");
	res_reset(&r);
	return true;
}

static bool last_line(void)
{
	struct res r = { .name = "x" };

	TH_CHECK(!res_last_line(&r));
	res_log(&r.log, "# first");
	res_log(&r.log, "    # expected 1, saw 2");
	TH_STR(res_last_line(&r), "expected 1, saw 2");
	res_reset(&r);
	return true;
}

const struct th_test th_res[] = {
	{ "worst_stays", worst_stays },
	{ "last_line", last_line },
	{ }
};
