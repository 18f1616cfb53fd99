// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim-writer OP...: a program that knows nothing of the library, and writes in
 * the ways that programs have.  Each operation on the current descriptor prints
 * what it returned; the data is a letter that follows from the operation's
 * number, so that two runs can be compared.  An operation is NAME, NAME=NUMBER,
 * NAME=NUMBER@POSITION or NAME=PATH; see the table at the end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WRITER_BUF	(1 << 20)
#define WRITER_THREADS	4
#define WRITER_TURNS	200

struct writer {
	int fd;
	int nr;			/* of the operation */
	char **rest;		/* operations still to come */
	long n;			/* the number given */
	long long pos;		/* the position given */
	const char *path;	/* the text given */
	char path_open[4096];	/* the last path=, which rename= moves */
	struct iovec iov[2];	/* @n bytes in two pieces */
};

static struct writer writer;
static char writer_buf[WRITER_BUF];

static long writer_path(struct writer *w)
{
	snprintf(w->path_open, sizeof(w->path_open), "%s", w->path);
	w->fd = open(w->path, O_RDWR | O_CREAT, 0644);
	return w->fd < 0 ? -1 : 0;
}

static long writer_append(struct writer *w)
{
	return fcntl(w->fd, F_SETFL, O_APPEND);
}

static long writer_write(struct writer *w)
{
	return write(w->fd, writer_buf, w->n);
}

static long writer_pwrite(struct writer *w)
{
	return pwrite(w->fd, writer_buf, w->n, w->pos);
}

static long writer_writev(struct writer *w)
{
	return writev(w->fd, w->iov, 2);
}

static long writer_writev_one(struct writer *w)
{
	w->iov[0].iov_len = w->n;
	return writev(w->fd, w->iov, 1);
}

static long writer_pwritev(struct writer *w)
{
	return pwritev(w->fd, w->iov, 2, w->pos);
}

static long writer_pwritev2(struct writer *w)
{
	return pwritev2(w->fd, w->iov, 2, w->pos, RWF_DSYNC);
}

static long writer_seek(struct writer *w)
{
	return lseek(w->fd, w->n, SEEK_SET);
}

static long writer_dup(struct writer *w)
{
	w->fd = dup(w->fd);
	return w->fd < 0 ? -1 : 0;
}

static long writer_dup2(struct writer *w)
{
	w->fd = dup2(w->fd, w->n);
	return w->fd < 0 ? -1 : 0;
}

static long writer_dupfd(struct writer *w)
{
	w->fd = fcntl(w->fd, F_DUPFD, (int)w->n);
	return w->fd < 0 ? -1 : 0;
}

static long writer_close(struct writer *w)
{
	return close(w->fd);
}

static long writer_rename(struct writer *w)
{
	return rename(w->path_open, w->path);
}

static long writer_unlink(struct writer *w)
{
	return unlink(w->path_open);
}

static long writer_exec(struct writer *w)
{
	char fd[24];
	char *argv[64] = { "shim-writer", fd };
	int i;

	snprintf(fd, sizeof(fd), "fd=%d", w->fd);
	for (i = 0; i < 61 && w->rest[i]; i++)
		argv[i + 2] = w->rest[i];
	fflush(stdout);
	execv("/proc/self/exe", argv);
	return -1;
}

static long writer_fd(struct writer *w)
{
	w->fd = w->n;
	return 0;
}

/* The child does the rest, and _exit()s or is killed as it likes. */
static long writer_fork(struct writer *w)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		return 0;
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	w->rest = (char *[]){ NULL };
	exit(0);
}

static long writer_kill(struct writer *w)
{
	(void)w;
	fflush(stdout);
	return kill(getpid(), SIGKILL);
}

static long writer_quit(struct writer *w)
{
	(void)w;
	fflush(stdout);
	_exit(0);
}

static void writer_handler(int sig)
{
	(void)sig;
	if (write(writer.fd, writer_buf, writer.n) != writer.n)
		abort();
}

static long writer_signal(struct writer *w)
{
	signal(SIGUSR1, writer_handler);
	(void)w;
	return raise(SIGUSR1);
}

static void *writer_thread(void *which)
{
	long at = (long)which, i;

	for (i = 0; i < WRITER_TURNS; i++)
		if (pwrite(writer.fd, writer_buf, writer.n,
			   (at * WRITER_TURNS + i) * writer.n) != writer.n)
			return (void *)1;
	return NULL;
}

