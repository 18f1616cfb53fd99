// SPDX-License-Identifier: GPL-2.0-only
/*
 * See t_nbd_play.h.  The protocol is that of include/uapi/linux/nbd.h: a header
 * for each command, with data behind it if it writes, a header for each answer,
 * with data behind it if it was a read, in any order.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nbd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "t_nbd.h"
#include "t_nbd_play.h"

/*
 * On the wire, big endian: struct nbd_request and nbd_reply, whose field that
 * is sent back as it came has another name in older headers.
 */
struct play_request {
	uint32_t magic, type;
	uint64_t cookie, from;
	uint32_t len;
} __attribute__((packed));

struct play_reply {
	uint32_t magic, error;
	uint64_t cookie;
} __attribute__((packed));

/* A command, or what a part of the disk had before one. */
struct t_nbd_cmd {
	struct t_nbd_cmd *next;
	uint64_t cookie;		/* as the kernel sent it */
	int kind;			/* T_NBD_*, 0: a read */
	bool fail;
	uint64_t pos;			/* on the disk */
	uint32_t len;			/* of the data, in bytes */
	uint8_t data[];
};

/* What only the player has. */
struct t_nbd_player {
	struct t_nbd_play *p;
	int sock;
	struct t_nbd_cmd *held, **held_end;
	bool marked;
	struct t_nbd_cmd *old;		/* since the mark, the newest first */
};

struct t_nbd_play *t_nbd_play_new(void)
{
	struct t_nbd_play *p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	T_MUST(p != MAP_FAILED);
	p->data = mmap(NULL, T_NBD_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	T_MUST(p->data != MAP_FAILED);
	T_MUST(!pipe2(p->ask, O_CLOEXEC) && !pipe2(p->done, O_CLOEXEC));
	return p;
}

void t_nbd_play_free(struct t_nbd_play *p)
{
	int i;

	for (i = 0; i < 2; i++) {
		close(p->ask[i]);
		close(p->done[i]);
	}
	munmap(p->data, T_NBD_SIZE);
	munmap(p, sizeof(*p));
}

void t_nbd_play_ask(struct t_nbd_play *p, char what)
{
	T_MUST(write(p->ask[1], &what, 1) == 1);
	T_MUST(read(p->done[0], &what, 1) == 1);
}

/* All of it, or the kernel has closed the socket and there is nothing to do. */
static void play_xmit(struct t_nbd_player *pl, void *buf, size_t len,
		      bool send_it)
{
	char *at = buf;

	while (len) {
		ssize_t n = send_it ? send(pl->sock, at, len, MSG_NOSIGNAL) :
			    recv(pl->sock, at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			_exit(0);
		at += n;
		len -= n;
	}
}

static struct t_nbd_cmd *play_alloc(uint64_t pos, uint32_t len, size_t data)
{
	struct t_nbd_cmd *c = calloc(1, sizeof(*c) + data);

	if (!c || pos > T_NBD_SIZE || len > T_NBD_SIZE - pos)
		_exit(1);
	c->pos = pos;
	c->len = len;
	return c;
}

/* After a mark: how was it before? */
static void play_note(struct t_nbd_player *pl, const struct t_nbd_cmd *c)
{
	struct t_nbd_cmd *old = play_alloc(c->pos, c->len, c->len);

	memcpy(old->data, pl->p->data + c->pos, c->len);
	old->next = pl->old;
	pl->old = old;
}

/* What was written last is put back first. */
static void play_back(struct t_nbd_player *pl)
{
	struct t_nbd_cmd *old;

	while ((old = pl->old)) {
		memcpy(pl->p->data + old->pos, old->data, old->len);
		pl->old = old->next;
		free(old);
	}
}

static void play_answer(struct t_nbd_player *pl, struct t_nbd_cmd *c)
{
	struct play_reply reply = {
		.magic = htonl(NBD_REPLY_MAGIC),
		.error = htonl(c->fail ? EIO : 0),
		.cookie = c->cookie,
	};

	if (c->kind == T_NBD_WRITE && !c->fail) {
		if (pl->marked)
			play_note(pl, c);
		memcpy(pl->p->data + c->pos, c->data, c->len);
	}
	play_xmit(pl, &reply, sizeof(reply), true);
	if (!c->kind)
		play_xmit(pl, pl->p->data + c->pos, c->len, true);
	free(c);
}

static struct t_nbd_cmd *play_read(struct t_nbd_player *pl)
{
	struct play_request req;
	struct t_nbd_cmd *c;
	uint32_t type;

	play_xmit(pl, &req, sizeof(req), false);
	type = ntohl(req.type) & 0xffff;
	if (ntohl(req.magic) != NBD_REQUEST_MAGIC || type == NBD_CMD_DISC)
		_exit(0);
	c = play_alloc(be64toh(req.from), ntohl(req.len),
		       type == NBD_CMD_WRITE ? ntohl(req.len) : 0);
	c->cookie = req.cookie;
	if (type == NBD_CMD_FLUSH)
		c->kind = T_NBD_FLUSH;
	else if (type == NBD_CMD_WRITE)
		c->kind = T_NBD_WRITE;
	else if (type != NBD_CMD_READ)
		_exit(1);
	if (c->kind == T_NBD_WRITE)
		play_xmit(pl, c->data, c->len, false);
	return c;
}

static void play_command(struct t_nbd_player *pl)
{
	struct t_nbd_cmd *c = play_read(pl);
	struct t_nbd_play *p = pl->p;

	if (c->kind) {
		int nr = ++p->commands, fail = p->fail;

		c->fail = fail == T_NBD_ALL || (fail && nr == fail);
		p->failed += c->fail;
	}
	if (!(c->kind & p->hold)) {
		play_answer(pl, c);
		return;
	}
	*pl->held_end = c;
	pl->held_end = &c->next;
	p->held++;
}

static void play_release(struct t_nbd_player *pl)
{
	struct t_nbd_cmd **at = &pl->held, *c;

	while ((c = *at)) {
		if (c->kind & pl->p->hold) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		pl->p->held--;
		play_answer(pl, c);
	}
	pl->held_end = at;
}

static void play_asked(struct t_nbd_player *pl)
{
	char what;

	if (read(pl->p->ask[0], &what, 1) != 1)
		_exit(1);
	if (what == T_NBD_ASK_MARK)
		pl->marked = true;
	else if (what == T_NBD_ASK_BACK)
		play_back(pl);
	else
		play_release(pl);
	if (write(pl->p->done[1], &what, 1) != 1)
		_exit(1);
}

_Noreturn void t_nbd_play(struct t_nbd_play *p, int sock)
{
	struct t_nbd_player pl = { .p = p, .sock = sock };
	struct pollfd fds[] = {
		{ .fd = sock, .events = POLLIN },
		{ .fd = p->ask[0], .events = POLLIN },
	};

	pl.held_end = &pl.held;
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (fds[1].revents)
			play_asked(&pl);
		else if (fds[0].revents)
			play_command(&pl);
	}
}
