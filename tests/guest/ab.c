// SPDX-License-Identifier: GPL-2.0-only
/*
 * For `make vm-ab`: what operations do, told in full; see ab.h.
 *
 * Cases: paths goes each way to write once, over all that a file can have
 * there; fsx draws operations by lot; flag does what a kernel without the series
 * refuses.  They judge nothing: they fail only where they cannot be run.
 */
#include <fcntl.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ab.h"

#define AB_FSX_NR	1000

/* Extents as text: enough for people; the hash is for the rest of a long one. */
static void ab_extents(struct ab *ab, char *text, size_t size)
{
	static const struct {
		uint32_t flag;
		char letter;
	} letters[] = {
		{ FIEMAP_EXTENT_DELALLOC, 'd' }, { FIEMAP_EXTENT_UNWRITTEN, 'u' },
		{ FIEMAP_EXTENT_SHARED, 's' },
	};
	struct fiemap *map = t_map(ab->f.fd);
	char *all = t_alloc(64 * (map->fm_mapped_extents + 1));
	unsigned int i, j;
	int n = 0;

	*all = '\0';
	for (i = 0; i < map->fm_mapped_extents && !ab->f.t->blkdev; i++) {
		const struct fiemap_extent *e = &map->fm_extents[i];

		n += sprintf(all + n, "%s%llx+%llx", i ? "," : "",
			     (unsigned long long)e->fe_logical,
			     (unsigned long long)e->fe_length);
		for (j = 0; j < sizeof(letters) / sizeof(letters[0]); j++)
			if (e->fe_flags & letters[j].flag)
				n += sprintf(all + n, "%c", letters[j].letter);
	}
	if (n < (int)size)
		strcpy(text, n ? all : "-");
	else
		snprintf(text, size, "%u:%016llx", map->fm_mapped_extents,
			 (unsigned long long)ab_hash(all, n));
	free(all);
	free(map);
}

/* The disk is read below the file system, and so nothing is disturbed. */
static uint64_t ab_disk(struct ab *ab, long long len)
{
	t_disk_read(ab->f.t, ab->f.fd, 0, len, ab->f.seen);
	return ab_hash(ab->f.seen, len);
}

/*
 * What was freed is free again only when the log says so, and where the next
 * blocks come from would depend on that: another file's fsync has it written,
 * and leaves this one as it is.
 */
static void ab_settle(struct ab *ab)
{
	if (ab->other < 0)
		return;
	t_touch(ab->other);
	T_MUST(!fsync(ab->other));
	t_trace_take(ab->f.t, &ab->tr, ab->f.fd);
}

/* Two threads write the file back, or it is tried until it works. */
static bool ab_counts(const char *what)
{
	return strncmp(what, "dontcache", 9) && strncmp(what, "reopen", 6);
}

static void ab_tell(struct ab *ab, const char *what, long long result)
{
	struct fsx *f = &ab->f;
	struct wt_cachestat cs = t_cachestat(f->fd, 0, FSX_MAX);
	struct t_trace *tr = &ab->tr;
	char extents[300];
	struct stat st;

	T_MUST(!fstat(f->fd, &st));
	t_trace_take(f->t, tr, f->fd);
	ab_extents(ab, extents, sizeof(extents));
	f->m.eof = f->t->blkdev ? FSX_MAX : st.st_size;
	T_MUST(f->m.eof <= FSX_MAX);
	printf("# ab %d %s | result=%lld size=%lld sectors=%lld extents=%s "
	       "dirty=%llu writeback=%llu data=%016llx "
	       "disk=%016llx",
	       f->nr, what, result, (long long)st.st_size,
	       f->t->blkdev ? 0LL : (long long)st.st_blocks, extents,
	       (unsigned long long)cs.nr_dirty,
	       (unsigned long long)cs.nr_writeback,
	       (unsigned long long)ab->data,
	       (unsigned long long)ab_disk(ab, f->m.eof));
	/* By lot, large folios are split, or not: a CPU may hold a reference. */
	if (!ab->by_lot)
		printf(" cached=%llu", (unsigned long long)cs.nr_cache);
	/* Not commands: bios are merged, or not, as the task sleeps between. */
	if (ab_counts(what))
		printf(" bios=%d bytes=%lld fua=%d", tr->bios, tr->bytes,
		       tr->fua);
	/* What is not synced may meet a flush of the log's. */
	if (strstr(what, "sync"))
		printf(" flushes=%d", tr->flushes);
	printf("\n");
	ab_settle(ab);
}

