// SPDX-License-Identifier: GPL-2.0-only
/* See vfu_in.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu_in.h"

void vfu_in_init(struct vfu_in *in)
{
	in->len = 0;
	in->at = 0;
	in->nr_fds = 0;
	in->fds_at = 0;
}

static void vfu_in_drop_fds(struct vfu_in *in)
{
	size_t i;

	for (i = 0; i < in->nr_fds; i++)
		if (in->fds[i] >= 0)
			close(in->fds[i]);
	in->nr_fds = 0;
}

void vfu_in_close(struct vfu_in *in)
{
	vfu_in_drop_fds(in);
	vfu_in_init(in);
}

/* Its header is there: how long is the message?  0: that cannot be. */
static size_t vfu_in_size(const struct vfu_in *in, size_t at)
{
	struct vfu_head head;

	memcpy(&head, in->buf + at, sizeof(head));
	return head.size < sizeof(head) || head.size > VFU_IN_MAX ?
		0 : head.size;
}

/* Where the last message begins, as far as one can tell. */
static size_t vfu_in_last(const struct vfu_in *in)
{
	size_t at = in->at;

	while (in->len - at >= sizeof(struct vfu_head)) {
		size_t size = vfu_in_size(in, at);

		/* A bad header ends the connection: it may have them. */
		if (!size || size >= in->len - at)
			break;
		at += size;
	}
	return at;
}

/*
 * A message that has begun, and has descriptors, is completed by a read of its
 * own: the next one's descriptors cannot come in between.
 */
static size_t vfu_in_room(const struct vfu_in *in)
{
	size_t have = in->len - in->at;

	if (!in->nr_fds)
		return sizeof(in->buf) - in->len;
	if (have < sizeof(struct vfu_head))
		return sizeof(struct vfu_head) - have;
	return vfu_in_size(in, in->at) - have;
}

/* False: more than there can be. */
static bool vfu_in_take_fds(struct vfu_in *in, struct msghdr *msg)
{
	struct cmsghdr *c;
	bool all = !(msg->msg_flags & MSG_CTRUNC);

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t bytes = c->cmsg_len - CMSG_LEN(0);
		const unsigned char *data = CMSG_DATA(c);
		int fd;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (; bytes >= sizeof(fd); bytes -= sizeof(fd)) {
			memcpy(&fd, data, sizeof(fd));
			data += sizeof(fd);
			if (in->nr_fds < VFU_IN_FDS) {
				in->fds[in->nr_fds++] = fd;
			} else {
				close(fd);
				all = false;
			}
		}
	}
	return all;
}

long vfu_in_read(struct vfu_in *in, int fd)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(VFU_IN_FDS * sizeof(int))];
	size_t before, had = in->nr_fds;
	struct msghdr msg = {
		.msg_iovlen = 1, .msg_control = space,
		.msg_controllen = sizeof(space),
	};
	struct iovec iov;
	ssize_t n;

	memmove(in->buf, in->buf + in->at, in->len - in->at);
	in->len -= in->at;
	in->at = 0;
	in->fds_at = 0;
	before = in->len;
	iov.iov_base = in->buf + in->len;
	iov.iov_len = vfu_in_room(in);
	msg.msg_iov = &iov;
	n = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	in->len += n;
	if (!vfu_in_take_fds(in, &msg))
		return -EPROTO;
	if (in->nr_fds == had)
		return n;
	in->fds_at = vfu_in_last(in);
	return had || in->fds_at < before ? -EPROTO : n;
}

int vfu_in_next(struct vfu_in *in, struct vfu_msg *m)
{
	size_t have = in->len - in->at, size;

	/* What the last one did not take. */
	if (in->nr_fds && in->fds_at < in->at)
		vfu_in_drop_fds(in);
	if (have < sizeof(m->head))
		return 0;
	size = vfu_in_size(in, in->at);
	if (!size)
		return -EPROTO;
	if (have < size)
		return 0;
	memcpy(&m->head, in->buf + in->at, sizeof(m->head));
	m->body = in->buf + in->at + sizeof(m->head);
	m->len = size - sizeof(m->head);
	m->fds = in->fds;
	m->nr_fds = in->fds_at == in->at ? in->nr_fds : 0;
	in->at += size;
	return 1;
}
