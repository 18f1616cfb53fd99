// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a descriptor to its rule.
 *
 * A descriptor is not followed from open() on: it may have come by dup(),
 * fcntl(), exec() or a socket.  What it is, /proc/self/fd says when it is first
 * asked for.  That is kept, together with the file's device and inode number,
 * and these are compared at each write: libc closes and opens descriptors
 * where we do not see it.
 */
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

#define SHIM_FILES	4096	/* descriptors above are looked up each time */

/* Of struct statx, as far as we look into it; include/uapi/linux/stat.h. */
#define SHIM_STATX_WRITE_ATOMIC	0x00010000U

struct shim_statx {
	uint32_t mask;
	uint8_t other[0xa8 - 4];
	uint32_t atomic_write_unit_min;
	uint32_t atomic_write_unit_max;
	uint8_t rest[256 - 0xb0];
};

/*
 * One writer at a time, and it is never waited for: seq is odd while there is
 * one, and whoever meets it does without the table.
 */
struct shim_slot {
	uint32_t seq;
	int32_t rule;		/* or -1: none fits */
	uint64_t dev;
	uint64_t ino;		/* 0: nothing is known */
	uint32_t unit_min;
	uint32_t unit_max;
};

static struct shim_slot shim_slots[SHIM_FILES];

#define SHIM_GET(field)		__atomic_load_n(&(field), __ATOMIC_RELAXED)
#define SHIM_SET(field, value)	\
	__atomic_store_n(&(field), value, __ATOMIC_RELAXED)

static void shim_slot_set(int fd, const struct shim_slot *is)
{
	struct shim_slot *slot = &shim_slots[fd];
	uint32_t seq = SHIM_GET(slot->seq);

	if (seq & 1 || !__atomic_compare_exchange_n(&slot->seq, &seq, seq + 1,
			false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	__atomic_thread_fence(__ATOMIC_RELEASE);
	SHIM_SET(slot->rule, is->rule);
	SHIM_SET(slot->dev, is->dev);
	SHIM_SET(slot->ino, is->ino);
	SHIM_SET(slot->unit_min, is->unit_min);
	SHIM_SET(slot->unit_max, is->unit_max);
	__atomic_store_n(&slot->seq, seq + 2, __ATOMIC_RELEASE);
}

static bool shim_slot_get(int fd, struct shim_slot *is)
{
	const struct shim_slot *slot = &shim_slots[fd];
	uint32_t seq = __atomic_load_n(&slot->seq, __ATOMIC_ACQUIRE);

	is->rule = SHIM_GET(slot->rule);
	is->dev = SHIM_GET(slot->dev);
	is->ino = SHIM_GET(slot->ino);
	is->unit_min = SHIM_GET(slot->unit_min);
	is->unit_max = SHIM_GET(slot->unit_max);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return !(seq & 1) && seq == SHIM_GET(slot->seq);
}

/* "/proc/self/fd/" and a number, without stdio. */
static void shim_file_link(int fd, char *link)
{
	static const char dir[] = "/proc/self/fd/";
	char digits[12];
	int n = 0;

	do
		digits[n++] = '0' + fd % 10;
	while (fd /= 10);
	memcpy(link, dir, sizeof(dir));
	link += sizeof(dir) - 1;
	while (n)
		*link++ = digits[--n];
	*link = '\0';
}

/* A file that was unlinked has a name that says so. */
static int shim_file_rule(int fd, const struct stat *st)
{
	static const char gone[] = " (deleted)";
	const size_t tail = sizeof(gone) - 1;
	char link[32], path[PATH_MAX];
	ssize_t n;

	shim_file_link(fd, link);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || n == sizeof(path) - 1)
		return SHIM_NO_NAME;
	path[n] = '\0';
	if (!st->st_nlink && (size_t)n > tail && !strcmp(path + n - tail, gone))
		path[n - tail] = '\0';
	return shim_rules_find(path);
}

/* No atomic writes, if it does not say. */
static void shim_file_units(int fd, struct shim_slot *is)
{
	struct shim_statx stx = { 0 };

	if (statx(fd, "", AT_EMPTY_PATH, SHIM_STATX_WRITE_ATOMIC,
		  (struct statx *)&stx) ||
	    !(stx.mask & SHIM_STATX_WRITE_ATOMIC))
		return;
	is->unit_min = stx.atomic_write_unit_min;
	is->unit_max = stx.atomic_write_unit_max;
}

static void shim_file_look(int fd, const struct stat *st, struct shim_slot *is)
{
	*is = (struct shim_slot){
		.rule = shim_file_rule(fd, st),
		.dev = st->st_dev, .ino = st->st_ino,
	};
	if (is->rule >= 0 && is->rule != SHIM_NO_NAME)
		shim_file_units(fd, is);
	if (fd < SHIM_FILES)
		shim_slot_set(fd, is);
}

bool shim_file_find(int fd, struct shim_file *file)
{
	int saved = errno;
	struct shim_slot is;
	struct stat st;
	bool is_file;

	is_file = fd >= 0 && !fstat(fd, &st) &&
		  (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
	if (is_file && (fd >= SHIM_FILES || !shim_slot_get(fd, &is) ||
			is.ino != st.st_ino || is.dev != st.st_dev))
		shim_file_look(fd, &st, &is);
	errno = saved;
	if (!is_file || is.rule < 0)
		return false;
	file->rule = is.rule;
	file->class = is.rule == SHIM_NO_NAME ? SHIM_ORDINARY :
		      shim_rules_class(is.rule);
	file->unit_min = is.unit_min;
	file->unit_max = is.unit_max;
	return true;
}

void shim_file_forget(unsigned int first, unsigned int last)
{
	static const struct shim_slot nothing = { .rule = -1 };

	if (last >= SHIM_FILES)
		last = SHIM_FILES - 1;
	for (; first <= last; first++)
		if (SHIM_GET(shim_slots[first].ino))
			shim_slot_set(first, &nothing);
}