static struct ab *ab_open(struct t *t, int nr, const char *name)
{
	struct ab *ab = calloc(1, sizeof(*ab));
	struct fsx *f = &ab->f;

	T_MUST(ab && t->bs >= FSX_MIN_BLOCK && FSX_MAX % t->bs == 0);
	f->t = t;
	f->rng = ab->rng = t->seed;
	f->m.bs = t->bs;
	f->m.eof = t->blkdev ? FSX_MAX : 0;
	f->buf = t_alloc(FSX_MAX + T_KIB * 64);
	f->seen = t_alloc(FSX_MAX);
	f->ops = calloc(nr + 1, sizeof(*f->ops));
	T_MUST(f->ops);
	memset(f->buf, 0, FSX_MAX);
	f->name = name;
	f->fd = t_open(t, name, O_RDWR | O_CREAT | O_TRUNC);
	ab->direct = t_open(t, name, O_RDWR | O_DIRECT);
	ab->other = t->blkdev ? -1 : t_open(t, "other", O_RDWR | O_CREAT);
	fsx_alone();
	/* All of the bare device that is looked at is ours. */
	if (t->blkdev)
		T_MUST(pwrite(f->fd, f->buf, FSX_MAX, 0) == FSX_MAX);
	T_MUST(!fsync(f->fd));
	ab_forget(f);
	t_trace_start(t, &ab->tr);
	return ab;
}

static void ab_close(struct ab *ab)
{
	struct fsx *f = &ab->f;
	int i;

	t_trace_stop(f->t, &ab->tr, f->fd);
	for (i = 0; i < 2; i++)
		if (f->engines[i])
			t_async_close(f->engines[i]);
	if (ab->other >= 0)
		close(ab->other);
	close(ab->direct);
	fsx_close(f);
	free(f->buf);
	free(f->seen);
	free(f->ops);
	free(ab);
}

/* O_DIRECT's file would keep the inode in memory. */
static long long ab_exec(struct ab *ab, const struct fsx_op *op)
{
	bool evict = !strcmp(op->kind->name, "reopen");
	long long ret;

	if (evict)
		close(ab->direct);
	ret = op->kind->exec(&ab->f, op);
	if (evict)
		ab->direct = t_open(ab->f.t, ab->f.t->name, O_RDWR | O_DIRECT);
	return ret;
}

static void ab_step(struct ab *ab, const struct fsx_op *op)
{
	long long ret;
	char what[80];
	int n;

	n = snprintf(what, sizeof(what), "%s", op->kind->name);
	if (op->kind->args > 0)
		n += snprintf(what + n, sizeof(what) - n, " 0x%llx", op->pos);
	if (op->kind->args > 1)
		snprintf(what + n, sizeof(what) - n, " 0x%llx", op->len);
	ab->data = 0;
	ret = ab_exec(ab, op);
	ab_tell(ab, what, ret);
}

/* xorshift64*; what fsx draws positions with is its own business. */
static uint64_t ab_random(struct ab *ab)
{
	ab->rng ^= ab->rng >> 12;
	ab->rng ^= ab->rng << 25;
	ab->rng ^= ab->rng >> 27;
	return ab->rng * 0x2545f4914f6cdd1dULL >> 33;
}

static const struct fsx_kind *ab_kind(const char *name)
{
	int k;

	for (k = 0; k < ab_nr_kinds; k++)
		if (!strcmp(ab_kinds[k].name, name))
			return &ab_kinds[k];
	T_MUST(!"such an operation");
	return NULL;
}

/*
 * A store to a mapping of a block device is lost by kernels without the series,
 * where the folio has block state: that is mended by a patch of its own (`block:
 * let iomap know of stores through mappings of a block device`), and is the one
 * difference that is meant.
 */
static int ab_cards(struct ab *ab, int k)
{
	bool store = ab_kinds[k].exec == ab_kind("mwrite")->exec;

	return ab->f.t->blkdev && store ? 0 : ab_kinds[k].cards;
}

static const struct fsx_kind *ab_draw(struct ab *ab)
{
	int k, cards = 0, card;

	for (k = 0; k < ab_nr_kinds; k++)
		cards += ab_cards(ab, k);
	card = ab_random(ab) % cards;
	for (k = 0; card >= ab_cards(ab, k); k++)
		card -= ab_cards(ab, k);
	return &ab_kinds[k];
}

