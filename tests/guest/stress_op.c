// SPDX-License-Identifier: GPL-2.0-only
/* See stress.h: what tasks do, and what is done to them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "stress.h"

#define STRESS_CPU	"/sys/devices/system/cpu/cpu1/online"
#define STRESS_BATCH	4

static void stress_wrote(struct stress_task *k, const struct stress_change *c,
			 long n, const char *who)
{
	if (n != (long)c->len)
		stress_wrong(k, "%s: file %d at %lld: expected %zu, seen %ld",
			     who, k->file, (long long)c->pos, c->len, n);
}

/* While the claim stands nobody else writes there: just this, or it is wrong. */
static void stress_on_disk(struct stress_task *k, const struct stress_change *c,
			   const char *who)
{
	struct stress_window w = { .oldest = c->gen };
	long long grain = k->s->grain;
	size_t at;

	t_disk_read(k->s->t, k->fd, c->pos, c->len, k->buf);
	for (at = 0; at < c->len; at += grain)
		stress_judge(k, c->pos + at, (char *)k->buf + at, &w, who);
}

static bool stress_write(struct stress_task *k, int fd, int flags,
			 const char *who)
{
	struct iovec iov = { .iov_base = k->buf };
	struct stress_change c;

	if (!stress_begin_any(k, &c, false))
		return false;
	iov.iov_len = c.len;
	stress_fill(k, k->buf, c.pos, c.len, c.gen);
	stress_wrote(k, &c, t_pwritev2(fd, &iov, 1, c.pos, flags), who);
	if (flags & RWF_WRITETHROUGH)
		stress_on_disk(k, &c, who);
	stress_end(k, &c);
	return true;
}

static bool stress_lazy(struct stress_task *k)
{
	return stress_write(k, k->fd, 0, "a lazy write");
}

static bool stress_direct_write(struct stress_task *k)
{
	return stress_write(k, k->direct, 0, "a direct write");
}

static bool stress_wt(struct stress_task *k)
{
	if (stress_random(k) % 2)
		return stress_write(k, k->fd, RWF_WRITETHROUGH, "a WT write");
	return stress_write(k, k->fd, RWF_WRITETHROUGH | RWF_DSYNC,
			    "a WT write with RWF_DSYNC");
}

/* All of the same length, so that it does not matter which is reaped first. */
static bool stress_async(struct stress_task *k)
{
	struct stress_change c[STRESS_BATCH];
	long long grain = k->s->grain;
	int n = 0, i;

	for (i = 0; i < STRESS_BATCH; i++) {
		off_t at = stress_random(k) % STRESS_USED * grain;
		void *buf;

		if (!stress_begin(k, &c[n], at, grain, false))
			continue;
		buf = t_async_write(k->async, k->fd, at, grain, 0,
				    RWF_WRITETHROUGH |
				    (i % 2 ? RWF_DSYNC : 0));
		stress_fill(k, buf, at, grain, c[n].gen);
		n++;
	}
	t_async_submit(k->async);
	for (i = 0; i < n; i++)
		stress_wrote(k, &c[i], t_async_reap(k->async),
			     "an asynchronous WT write");
	for (i = 0; i < n; i++) {
		stress_on_disk(k, &c[i], "an asynchronous WT write");
		stress_end(k, &c[i]);
	}
	return n;
}

static bool stress_store(struct stress_task *k)
{
	struct stress_change c;

	if (!stress_begin_any(k, &c, false))
		return false;
	stress_fill(k, k->map + c.pos, c.pos, c.len, c.gen);
	stress_end(k, &c);
	return true;
}

/* One grain, into @k->buf by @fd, or from the mapping. */
static bool stress_look(struct stress_task *k, int fd, const char *who)
{
	long long grain = k->s->grain;
	off_t pos = stress_random(k) % STRESS_USED * grain;
	struct stress_window w;
	ssize_t n = grain;

	stress_peek(k, pos, &w);
	if (fd < 0)
		memcpy(k->buf, k->map + pos, grain);
	else
		n = pread(fd, k->buf, grain, pos);
	if (n != grain)
		stress_wrong(k, "%s: file %d at %lld: expected %lld, seen %zd",
			     who, k->file, (long long)pos, grain, n);
	else
		stress_judge(k, pos, k->buf, &w, who);
	return true;
}

static bool stress_read(struct stress_task *k)
{
	return stress_look(k, k->fd, "a read");
}

static bool stress_direct_read(struct stress_task *k)
{
	return stress_look(k, k->direct, "a direct read");
}

