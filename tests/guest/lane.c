// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a lane's kernel knows when all cases ran: memory that leaked, lines
 * that were executed. They stand last in tests/cases, so that they run last.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "t.h"

#define LANE_KMEMLEAK	"/sys/kernel/debug/kmemleak"
#define LANE_AGE	6	/* seconds: kmemleak tells nothing younger than 5 */
#define LANE_GCOV	"/sys/kernel/debug/gcov"
#define LANE_LINE	57	/* bytes that make a line of base64 */

static time_t lane_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void lane_scan(int fd)
{
	T_MUST(write(fd, "scan", 4) == 4);
}

/*
 * A block is told when it is old enough and did not change between two scans.
 * The kernel then says so on the console too, which is what fails this case.
 */
static void lane_kmemleak(struct t *t)
{
	time_t end = lane_now() + LANE_AGE;
	char text[4096];
	int fd = open(LANE_KMEMLEAK, O_RDWR);
	ssize_t n;

	T_MUST(fd >= 0);
	do
		lane_scan(fd);
	while (lane_now() < end);
	lane_scan(fd);
	n = read(fd, text, sizeof(text) - 1);
	T_MUST(n >= 0);
	text[n] = '\0';
	fputs(text, stdout);
	T_OK(t, n == 0, "kmemleak names memory that nothing points to");
	close(fd);
}

static void lane_base64(const unsigned char *in, size_t n, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t i;

	for (i = 0; i < n; i += 3) {
		unsigned int v = in[i] << 16;

		v |= i + 1 < n ? in[i + 1] << 8 : 0;
		v |= i + 2 < n ? in[i + 2] : 0;
		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = i + 1 < n ? digits[v >> 6 & 63] : '=';
		*out++ = i + 2 < n ? digits[v & 63] : '=';
	}
	*out = '\0';
}

static int lane_files;

/* "# gcda PATH", its bytes, "# gcda end": ci/coverage puts it together. */
static int lane_gcda(const char *path, const struct stat *st, int type,
		     struct FTW *ftw)
{
	unsigned char bytes[LANE_LINE];
	size_t len = strlen(path);
	char line[LANE_LINE * 2];
	FILE *f;
	size_t n;

	(void)st;
	(void)ftw;
	if (type != FTW_F || len < 5 || strcmp(path + len - 5, ".gcda"))
		return 0;
	f = fopen(path, "re");
	T_MUST(f);
	printf("# gcda %s\n", path + strlen(LANE_GCOV));
	while ((n = fread(bytes, 1, sizeof(bytes), f))) {
		lane_base64(bytes, n, line);
		printf("# %s\n", line);
	}
	T_MUST(!ferror(f));
	printf("# gcda end\n");
	fclose(f);
	lane_files++;
	return 0;
}

static void lane_gcov(struct t *t)
{
	T_MUST(!nftw(LANE_GCOV, lane_gcda, 16, FTW_PHYS));
	T_OK(t, lane_files > 0, "no file is counted in");
}

static const struct t_case cases[] = {
	{ "gcov", lane_gcov },
	{ "kmemleak", lane_kmemleak },
};

T_GROUP(lane, cases)
