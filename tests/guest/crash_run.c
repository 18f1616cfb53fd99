// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a workload once, and look at what the power may have left of it.  See
 * crash.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crash.h"

#define CRASH_NEAR	6	/* operations before the cut, whose files are looked at */
#define CRASH_OTHERS	2	/* and so many others, in turn */

static void crash_name(char *name, size_t size, int file)
{
	snprintf(name, size, "f%d", file);
}

static bool crash_used(const struct crash *c, int file)
{
	int op;

	for (op = 0; op < c->nr; op++)
		if (c->ops[op].file == file)
			return true;
	return false;
}

/* Data, a hole, unwritten blocks, data, and an end that is no block's. */
static void crash_make(struct crash *c, int file)
{
	int fd = c->fd[file], gen = crash_gen(file, -1);
	long long hole = CRASH_UNWRITTEN - CRASH_HOLE;

	T_MUST(!ftruncate(fd, 0));
	T_MUST(t_write(c->t, fd, 0, CRASH_EOF, gen, 0) == CRASH_EOF);
	T_MUST(!fsync(fd));
	T_MUST(!fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			  CRASH_HOLE, hole));
	T_MUST(!fallocate(fd, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
			  CRASH_UNWRITTEN, CRASH_TAIL - CRASH_UNWRITTEN));
	T_MUST(!fsync(fd));
	c->eof[file] = CRASH_EOF;
}

static void crash_open(struct crash *c)
{
	char name[16];
	int i;

	for (i = 0; i < c->files; i++) {
		c->fd[i] = c->direct[i] = -1;
		if (!crash_used(c, i))
			continue;
		crash_name(name, sizeof(name), i);
		c->fd[i] = t_open(c->t, name, O_RDWR | O_CREAT);
		c->direct[i] = t_open(c->t, name, O_RDWR | O_DIRECT);
	}
}

static void crash_close(struct crash *c)
{
	int i;

	crash_unmap(c);
	for (i = 0; i < c->files; i++) {
		if (c->fd[i] < 0)
			continue;
		close(c->fd[i]);
		close(c->direct[i]);
	}
}

static void crash_make_all(struct crash *c)
{
	int i;

	crash_open(c);
	for (i = 0; i < c->files; i++)
		if (c->fd[i] >= 0)
			crash_make(c, i);
	crash_close(c);
}

/*
 * Mounted anew, so that the log begins empty: each state has to recover all that is
 * in it.
 */
static void crash_prepare(struct crash *c, const struct t_mount *mnt)
{
	c->work->make(c);
	T_MUST(!chdir("/"));
	t_umount(mnt);
	T_MUST(!t_mount(mnt));
	c->work->open(c);
}

void crash_record(struct crash *c, const struct t_mount *mnt)
{
	crash_prepare(c, mnt);
	t_vnvme(c->v, VNVME_BEGIN, 0, 0, 0);
	c->work->run(c);
	if (c->whole)
		t_vnvme(c->v, VNVME_END, c->seed, c->states, 0);
	else
		t_vnvme_end(c->v, c->seed, c->states);
	c->work->close(c);
	t_umount(mnt);
}

/* Did anything happen to the file shortly before the cut, or then? */
static bool crash_near(const struct crash *c, int file, int marks)
{
	int op = marks > CRASH_NEAR ? marks - CRASH_NEAR : 0;

	for (; op < c->nr && crash_began(c, op, marks); op++)
		if (c->ops[op].file == file)
			return true;
	return false;
}

static bool crash_look(struct crash *c, int file, int marks)
{
	char path[300];
	int fd;
	bool good;

	snprintf(path, sizeof(path), "%.280s/f%d", c->t->dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		c->failure.what = CRASH_GONE;
		snprintf(c->failure.text, sizeof(c->failure.text),
			 "file %d: %s", file, strerror(errno));
		return false;
	}
	good = crash_check(c, file, fd, marks);
	close(fd);
	return good;
}

static bool crash_files(struct crash *c, uint64_t nr, int marks)
{
	int i, other;

	for (i = 0; i < c->files; i++)
		if (c->fd[i] >= 0 && crash_near(c, i, marks) &&
		    !crash_look(c, i, marks))
			return false;
	for (i = 0; i < CRASH_OTHERS; i++) {
		other = (nr * CRASH_OTHERS + i) % c->files;
		if (c->fd[other] >= 0 && !crash_look(c, other, marks))
			return false;
	}
	return true;
}

static struct crash_list crash_ops(struct crash *c)
{
	return (struct crash_list){ c->ops, sizeof(c->ops[0]), &c->nr };
}

