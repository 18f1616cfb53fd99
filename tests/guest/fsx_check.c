// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file against the model: see fsx.h.
 */
#include <stdarg.h>
#include <string.h>

#include "fsx.h"

#define FSX_TAIL	20	/* operations shown, up to the one that failed */
#define FSX_SAMPLE	16	/* bytes by which data is recognised */

/* How often each ran, had nothing to do, or was refused as it may be. */
void fsx_histogram(struct fsx *f)
{
	int k;

	printf("# seed %llu: %d operations on blocks of %lld; %lld WT writes, %lld KiB, seen on disk\n",
	       (unsigned long long)f->t->seed, f->nr, f->m.bs, f->disk_checks,
	       f->disk_bytes / T_KIB);
	printf("# operation        ran  percent   idle  refused  seconds\n");
	for (k = 0; k < fsx_nr_kinds; k++)
		printf("# %-13s %6d %8.1f %6d %8d %8.1f\n", fsx_kinds[k].name,
		       f->ran[k], 100.0 * f->ran[k] / f->nr, f->idled[k],
		       f->refused[k], f->ns[k] / 1e9);
}

static void fsx_history(struct fsx *f)
{
	int i = f->nr > FSX_TAIL ? f->nr - FSX_TAIL + 1 : 1;

	fsx_histogram(f);
	if (!f->given)
		printf("# the list: make -s fsx-list FS=%s SEED=%llu OPS=%d >FILE; to run it, or cut it down: make vm-test FS=%s TESTS=fsx/replay (or fsx/minimise) FSX=FILE\n",
		       f->fs, (unsigned long long)f->t->seed, f->nr, f->fs);
	printf("# its last operations; EOF should be at 0x%llx now:\n",
	       f->m.eof);
	for (; i <= f->nr; i++)
		printf("#   %d: %s\n", i, fsx_text(&f->ops[i]));
}

bool fsx_ok(struct fsx *f, enum fsx_what what, const char *file, int line,
	    bool cond, const char *fmt, ...)
{
	struct fsx_failure *failure = &f->failure;
	char text[400];
	va_list ap;

	if (cond)
		return true;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!failure->sig.failed) {
		failure->sig.line = line;
		failure->sig.kind = f->ops[f->nr].kind;
		failure->nr = f->nr;
		strcpy(failure->text, text);
	}
	if (f->lie == FSX_HONEST) {
		if (!failure->sig.failed)
			fsx_history(f);
		t_ok(f->t, file, line, false, "operation %d (%s): %s", f->nr,
		     fsx_text(&f->ops[f->nr]), text);
	}
	failure->sig.failed |= what;
	return false;
}

/* How many bytes of @buf are the data of operation @nr? */
static long long fsx_matches(struct fsx *f, const uint8_t *buf, long long pos,
			     long long len, int nr)
{
	uint8_t data[FSX_SAMPLE];
	long long i;

	fsx_fill(f, data, pos, len, nr);
	for (i = 0; i < len && buf[i] == data[i]; i++)
		;
	return i;
}

/* What the bytes at @pos are, in words; and whose: 0 are zeros, or moved. */
static int fsx_describe(struct fsx *f, char *text, size_t size,
			const uint8_t *buf, long long pos, long long len)
{
	long long n, best = 0;
	int nr, found = 0;

	if (!*buf) {
		snprintf(text, size, "0");
		return 0;
	}
	if (len > FSX_SAMPLE)
		len = FSX_SAMPLE;
	for (nr = f->nr; nr; nr--) {
		n = fsx_matches(f, buf, pos, len, nr);
		if (n > best) {
			best = n;
			found = nr;
		}
	}
	if (found)
		snprintf(text, size, "0x%02x of operation %d (%s)", *buf,
			 found, fsx_text(&f->ops[found]));
	else
		snprintf(text, size, "0x%02x of no operation at this place",
			 *buf);
	return found;
}

/* What was wrong in the first place: how much of it has one owner? */
static void fsx_blame(struct fsx *f, long long pos, long long len, int owner)
{
	struct fsx_failure *failure = &f->failure;
	uint8_t *want = f->m.data + pos;
	long long i;
	uint8_t byte;

	if (failure->len)
		return;
	for (i = 0; i < len; i++) {
		byte = 0;
		if (owner)
			fsx_fill(f, &byte, pos + i, 1, owner);
		if (want[i] != byte)
			break;
	}
	failure->pos = pos;
	failure->len = i;
	failure->owner = owner;
}

/*
 * The first byte that is wrong, or -1, and how many are.  Bytes that are not in
 * @only, if there is one, do not count.
 */
static long long fsx_wrong(const uint8_t *want, const uint8_t *seen,
			   const bool *only, long long len, long long *count)
{
	long long i, first = -1;

	*count = 0;
	if (!memcmp(want, seen, len))
		return -1;
	for (i = 0; i < len; i++) {
		if (want[i] == seen[i] || (only && !only[i]))
			continue;
		if (first < 0)
			first = i;
		++*count;
	}
	return first;
}

static const char *fsx_extent(struct fsx *f, long long pos)
{
	static const char *const kinds[] = {
		[T_HOLE] = "a hole", [T_DELALLOC] = "a delayed extent",
		[T_UNWRITTEN] = "an unwritten extent",
		[T_WRITTEN] = "a written extent",
	};

	return kinds[t_extent(f->fd, pos)];
}

