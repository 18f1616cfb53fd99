// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counting into the mapped file: see counts.h.
 */
#include <errno.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim.h"

static struct shim_counts shim_counts_own;
static struct shim_counts *shim_counts = &shim_counts_own;

static _Noreturn void shim_count_die(const char *path, const char *what)
{
	SHIM_DIE("WT_SHIM_COUNTS=", path, ": ", what);
}

/* Under the file's lock, so that only one process finds it empty. */
static void shim_count_begin(struct shim_counts *counts, const char *path,
			     const char *rules, bool empty)
{
	if (empty) {
		memcpy(counts->magic, SHIM_COUNTS_MAGIC, sizeof(counts->magic));
		strcpy(counts->rules, rules);
	}
	if (memcmp(counts->magic, SHIM_COUNTS_MAGIC, sizeof(counts->magic)))
		shim_count_die(path, "not a file of counts: name another, or "
			       "remove it");
	if (strncmp(counts->rules, rules, sizeof(counts->rules)))
		shim_count_die(path, "these are the counts of other rules: "
			       "name another file, or remove it");
}

void shim_count_open(const char *path, const char *rules)
{
	struct shim_counts *counts;
	struct stat st;
	int fd;

	if (!path || !*path)
		return;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0 || flock(fd, LOCK_EX) || fstat(fd, &st))
		shim_count_die(path, strerror(errno));
	if (!st.st_size && ftruncate(fd, sizeof(*counts)))
		shim_count_die(path, strerror(errno));
	if (st.st_size && st.st_size != sizeof(*counts))
		shim_count_die(path, "not a file of counts: name another, or "
			       "remove it");
	counts = shim_next.mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
				MAP_SHARED, fd, 0);
	if (counts == MAP_FAILED)
		shim_count_die(path, strerror(errno));
	shim_count_begin(counts, path, rules, !st.st_size);
	/* The mapping keeps the open file, and with it the lock. */
	flock(fd, LOCK_UN);
	shim_next.close(fd);
	__atomic_fetch_add(&counts->processes, 1, __ATOMIC_RELAXED);
	shim_counts = counts;
}

void shim_count(int rule, enum shim_outcome outcome, uint64_t bytes)
{
	struct shim_count *count = &shim_counts->of[rule][outcome];

	__atomic_fetch_add(&count->calls, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&count->bytes, bytes, __ATOMIC_RELAXED);
}
