// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's side of the disk that a case plays: see t_nbd.h, and
 * t_nbd_play.c for the other.  The ioctls are those of drivers/block/nbd.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nbd.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include "t_nbd.h"
#include "t_nbd_play.h"

#define T_NBD_DEV	"/dev/nbd0"
#define T_NBD_MNT	"/tmp/nbd"
#define T_NBD_LIMIT	20000000000LL	/* ns until a command must be here */

static struct {
	struct t_nbd_play *play;	/* shared with the player */
	int dev;			/* nothing else keeps it configured */
	pid_t owner;			/* only who began it ends it */
	pid_t player;
	pid_t user;			/* in NBD_DO_IT */
} t_nbd;

/* Its own process, since the ioctl returns when the disk is gone. */
static pid_t t_nbd_do_it(void)
{
	pid_t pid = fork();

	T_MUST(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(ioctl(t_nbd.dev, NBD_DO_IT) != 0);
}

/* A new disk is searched for partitions, which empties its cache: do it now. */
static void t_nbd_search(void)
{
	int fd = open(T_NBD_DEV, O_RDONLY | O_CLOEXEC);

	T_MUST(fd >= 0);
	close(fd);
}

static void t_nbd_connect(void)
{
	uint64_t size = 0;
	int sock[2];

	T_MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock));
	t_nbd.player = fork();
	T_MUST(t_nbd.player >= 0);
	if (!t_nbd.player) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(sock[0]);
		close(t_nbd.dev);
		t_nbd_play(t_nbd.play, sock[1]);
	}
	close(sock[1]);
	T_MUST(!ioctl(t_nbd.dev, NBD_SET_SOCK, (long)sock[0]));
	T_MUST(!ioctl(t_nbd.dev, NBD_SET_BLKSIZE, 512L));
	T_MUST(!ioctl(t_nbd.dev, NBD_SET_SIZE, (long)T_NBD_SIZE));
	T_MUST(!ioctl(t_nbd.dev, NBD_SET_FLAGS, (long)
		      (NBD_FLAG_HAS_FLAGS | NBD_FLAG_SEND_FLUSH |
		       NBD_FLAG_SEND_FUA)));
	t_nbd.user = t_nbd_do_it();
	close(sock[0]);
	while (size != T_NBD_SIZE) {
		sched_yield();
		T_MUST(waitpid(t_nbd.user, NULL, WNOHANG) == 0);
		T_MUST(!ioctl(t_nbd.dev, BLKGETSIZE64, &size));
	}
	t_nbd_search();
}

static void t_nbd_disconnect(void)
{
	T_MUST(!ioctl(t_nbd.dev, NBD_CLEAR_SOCK));
	T_MUST(waitpid(t_nbd.user, NULL, 0) == t_nbd.user);
	T_MUST(waitpid(t_nbd.player, NULL, 0) == t_nbd.player);
	t_nbd.user = t_nbd.player = 0;
}

/* The case ended early: let nothing hang because of it. */
static void t_nbd_left(void)
{
	if (t_nbd.dev < 0 || t_nbd.owner != getpid())
		return;
	ioctl(t_nbd.dev, NBD_CLEAR_SOCK);
	umount2(T_NBD_MNT, MNT_DETACH);
}

static void t_nbd_open(void)
{
	t_nbd.dev = open(T_NBD_DEV, O_RDWR | O_CLOEXEC);
	T_MUST(t_nbd.dev >= 0);
}

void t_nbd_begin(struct t *t)
{
	char mkfs[120];

	t_nbd.play = t_nbd_play_new();
	t_nbd.owner = getpid();
	t_nbd_open();
	T_MUST(!atexit(t_nbd_left));
	/* of a case that was killed */
	umount2(T_NBD_MNT, MNT_DETACH);
	T_MUST(!ioctl(t_nbd.dev, NBD_CLEAR_SOCK));
	t_nbd_connect();
	t->dev = T_NBD_DEV;
	if (t->blkdev)
		return;
	snprintf(mkfs, sizeof(mkfs),
		 "mkfs.xfs -q -f -b size=%lld " T_NBD_DEV, t->bs);
	T_MUST(!system(mkfs));
	t->dir = T_NBD_MNT;
	t_nbd_mount(t);
}

void t_nbd_end(struct t *t)
{
	T_EQ(t, "unmount", 0, t_nbd_unmount(t));
	T_OK(t, t_nbd_sound(t), "xfs_repair does not like the file system");
	if (t_nbd.user)
		t_nbd_disconnect();
	close(t_nbd.dev);
	t_nbd.dev = -1;
	t_nbd_play_free(t_nbd.play);
}

void t_nbd_mount(struct t *t)
{
	mkdir(T_NBD_MNT, 0755);
	T_MUST(t->blkdev || !mount(T_NBD_DEV, T_NBD_MNT, "xfs", 0, NULL));
}

int t_nbd_unmount(struct t *t)
{
	return !t->blkdev && umount(T_NBD_MNT) ? -errno : 0;
}

bool t_nbd_sound(struct t *t)
{
	return t->blkdev || !system("xfs_repair -n " T_NBD_DEV " >/dev/null 2>&1");
}

void t_nbd_hold(int kinds)
{
	t_nbd.play->hold = kinds;
	t_nbd_play_ask(t_nbd.play, T_NBD_ASK_ANSWER);
}

int t_nbd_held(void)
{
	return t_nbd.play->held;
}

void t_nbd_wait_held(struct t *t, int nr)
{
	long long begin = t_now();

	while (t_nbd_held() < nr && t_now() - begin < T_NBD_LIMIT)
		sched_yield();
	T_OK(t, t_nbd_held() >= nr, "expected %d commands in flight, seen %d",
	     nr, t_nbd_held());
}

void t_nbd_fail(int nr)
{
	t_nbd.play->fail = 0;
	t_nbd.play->commands = 0;
	t_nbd.play->failed = 0;
	t_nbd.play->fail = nr;
}

int t_nbd_commands(void)
{
	return t_nbd.play->commands;
}

int t_nbd_failed(void)
{
	return t_nbd.play->failed;
}

void t_nbd_pull(void)
{
	t_nbd_disconnect();
}

void t_nbd_again(struct t *t)
{
	close(t_nbd.dev);
	t_nbd_open();
	t_nbd.play->hold = 0;
	t_nbd.play->held = 0;
	t_nbd_fail(0);
	t_nbd_connect();
	t_nbd_mount(t);
}

void t_nbd_mark(void)
{
	t_nbd_play_ask(t_nbd.play, T_NBD_ASK_MARK);
}

void t_nbd_back(void)
{
	t_nbd_play_ask(t_nbd.play, T_NBD_ASK_BACK);
	T_MUST(!ioctl(t_nbd.dev, BLKFLSBUF, 0));
}
