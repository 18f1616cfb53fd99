// SPDX-License-Identifier: GPL-2.0-only
/* See vfu.h: who is connected, and what goes over the wire. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vfu.h"
#include "vfu_cmd.h"

static void *vfu_bus_mem(void *ctx, uint64_t addr, uint64_t len, bool write)
{
	struct vfu *u = ctx;

	return vfu_map_mem(&u->maps, addr, len, write);
}

static void vfu_bus_irq(void *ctx, unsigned int vector)
{
	struct vfu *u = ctx;

	vfu_irq_raise(&u->irq, vector);
}

struct bus vfu_bus(struct vfu *u)
{
	return (struct bus) {
		.mem = vfu_bus_mem, .irq = vfu_bus_irq, .ctx = u,
	};
}

void vfu_init(struct vfu *u, int listen)
{
	memset(u, 0, sizeof(*u));
	u->listen = listen;
	u->conn = -1;
	vfu_in_init(&u->in);
	vfu_map_init(&u->maps);
	vfu_irq_init(&u->irq);
	vfu_pci_init(&u->pci);
	fcntl(listen, F_SETFL, fcntl(listen, F_GETFL) | O_NONBLOCK);
}

void vfu_attach(struct vfu *u, struct ctrl *ctrl)
{
	u->ctrl = ctrl;
}

void vfu_close(struct vfu *u)
{
	if (u->conn < 0)
		return;
	close(u->conn);
	u->conn = -1;
	u->agreed = false;
	u->out_len = 0;
	ctrl_reset(u->ctrl);
	vfu_in_close(&u->in);
	vfu_map_close(&u->maps);
	vfu_irq_close(&u->irq);
	vfu_pci_init(&u->pci);
}

static void vfu_cut_off(struct vfu *u, const char *why)
{
	fprintf(stderr, "vnvme: the client is cut off: %s\n", why);
	vfu_close(u);
}

/* Who started process @pid; -1 when nobody can tell. */
static pid_t vfu_parent_of(pid_t pid)
{
	char path[64], text[512], *after;
	pid_t parent = -1;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	/* The name, which may have anything in it, is in parentheses. */
	after = strrchr(text, ')');
	if (!after || sscanf(after, ") %*c %d", &parent) != 1)
		return -1;
	return parent;
}

static bool vfu_may_connect(int fd)
{
	struct ucred peer = { .pid = 0 };
	socklen_t len = sizeof(peer);
	pid_t ours = getppid();

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) ||
	    peer.pid <= 0 || peer.uid != geteuid())
		return false;
	return peer.pid == ours || vfu_parent_of(peer.pid) == ours;
}

static void vfu_accept(struct vfu *u)
{
	int fd = accept4(u->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (!vfu_may_connect(fd)) {
		fprintf(stderr, "vnvme: a stranger's connection is refused\n");
		close(fd);
		return;
	}
	u->conn = fd;
}

/* What is left of the reply.  False when there is still something. */
static bool vfu_flush(struct vfu *u)
{
	while (u->out_at < u->out_len) {
		ssize_t n = send(u->conn, u->out + u->out_at,
				 u->out_len - u->out_at,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			vfu_close(u);
		if (n < 0)
			return false;
		u->out_at += n;
	}
	u->out_len = 0;
	return true;
}

/* @ret: bytes behind the header, or -errno. */
static void vfu_reply(struct vfu *u, const struct vfu_head *to, long ret)
{
	struct vfu_head head = {
		.id = to->id, .command = to->command, .flags = VFU_REPLY,
		.size = sizeof(head) + (ret > 0 ? ret : 0),
	};

	if (ret < 0) {
		head.flags |= VFU_ERROR;
		head.error = -ret;
	}
	memcpy(u->out, &head, sizeof(head));
	u->out_len = head.size;
	u->out_at = 0;
	vfu_flush(u);
}

/* All complete messages, as long as their replies fit. */
static void vfu_messages(struct vfu *u)
{
	struct vfu_msg m;
	long ret;

	while (u->conn >= 0 && !u->out_len) {
		ret = vfu_in_next(&u->in, &m);
		if (!ret)
			return;
		/* We ask nothing, so there is nothing to reply to. */
		if (ret < 0 || m.head.flags & VFU_TYPE) {
			vfu_cut_off(u, "that is no vfio-user command");
			return;
		}
		ret = vfu_cmd(u, &m, u->out + sizeof(struct vfu_head));
		if (!(m.head.flags & VFU_NO_REPLY))
			vfu_reply(u, &m.head, ret);
	}
}

void vfu_poll(const struct vfu *u, struct pollfd *p)
{
	p->fd = u->conn >= 0 ? u->conn : u->listen;
	p->events = u->out_len ? POLLOUT : POLLIN;
	p->revents = 0;
}

void vfu_ready(struct vfu *u, uint64_t now)
{
	long n;

	u->now = now;
	if (u->conn < 0) {
		vfu_accept(u);
		return;
	}
	if (u->out_len) {
		if (vfu_flush(u))
			vfu_messages(u);
		return;
	}
	n = vfu_in_read(&u->in, u->conn);
	if (n == -EAGAIN)
		return;
	if (n == -EPROTO)
		vfu_cut_off(u, "descriptors that no message came with");
	else if (n <= 0)
		vfu_close(u);
	else
		vfu_messages(u);
}
