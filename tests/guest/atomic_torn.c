// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers beside writers of one unit: through the cache, by direct I/O, and of
 * the device below. Every byte of a unit has the writer's stamp, so a read that
 * finds two stamps found a torn unit. The control shows that the reader of the
 * device finds one where writes are not atomic.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "atomic.h"

#define TORN_WRITERS	2
#define TORN_WRITES	400	/* by each of them */

struct torn {
	struct t *t;
	long long unit;
	off_t pos;		/* of the unit, in the file */
	int fd;
	int flags;		/* of the writes */
	atomic_int writers;	/* that go on */
	atomic_int stamp;
};

struct torn_reader {
	struct torn *torn;
	const char *name;
	int fd;
	off_t pos[2];		/* of the halves, as @fd has them */
	long reads;
	long torn_reads;
	pthread_t thread;
};

static void *torn_write(void *arg)
{
	struct torn *torn = arg;
	uint8_t *buf = t_alloc(torn->unit);
	struct iovec iov = { buf, torn->unit };
	int i;

	for (i = 0; i < TORN_WRITES; i++) {
		memset(buf, 1 + atomic_fetch_add(&torn->stamp, 1) % 255,
		       torn->unit);
		T_OK(torn->t, t_pwritev2(torn->fd, &iov, 1, torn->pos,
					 torn->flags) == torn->unit,
		     "a write failed");
	}
	free(buf);
	atomic_fetch_sub(&torn->writers, 1);
	return NULL;
}

/* In one read if the halves are beside each other. */
static void torn_fill(const struct torn_reader *r, uint8_t *buf)
{
	long long half = r->torn->unit / 2;

	if (r->pos[1] == r->pos[0] + half) {
		T_MUST(pread(r->fd, buf, 2 * half, r->pos[0]) == 2 * half);
		return;
	}
	T_MUST(pread(r->fd, buf, half, r->pos[0]) == half);
	T_MUST(pread(r->fd, buf + half, half, r->pos[1]) == half);
}

static void *torn_read(void *arg)
{
	struct torn_reader *r = arg;
	uint8_t *buf = t_alloc(r->torn->unit);

	while (atomic_load(&r->torn->writers)) {
		torn_fill(r, buf);
		r->reads++;
		r->torn_reads += memcmp(buf, buf + 1, r->torn->unit - 1) != 0;
	}
	free(buf);
	return NULL;
}

static void torn_run(struct torn *torn, struct torn_reader *r, int nr)
{
	pthread_t writers[TORN_WRITERS];
	int i;

	atomic_store(&torn->writers, TORN_WRITERS);
	for (i = 0; i < nr; i++)
		T_MUST(!pthread_create(&r[i].thread, NULL, torn_read, &r[i]));
	for (i = 0; i < TORN_WRITERS; i++)
		T_MUST(!pthread_create(&writers[i], NULL, torn_write, torn));
	for (i = 0; i < TORN_WRITERS; i++)
		T_MUST(!pthread_join(writers[i], NULL));
	for (i = 0; i < nr; i++) {
		T_MUST(!pthread_join(r[i].thread, NULL));
		printf("# %s: %ld of %ld reads torn\n", r[i].name,
		       r[i].torn_reads, r[i].reads);
		T_OK(torn->t, r[i].reads > 10, "%s: %ld reads only", r[i].name,
		     r[i].reads);
	}
}

void atomic_readers(struct t *t)
{
	struct t_room room = t_room(t, 64 * T_KIB);
	struct torn torn = {
		.t = t, .unit = atomic_unit(t, room.file), .fd = room.file,
		.flags = ATOMIC_FLAGS,
	};
	struct torn_reader r[] = {
		{ .name = "through the cache", .fd = room.file },
		{ .name = "the device", .fd = room.dev },
	};
	size_t i;

	if (!atomic_by_device(t, torn.unit))
		torn.unit = t_queue(t, "atomic_write_unit_max_bytes");
	if (torn.unit < t->bs)
		t_skip("%s has no atomic writes of a block", t->profile);
	atomic_align(t, &room, torn.unit);
	torn.pos = room.at;
	r[0].pos[0] = room.at;
	r[1].pos[0] = room.pos;
	T_MUST(t_write(t, torn.fd, torn.pos, torn.unit, 0, ATOMIC_FLAGS) ==
	       torn.unit);
	for (i = 0; i < sizeof(r) / sizeof(r[0]); i++) {
		r[i].torn = &torn;
		r[i].pos[1] = r[i].pos[0] + torn.unit / 2;
	}
	torn_run(&torn, r, sizeof(r) / sizeof(r[0]));
	/* reads of a block device's cache lock nothing: folio by folio */
	for (i = t->blkdev; i < sizeof(r) / sizeof(r[0]); i++)
		T_EQ(t, r[i].name, 0, r[i].torn_reads);
}

/* Plain writes of the same size, whose halves are two extents. */
void atomic_control(struct t *t)
{
	struct t_room room = t_room(t, 64 * T_KIB);
	long long half = 2 * t->ps;
	int fd = t_file(t, "split", 2 * half + t->ps);
	struct torn torn = {
		.t = t, .unit = 2 * half, .fd = fd, .flags = RWF_WRITETHROUGH,
	};
	struct torn_reader r = {
		.torn = &torn, .name = "the device, of two extents",
		.fd = room.dev,
	};
	struct fiemap *map;

	/* they were one, and what was between them is not there any more */
	T_MUST(!fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, half, t->ps));
	map = t_map(fd);
	T_MUST(map->fm_mapped_extents == 2);
	r.pos[0] = map->fm_extents[0].fe_physical;
	r.pos[1] = map->fm_extents[1].fe_physical;
	free(map);
	torn_run(&torn, &r, 1);
	T_OK(t, r.torn_reads > 0, "nobody was torn: this reader is blind");
	close(fd);
}
