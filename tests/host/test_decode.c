// SPDX-License-Identifier: GPL-2.0-only
/* Addresses of a splat: which words the kernel's script gets, and the result. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../vm/supervisor/decode.h"
#include "th.h"

static bool words(void)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{ "f+0x1/0x2", 9 },
		{ "iomap_write.isra.0+0x1f/0xa0 [xfs]", 28 },
		{ "f+0x1f/0xa0, CPU#0", 11 },
		{ "f+0x/0x2", 0 }, { "f+0x1/2", 0 }, { "f+1/0x2", 0 },
		{ "+0x1/0x2", 0 }, { "a[$(id)]+0x1/0x2", 0 },
		{ "x\";system(\"id\")+0x1/0x2", 0 }, { "", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (decode_word(rows[i].text) != rows[i].len) {
			printf("# %s\n", rows[i].text);
			return false;
		}
	return true;
}

/* A kernel's folder whose script is @script; the caller removes it. */
static char *folder(const char *script)
{
	char *dir = ut_strdup("/tmp/wt-test-XXXXXX");
	char *path;

	if (!mkdtemp(dir))
		return NULL;
	path = ut_fmt("%s/source/scripts", dir);
	ut_mkdirs(path);
	free(path);
	path = ut_fmt("%s/source/fs", dir);
	ut_mkdirs(path);
	free(path);
	path = ut_fmt("%s/source/fs/a.c", dir);
	ut_write(path, "");
	free(path);
	path = ut_fmt("%s/source/scripts/decode_stacktrace.sh", dir);
	ut_write(path, script);
	free(path);
	return dir;
}

/* What becomes of @text with that script. */
static bool becomes(const char *script, const char *text, const char *want)
{
	char *dir = folder(script);
	struct ut_buf b = { 0 };

	TH_CHECK(dir);
	ut_addf(&b, "%s", text);
	decode_text(dir, &b);
	ut_rmtree(dir);
	TH_STR(ut_str(&b), want);
	ut_free(&b);
	free(dir);
	return true;
}

static bool decodes(void)
{
	static const char script[] =
		"while read -r w; do case $w in\n"
		"*[!a-z0-9+/]*) echo 'x (/evil/fs/a.c:66)' ;;\n"
		"f+*) echo 'f (/else/where/fs/a.c:12 /else/where/fs/b.c:9)' ;;\n"
		"g+*) echo 'g (/else/where/fs/gone.c:1)' ;;\n"
		"*) echo \"$w\" ;;\nesac; done\n";

	return becomes(script,
		       "at f+0x1/0x2, CPU\n g+0x1/0x2\n h+0x1/0x2\n"
		       "$(id)+0x1/0x2 f+0x1/0x2\n",
		       "at f+0x1/0x2 (fs/a.c:12), CPU\n g+0x1/0x2\n"
		       " h+0x1/0x2\n$(id)+0x1/0x2 f+0x1/0x2 (fs/a.c:12)\n");
}

static bool stays(void)
{
	return becomes("exit 1\n", "f+0x1/0x2\n", "f+0x1/0x2\n") &&
	       becomes("echo; echo; echo\n", "f+0x1/0x2\n", "f+0x1/0x2\n") &&
	       becomes("echo 'g (/fs/a.c:1)'\n", "f+0x1/0x2\n",
		       "f+0x1/0x2\n") &&
	       becomes("echo never >&2\n", "no address\n", "no address\n");
}

const struct th_test th_decode[] = {
	{ "words", words },
	{ "decodes", decodes },
	{ "stays", stays },
	{ }
};
