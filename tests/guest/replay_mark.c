// SPDX-License-Identifier: GPL-2.0-only
/*
 * Marks, the space that the units are in, and the controls: see replay.h.
 */
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fiemap.h>
#include <stdlib.h>
#include <unistd.h>

#include "replay.h"

#define REPLAY_CONTROL_WRITES	4

/* With the lock held: marks come in the order of their numbers. */
static void replay_mark(struct replay *r, struct mark *m)
{
	m->run = r->run;
	m->nr = r->marks++;
	memcpy(m->magic, MARK_MAGIC, sizeof(m->magic));
	memset(r->block, 0, MARK_SIZE);
	memcpy(r->block, m, sizeof(*m));
	T_MUST(pwrite(r->room.dev, r->block, MARK_SIZE, r->room.pos) ==
	       MARK_SIZE);
}

static void replay_stamp(struct replay *r, const struct replay_unit *u,
			 uint32_t write, uint8_t *buf)
{
	uint32_t i;

	for (i = 0; i < u->len / STAMP_SECTOR; i++)
		stamp_fill(buf + i * STAMP_SECTOR, r->run, u->slot, write, i);
}

uint32_t replay_submit(struct replay *r, const struct replay_unit *u, void *buf)
{
	struct mark m = { .kind = MARK_SUBMIT, .slot = u->slot };

	pthread_mutex_lock(&r->lock);
	m.write = ++r->writes;
	replay_mark(r, &m);
	pthread_mutex_unlock(&r->lock);
	replay_stamp(r, u, m.write, buf);
	return m.write;
}

void replay_ack(struct replay *r, uint32_t write)
{
	struct mark m = { .kind = MARK_ACK, .write = write };

	pthread_mutex_lock(&r->lock);
	replay_mark(r, &m);
	pthread_mutex_unlock(&r->lock);
}

void replay_write(struct replay *r, const struct replay_unit *u, int flags)
{
	struct iovec iov = { t_alloc(u->len), u->len };
	uint32_t write = replay_submit(r, u, iov.iov_base);

	if (T_EQ(r->t, "written", u->len,
		 t_pwritev2(u->fd, &iov, 1, u->pos, flags)))
		replay_ack(r, write);
	free(iov.iov_base);
}

/* The range gets its first stamps by plain writes, all of them on the disk. */
static struct replay_unit replay_declare(struct replay *r, int fd, off_t pos,
					 long long len, uint32_t flags,
					 const struct mark_part *part)
{
	struct replay_unit u = {
		.slot = r->slots++, .fd = fd, .pos = pos, .len = len,
	};
	struct mark m = { .kind = MARK_UNIT, .slot = u.slot, .flags = flags };
	void *buf = t_alloc(len);

	replay_stamp(r, &u, 0, buf);
	T_MUST(pwrite(fd, buf, len, pos) == len && !fsync(fd));
	free(buf);
	memcpy(m.part, part, sizeof(m.part));
	replay_mark(r, &m);
	return u;
}

static struct replay_unit replay_in_room(struct replay *r, long long from,
					 long long len, uint32_t flags)
{
	struct mark_part part[MARK_PARTS] = {
		{ .pos = r->room.pos + from, .len = len },
	};

	T_MUST(from + len <= REPLAY_ROOM);
	r->used = from + len;
	return replay_declare(r, r->room.file, r->room.at + from, len, flags,
			      part);
}

struct replay_unit replay_unit(struct replay *r, long long len)
{
	return replay_in_room(r, (r->used + len - 1) / len * len, len, 0);
}

/* All of the room is one extent, at its place, with blocks that were written. */
static void replay_room(struct replay *r)
{
	struct t *t = r->t;
	struct fiemap *map;
	unsigned int i;

	r->room = t_room(t, REPLAY_ROOM);
	atomic_align(t, &r->room, REPLAY_ROOM);
	T_MUST(t_write(t, r->room.file, r->room.at, REPLAY_ROOM, 0, 0) ==
	       REPLAY_ROOM && !fsync(r->room.file));
	r->used = MARK_SIZE;
	if (t->blkdev)
		return;
	map = t_map(r->room.file);
	for (i = 0; i < map->fm_mapped_extents; i++) {
		const struct fiemap_extent *e = &map->fm_extents[i];

		if ((off_t)e->fe_logical <= r->room.at &&
		    (off_t)(e->fe_logical + e->fe_length) >=
		    r->room.at + REPLAY_ROOM)
			break;
	}
	T_MUST(i < map->fm_mapped_extents);
	T_MUST(!(map->fm_extents[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN));
	T_MUST((off_t)(map->fm_extents[i].fe_physical + r->room.at -
		       map->fm_extents[i].fe_logical) == r->room.pos);
	free(map);
}

void replay_begin(struct replay *r, struct t *t)
{
	struct mark m = { .kind = MARK_BEGIN };
	const char *nr = getenv("WT_NR");

	*r = (struct replay) { .t = t, .block = t_alloc(MARK_SIZE) };
	T_MUST(nr && !pthread_mutex_init(&r->lock, NULL));
	r->run = atoi(nr);
	replay_room(r);
	if (!replay_max(r))
		t_skip("%s has no atomic writes of a block", t->profile);
	snprintf(m.name, sizeof(m.name), "replay/%s", t->name);
	replay_mark(r, &m);
}

/* Two extents: two commands. */
static struct replay_unit replay_split(struct replay *r)
{
	struct t *t = r->t;
	long long half = 2 * t->ps;
	int fd = t_file(t, "split", 2 * half + t->ps);
	struct mark_part part[MARK_PARTS];
	struct fiemap *map;
	int i;

	T_MUST(!fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, half, t->ps));
	map = t_map(fd);
	T_MUST(map->fm_mapped_extents == 2);
	for (i = 0; i < 2; i++)
		part[i] = (struct mark_part) {
			.pos = map->fm_extents[i].fe_physical, .len = half,
		};
	free(map);
	return replay_declare(r, fd, 0, 2 * half, MARK_CONTROL, part);
}

/* One command, or as few as the device takes, beyond what it promises. */
static struct replay_unit replay_long(struct replay *r)
{
	long long len = 2 * t_queue(r->t, "atomic_write_max_bytes");

	return replay_in_room(r, (r->used + len - 1) / len * len, len,
			      MARK_CONTROL);
}

/* One command that is short enough, but crosses one of the device's boundaries. */
static struct replay_unit replay_across(struct replay *r, long long boundary)
{
	long long len = replay_max(r);
	long long at = (r->used + 2 * boundary - 1) / boundary * boundary;

	return replay_in_room(r, at - len / 2, len, MARK_CONTROL);
}

/* A plain write of it, so often that somebody must see it torn. */
static void replay_control(struct replay *r, struct replay_unit u)
{
	int i;

	for (i = 0; i < REPLAY_CONTROL_WRITES; i++)
		replay_write(r, &u, RWF_WRITETHROUGH);
}

static void replay_controls(struct replay *r)
{
	long long boundary = t_queue(r->t, "atomic_write_boundary_bytes");

	if (!r->t->blkdev)
		replay_control(r, replay_split(r));
	replay_control(r, replay_long(r));
	if (boundary)
		replay_control(r, replay_across(r, boundary));
}

void replay_end(struct replay *r)
{
	struct mark m = { .kind = MARK_END };

	replay_controls(r);
	replay_mark(r, &m);
	free(r->block);
}
