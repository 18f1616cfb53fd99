// SPDX-License-Identifier: GPL-2.0-only
/* See t_async.h. */
#include <errno.h>
#include <liburing.h>
#include <linux/aio_abi.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "t_async.h"

struct t_async {
	struct t *t;
	enum t_engine engine;
	int queued;			/* not submitted yet */
	void *bufs[T_ASYNC_DEPTH];	/* by slot, until closed */
	int slot;			/* the next one */

	struct io_uring ring;

	aio_context_t ctx;
	struct iocb cbs[T_ASYNC_DEPTH];
	struct iocb *queue[T_ASYNC_DEPTH];
	struct io_event refused[T_ASYNC_DEPTH];	/* by io_submit() */
	int nr_refused;
	struct io_event ready[T_ASYNC_DEPTH];	/* taken, but not reaped */
	int nr_ready;
};

struct t_async *t_async_open(struct t *t, enum t_engine engine)
{
	struct t_async *a = calloc(1, sizeof(*a));

	T_MUST(a);
	a->t = t;
	a->engine = engine;
	if (engine == T_URING)
		T_MUST(!io_uring_queue_init(T_ASYNC_DEPTH, &a->ring, 0));
	else
		T_MUST(!syscall(SYS_io_setup, T_ASYNC_DEPTH, &a->ctx));
	return a;
}

void t_async_close(struct t_async *a)
{
	int i;

	if (a->engine == T_URING)
		io_uring_queue_exit(&a->ring);
	else
		syscall(SYS_io_destroy, a->ctx);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		free(a->bufs[i]);
	free(a);
}

static void t_async_queue_uring(struct t_async *a, int fd, void *buf,
				off_t pos, size_t len, int flags)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&a->ring);

	T_MUST(sqe);
	io_uring_prep_write(sqe, fd, buf, len, pos);
	io_uring_sqe_set_data(sqe, buf);
	sqe->rw_flags = flags;
}

static void t_async_queue_aio(struct t_async *a, int fd, void *buf, off_t pos,
			      size_t len, int flags)
{
	struct iocb *cb = &a->cbs[a->slot];

	*cb = (struct iocb) {
		.aio_fildes = fd,
		.aio_lio_opcode = IOCB_CMD_PWRITE,
		.aio_data = (uintptr_t)buf,
		.aio_buf = (uintptr_t)buf,
		.aio_nbytes = len,
		.aio_offset = pos,
		.aio_rw_flags = flags,
	};
	a->queue[a->queued] = cb;
}

void *t_async_write(struct t_async *a, int fd, off_t pos, size_t len, int gen,
		    int flags)
{
	void *buf = t_alloc(len);

	T_MUST(a->queued < T_ASYNC_DEPTH);
	t_fill(a->t, buf, len, flags & RWF_APPEND ? 0 : pos, gen);
	free(a->bufs[a->slot]);
	a->bufs[a->slot] = buf;
	if (a->engine == T_URING)
		t_async_queue_uring(a, fd, buf, pos, len, flags);
	else
		t_async_queue_aio(a, fd, buf, pos, len, flags);
	a->slot = (a->slot + 1) % T_ASYNC_DEPTH;
	a->queued++;
	return buf;
}

/* io_submit() stops at what it refuses: note that, and go on behind it. */
static void t_async_submit_aio(struct t_async *a)
{
	int done = 0;

	while (done < a->queued) {
		long n = syscall(SYS_io_submit, a->ctx, (long)a->queued - done,
				 a->queue + done);

		if (n < 0) {
			a->refused[a->nr_refused++] = (struct io_event){
				.data = a->queue[done]->aio_data, .res = -errno,
			};
			n = 1;
		}
		done += n;
	}
}

long long t_async_submit(struct t_async *a)
{
	long long begin = t_now();

	if (a->engine == T_URING)
		T_MUST(io_uring_submit(&a->ring) == a->queued);
	else
		t_async_submit_aio(a);
	a->queued = 0;
	return t_now() - begin;
}

static long t_async_take_uring(struct t_async *a, const void **buf)
{
	struct io_uring_cqe *cqe;
	long res;

	do {
		res = io_uring_wait_cqe(&a->ring, &cqe);
	} while (res == -EINTR);
	T_MUST(!res);
	res = cqe->res;
	*buf = io_uring_cqe_get_data(cqe);
	io_uring_cqe_seen(&a->ring, cqe);
	return res;
}

/*
 * Take completions; wait for one at least if @wait.  A task that has an io_uring
 * as well is interrupted when that has something for it to do.
 */
static void t_async_get_events(struct t_async *a, bool wait)
{
	struct timespec no_wait = { 0 };
	long n;

	do {
		n = syscall(SYS_io_getevents, a->ctx, wait ? 1L : 0L,
			    (long)T_ASYNC_DEPTH - a->nr_ready,
			    a->ready + a->nr_ready, wait ? NULL : &no_wait);
	} while (n < 0 && errno == EINTR);
	T_MUST(n >= wait);
	a->nr_ready += n;
}

static long t_async_take_aio(struct t_async *a, const void **buf)
{
	const struct io_event *event;

	if (!a->nr_refused && !a->nr_ready)
		t_async_get_events(a, true);
	event = a->nr_refused ? &a->refused[--a->nr_refused] :
		&a->ready[--a->nr_ready];
	*buf = (const void *)(uintptr_t)event->data;
	return (long)event->res;
}

long t_async_take(struct t_async *a, const void **buf)
{
	return a->engine == T_URING ? t_async_take_uring(a, buf) :
				      t_async_take_aio(a, buf);
}

long t_async_reap(struct t_async *a)
{
	const void *buf;

	return t_async_take(a, &buf);
}

int t_async_ready(struct t_async *a)
{
	if (a->engine == T_URING)
		return io_uring_cq_ready(&a->ring);
	t_async_get_events(a, false);
	return a->nr_ready + a->nr_refused;
}

long t_async_one(struct t_async *a, int fd, off_t pos, size_t len, int gen,
		 int flags)
{
	t_async_write(a, fd, pos, len, gen, flags);
	t_async_submit(a);
	return t_async_reap(a);
}