static bool stress_load(struct stress_task *k)
{
	return stress_look(k, -1, "a load from a mapping");
}

static bool stress_sync(struct stress_task *k)
{
	if (fsync(k->fd))
		stress_wrong(k, "fsync: %s", strerror(errno));
	return true;
}

static bool stress_punch(struct stress_task *k)
{
	struct stress_change c;

	if (!stress_begin_any(k, &c, true))
		return false;
	if (fallocate(k->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, c.pos,
		      c.len))
		stress_wrong(k, "punching: %s", strerror(errno));
	stress_end(k, &c);
	return true;
}

/*
 * Half of the time all is read at once then, and judged.  Otherwise writes make
 * folios of their own size.
 */
static bool stress_drop(struct stress_task *k)
{
	struct stress_window w[STRESS_USED];
	long long grain = k->s->grain, i;

	if (posix_fadvise(k->fd, 0, 0, POSIX_FADV_DONTNEED))
		return false;
	if (stress_random(k) % 2)
		return true;
	for (i = 0; i < STRESS_USED; i++)
		stress_peek(k, i * grain, &w[i]);
	if (pread(k->fd, k->buf, STRESS_USED * grain, 0) != STRESS_USED * grain)
		stress_wrong(k, "file %d: a read of all is short", k->file);
	for (i = 0; i < STRESS_USED; i++)
		stress_judge(k, i * grain, (char *)k->buf + i * grain, &w[i],
			     "a read of all");
	return true;
}

const struct stress_op stress_ops[STRESS_OPS] = {
	{ "lazy",	STRESS_LAZY,		stress_lazy },
	{ "wt",		STRESS_WT,		stress_wt },
	{ "async",	STRESS_ASYNC,		stress_async },
	{ "store",	STRESS_STORE,		stress_store },
	{ "load",	STRESS_LOAD,		stress_load },
	{ "read",	STRESS_READ,		stress_read },
	{ "direct",	STRESS_DIRECT,		stress_direct_write },
	{ "direct-read", STRESS_DIRECT_READ,	stress_direct_read },
	{ "sync",	STRESS_SYNC,		stress_sync },
	{ "punch",	STRESS_PUNCH,		stress_punch },
	{ "drop",	STRESS_DROP,		stress_drop },
};

/* False where the file is not there: a kernel without it. */
static bool stress_put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return good;
}

static void stress_freeze(struct stress_task *k)
{
	if (ioctl(k->fd, FIFREEZE, 0) || ioctl(k->fd, FITHAW, 0))
		stress_wrong(k, "freezing: %s", strerror(errno));
}

/*
 * The last grain, which only we use, is cut off; then EOF moves back in one of
 * three ways.  Grains of 1 KiB share their block with others.
 */
static void stress_cut(struct stress_task *k)
{
	long long grain = k->s->grain;
	off_t at = STRESS_USED * grain;
	int flags = stress_random(k) % 2 ? RWF_WRITETHROUGH : 0;
	struct iovec iov = { k->buf, grain };
	bool zeros = stress_random(k) % 2;
	struct stress_change c;

	if (!stress_begin(k, &c, at, grain, zeros))
		return;
	if (ftruncate(k->fd, at))
		stress_wrong(k, "truncating: %s", strerror(errno));
	if (zeros && ftruncate(k->fd, stress_size(k->s)))
		stress_wrong(k, "extending: %s", strerror(errno));
	stress_fill(k, k->buf, at, grain, c.gen);
	if (!zeros)
		stress_wrote(k, &c, t_pwritev2(k->fd, &iov, 1, at, flags),
			     "a write at EOF");
	if (!zeros && flags)
		stress_on_disk(k, &c, "a WT write at EOF");
	stress_end(k, &c);
}

void stress_disturb_once(struct stress_task *k)
{
	unsigned int what = 1U << stress_random(k) % 4;

	if (!(k->s->mix->disturb & what))
		return;
	if (what == STRESS_RECLAIM)
		stress_put("/proc/sys/vm/drop_caches", "1");
	else if (what == STRESS_FREEZE)
		stress_freeze(k);
	else if (what == STRESS_CUT)
		stress_cut(k);
	else if (!stress_put(STRESS_CPU, "0") || !stress_put(STRESS_CPU, "1"))
		return;
	atomic_fetch_add(&k->s->disturbed, 1);
}

void stress_calm(struct stress_task *k)
{
	if (k->s->mix->disturb & STRESS_HOTPLUG)
		stress_put(STRESS_CPU, "1");
}
