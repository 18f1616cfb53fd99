// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways to write to a file that pass no write function of libc: stdio (which
 * calls the kernel from inside of libc), shared mappings, copies.  They are
 * left as they are, but a rule's file that is written like that is counted:
 * streams and mappings when they begin, copies with their bytes.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

#include "shim.h"

static void shim_unseen(int fd, uint64_t bytes)
{
	struct shim_file file;

	if (shim_file_find(fd, &file))
		shim_count(file.rule, SHIM_UNSEEN, bytes);
}

static FILE *shim_unseen_stream(FILE *f, const char *mode)
{
	if (f && strpbrk(mode, "wa+"))
		shim_unseen(fileno(f), 0);
	return f;
}

SHIM_EXPORT FILE *fopen(const char *path, const char *mode)
{
	bool ready = shim_ready();
	FILE *f = shim_next.fopen(path, mode);

	return ready ? shim_unseen_stream(f, mode) : f;
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	bool ready = shim_ready();
	FILE *f = shim_next.fopen64(path, mode);

	return ready ? shim_unseen_stream(f, mode) : f;
}

SHIM_EXPORT FILE *fdopen(int fd, const char *mode)
{
	bool ready = shim_ready();
	FILE *f = shim_next.fdopen(fd, mode);

	return ready ? shim_unseen_stream(f, mode) : f;
}

/* It closes the stream's old descriptor inside of libc. */
static void shim_unseen_reopen(FILE *f)
{
	int fd = fileno(f);

	if (fd >= 0)
		shim_file_forget(fd, fd);
}

SHIM_EXPORT FILE *freopen(const char *path, const char *mode, FILE *f)
{
	bool ready = shim_ready();

	if (ready)
		shim_unseen_reopen(f);
	f = shim_next.freopen(path, mode, f);
	return ready ? shim_unseen_stream(f, mode) : f;
}

SHIM_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *f)
{
	bool ready = shim_ready();

	if (ready)
		shim_unseen_reopen(f);
	f = shim_next.freopen64(path, mode, f);
	return ready ? shim_unseen_stream(f, mode) : f;
}

SHIM_EXPORT void *mmap(void *at, size_t len, int prot, int flags, int fd,
		       off_t pos)
{
	bool ready = shim_ready();
	void *map = shim_next.mmap(at, len, prot, flags, fd, pos);
	int type = flags & MAP_TYPE;

	if (ready && map != MAP_FAILED && prot & PROT_WRITE &&
	    !(flags & MAP_ANONYMOUS) &&
	    (type == MAP_SHARED || type == MAP_SHARED_VALIDATE))
		shim_unseen(fd, 0);
	return map;
}

static ssize_t shim_unseen_copy(int fd, ssize_t n)
{
	if (n > 0 && shim_ready())
		shim_unseen(fd, n);
	return n;
}

SHIM_EXPORT ssize_t copy_file_range(int in, off64_t *from, int out,
				    off64_t *to, size_t len,
				    unsigned int flags)
{
	shim_ready();
	return shim_unseen_copy(out, shim_next.copy_file_range(in, from, out,
							       to, len, flags));
}

SHIM_EXPORT ssize_t sendfile(int out, int in, off_t *from, size_t len)
{
	shim_ready();
	return shim_unseen_copy(out, shim_next.sendfile(out, in, from, len));
}

SHIM_EXPORT ssize_t splice(int in, off64_t *from, int out, off64_t *to,
			   size_t len, unsigned int flags)
{
	shim_ready();
	return shim_unseen_copy(out, shim_next.splice(in, from, out, to, len,
						      flags));
}

#define SHIM_ALIAS(name)	__attribute__((alias(name))) SHIM_EXPORT

SHIM_ALIAS("mmap") void *mmap64(void *at, size_t len, int prot, int flags,
				int fd, off64_t pos);
SHIM_ALIAS("sendfile") ssize_t sendfile64(int out, int in, off64_t *from,
					  size_t len);
