// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device does what its profile says, seen in the commands and their
 * results; what it says about itself, device/profile has compared with the
 * profile before.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "profile.h"
#include "t.h"

#define PROFILE_ROOM	(256 * T_KIB)

static struct wt_statx profile_statx(struct t *t)
{
	struct wt_statx stx = { 0 };

	T_MUST(!syscall(SYS_statx, AT_FDCWD, t->dev, 0, WT_STATX_WRITE_ATOMIC,
			&stx));
	return stx;
}

/* A direct atomic write to the device, and what became of it. */
static void profile_atomic_write(struct t *t, const struct t_room *room,
				 off_t pos, long long len, long long expected)
{
	struct t_trace tr;
	ssize_t n;

	t_trace_start(t, &tr);
	n = t_write(t, room->dev, pos, len, 2, RWF_ATOMIC);
	t_trace_stop(t, &tr, room->file);
	T_OK(t, n == expected, "atomic, %lld bytes at room + %lld: expected %lld, seen %zd",
	     len, (long long)(pos - room->pos), expected, n);
	T_EQ(t, "commands", expected > 0, tr.commands);
	T_EQ(t, "atomic commands", expected > 0, tr.atomic);
	T_EQ(t, "bytes in them", expected > 0 ? len : 0, tr.bytes);
}

/*
 * Each unit within the limits is one atomic command; sizes beyond, between and
 * beside are refused, and so is everything where there are no limits.
 */
static void profile_atomic(struct t *t)
{
	struct t_room room = t_room(t, PROFILE_ROOM);
	struct wt_statx stx = profile_statx(t);
	long long min = stx.atomic_write_unit_min, len;
	long long max = stx.atomic_write_unit_max;
	long long lba = t_queue(t, "logical_block_size");

	printf("# atomic units from %lld to %lld\n", min, max);
	if (!max) {
		for (len = lba; len <= 16 * T_KIB; len *= 2)
			profile_atomic_write(t, &room, room.pos, len,
					     -EOPNOTSUPP);
		return;
	}
	T_MUST(2 * max <= PROFILE_ROOM);
	for (len = min; len <= max; len *= 2) {
		profile_atomic_write(t, &room, room.pos + len, len, len);
		profile_atomic_write(t, &room, room.pos, len, len);
	}
	profile_atomic_write(t, &room, room.pos, 2 * max, -EINVAL);
	if (max < 4 * min)
		return;
	profile_atomic_write(t, &room, room.pos, 3 * min, -EINVAL);
	profile_atomic_write(t, &room, room.pos + min, 2 * min, -EINVAL);
}

/* What the profile says by env.@name, by hand. */
static const char *profile_env(const char *name)
{
	const char *value = getenv(name);

	T_MUST(value);
	return value;
}

/*
 * What makes a write durable: FUA where there is a cache and FUA, a flush
 * where there is a cache only, nothing where there is none.
 */
static void profile_durable(struct t *t)
{
	const char *how = profile_env("WT_DURABLE_BY");
	bool cache = strcmp(how, "nothing");
	bool fua = !strcmp(how, "fua");
	int fd = t_file(t, "f", 16 * t->ps);
	int direct = t_open(t, "f", O_RDWR | O_DIRECT | O_DSYNC);
	struct t_trace tr;

	T_MUST(!syncfs(fd));
	t_trace_start(t, &tr);
	T_EQ(t, "written", 4096, t_write(t, direct, t->ps, 4096, 2, 0));
	t_trace_stop(t, &tr, fd);
	T_EQ(t, "commands", 1, tr.commands);
	T_EQ(t, "of them with FUA", fua, tr.fua);
	T_EQ(t, "flushes", cache && !fua, tr.flushes);

	T_MUST(t_write(t, fd, t->ps, 4096, 3, 0) == 4096);
	t_trace_start(t, &tr);
	T_EQ(t, "fsync", 0, fsync(fd));
	t_trace_stop(t, &tr, fd);
	T_OK(t, tr.commands >= 1, "fsync wrote nothing");
	T_OK(t, cache ? tr.flushes >= 1 : !tr.flushes, "flushes by fsync: %d",
	     tr.flushes);
}

/* A large bio is cut into commands of the largest size there is. */
static void profile_split(struct t *t)
{
	struct t_room room = t_room(t, T_MIB);
	struct t_trace tr;

	t_trace_start(t, &tr);
	T_EQ(t, "written", T_MIB,
	     t_write(t, room.dev, room.pos, T_MIB, 2, 0));
	t_trace_stop(t, &tr, room.file);
	T_EQ(t, "commands", atoi(profile_env("WT_MIB_COMMANDS")), tr.commands);
	T_EQ(t, "bytes", T_MIB, tr.bytes);
}

static double profile_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e3 + ts.tv_nsec / 1e6;
}

#define PROFILE_DEPTH 32

/* @nr writes at once; the milliseconds they took together. */
static double profile_writes(struct t *t, const struct t_room *room, int nr)
{
	struct iocb cb[PROFILE_DEPTH], *cbs[PROFILE_DEPTH];
	struct io_event ev[PROFILE_DEPTH];
	aio_context_t ctx = 0;
	void *buf = t_alloc(4096);
	double start;
	int i;

	T_MUST(!syscall(SYS_io_setup, nr, &ctx));
	t_fill(t, buf, 4096, 0, 2);
	for (i = 0; i < nr; i++) {
		cbs[i] = &cb[i];
		cb[i] = (struct iocb) {
			.aio_fildes = room->dev,
			.aio_lio_opcode = IOCB_CMD_PWRITE,
			.aio_buf = (uintptr_t)buf, .aio_nbytes = 4096,
			/* Not side by side, or they would be merged. */
			.aio_offset = room->pos + i * 2 * 4096,
		};
	}
	start = profile_ms();
	T_MUST(syscall(SYS_io_submit, ctx, (long)nr, cbs) == nr);
	T_MUST(syscall(SYS_io_getevents, ctx, (long)nr, (long)nr, ev,
		       NULL) == nr);
	start = profile_ms() - start;
	for (i = 0; i < nr; i++)
		T_MUST((long)ev[i].res == 4096);
	syscall(SYS_io_destroy, ctx);
	free(buf);
	return start;
}

/* Each write takes its time, and many take no longer than few. */
static void profile_overlap(struct t *t)
{
	struct t_room room = t_room(t, PROFILE_ROOM);
	double want = atof(profile_env("WT_WRITE_MS"));
	double one, many;

	one = profile_writes(t, &room, 1);
	many = profile_writes(t, &room, PROFILE_DEPTH);
	printf("# one write %.1f ms, %d at once %.1f ms\n", one,
	       PROFILE_DEPTH, many);
	T_OK(t, one >= want, "expected at least %.0f ms, seen %.1f", want, one);
	T_OK(t, many < PROFILE_DEPTH * want / 2,
	     "%d writes at once took %.1f ms: one after the other",
	     PROFILE_DEPTH, many);
}

static const struct t_case cases[] = {
	{ "atomic",		profile_atomic },
	{ "durable",		profile_durable },
	{ "error-flush",	profile_error_flush },
	{ "error-read",		profile_error_read },
	{ "error-write",	profile_error_write },
	{ "guard",		profile_guard },
	{ "limits",		profile_limits },
	{ "limits-running",	profile_limits_running },
	{ "order",		profile_order },
	{ "overlap",		profile_overlap },
	{ "split",		profile_split },
};

T_GROUP(profile, cases)
