// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bios and commands, counted: see t.h.
 *
 * Lines as include/trace/events/block.h prints them:
 *	block_bio_queue: 259,0 WS 2048 + 8 [comm]
 *	block_rq_issue: 259,0 WS 4096 () 2048 + 8 be,0,4 [comm]
 *	block_rq_complete: 259,0 WS () 2048 + 8 be,0,4 [0]
 * The letters are blk_fill_rwbs()'s: a leading F is a flush, one behind the W
 * is FUA, a U is REQ_ATOMIC.  And as drivers/nvme/host/trace.h does:
 *	nvme_setup_cmd: nvme0: disk=nvme0n1, [...] meta=0x1, cmd=(nvme_cmd_write
 *	slba=2048, len=7, ctrl=0x1400, dsmgmt=0, reftag=2048)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "t.h"

#define T_TRACEFS	"/sys/kernel/tracing/instances"

#define T_TRACE_GUARD	0x1000	/* NVMe: the device checks the checksum */

struct t_trace_at {
	const struct fiemap *map;	/* what is ours */
	unsigned int major, minor;	/* of the device */
	unsigned int lba;		/* bytes */
};

static void t_trace_bio(struct t_trace *tr, const struct t_trace_at *at,
			const char *text);
static void t_trace_command(struct t_trace *tr, const struct t_trace_at *at,
			    const char *text);
static void t_trace_complete(struct t_trace *tr, const struct t_trace_at *at,
			     const char *text);
static void t_trace_nvme(struct t_trace *tr, const struct t_trace_at *at,
			 const char *text);

static const struct {
	const char *enable;
	const char *mark;
	void (*fn)(struct t_trace *tr, const struct t_trace_at *at,
		   const char *text);
} t_trace_events[] = {
	{ "events/block/block_bio_queue/enable", "block_bio_queue: ",
	  t_trace_bio },
	{ "events/block/block_rq_issue/enable", "block_rq_issue: ",
	  t_trace_command },
	{ "events/block/block_rq_complete/enable", "block_rq_complete: ",
	  t_trace_complete },
	{ "events/nvme/nvme_setup_cmd/enable", "nvme_setup_cmd: ",
	  t_trace_nvme },
};

#define T_TRACE_EVENTS	(sizeof(t_trace_events) / sizeof(t_trace_events[0]))

/* O_TRUNC is what empties the buffer, of the file `trace`. */
static bool t_trace_set(const struct t_trace *tr, const char *what,
			const char *value)
{
	char path[160];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", tr->dir, what);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = write(fd, value, strlen(value));
	close(fd);
	return n >= 0;
}

static void t_trace_enable(struct t_trace *tr, const char *value)
{
	size_t i;

	for (i = 0; i < T_TRACE_EVENTS; i++)
		T_MUST(t_trace_set(tr, t_trace_events[i].enable, value));
}

void t_trace_start(struct t *t, struct t_trace *tr)
{
	(void)t;
	memset(tr, 0, sizeof(*tr));
	snprintf(tr->dir, sizeof(tr->dir), "%s/wt.%d", T_TRACEFS, getpid());
	T_MUST(!mkdir(tr->dir, 0755));
	T_MUST(t_trace_set(tr, "buffer_size_kb", "256"));
	t_trace_enable(tr, "1");
}

static bool t_trace_ours(const struct t_trace_at *at, uint64_t pos)
{
	unsigned int i;

	for (i = 0; i < at->map->fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &at->map->fm_extents[i];

		if (pos >= e->fe_physical && pos - e->fe_physical < e->fe_length)
			return true;
	}
	return false;
}

