// SPDX-License-Identifier: GPL-2.0-only
/*
 * The beginning, as a constructor or by the first call that comes before that.
 * There are no threads then.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shim.h"

static enum { SHIM_NEW, SHIM_BEGINNING, SHIM_READY } shim_state;

/*
 * Until libc's are found.  dlsym() may allocate, and the program's allocator
 * may map, write and close.
 */
static int shim_bare_close(int fd)
{
	return syscall(SYS_close, fd);
}

static void *shim_bare_mmap(void *at, size_t len, int prot, int flags, int fd,
			    off_t pos)
{
	return (void *)syscall(SYS_mmap, at, len, prot, flags, fd, pos);
}

static ssize_t shim_bare_write(int fd, const void *buf, size_t len)
{
	return syscall(SYS_write, fd, buf, len);
}

struct shim_next shim_next = {
	.close = shim_bare_close,
	.mmap = shim_bare_mmap,
	.write = shim_bare_write,
};

#define SHIM_NEXT(name)	{ #name, offsetof(struct shim_next, name) }

static const struct {
	const char *name;
	size_t at;
} shim_names[] = {
	SHIM_NEXT(close),
	SHIM_NEXT(close_range),
	SHIM_NEXT(closefrom),
	SHIM_NEXT(copy_file_range),
	SHIM_NEXT(dup2),
	SHIM_NEXT(dup3),
	SHIM_NEXT(fclose),
	SHIM_NEXT(fdopen),
	SHIM_NEXT(fopen),
	SHIM_NEXT(fopen64),
	SHIM_NEXT(freopen),
	SHIM_NEXT(freopen64),
	SHIM_NEXT(mmap),
	SHIM_NEXT(pwrite),
	SHIM_NEXT(pwritev),
	SHIM_NEXT(pwritev2),
	SHIM_NEXT(sendfile),
	SHIM_NEXT(splice),
	SHIM_NEXT(write),
	SHIM_NEXT(writev),
};

_Noreturn void shim_die(const char *const *words)
{
	struct iovec iov[16] = { { "wt-shim: ", 9 } };
	int n = 1;

	for (; *words && n < 15; words++)
		iov[n++] = (struct iovec){ (char *)*words, strlen(*words) };
	iov[n++] = (struct iovec){ "\n", 1 };
	syscall(SYS_writev, STDERR_FILENO, iov, n);
	syscall(SYS_exit_group, 2);
	__builtin_unreachable();
}

static void shim_find_next(void)
{
	size_t i;

	for (i = 0; i < sizeof(shim_names) / sizeof(*shim_names); i++) {
		void *fn = dlsym(RTLD_NEXT, shim_names[i].name);

		if (!fn)
			SHIM_DIE("this C library has no ", shim_names[i].name,
				 "(): glibc 2.34 or newer is needed");
		memcpy((char *)&shim_next + shim_names[i].at, &fn, sizeof(fn));
	}
}

__attribute__((constructor))
static void shim_begin(void)
{
	const char *rules = getenv("WT_SHIM_RULES");

	if (shim_state != SHIM_NEW)
		return;
	shim_state = SHIM_BEGINNING;
	shim_find_next();
	shim_rules_parse(rules);
	if (access("/proc/self/fd", X_OK))
		SHIM_DIE("/proc is not mounted here, which says what file a "
			 "descriptor is: mount it");
	shim_count_open(getenv("WT_SHIM_COUNTS"), rules);
	shim_state = SHIM_READY;
}

bool shim_ready(void)
{
	if (shim_state == SHIM_NEW)
		shim_begin();
	return shim_state == SHIM_READY;
}
