// SPDX-License-Identifier: GPL-2.0-only
/*
 * See own.h: what comes in on a person's channels.
 *
 * vm-attach and vm-dump connect to own.sock and send one line:
 *	shell		answer "ok VMLINUX", and the shell's descriptor with it;
 *			the shell is theirs until they close
 *	dump FILE	a core of the guest's memory; "ok VMLINUX" when written
 * Any other answer is a line that says why not.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "tty.h"

static void ask_accept(struct own *o)
{
	int fd = accept4(o->listen, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int i;

	for (i = 0; fd >= 0 && i < OWN_CLIENTS; i++)
		if (o->clients[i] < 0) {
			o->clients[i] = fd;
			return;
		}
	if (fd >= 0)
		close(fd);
}

static void ask_answer(int client, const char *text, int fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (char *)text,
			     .iov_len = strlen(text) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control.space);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	}
	sendmsg(client, &msg, MSG_NOSIGNAL);
}

static void ask_ok(struct boot *b, int client, int fd)
{
	char *text = ut_fmt("ok %s\n", b->run->kernel);

	ask_answer(client, text, fd);
	free(text);
}

static void ask_line(struct boot *b, int client, char *line)
{
	struct own *o = &b->own;

	line[strcspn(line, "\n")] = '\0';
	if (!strcmp(line, "shell")) {
		if (o->user >= 0 || o->shell < 0) {
			ask_answer(client, "somebody is at its shell\n", -1);
			return;
		}
		o->user = client;
		ask_ok(b, client, o->shell);
	} else if (ut_starts(line, "dump /")) {
		if (o->dumper >= 0 || qmp_dump(&b->qmp, line + 5))
			ask_answer(client, "QEMU is busy\n", -1);
		else
			o->dumper = client;
	} else {
		ask_answer(client, "no such request\n", -1);
	}
}

static void ask_client(struct boot *b, int *client)
{
	char line[4200];
	ssize_t n = read(*client, line, sizeof(line) - 1);

	if (n > 0) {
		line[n] = '\0';
		ask_line(b, *client, line);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (b->own.user == *client)
		b->own.user = -1;
	if (b->own.dumper == *client)
		b->own.dumper = -1;
	close(*client);
	*client = -1;
}

void own_dumped(struct boot *b)
{
	const char *answer = b->qmp.answer ? b->qmp.answer : "";
	char *text;

	if (!strcmp(answer, "{}")) {
		ask_ok(b, b->own.dumper, -1);
	} else {
		text = ut_fmt("QEMU says: %s\n", answer);
		ask_answer(b->own.dumper, text, -1);
		free(text);
	}
	b->own.dumper = -1;
}

/* A program's output: as it is into a file, filtered into a terminal. */
static void ask_output(int to, struct tty_filter *filter, const char *bytes, size_t n)
{
	struct ut_buf text = { 0 };
	size_t put = 0;

	if (isatty(to))
		tty_filter(filter, bytes, n, &text);
	else
		ut_add(&text, bytes, n);
	while (put < text.len) {
		ssize_t one = write(to, text.s + put, text.len - put);

		if (one < 0 && errno != EINTR)
			break;
		put += one > 0 ? one : 0;
	}
	ut_free(&text);
}

static bool ask_read(struct boot *b, int *fd)
{
	struct own *o = &b->own;
	char bytes[8192];
	ssize_t n = read(*fd, bytes, sizeof(bytes));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		close(*fd);
		*fd = -1;
		return false;
	}
	if (fd == &o->trace) {
		line_feed(&o->trace_line, bytes, n);
	} else {
		ask_output(fd == &o->out ? b->run->out : STDERR_FILENO,
			   fd == &o->out ? &o->out_filter : &o->err_filter,
			   bytes, n);
	}
	return true;
}

void own_rest(struct boot *b)
{
	int *fds[] = { &b->own.out, &b->own.err, &b->own.trace };
	size_t i;

	for (i = 0; i < 3; i++)
		while (*fds[i] >= 0 && ask_read(b, fds[i]))
			;
}

/* Whoever joined our terminal to the shell is done. */
static void ask_tty(struct boot *b)
{
	int status = 0;

	waitpid(b->own.tty, &status, 0);
	close(b->own.tty_fd);
	b->own.tty = 0;
	b->own.tty_fd = -1;
	b->own.left = WIFEXITED(status) && WEXITSTATUS(status) == TTY_LEFT;
	if (!b->own.left)
		return;
	scr_say(&b->run->scr, "\nleft");
	boot_kill(b);
}

void own_ready(struct boot *b, int fd)
{
	struct own *o = &b->own;
	int i;

	if (fd == o->out)
		ask_read(b, &o->out);
	else if (fd == o->err)
		ask_read(b, &o->err);
	else if (fd == o->trace)
		ask_read(b, &o->trace);
	else if (fd == o->listen)
		ask_accept(o);
	else if (fd == o->tty_fd)
		ask_tty(b);
	for (i = 0; i < OWN_CLIENTS; i++)
		if (o->clients[i] == fd) {
			ask_client(b, &o->clients[i]);
			return;
		}
}