/* Only what is done to the file that is wrong. */
static void crash_one_file(struct crash *c)
{
	int i, n = 0, file;

	if (c->failure.op < 0)
		return;
	file = c->ops[c->failure.op].file;
	for (i = 0; i < c->nr; i++)
		if (c->ops[i].file == file)
			c->ops[n++] = c->ops[i];
	c->nr = n;
}

static const char *crash_line(struct crash *c, int i)
{
	return crash_text(&c->ops[i]);
}

static const struct crash_work crash_work = {
	.replay = "crash/replay",
	.make = crash_make_all,
	.open = crash_open,
	.run = crash_do,
	.close = crash_close,
	.look = crash_files,
	.list = crash_ops,
	.narrow = crash_one_file,
	.text = crash_line,
};

struct crash *crash_new(struct t *t)
{
	struct crash *c = calloc(1, sizeof(*c));

	T_MUST(c);
	c->t = t;
	c->v = t_vnvme_open(t);
	c->work = &crash_work;
	c->promised = -1;
	c->buf = t_alloc(CRASH_MAX);
	c->seed = t->seed;
	c->repair = true;
	c->states = strtoul(t_vnvme_states("0"), NULL, 10);
	return c;
}

void crash_free(struct crash *c)
{
	crash_ground(c);
	t_vnvme_close(c->v);
	free(c->buf);
	free(c);
}

static bool crash_repair(struct crash *c)
{
	t_vnvme(c->v, VNVME_REPAIR, 0, 0, 0);
	T_MUST(c->v->result != 255);
	if (!c->v->result)
		return true;
	c->failure.what = CRASH_REPAIR;
	c->v->page[VNVME_PAGE - 1] = '\0';
	snprintf(c->failure.text, sizeof(c->failure.text),
		 "xfs_repair -n ends with %u: %s", c->v->result,
		 (char *)c->v->page);
	return false;
}

static bool crash_state(struct crash *c, const struct t_mount *mnt,
			uint64_t nr, int marks)
{
	int ret = t_mount(mnt);
	bool good;

	c->failure = (struct crash_failure){ .op = -1 };
	if (ret) {
		c->failure.what = CRASH_NO_MOUNT;
		snprintf(c->failure.text, sizeof(c->failure.text),
			 "the file system cannot be mounted: %s",
			 strerror(-ret));
		return false;
	}
	good = c->work->look(c, nr, marks);
	t_umount(mnt);
	return good && (!c->repair || crash_repair(c));
}

bool crash_states(struct crash *c, const struct t_mount *mnt)
{
	struct crash_failure found = { .op = -1 };
	struct vnvme_state s = { 0 };
	bool good;

	while (!(s.flags & VNVME_STATE_SMALLEST)) {
		t_vnvme(c->v, VNVME_NEXT, 0, 0, 0);
		memcpy(&s, c->v->page, sizeof(s));
		T_MUST(s.magic == VNVME_MAGIC);
		c->equal = s.skipped;
		if (!(s.flags & VNVME_STATE_VALID))
			break;
		c->seen++;
		good = crash_state(c, mnt, s.nr, c->promised < 0 ?
				   (int)s.marks : c->promised);
		if (!good && (!found.what || c->failure.what == found.what)) {
			found = c->failure;
			snprintf(c->state, sizeof(c->state), "%.3071s", s.text);
		}
		t_vnvme(c->v, VNVME_VERDICT, good ? 0 : c->failure.what, 0, 0);
	}
	c->failure = found;
	return !found.what;
}

bool crash_explore(struct crash *c)
{
	struct t_mount mnt = t_mounted();
	long long begin;
	bool good;

	c->failure = (struct crash_failure){ .op = -1 };
	crash_record(c, &mnt);
	begin = t_now();
	good = !c->failure.what && crash_states(c, &mnt);
	c->ns += t_now() - begin;
	t_vnvme(c->v, VNVME_BACK, 0, 0, 0);
	T_MUST(!t_mount(&mnt));
	return good;
}

void crash_judge(struct crash *c)
{
	struct t *t = c->t;
	bool good = crash_explore(c);

	printf("# %d operations, seed %llu: %llu states looked at, %llu equal ones not, %.0f a minute\n",
	       *c->work->list(c).nr, (unsigned long long)c->seed,
	       (unsigned long long)c->seen, (unsigned long long)c->equal,
	       c->seen * 60e9 / (c->ns + 1));
	if (good)
		return;
	crash_minimise(c);
	T_OK(t, false, "%s", c->failure.text);
}
