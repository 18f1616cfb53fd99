// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bios and commands, counted: see t.h.
 *
 * Lines as include/trace/events/block.h prints them:
 *	block_bio_queue: 259,0 WS 2048 + 8 [comm]
 *	block_rq_issue: 259,0 WS 4096 () 2048 + 8 be,0,4 [comm]
 * The letters are blk_fill_rwbs()'s: a leading F is a flush, one behind the W
 * is FUA.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "t.h"

#define T_TRACE_EXTENTS	64
#define T_TRACEFS	"/sys/kernel/tracing/instances"

static const char *const t_trace_events[] = {
	"events/block/block_bio_queue/enable",
	"events/block/block_rq_issue/enable",
};

static bool t_trace_set(const struct t_trace *tr, const char *what,
			const char *value)
{
	char path[160];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tr->dir, what);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = write(fd, value, strlen(value));
	close(fd);
	return n >= 0;
}

void t_trace_start(struct t *t, struct t_trace *tr)
{
	size_t i;

	(void)t;
	memset(tr, 0, sizeof(*tr));
	snprintf(tr->dir, sizeof(tr->dir), "%s/wt.%d", T_TRACEFS, getpid());
	T_MUST(!mkdir(tr->dir, 0755));
	T_MUST(t_trace_set(tr, "buffer_size_kb", "256"));
	for (i = 0; i < 2; i++)
		T_MUST(t_trace_set(tr, t_trace_events[i], "1"));
}

/* The file's sectors, as one FIEMAP of all its extents. */
static struct fiemap *t_trace_extents(int fd)
{
	struct fiemap *map = calloc(1, sizeof(*map) + T_TRACE_EXTENTS *
				    sizeof(map->fm_extents[0]));

	T_MUST(map);
	map->fm_length = FIEMAP_MAX_OFFSET;
	map->fm_extent_count = T_TRACE_EXTENTS;
	T_MUST(!ioctl(fd, FS_IOC_FIEMAP, map));
	T_MUST(map->fm_mapped_extents < T_TRACE_EXTENTS);
	return map;
}

static bool t_trace_ours(const struct fiemap *map, unsigned long long sector)
{
	unsigned long long at = sector * 512;
	unsigned int i;

	for (i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &map->fm_extents[i];

		if (at >= e->fe_physical && at < e->fe_physical + e->fe_length)
			return true;
	}
	return false;
}

static void t_trace_command(struct t_trace *tr, const struct fiemap *map,
			    const char *text, unsigned int major,
			    unsigned int minor)
{
	unsigned int ma, mi, bytes;
	unsigned long long sector, nr;
	char rwbs[16];

	if (sscanf(text, "%u,%u %15s %u (%*[^)]) %llu + %llu", &ma, &mi, rwbs,
		   &bytes, &sector, &nr) != 6 &&
	    sscanf(text, "%u,%u %15s %u () %llu + %llu", &ma, &mi, rwbs,
		   &bytes, &sector, &nr) != 6)
		return;
	if (ma != major || mi != minor)
		return;
	if (rwbs[0] == 'F')
		tr->flushes++;
	if (rwbs[rwbs[0] == 'F'] != 'W' || !t_trace_ours(map, sector))
		return;
	tr->commands++;
	tr->bytes += bytes;
	tr->fua += strchr(rwbs + 1 + (rwbs[0] == 'F'), 'F') != NULL;
}

static void t_trace_bio(struct t_trace *tr, const struct fiemap *map,
			const char *text, unsigned int major,
			unsigned int minor)
{
	unsigned int ma, mi;
	unsigned long long sector, nr;
	char rwbs[16];

	if (sscanf(text, "%u,%u %15s %llu + %llu", &ma, &mi, rwbs, &sector,
		   &nr) != 5 || ma != major || mi != minor)
		return;
	tr->bios += rwbs[rwbs[0] == 'F'] == 'W' && nr &&
		    t_trace_ours(map, sector);
}

void t_trace_stop(struct t *t, struct t_trace *tr, int fd)
{
	static const char bio[] = "block_bio_queue: ";
	static const char rq[] = "block_rq_issue: ";
	struct fiemap *map = t_trace_extents(fd);
	char path[160], line[512], *at;
	struct stat st;
	FILE *f;
	int i;

	for (i = 0; i < 2; i++)
		T_MUST(t_trace_set(tr, t_trace_events[i], "0"));
	T_MUST(!stat(t->dev, &st));
	snprintf(path, sizeof(path), "%s/trace", tr->dir);
	f = fopen(path, "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f)) {
		at = strstr(line, bio);
		if (at)
			t_trace_bio(tr, map, at + sizeof(bio) - 1,
				    major(st.st_rdev), minor(st.st_rdev));
		at = strstr(line, rq);
		if (at)
			t_trace_command(tr, map, at + sizeof(rq) - 1,
					major(st.st_rdev), minor(st.st_rdev));
	}
	fclose(f);
	free(map);
	rmdir(tr->dir);
}
