/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream of bytes and descriptors becomes messages.
 *
 * The sender puts a message's descriptors on its first byte, and a read of a UNIX
 * stream ends behind the bytes that came with descriptors (unix(7), SCM_RIGHTS):
 * so what a read brings belongs to the last message that begins in it.
 */
#ifndef VNVME_VFU_IN_H
#define VNVME_VFU_IN_H

#include <stddef.h>

#include "vfu_wire.h"

#define VFU_IN_MAX	8192	/* bytes of a message; VERSION says less */
#define VFU_IN_FDS	16	/* of a message */

struct vfu_in {
	_Alignas(8) unsigned char buf[2 * VFU_IN_MAX];
	size_t len;		/* bytes in @buf */
	size_t at;		/* where the next message begins */
	int fds[VFU_IN_FDS];	/* not yet taken; all of one message ... */
	size_t nr_fds;
	size_t fds_at;		/* ... that begins here */
};

/* Descriptors that are left after the call are closed by vfu_in_next(). */
struct vfu_msg {
	struct vfu_head head;
	const void *body;	/* any alignment; good until vfu_in_read() */
	size_t len;		/* of @body */
	int *fds;		/* who takes one leaves -1 */
	size_t nr_fds;
};

void vfu_in_init(struct vfu_in *in);
void vfu_in_close(struct vfu_in *in);
/*
 * Take what is there; does not block.  Bytes read; 0 at the end of the stream;
 * -EAGAIN; -EPROTO for descriptors that no message begins with, or too many.
 */
long vfu_in_read(struct vfu_in *in, int fd);
/* 1 with @m filled, 0 when it is not complete yet, -EPROTO for a bad header. */
int vfu_in_next(struct vfu_in *in, struct vfu_msg *m);

#endif