static void ab_fsx(struct t *t)
{
	struct ab *ab = ab_open(t, AB_FSX_NR, t->name);
	struct fsx *f = &ab->f;

	ab->by_lot = true;
	ab->rng = ab->rng * 0x9e3779b97f4a7c15ULL + 1;
	for (f->nr = 1; f->nr <= AB_FSX_NR; f->nr++) {
		struct fsx_op *op = &f->ops[f->nr];

		*op = (struct fsx_op) { .kind = ab_draw(ab) };
		if (op->kind->gen)
			op->kind->gen(f, op);
		ab_step(ab, op);
	}
	ab_close(ab);
}

/*
 * Positions and lengths here are in sixteenths of the smallest folio, so that
 * they mean the same with all sizes of blocks.
 */
struct ab_row {
	const char *kind;
	long long pos, len;
};

static void ab_row(struct ab *ab, const struct ab_row *row)
{
	long long unit = ab->f.t->ps / 16;
	struct fsx_op op = {
		.kind = ab_kind(row->kind), .pos = row->pos * unit,
		.len = row->len * unit,
	};

	ab->f.nr++;
	ab_step(ab, &op);
}

static void ab_rows(struct ab *ab, const struct ab_row *rows, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++)
		ab_row(ab, &rows[i]);
}

#define AB_ROWS(ab, rows) ab_rows(ab, rows, sizeof(rows) / sizeof((rows)[0]))

/* From here: what a file has, in folios from 0 on. */
static const struct ab_row ab_ground[] = {
	{ "truncate", 0, 0 }, { "write", 0, 256 }, { "fsync", 0, 0 },
	{ "punch", 64, 32 }, { "alloc", 128, 32 }, { "punch", 128, 32 },
	{ "alloc", 128, 32 }, { "fsync", 0, 0 }, { "drop", 0, 0 },
};

/* Over written blocks, cached or not, a hole, unwritten ones, EOF, beyond */
static void ab_way(struct ab *ab, const char *kind)
{
	const struct ab_row rows[] = {
		{ kind, 0, 16 }, { kind, 0, 16 }, { kind, 17, 14 },
		{ kind, 64, 16 }, { kind, 89, 2 }, { kind, 128, 16 },
		{ kind, 153, 2 }, { kind, 248, 16 }, { kind, 264, 8 },
		{ kind, 320, 16 }, { kind, 350, 1 },
		{ "verify", 0, 0 }, { "fsync", 0, 0 }, { "clone", 0, 0 },
		{ kind, 0, 16 }, { kind, 19, 3 }, { "fdatasync", 0, 0 },
		{ "mwrite", 32, 16 }, { kind, 32, 16 }, { kind, 40, 16 },
		{ "mread", 32, 32 }, { "reopen", 0, 0 }, { "verify", 0, 0 },
	};

	AB_ROWS(ab, ab_ground);
	AB_ROWS(ab, rows);
}

static void ab_paths(struct t *t)
{
	static const char *const ways[] = {
		"write", "dsync", "sync", "append", "nowait", "dontcache",
		"hipri", "atomic", "unknown", "fault", "aio", "aio-dsync",
		"uring", "uring-dsync", "direct", "direct-dsync", "direct-odd",
		"mwrite", "zero", "punch",
	};
	struct ab *ab = ab_open(t, 1, t->name);
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		ab_way(ab, ways[i]);
	ab_close(ab);
}

/* The flag, each time on the same ground */
static void ab_flag(struct t *t)
{
	static const char *const ways[] = {
		"wt", "wt-aio", "wt-append", "wt-atomic", "wt-direct",
		"wt-dontcache", "wt-dsync", "wt-nowait", "wt-uring",
	};
	static const long long at[] = { 0, 17, 64, 128, 248, 320 };
	struct ab *ab = ab_open(t, 1, t->name);
	size_t i, j;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		for (j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			struct ab_row row = { ways[i], at[j], 16 };

			AB_ROWS(ab, ab_ground);
			ab_row(ab, &row);
		}
	ab_close(ab);
}

static const struct t_case cases[] = {
	{ "flag",	ab_flag },
	{ "fsx",	ab_fsx },
	{ "paths",	ab_paths },
};

T_GROUP(ab, cases)
