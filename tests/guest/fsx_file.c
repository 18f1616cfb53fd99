// SPDX-License-Identifier: GPL-2.0-only
/*
 * What operations do to the file beyond one call: map it, and make the kernel
 * forget it.  See fsx.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_DROP_CACHES	"/proc/sys/vm/drop_caches"
#define FSX_STAT	"/proc/fs/xfs/stat"
#define FSX_DROP_TRIES	1000

/* A mapping that ends too early must be told, not die of. */
static sigjmp_buf fsx_sigbus_back;

static void fsx_sigbus(int sig)
{
	(void)sig;
	siglongjmp(fsx_sigbus_back, 1);
}

uint8_t *fsx_map(struct fsx *f)
{
	struct sigaction sa = { .sa_handler = fsx_sigbus };
	void *map = f->map;

	if (map)
		return map;
	T_MUST(!sigaction(SIGBUS, &sa, NULL));
	map = mmap(NULL, FSX_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, f->fd, 0);
	T_MUST(map != MAP_FAILED);
	return f->map = map;
}

static void fsx_unmap(struct fsx *f)
{
	if (f->map)
		T_MUST(!munmap(f->map, FSX_MAX));
	f->map = NULL;
}

static long fsx_faults(void)
{
	struct rusage ru;

	T_MUST(!getrusage(RUSAGE_SELF, &ru));
	return ru.ru_minflt + ru.ru_majflt;
}

/* The memory of @f->buf is there already: it faults no more. */
long long fsx_map_copy(struct fsx *f, long long pos, long long len, bool store)
{
	uint8_t *map = fsx_map(f) + pos;

	if (sigsetjmp(fsx_sigbus_back, 1))
		return -EFAULT;
	f->faults = -fsx_faults();
	if (!store)
		memcpy(f->buf, map, len);
	else if (f->lie != FSX_NO_STORE)
		memcpy(map, f->buf, len);
	f->faults += fsx_faults();
	return len;
}

void fsx_forget(struct fsx *f)
{
	fsx_unmap(f);
	if (f->lie != FSX_NO_DROP)
		t_drop(f->fd);
}

/* A page may be kept a moment longer by a CPU that has just dealt with it. */
bool fsx_forget_all(struct fsx *f)
{
	int tries;

	for (tries = 0; tries < FSX_DROP_TRIES; tries++) {
		fsx_forget(f);
		if (!t_cachestat(f->fd, 0, FSX_MAX).nr_cache)
			return true;
		sched_yield();
	}
	return false;
}

int fsx_direct_fd(struct fsx *f)
{
	if (f->direct < 0)
		f->direct = t_open(f->t, f->name, O_RDWR | O_DIRECT);
	return f->direct;
}

/* How many inodes XFS made anew: not found in memory, or given up there. */
static long long fsx_inodes(void)
{
	long long recycled, missed;
	FILE *stat = fopen(FSX_STAT, "re");
	char line[200];
	bool found = false;

	T_MUST(stat);
	while (!found && fgets(line, sizeof(line), stat))
		found = sscanf(line, "ig %*d %*d %lld %lld", &recycled,
			       &missed) == 2;
	T_MUST(found);
	fclose(stat);
	return recycled + missed;
}

/*
 * Close and open the file, until its inode left memory meanwhile: what was used
 * lately is spared at first, and what the flusher has on its list always, also
 * when its pages are clean.  The directory is kept: it would count as well.
 */
void fsx_evict(struct fsx *f)
{
	int dir, drop, tries;
	long long before;

	if (f->t->blkdev) {
		/* The last to close the device makes its cache go. */
		fsx_close(f);
		f->fd = t_open(f->t, f->name, O_RDWR);
		return;
	}
	dir = open(f->t->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	T_MUST(dir >= 0);
	for (tries = 0; tries < FSX_DROP_TRIES; tries++) {
		T_MUST(!syncfs(f->fd));
		fsx_close(f);
		drop = open(FSX_DROP_CACHES, O_WRONLY | O_CLOEXEC);
		T_MUST(drop >= 0 && write(drop, "2", 1) == 1);
		close(drop);
		before = fsx_inodes();
		f->fd = openat(dir, f->name, O_RDWR | O_CLOEXEC);
		T_MUST(f->fd >= 0);
		if (fsx_inodes() != before)
			break;
	}
	close(dir);
	T_MUST(tries < FSX_DROP_TRIES);
}

void fsx_close(struct fsx *f)
{
	fsx_unmap(f);
	if (f->direct >= 0)
		close(f->direct);
	if (f->fd >= 0)
		close(f->fd);
	f->direct = f->fd = -1;
}
