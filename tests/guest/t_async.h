/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asynchronous writes by io_uring or libaio, alike, for the case programs.
 *
 * Writes are queued, submitted together, and reaped in whatever order they
 * complete.  Their buffers are filled with a generation, as t_write() does it
 * (of position 0 with RWF_APPEND), and belong to the engine.
 */
#ifndef T_ASYNC_H
#define T_ASYNC_H

#include "t.h"

#define T_ASYNC_DEPTH	32	/* writes that are not reaped, at most */

struct t_async;

enum t_engine { T_URING, T_AIO };

/* Never NULL; broken if the kernel does not have the engine. */
struct t_async *t_async_open(struct t *t, enum t_engine engine);
void t_async_close(struct t_async *a);

/* Queue a write of @len bytes of @gen, in the buffer returned; RWF_* flags. */
void *t_async_write(struct t_async *a, int fd, off_t pos, size_t len, int gen,
		    int flags);

/* Submit all that is queued.  How long did that take, in ns? */
long long t_async_submit(struct t_async *a);

/*
 * Wait for a completion and take it: what did the write return?  What libaio
 * refuses at submission is taken like a completion.
 */
long t_async_reap(struct t_async *a);
/* The same; *@buf is the buffer of which write that was. */
long t_async_take(struct t_async *a, const void **buf);

/* How many completions could be taken without waiting? */
int t_async_ready(struct t_async *a);

/* One write, from queue to result. */
long t_async_one(struct t_async *a, int fd, off_t pos, size_t len, int gen,
		 int flags);

#endif
