// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media.h"
#include "vendor.h"

/* From here on it is cheaper to give pages back than to write zeroes. */
#define MEDIA_PUNCH	(64u << 10)

static void media_poison(uint8_t *image, uint64_t from, uint64_t len)
{
	uint64_t at;

	for (at = from; at < from + len; at += 8) {
		uint64_t word = VNVME_POISON ^ (at / 8);

		memcpy(image + at, &word, sizeof(word));
	}
}

/* A whole file system is discarded by mkfs: this keeps it sparse. */
static void media_zero(const struct vmedia *m, uint8_t *image, uint64_t from,
		       uint64_t len)
{
	uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t begin = (from + page - 1) / page * page;
	uint64_t end = (from + len) / page * page;
	int advice = image == m->now ? MADV_REMOVE : MADV_DONTNEED;

	if (len < MEDIA_PUNCH || (image != m->now && image != m->base) ||
	    madvise(image + begin, end - begin, advice)) {
		memset(image + from, 0, len);
		return;
	}
	memset(image + from, 0, begin - from);
	memset(image + end, 0, from + len - end);
}

/* What lies in holes of the file stays unallocated in the copy as well. */
static void media_copy(struct vmedia *m, int fd)
{
	off_t at = 0, end;

	while (at < (off_t)m->size) {
		at = lseek(fd, at, SEEK_DATA);
		if (at < 0 && errno == ENXIO)
			return;
		end = at < 0 ? -1 : lseek(fd, at, SEEK_HOLE);
		if (at < 0)
			at = 0;
		if (end < 0 || end > (off_t)m->size)
			end = m->size;
		if (at >= end)
			return;
		memcpy(m->base + at, m->now + at, end - at);
		at = end;
	}
}

int vmedia_open(struct vmedia *m, int fd, uint64_t size, uint32_t lba_size,
		bool cache, bool poison)
{
	void *now, *base;

	*m = (struct vmedia){
		.size = size,
		.lba_size = lba_size,
		.cache = cache,
		.poison = poison,
		.chunks = (size + VMEDIA_CHUNK - 1) / VMEDIA_CHUNK,
	};
	vlog_init(&m->log, lba_size);
	now = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (now == MAP_FAILED)
		return -errno;
	m->now = now;
	base = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	m->base = base == MAP_FAILED ? NULL : base;
	m->touched = calloc(m->chunks, 1);
	if (!m->base || !m->touched) {
		vmedia_close(m);
		return -ENOMEM;
	}
	if (poison) {
		media_poison(m->now, 0, size);
		media_poison(m->base, 0, size);
	} else {
		media_copy(m, fd);
	}
	return 0;
}

void vmedia_close(struct vmedia *m)
{
	while (m->outer)
		vmedia_unnest(m);
	if (m->now)
		munmap(m->now, m->size);
	if (m->base)
		munmap(m->base, m->size);
	free(m->touched);
	vlog_free(&m->log);
	*m = (struct vmedia){ 0 };
}

bool vmedia_has(const struct vmedia *m, uint64_t lba, uint64_t blocks)
{
	uint64_t all = m->size / m->lba_size;

	return lba <= all && blocks <= all - lba;
}

void vmedia_apply(const struct vmedia *m, uint8_t *image,
		  const struct vlog_entry *e, uint32_t first, uint32_t blocks)
{
	uint64_t from = (e->lba + first) * m->lba_size;
	uint64_t len = (uint64_t)blocks * m->lba_size;

	switch (e->kind) {
	case VLOG_WRITE:
		memcpy(image + from,
		       (uint8_t *)e->data + (uint64_t)first * m->lba_size, len);
		break;
	case VLOG_DISCARD:
		if (m->poison)
			media_poison(image, from, len);
		else
			media_zero(m, image, from, len);
		break;
	case VLOG_ZEROES:
		media_zero(m, image, from, len);
		break;
	default:
		break;
	}
}

/* Is entry @e of the head of the log durable, whatever comes? */
static bool media_durable(const struct vmedia *m, const struct vlog_entry *e)
{
	if (e->done == VLOG_NEVER)
		return false;
	if (e->failed || e->kind == VLOG_FLUSH || e->kind == VLOG_READ ||
	    e->kind == VLOG_MARK)
		return true;
	return !m->cache || (e->fua && !(m->lies & VNVME_LIE_FUA)) ||
	       e->done < m->flushed;
}

