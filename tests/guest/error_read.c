// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asynchronous direct reads, one of which is of a sector that fails: it says
 * so, no other does.  The work queue that completes it is the one that writes
 * through use as well.
 */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "error.h"

#define READ_NR		8

struct reads {
	aio_context_t ctx;
	struct iocb cbs[READ_NR];
	struct iocb *queue[READ_NR];
	struct io_event ready[READ_NR];
};

/* Pages @pos, @pos + 2, ... of the file. */
static void reads_submit(struct t *t, struct reads *r, int fd, off_t pos)
{
	int i;

	T_MUST(!syscall(SYS_io_setup, READ_NR, &r->ctx));
	for (i = 0; i < READ_NR; i++) {
		r->cbs[i] = (struct iocb) {
			.aio_fildes = fd,
			.aio_lio_opcode = IOCB_CMD_PREAD,
			.aio_data = i,
			.aio_buf = (uintptr_t)t_alloc(t->ps),
			.aio_nbytes = t->ps,
			.aio_offset = pos + i * 2 * t->ps,
		};
		r->queue[i] = &r->cbs[i];
	}
	T_MUST(syscall(SYS_io_submit, r->ctx, (long)READ_NR, r->queue) ==
	       READ_NR);
	T_MUST(syscall(SYS_io_getevents, r->ctx, (long)READ_NR, (long)READ_NR,
		       r->ready, NULL) == READ_NR);
	syscall(SYS_io_destroy, r->ctx);
}

void error_read(struct t *t)
{
	struct reads r = { 0 };
	char path[40];
	off_t bad, pos;
	struct t_room room = t_flaky_room(t, &bad);
	int i, fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", room.file);
	fd = open(path, O_RDONLY | O_DIRECT | O_CLOEXEC);
	T_MUST(fd >= 0);
	pos = (room.at + bad - room.pos) / t->ps * t->ps - 10 * t->ps;
	t_flaky(t, &room, T_FLAKY_SECTOR);
	reads_submit(t, &r, fd, pos);
	t_flaky(t, &room, T_FLAKY_QUIET);
	for (i = 0; i < READ_NR; i++) {
		const struct iocb *cb = &r.cbs[r.ready[i].data];
		void *buf = (void *)(uintptr_t)cb->aio_buf;
		long long n = r.ready[i].res;

		if (r.ready[i].data == 5)
			T_OK(t, error_is(n), "of the bad sector: %lld", n);
		else if (T_EQ(t, "read", t->ps, n))
			T_OK(t, t_differs(t, buf, t->ps, cb->aio_offset, 1) < 0,
			     "expected generation 1, seen %s",
			     t_what(t, buf, t->ps, cb->aio_offset));
		free(buf);
	}
	close(fd);
}
