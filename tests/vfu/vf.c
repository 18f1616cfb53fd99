// SPDX-License-Identifier: GPL-2.0-only
/* See vf.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vf.h"

#define VF_IMAGE	(1u << 20)

static void vf_must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	abort();
}

int vf_memfd(uint64_t size, bool sealed)
{
	int fd = memfd_create("vf", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	vf_must(fd >= 0 && !ftruncate(fd, size), "memfd");
	if (sealed)
		vf_must(!fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK), "seal");
	return fd;
}

unsigned int vf_open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	vf_must(d, "/proc/self/fd");
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

void vf_connect(struct vf *v)
{
	int sv[2];

	vf_must(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC |
			    SOCK_NONBLOCK, 0, sv), "socketpair");
	v->fd = sv[0];
	v->u.conn = sv[1];
}

void vf_new(struct vf *v, bool agreed)
{
	char why[128];

	memset(v, 0, sizeof(*v));
	cfg_default(&v->cfg);
	vf_must(!cfg_word(&v->cfg, "size=1M", why, sizeof(why)), why);
	v->image = vf_memfd(VF_IMAGE, false);
	vf_must(!vmedia_open(&v->media, v->image, VF_IMAGE, 512, true, false),
		"media");
	vfu_init(&v->u, -1);
	v->bus = vfu_bus(&v->u);
	v->ctrl = ctrl_new(&v->cfg, &v->bus, &v->media, NULL);
	vf_must(v->ctrl, "controller");
	vfu_attach(&v->u, v->ctrl);
	vf_connect(v);
	v->u.agreed = agreed;
}

void vf_hang_up(struct vf *v)
{
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
}

void vf_free(struct vf *v)
{
	vf_hang_up(v);
	vfu_close(&v->u);
	ctrl_free(v->ctrl);
	vmedia_close(&v->media);
	close(v->image);
}

void vf_put(struct vf *v, const void *data, size_t len, const int *fds,
	    size_t nr_fds)
{
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(64 * sizeof(int))] = "";
	struct iovec iov = { (void *)data, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (nr_fds) {
		msg.msg_control = space;
		msg.msg_controllen = CMSG_SPACE(nr_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(nr_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, nr_fds * sizeof(int));
	}
	/* Who was cut off may not notice yet. */
	vf_must(sendmsg(v->fd, &msg, MSG_NOSIGNAL) == (ssize_t)len ||
		errno == EPIPE, "sendmsg");
}

void vf_send(struct vf *v, uint16_t command, uint32_t flags, const void *body,
	     size_t len, const int *fds, size_t nr_fds)
{
	struct vfu_head head = {
		.id = command + 1000, .command = command, .flags = flags,
		.size = sizeof(head) + len,
	};
	unsigned char message[2 * VFU_IN_MAX];

	memcpy(message, &head, sizeof(head));
	if (len)
		memcpy(message + sizeof(head), body, len);
	vf_put(v, message, head.size, fds, nr_fds);
}

void vf_serve_all(struct vf *v)
{
	struct pollfd p;

	for (;;) {
		if (v->u.conn < 0)
			return;
		vfu_poll(&v->u, &p);
		if (poll(&p, 1, 0) <= 0)
			return;
		vfu_ready(&v->u, 1);
	}
}

/* Replies are small: one that has begun is all there. */
bool vf_reply(struct vf *v)
{
	if (recv(v->fd, &v->head, sizeof(v->head), MSG_DONTWAIT) !=
	    sizeof(v->head))
		return false;
	v->len = v->head.size - sizeof(v->head);
	vf_must(v->head.size >= sizeof(v->head) && v->len <= sizeof(v->body),
		"the size of a reply");
	return !v->len || recv(v->fd, v->body, v->len, MSG_DONTWAIT) ==
		(ssize_t)v->len;
}

int vf_call_fds(struct vf *v, uint16_t command, const void *body, size_t len,
		const int *fds, size_t nr_fds)
{
	vf_send(v, command, 0, body, len, fds, nr_fds);
	vf_serve_all(v);
	if (!vf_reply(v) || v->head.command != command ||
	    v->head.id != command + 1000 ||
	    (v->head.flags & VFU_TYPE) != VFU_REPLY)
		return -1;
	return v->head.flags & VFU_ERROR ? (int)v->head.error : 0;
}

int vf_call(struct vf *v, uint16_t command, const void *body, size_t len)
{
	return vf_call_fds(v, command, body, len, NULL, 0);
}

int main(void)
{
	bool all = true;

	all &= th_group("vfu-child", vf_child);
	all &= th_group("vfu-fuzz", vf_fuzz);
	all &= th_group("vfu-in", vf_in);
	all &= th_group("vfu-irq", vf_irq);
	all &= th_group("vfu-map", vf_map);
	all &= th_group("vfu-pci", vf_pci);
	all &= th_group("vfu-serve", vf_serve);
	all &= th_group("vfu-who", vf_who);
	return all ? 0 : 1;
}