static void t_trace_command(struct t_trace *tr, const struct t_trace_at *at,
			    const char *text)
{
	unsigned int ma, mi, bytes;
	unsigned long long sector, nr;
	const char *flags;
	char rwbs[16];

	if (sscanf(text, "%u,%u %15s %u (%*[^)]) %llu + %llu", &ma, &mi, rwbs,
		   &bytes, &sector, &nr) != 6 &&
	    sscanf(text, "%u,%u %15s %u () %llu + %llu", &ma, &mi, rwbs,
		   &bytes, &sector, &nr) != 6)
		return;
	if (ma != at->major || mi != at->minor)
		return;
	tr->flushes += rwbs[0] == 'F';
	flags = rwbs + (rwbs[0] == 'F');
	if (flags[0] != 'W' || !t_trace_ours(at, sector * 512))
		return;
	tr->commands++;
	tr->bytes += bytes;
	tr->fua += strchr(flags, 'F') != NULL;
	tr->atomic += strchr(flags, 'U') != NULL;
	if (++tr->in_flight > tr->deepest)
		tr->deepest = tr->in_flight;
}

static void t_trace_complete(struct t_trace *tr, const struct t_trace_at *at,
			     const char *text)
{
	unsigned int ma, mi;
	unsigned long long sector, nr;
	char rwbs[16];

	if (sscanf(text, "%u,%u %15s (%*[^)]) %llu + %llu", &ma, &mi, rwbs,
		   &sector, &nr) != 5 &&
	    sscanf(text, "%u,%u %15s () %llu + %llu", &ma, &mi, rwbs, &sector,
		   &nr) != 5)
		return;
	if (ma == at->major && mi == at->minor && tr->in_flight &&
	    rwbs[rwbs[0] == 'F'] == 'W' && t_trace_ours(at, sector * 512))
		tr->in_flight--;
}

static void t_trace_bio(struct t_trace *tr, const struct t_trace_at *at,
			const char *text)
{
	unsigned int ma, mi;
	unsigned long long sector, nr;
	char rwbs[16];

	if (sscanf(text, "%u,%u %15s %llu + %llu", &ma, &mi, rwbs, &sector,
		   &nr) != 5 || ma != at->major || mi != at->minor)
		return;
	tr->bios += rwbs[rwbs[0] == 'F'] == 'W' && nr &&
		    t_trace_ours(at, sector * 512);
}

static void t_trace_nvme(struct t_trace *tr, const struct t_trace_at *at,
			 const char *text)
{
	const char *meta = strstr(text, "meta=");
	unsigned long long slba;
	unsigned int has, ctrl;

	if (!meta || sscanf(meta, "meta=%x, cmd=(nvme_cmd_write slba=%llu, "
			    "len=%*u, ctrl=%x", &has, &slba, &ctrl) != 3)
		return;
	tr->guarded += has && ctrl & T_TRACE_GUARD &&
		       t_trace_ours(at, slba * at->lba);
}

static void t_trace_line(struct t_trace *tr, const struct t_trace_at *at,
			 const char *line)
{
	size_t i;

	for (i = 0; i < T_TRACE_EVENTS; i++) {
		const char *mark = t_trace_events[i].mark;
		const char *text = strstr(line, mark);

		if (text)
			t_trace_events[i].fn(tr, at, text + strlen(mark));
	}
}

/* Add up what the buffer has. */
static void t_trace_count(struct t *t, struct t_trace *tr, int fd)
{
	struct fiemap *map = t_map(fd);
	struct t_trace_at at = {
		.map = map, .lba = t_queue(t, "logical_block_size"),
	};
	char path[160], line[512];
	struct stat st;
	FILE *f;

	T_MUST(!stat(t->dev, &st));
	at.major = major(st.st_rdev);
	at.minor = minor(st.st_rdev);
	snprintf(path, sizeof(path), "%s/trace", tr->dir);
	f = fopen(path, "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		t_trace_line(tr, &at, line);
	fclose(f);
	free(map);
}

void t_trace_stop(struct t *t, struct t_trace *tr, int fd)
{
	t_trace_enable(tr, "0");
	t_trace_count(t, tr, fd);
	rmdir(tr->dir);
}

void t_trace_take(struct t *t, struct t_trace *tr, int fd)
{
	struct t_trace fresh = { 0 };

	memcpy(fresh.dir, tr->dir, sizeof(fresh.dir));
	*tr = fresh;
	t_trace_count(t, tr, fd);
	T_MUST(t_trace_set(tr, "trace", "\n"));
}