static long writer_threads(struct writer *w)
{
	pthread_t thread[WRITER_THREADS];
	void *bad, *any = NULL;
	long i;

	(void)w;
	for (i = 0; i < WRITER_THREADS; i++)
		if (pthread_create(&thread[i], NULL, writer_thread, (void *)i))
			return -1;
	for (i = 0; i < WRITER_THREADS; i++) {
		pthread_join(thread[i], &bad);
		any = bad ? bad : any;
	}
	return any ? -1 : 0;
}

/* A stream opens and closes its descriptor inside of libc. */
static long writer_stdio(struct writer *w)
{
	FILE *f = fopen(w->path_open, "r+");
	size_t n = f ? fwrite(writer_buf, 1, w->n, f) : 0;

	return !f || fclose(f) ? -1 : (long)n;
}

static long writer_mmap(struct writer *w)
{
	char *map = mmap(NULL, w->n, PROT_READ | PROT_WRITE, MAP_SHARED, w->fd,
			 0);

	if (map == MAP_FAILED)
		return -1;
	memcpy(map, writer_buf, w->n);
	return munmap(map, w->n);
}

static long writer_copy(struct writer *w)
{
	off_t from = 0, to = w->pos;

	return copy_file_range(w->fd, &from, w->fd, &to, w->n, 0);
}

static const struct {
	const char *name;
	long (*fn)(struct writer *w);
} writer_ops[] = {
	{ "append",	writer_append },	/* O_APPEND from now on */
	{ "close",	writer_close },
	{ "copy",	writer_copy },		/* from 0, within the file */
	{ "dup",	writer_dup },		/* and go on with that */
	{ "dup2",	writer_dup2 },
	{ "dupfd",	writer_dupfd },		/* by fcntl */
	{ "exec",	writer_exec },		/* itself, for the rest */
	{ "fd",		writer_fd },		/* an inherited one */
	{ "fork",	writer_fork },		/* the child does the rest */
	{ "kill",	writer_kill },		/* itself, by SIGKILL */
	{ "mmap",	writer_mmap },
	{ "path",	writer_path },		/* open it */
	{ "pwrite",	writer_pwrite },
	{ "pwritev",	writer_pwritev },	/* two buffers */
	{ "pwritev2",	writer_pwritev2 },	/* two, with RWF_DSYNC */
	{ "quit",	writer_quit },		/* by _exit() */
	{ "rename",	writer_rename },	/* what path= opened */
	{ "seek",	writer_seek },
	{ "signal",	writer_signal },	/* write in a handler */
	{ "stdio",	writer_stdio },		/* what path= opened */
	{ "threads",	writer_threads },	/* @n bytes, 4 times 200 */
	{ "unlink",	writer_unlink },	/* what path= opened */
	{ "write",	writer_write },
	{ "writev",	writer_writev },	/* two buffers */
	{ "writev1",	writer_writev_one },	/* one */
};

static void writer_do(struct writer *w, const char *op)
{
	const char *is = strchr(op, '='), *at;
	size_t len = is ? (size_t)(is - op) : strlen(op);
	size_t i;
	long ret;

	w->path = is ? is + 1 : "";
	w->n = atol(w->path);
	at = strchr(w->path, '@');
	w->pos = at ? atoll(at + 1) : 0;
	memset(writer_buf, 'a' + w->nr++ % 26, sizeof(writer_buf));
	w->iov[0] = (struct iovec){ writer_buf, w->n / 2 };
	w->iov[1] = (struct iovec){ writer_buf + w->n / 2, w->n - w->n / 2 };
	for (i = 0; i < sizeof(writer_ops) / sizeof(*writer_ops); i++) {
		if (strlen(writer_ops[i].name) != len ||
		    strncmp(writer_ops[i].name, op, len))
			continue;
		errno = 0;
		ret = writer_ops[i].fn(w);
		printf("%s %ld %s\n", writer_ops[i].name, ret,
		       strerror(errno));
		return;
	}
	fprintf(stderr, "shim-writer: no operation is called '%s'\n", op);
	exit(2);
}

int main(int argc, char **argv)
{
	(void)argc;
	writer.fd = -1;
	writer.rest = argv + 1;
	while (*writer.rest)
		writer_do(&writer, *writer.rest++);
	return 0;
}
