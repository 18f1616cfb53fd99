// SPDX-License-Identifier: GPL-2.0-only
/*
 * See flags_uring.h.  The rings as io_uring_setup(2) describes them, for one
 * entry: no wrap-around, no contention.
 */
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "flags_uring.h"
#include "t.h"

static void *uring_map(int ring, size_t size, off_t what)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		       what);

	T_MUST(p != MAP_FAILED);
	return p;
}

int uring_write(int fd, const void *buf, size_t len, off_t pos, int rw_flags)
{
	struct io_uring_params p = { 0 };
	int ring = syscall(SYS_io_uring_setup, 1, &p);
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqes;
	char *sq, *cq;

	T_MUST(ring >= 0);
	sq = uring_map(ring, p.sq_off.array + 4 * p.sq_entries,
		       IORING_OFF_SQ_RING);
	cq = uring_map(ring, p.cq_off.cqes + sizeof(*cqes) * p.cq_entries,
		       IORING_OFF_CQ_RING);
	sqe = uring_map(ring, sizeof(*sqe), IORING_OFF_SQES);
	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = IORING_OP_WRITE;
	sqe->fd = fd;
	sqe->addr = (uintptr_t)buf;
	sqe->len = len;
	sqe->off = pos;
	sqe->rw_flags = rw_flags;
	*(uint32_t *)(sq + p.sq_off.array) = 0;
	__atomic_store_n((uint32_t *)(sq + p.sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	T_MUST(syscall(SYS_io_uring_enter, ring, 1, 1,
		       IORING_ENTER_GETEVENTS, NULL, 0) == 1);
	T_MUST(__atomic_load_n((uint32_t *)(cq + p.cq_off.tail),
			       __ATOMIC_ACQUIRE) == 1);
	cqes = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	close(ring);
	return cqes[0].res;
}
