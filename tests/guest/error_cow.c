// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT writes to blocks that files share, whose new blocks the device cannot
 * write: neither file has anything of them.  On a disk in memory with a list of
 * bad blocks: XFS reserves new blocks for more than the first write needs, one
 * behind the other, so that it is known which the next write gets.
 */
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "error.h"

#define COW_FILE	(128 * T_KIB)	/* what XFS reserves at once */
#define COW_LEN		(16 * T_KIB)	/* of a write */
#define COW_POS		COW_LEN		/* of the one that fails */

struct cow {
	struct t null;
	int fd, other;		/* generation 1, shared but for [0, COW_LEN) */
	off_t bad;		/* where the blocks for COW_POS are */
};

static struct cow cow_begin(struct t *t)
{
	struct cow c = { .null = *t };
	struct fiemap *map;

	t_null_begin(&c.null, 0);
	c.fd = t_file(&c.null, "f", COW_FILE);
	c.other = t_open(&c.null, "other", O_RDWR | O_CREAT);
	T_MUST(!ioctl(c.other, FICLONE, c.fd) && !syncfs(c.fd));
	T_MUST(t_write(&c.null, c.fd, 0, COW_LEN, 2, 0) == COW_LEN);
	T_MUST(!fsync(c.fd));
	map = t_map(c.fd);
	T_MUST(map->fm_mapped_extents == 2 &&
	       map->fm_extents[0].fe_length == COW_LEN);
	c.bad = map->fm_extents[0].fe_physical + COW_POS;
	free(map);
	return c;
}

static void cow_end(struct t *t, struct cow *c)
{
	close(c->fd);
	close(c->other);
	t_null_end();
	t->failed = c->null.failed;
}

/* Nothing but the one write failed: the next gets its own blocks. */
static void cow_expect_other(struct cow *c, const char *when)
{
	t_drop(c->other);
	T_OK(&c->null, t_disk_has(&c->null, c->other, 0, COW_FILE, 1),
	     "%s: the other file's blocks were written to", when);
	T_READS(&c->null, c->other, 0, COW_FILE, 1);
}

static void cow_expect_written(struct cow *c, int gen, int flags)
{
	T_EQ(&c->null, "written again", COW_LEN,
	     t_write(&c->null, c->fd, COW_POS, COW_LEN, gen, flags));
	T_DISK(&c->null, c->fd, COW_POS, COW_LEN, gen);
	T_DISK(&c->null, c->fd, 0, COW_LEN, 2);
	cow_expect_other(c, "written again");
}

void error_shared(struct t *t)
{
	struct cow c = cow_begin(t);
	long long n;

	t_null_bad(c.bad, COW_LEN);
	n = t_write(&c.null, c.fd, COW_POS, COW_LEN, 3, RWF_WRITETHROUGH);
	T_OK(&c.null, error_is(n), "write to bad blocks: %lld", n);
	T_CLEAN(&c.null, c.fd, COW_POS, COW_LEN);
	n = error_fsync(c.fd);
	T_OK(&c.null, error_is(n), "fsync behind it: %lld", n);
	T_EQ(&c.null, "the next fsync", 0, error_fsync(c.fd));
	t_null_good(c.bad, COW_LEN);
	T_DISK(&c.null, c.fd, COW_POS, COW_FILE - COW_POS, 1);
	t_drop(c.fd);
	T_READS(&c.null, c.fd, COW_POS, COW_FILE - COW_POS, 1);
	cow_expect_other(&c, "failed");
	cow_expect_written(&c, 4, RWF_WRITETHROUGH);
	cow_end(t, &c);
}

/*
 * What was dirty is dirty again, and must not be written to the shared blocks
 * now that the write that had blocks of its own for it has failed.
 */
void error_shared_unit(struct t *t)
{
	int flags = RWF_WRITETHROUGH | RWF_ATOMIC;
	struct cow c = cow_begin(t);
	long long n;

	T_MUST(t_write(&c.null, c.fd, COW_POS, COW_LEN, 3, 0) == COW_LEN);
	t_null_bad(c.bad, COW_LEN);
	n = t_write(&c.null, c.fd, COW_POS, COW_LEN, 4, flags);
	T_OK(&c.null, error_is(n), "unit to bad blocks: %lld", n);
	T_READS(&c.null, c.fd, COW_POS, COW_LEN, 3);
	T_DIRTY(&c.null, c.fd, COW_POS, COW_LEN, 3);
	cow_expect_other(&c, "failed");

	t_null_good(c.bad, COW_LEN);
	n = error_fsync(c.fd);
	T_OK(&c.null, error_is(n), "fsync behind it: %lld", n);
	T_EQ(&c.null, "the next fsync", 0, error_fsync(c.fd));
	T_CLEAN(&c.null, c.fd, COW_POS, COW_LEN);
	T_DISK(&c.null, c.fd, COW_POS, COW_LEN, 3);
	cow_expect_other(&c, "what was dirty is written");
	cow_expect_written(&c, 5, flags);
	cow_end(t, &c);
}