void fsx_check_disk(struct fsx *f, long long pos, long long len)
{
	long long start = fsx_down(pos, f->m.bs), at, count;
	char want[120], seen[120];
	int owner;

	len = fsx_up(pos + len, f->m.bs) - start;
	if (!len)
		return;
	t_disk_read(f->t, f->fd, start, len, f->seen);
	at = fsx_wrong(f->m.data + start, f->seen, f->m.known + start, len,
		       &count);
	if (at < 0)
		return;
	owner = fsx_describe(f, want, sizeof(want), f->m.data + start + at,
			     start + at, len - at);
	fsx_blame(f, start + at, len - at, owner);
	fsx_describe(f, seen, sizeof(seen), f->seen + at, start + at, len - at);
	FSX_OK(f, FSX_DISK, false,
	       "on disk at 0x%llx: expected %s, seen %s in %s; wrong in 0x%llx to 0x%llx: %lld bytes",
	       start + at, want, seen, fsx_extent(f, start + at), start,
	       start + len, count);
}

void fsx_check_data(struct fsx *f, const char *how, const uint8_t *buf,
		    long long pos, long long len)
{
	char want[120], seen[120];
	long long at, count;
	int owner;

	at = fsx_wrong(f->m.data + pos, buf, NULL, len, &count);
	if (at < 0)
		return;
	owner = fsx_describe(f, want, sizeof(want), f->m.data + pos + at,
			     pos + at, len - at);
	fsx_blame(f, pos + at, len - at, owner);
	fsx_describe(f, seen, sizeof(seen), buf + at, pos + at, len - at);
	FSX_OK(f, FSX_DATA, false,
	       "%s at 0x%llx: expected %s, seen %s; wrong in 0x%llx to 0x%llx: %lld bytes",
	       how, pos + at, want, seen, pos, pos + len, count);
}

void fsx_check_size(struct fsx *f)
{
	long long size = f->can & FSX_SIZED ? t_size(f->fd) : f->m.eof;

	FSX_OK(f, FSX_SIZE, size == f->m.eof,
	       "size: expected 0x%llx, seen 0x%llx", f->m.eof, size);
}

static bool fsx_busy(struct fsx *f, long long page)
{
	struct wt_cachestat cs = t_cachestat(f->fd, page * f->t->ps, f->t->ps);

	return cs.nr_dirty || cs.nr_writeback;
}

/* The run of busy pages that @page is in: [*@first, *@end). */
static void fsx_run(struct fsx *f, long long page, long long *first,
		    long long *end)
{
	long long max = FSX_MAX / f->t->ps;

	for (*first = page; *first && fsx_busy(f, *first - 1); --*first)
		;
	for (*end = page + 1; *end < max && fsx_busy(f, *end); ++*end)
		;
}

/*
 * Pages that are dirty though all of the range was written are so because of
 * another block of the same folio.  We do not know where folios end: only that
 * a folio is dirty or not as a whole.
 */
static bool fsx_excused(struct fsx *f, long long first, long long end)
{
	long long i;

	for (i = first * f->t->ps / f->m.bs;
	     i * f->m.bs < end * f->t->ps; i++)
		if (f->m.dirty[i])
			return true;
	return false;
}

void fsx_check_settled(struct fsx *f, long long pos, long long len)
{
	long long start = fsx_down(pos, f->t->ps);
	struct wt_cachestat cs;

	cs = t_cachestat(f->fd, start, fsx_up(pos + len, f->t->ps) - start);
	FSX_OK(f, FSX_CLEAN, !cs.nr_dirty && !cs.nr_writeback,
	       "pages of 0x%llx to 0x%llx dirty or under writeback: expected 0, seen %lld",
	       pos, pos + len, (long long)(cs.nr_dirty + cs.nr_writeback));
}

void fsx_check_clean(struct fsx *f, long long pos, long long len)
{
	long long ps = f->t->ps, start = fsx_down(pos, ps);
	long long page, first, end, pages;
	struct wt_cachestat cs;

	len = fsx_up(pos + len, ps) - start;
	cs = t_cachestat(f->fd, start, len);
	pages = len / f->t->page;
	FSX_OK(f, FSX_CACHED, (long long)cs.nr_cache == pages,
	       "pages in the cache of 0x%llx to 0x%llx: expected %lld, seen %lld",
	       start, start + len, pages, (long long)cs.nr_cache);
	if (!cs.nr_dirty && !cs.nr_writeback)
		return;
	for (page = start / ps; page * ps < start + len; page = end) {
		end = page + 1;
		if (!fsx_busy(f, page))
			continue;
		fsx_run(f, page, &first, &end);
		if (!FSX_OK(f, FSX_CLEAN, fsx_excused(f, first, end),
			    "pages at 0x%llx to 0x%llx: expected clean, seen dirty or under writeback",
			    first * ps, end * ps))
			return;
	}
}

void fsx_check_dirty(struct fsx *f, long long pos, long long len)
{
	long long ps = f->t->ps, page, first, end, i;
	long long start = fsx_down(pos, ps), pages;

	pages = (fsx_up(pos + len, ps) - start) / f->t->page;
	i = t_cachestat(f->fd, start, pages * f->t->page).nr_dirty;
	FSX_OK(f, FSX_CLEAN, i == pages || f->unsettled,
	       "pages dirty after a store to them: expected %lld, seen %lld",
	       pages, i);
	/* All of a folio becomes dirty, and may be mapped by the one fault. */
	for (page = pos / ps; page * ps < pos + len; page = end) {
		fsx_run(f, page, &first, &end);
		for (i = first * ps / f->m.bs; i * f->m.bs < end * ps; i++)
			f->m.dirty[i] = true;
		memset(f->m.guarded + first, false, end - first);
	}
}
