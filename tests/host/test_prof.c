// SPDX-License-Identifier: GPL-2.0-only
/* Profiles, file systems, versions, sizes. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../vm/supervisor/prof.h"
#include "th.h"

static char dir[] = "/tmp/wt-test-XXXXXX";

/* Load @text as a profile (@fs: as a file system); the error or "". */
static const char *load(const char *text, bool fs, struct prof *p,
			struct fs *f)
{
	static char error[256];
	char *why = NULL;
	char *path;
	int ret;

	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	if (!mkdtemp(dir))
		return "no directory";
	path = ut_fmt("%s/x", dir);
	ut_write(path, text);
	ret = fs ? fs_load(f, dir, "x", &why) : prof_load(p, dir, "x", &why);
	snprintf(error, sizeof(error), "%s", !ret ? "" : why ?
		 strrchr(why, '/') + 1 : "gone");
	ut_rmtree(dir);
	free(path);
	free(why);
	return error;
}

static bool profile(void)
{
	struct prof p;

	TH_STR(load("# c\nbackend = nvme\nsize=1G\nnvme-ns = a=1,b=2\n"
		    "qemu = 10.2 nvme-ns atomic.*\nexpect.queue/fua = 1\n",
		    false, &p, NULL), "");
	TH_CHECK(p.size == 1 << 30 && p.limits == 1 && !p.quick);
	TH_STR(kv_get(&p.kv, "nvme-ns"), "a=1,b=2");
	TH_STR(p.qemu_min, "10.2");
	TH_STR(p.qemu_why, "nvme-ns atomic.*");
	TH_STR(kv_get(&p.kv, "expect.queue/fua"), "1");
	return true;
}

static bool profile_refuses(void)
{
	struct prof p;

	TH_STR(load("backend = nvme\nsize = 1G\nsizes = 2\n", false, &p,
		    NULL), "x:3: unknown key `sizes`");
	TH_STR(load("backend = nvme\nsize = 1G\nsize = 2G\n", false, &p,
		    NULL), "x:3: `size` stands twice");
	TH_STR(load("backend = nvme\nhello\n", false, &p, NULL),
	       "x:2: not `key = value`: hello");
	TH_STR(load("backend = floppy\nsize = 1G\n", false, &p, NULL),
	       "x: `backend` is missing or not valid");
	TH_STR(load("backend = virtio-blk\nsize = 1G\nnvme = a=1\n", false,
		    &p, NULL), "x:3: unknown key `nvme`");
	TH_STR(load("backend = nvme\nsize = 1G\nenv. = 1\n", false, &p,
		    NULL), "x:3: unknown key `env.`");
	TH_STR(load("backend = nvme\nsize = 1G\nlimits = 0\n", false, &p,
		    NULL), "x: `limits` is missing or not valid");
	TH_STR(load("backend = nvme\nsize = 1X\n", false, &p, NULL),
	       "x: `size` is missing or not valid");
	TH_STR(load("backend = nvme\nsize = 1000\n", false, &p, NULL),
	       "x: `size` is missing or not valid");
	TH_STR(load("backend = nvme\nsize = 1G\nqemu = new\n", false, &p,
		    NULL), "x: `qemu` is missing or not valid");
	TH_CHECK(prof_load(&p, "/nonexistent", "x", NULL) == -ENOENT);
	return true;
}

static bool filesystem(void)
{
	struct fs f;

	TH_STR(load("type = xfs\nmkfs = mkfs.xfs -q\noptions =\n"
		    "blocksize = 4096\nnot-with = atomic-64k CFG=w* pi*\n",
		    true, NULL, &f), "");
	TH_STR(f.options, "");
	TH_CHECK(fs_fits(&f, "default", "plain"));
	TH_CHECK(!fs_fits(&f, "atomic-64k", "plain"));
	TH_CHECK(!fs_fits(&f, "pi-1", "plain"));
	TH_CHECK(!fs_fits(&f, "default", "wide"));
	TH_CHECK(fs_fits(&f, "wide", "plain"));
	TH_CHECK(!f.meta && !f.append && !f.quick);
	TH_STR(load("type = xfs\nmkfs = x\nblocksize = 4096\nquick = a b\n"
		    "meta = /dev/x\nappend = y=1 z\n", true, NULL, &f), "");
	TH_STR(f.meta, "/dev/x");
	TH_STR(f.append, "y=1 z");
	TH_STR(f.quick, "a b");
	TH_STR(load("type = xfs\nmkfs = x\nblocksize = 4k\n", true, NULL, &f),
	       "x: `blocksize` is missing or not valid");
	TH_STR(load("type = xfs\nblocksize = 4096\n", true, NULL, &f),
	       "x: `mkfs` is missing or not valid");
	TH_STR(load("type = blkdev\nblocksize = 4096\n", true, NULL, &f), "");
	TH_STR(load("type = blkdev\nmkfs = x\nblocksize = 4096\n", true, NULL,
		    &f), "x: `mkfs` is missing or not valid");
	return true;
}

static bool versions(void)
{
	TH_CHECK(prof_vercmp("10.2", "10.2") == 0);
	TH_CHECK(prof_vercmp("10.2.0", "10.2") == 0);
	TH_CHECK(prof_vercmp("10.1.9", "10.2") < 0);
	TH_CHECK(prof_vercmp("9.2", "10.2") < 0);
	TH_CHECK(prof_vercmp("7.2.22", "10.2") < 0);
	TH_CHECK(prof_vercmp("10.10", "10.2") > 0);
	TH_CHECK(prof_vercmp("11.1.3", "10.2") > 0);
	TH_CHECK(prof_vercmp("10.2.1 (Debian)", "10.2") > 0);
	TH_CHECK(prof_vercmp("10.2", "10.2.1") < 0);
	return true;
}

static bool sizes(void)
{
	uint64_t n;

	TH_CHECK(ut_size("512", &n) && n == 512);
	TH_CHECK(ut_size("4K", &n) && n == 4096);
	TH_CHECK(ut_size("1G", &n) && n == 1 << 30);
	TH_CHECK(!ut_size("", &n) && !ut_size("G", &n) && !ut_size("-1", &n));
	TH_CHECK(!ut_size("1k", &n) && !ut_size("1 G", &n));
	TH_CHECK(!ut_size("99999999999999G", &n));
	TH_CHECK(!ut_num("18446744073709551616", 0, UINT64_MAX, &n));
	return true;
}

const struct th_test th_prof[] = {
	{ "profile", profile },
	{ "profile_refuses", profile_refuses },
	{ "filesystem", filesystem },
	{ "versions", versions },
	{ "sizes", sizes },
	{ }
};