/*
 * Entries leave the log in the order in which they came, so that @base and what
 * is left of the log, laid over it, always give @now.
 */
static void media_take(struct vmedia *m, bool abandon)
{
	struct vlog *log = &m->log;
	bool full = log->bytes > VMEDIA_LOG_MAX || log->n > VMEDIA_LOG_ENTRIES;
	size_t n;

	for (n = 0; n < log->n; n++) {
		const struct vlog_entry *e = &log->v[n];

		/* A full cache writes back what is done. */
		if (!abandon &&
		    (full ? e->done == VLOG_NEVER : !media_durable(m, e)))
			break;
		if (!e->failed)
			vmedia_apply(m, m->base, e, 0, e->blocks);
	}
	vlog_drop(log, n);
	m->dropped += n;
}

void vmedia_touch(struct vmedia *m, uint64_t lba, uint32_t blocks)
{
	uint64_t chunk = lba * m->lba_size / VMEDIA_CHUNK;
	uint64_t end = (lba + blocks) * m->lba_size;

	for (; chunk * VMEDIA_CHUNK < end; chunk++)
		m->touched[chunk] = 1;
}

/* What all commands have in common: they change @now, and are logged. */
static long media_run(struct vmedia *m, enum vlog_kind kind, uint64_t lba,
		      uint32_t blocks, bool fua, const void *data)
{
	struct vlog_entry e = {
		.kind = kind,
		.lba = lba,
		.blocks = blocks,
		.data = (void *)data,
	};
	long index = 0;

	if (m->off)
		return -EIO;
	if (!vmedia_has(m, lba, blocks))
		return -ERANGE;
	/* If it has no room for this one, the recording ends here. */
	vmedia_fits(m, data ? (uint64_t)blocks * m->lba_size : 0);
	if (!m->stopped)
		index = vlog_arrive(&m->log, kind, lba, blocks, fua, data);
	if (index < 0)
		return index;
	vmedia_apply(m, m->now, &e, 0, blocks);
	if (!m->stopped)
		return index + (long)m->dropped;
	if (kind != VLOG_FLUSH)
		vmedia_touch(m, lba, blocks);
	return VMEDIA_UNLOGGED;
}

long vmedia_write(struct vmedia *m, uint64_t lba, uint32_t blocks, bool fua,
		  const void *data)
{
	return media_run(m, VLOG_WRITE, lba, blocks, fua, data);
}

long vmedia_zeroes(struct vmedia *m, uint64_t lba, uint32_t blocks, bool fua,
		   bool deallocate)
{
	/* Deallocated or not: they read as zeroes ("Write Zeroes command"). */
	(void)deallocate;
	return media_run(m, VLOG_ZEROES, lba, blocks, fua, NULL);
}

long vmedia_discard(struct vmedia *m, uint64_t lba, uint32_t blocks)
{
	return media_run(m, VLOG_DISCARD, lba, blocks, false, NULL);
}

long vmedia_flush(struct vmedia *m)
{
	return media_run(m, VLOG_FLUSH, 0, 0, false, NULL);
}

long vmedia_read(struct vmedia *m, uint64_t lba, uint32_t blocks, void *data)
{
	long index;

	if (m->off)
		return -EIO;
	if (!vmedia_has(m, lba, blocks))
		return -ERANGE;
	memcpy(data, m->now + lba * m->lba_size, (size_t)blocks * m->lba_size);
	if (!m->recording || !vmedia_fits(m, 0))
		return VMEDIA_UNLOGGED;
	index = vlog_arrive(&m->log, VLOG_READ, lba, blocks, false, NULL);
	return index < 0 ? index : index + (long)m->dropped;
}

void vmedia_done(struct vmedia *m, long ticket)
{
	const struct vlog_entry *e;

	if (m->stopped || ticket == VMEDIA_UNLOGGED ||
	    (uint64_t)ticket < m->dropped)
		return;
	e = &m->log.v[ticket - m->dropped];
	vlog_done(&m->log, ticket - m->dropped, false);
	if (e->kind == VLOG_FLUSH && !(m->lies & VNVME_LIE_FLUSH) &&
	    e->arrived > m->flushed)
		m->flushed = e->arrived;
	if (!m->recording)
		media_take(m, false);
}

void vmedia_abandon(struct vmedia *m)
{
	if (!m->recording && !m->stopped)
		media_take(m, true);
}
