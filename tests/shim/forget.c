// SPDX-License-Identifier: GPL-2.0-only
/*
 * In front of libc's functions that close: what is known of a descriptor ends
 * with it.  The file alone does not tell: the same one may come back by the
 * same number under a new name.
 */
#include <limits.h>
#include <unistd.h>

#include "shim.h"

static void shim_forget(int fd)
{
	if (shim_ready() && fd >= 0)
		shim_file_forget(fd, fd);
}

SHIM_EXPORT int close(int fd)
{
	shim_forget(fd);
	return shim_next.close(fd);
}

SHIM_EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	if (shim_ready())
		shim_file_forget(first, last);
	return shim_next.close_range(first, last, flags);
}

SHIM_EXPORT void closefrom(int first)
{
	if (shim_ready())
		shim_file_forget(first < 0 ? 0 : first, UINT_MAX);
	shim_next.closefrom(first);
}

SHIM_EXPORT int dup2(int fd, int to)
{
	shim_forget(to);
	return shim_next.dup2(fd, to);
}

SHIM_EXPORT int dup3(int fd, int to, int flags)
{
	shim_forget(to);
	return shim_next.dup3(fd, to, flags);
}

SHIM_EXPORT int fclose(FILE *f)
{
	shim_forget(fileno(f));
	return shim_next.fclose(f);
}
