/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of libwtshim.so; README.md says what it is for.
 *
 * What write(2) goes through calls no malloc() and takes no lock, so that it
 * may be called from a signal handler as write(2) may, and leaves errno as the
 * system call left it.
 */
#ifndef SHIM_H
#define SHIM_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "counts.h"

/* Older C libraries do not know them: include/uapi/linux/{fs,stat}.h. */
#ifndef RWF_APPEND
#define RWF_APPEND		0x00000010
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC		0x00000040
#endif
#ifndef RWF_WRITETHROUGH
#define RWF_WRITETHROUGH	0x00000200
#endif

#define SHIM_EXPORT	__attribute__((visibility("default")))

enum shim_class {
	SHIM_ORDINARY,		/* only counted */
	SHIM_WT,
	SHIM_ATOMIC,		/* WT where it does not qualify */
	SHIM_ATOMIC_ONLY,	/* EINVAL where it does not qualify */
};

/*
 * shim.c: the beginning.
 */

/*
 * The functions that ours stand in front of.  Valid after shim_ready(); while
 * the library is only beginning, those that a malloc() could need at that time
 * are there as bare system calls.
 */
struct shim_next {
	int (*close)(int fd);
	int (*close_range)(unsigned int first, unsigned int last, int flags);
	void (*closefrom)(int first);
	ssize_t (*copy_file_range)(int in, off64_t *from, int out, off64_t *to,
				   size_t len, unsigned int flags);
	int (*dup2)(int fd, int to);
	int (*dup3)(int fd, int to, int flags);
	int (*fclose)(FILE *f);
	FILE *(*fdopen)(int fd, const char *mode);
	FILE *(*fopen)(const char *path, const char *mode);
	FILE *(*fopen64)(const char *path, const char *mode);
	FILE *(*freopen)(const char *path, const char *mode, FILE *f);
	FILE *(*freopen64)(const char *path, const char *mode, FILE *f);
	void *(*mmap)(void *at, size_t len, int prot, int flags, int fd,
		      off_t pos);
	ssize_t (*pwrite)(int fd, const void *buf, size_t len, off_t pos);
	ssize_t (*pwritev)(int fd, const struct iovec *iov, int nr, off_t pos);
	ssize_t (*pwritev2)(int fd, const struct iovec *iov, int nr, off_t pos,
			    int flags);
	ssize_t (*sendfile)(int out, int in, off_t *from, size_t len);
	ssize_t (*splice)(int in, off64_t *from, int out, off64_t *to,
			  size_t len, unsigned int flags);
	ssize_t (*write)(int fd, const void *buf, size_t len);
	ssize_t (*writev)(int fd, const struct iovec *iov, int nr);
};

extern struct shim_next shim_next;

/*
 * Are rules known?  Begins if nobody did.  False while that goes on: what our
 * own beginning calls is left alone.
 */
bool shim_ready(void);

/* Say "wt-shim: " and these, a line, and end the process with status 2. */
_Noreturn void shim_die(const char *const *words);
#define SHIM_DIE(...)	shim_die((const char *const []){ __VA_ARGS__, NULL })

/*
 * rules.c: which class has a path?
 */

/* Ends the process if the text is not valid. */
void shim_rules_parse(const char *text);
/* The number of the first rule that fits, or -1. */
int shim_rules_find(const char *path);
enum shim_class shim_rules_class(int rule);

/*
 * count.c: what became of writes.
 */

/* Map the file; NULL: nobody will read the counts.  Ends the process if it
 * cannot be. */
void shim_count_open(const char *path, const char *rules);
void shim_count(int rule, enum shim_outcome outcome, uint64_t bytes);

/*
 * files.c: which rule has a descriptor?
 */
struct shim_file {
	int rule;		/* or SHIM_NO_NAME */
	enum shim_class class;
	uint32_t unit_min;	/* bytes, statx; 0: no atomic writes */
	uint32_t unit_max;
};

/*
 * False: it is no file, or no rule fits.  The name is that which the file had
 * when this descriptor was first asked for; whether the descriptor still is
 * that file is looked at each time.
 */
bool shim_file_find(int fd, struct shim_file *file);
/* These descriptors, both included, are about to be closed. */
void shim_file_forget(unsigned int first, unsigned int last);

#endif
