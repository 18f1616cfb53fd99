// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "tty.h"

static unsigned int own_wants(const struct args *a)
{
	unsigned int extras = 0;

	if (a->mode == ARGS_SHELL || a->hold)
		extras |= QEMU_SHELL;
	if (a->mode == ARGS_RUN)
		extras |= QEMU_OUT;
	if (a->trace)
		extras |= QEMU_TRACE;
	if (a->gdb || a->hold)
		extras |= QEMU_GDB;
	if (a->gdb)
		extras |= QEMU_WAIT;
	return extras;
}

/* A listening socket that only its owner may use. @path is as short as it
 * can be: there is room for 107 bytes. */
static int own_listen(struct boot *b, const char *name, char **path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char *cwd = getcwd(NULL, 0);
	const char *at = b->run->dir;
	mode_t mask;
	int fd;

	if (cwd && ut_starts(at, cwd) && at[strlen(cwd)] == '/')
		at += strlen(cwd) + 1;
	free(cwd);
	*path = ut_fmt("%s/%s", at, name);
	if (strlen(*path) >= sizeof(addr.sun_path)) {
		b->why = ut_fmt("%s is too long for a socket's path", *path);
		return -1;
	}
	strcpy(addr.sun_path, *path);
	unlink(*path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	mask = umask(077);
	if (fd < 0 || bind(fd, (void *)&addr, sizeof(addr)) ||
	    listen(fd, OWN_CLIENTS))
		b->why = ut_fmt("%s: %s", *path, strerror(errno));
	umask(mask);
	return fd;
}

static bool own_trace(struct boot *b, int *fds)
{
	char *path = ut_fmt("%s/trace.log", b->dir);

	b->own.trace_log = fopen(path, "we");
	if (!b->own.trace_log)
		b->why = ut_fmt("%s: %s", path, strerror(errno));
	free(path);
	fds[QEMU_FD_TRACE] = boot_pair(&b->own.trace);
	return !b->why;
}

static void own_trace_line(void *ctx, char *text)
{
	fprintf(ctx, "%s\n", text);
}

bool own_open(struct boot *b, int *fds)
{
	struct own *o = &b->own;
	int i;

	*o = (struct own) {
		.extras = own_wants(&b->run->args), .shell = -1, .out = -1,
		.err = -1, .trace = -1, .listen = -1, .user = -1,
		.dumper = -1, .tty_fd = -1,
	};
	for (i = 0; i < OWN_CLIENTS; i++)
		o->clients[i] = -1;
	if (o->extras & QEMU_SHELL) {
		fds[QEMU_FD_SHELL] = boot_pair(&o->shell);
		o->listen = own_listen(b, OWN_SOCKET, &o->socket);
	}
	if (o->extras & QEMU_GDB && !b->why)
		fds[QEMU_FD_GDB] = own_listen(b, OWN_GDB, &o->gdb);
	if (o->extras & QEMU_OUT) {
		fds[QEMU_FD_OUT] = boot_pair(&o->out);
		fds[QEMU_FD_ERR] = boot_pair(&o->err);
	}
	if (o->extras & QEMU_TRACE && !b->why && own_trace(b, fds))
		line_init(&o->trace_line, own_trace_line, o->trace_log);
	return !b->why;
}

/* The program's words but the first, which vm/guest/carry takes care of. */
int own_carry(struct run *run)
{
	char *rest = ut_strdup(run->args.run);
	char *argv[] = { "vm/guest/carry", ut_word(&rest), NULL, NULL };
	struct ut_buf start = { 0 };
	int status = -1, out[2];
	char line[1024];
	ssize_t n;
	pid_t pid;

	run->extra = argv[2] = ut_fmt("%s/program.cpio", run->dir);
	if (pipe2(out, O_CLOEXEC))
		ut_die("pipe: %s", strerror(errno));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		sigset_t none;

		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		dup2(out[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(UT_BROKEN);
	}
	close(out[1]);
	while ((n = read(out[0], line, sizeof(line))) > 0)
		ut_add(&start, line, n);
	close(out[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		return UT_BROKEN;
	run->argv = ut_fmt("%s %s", ut_trim(start.s), ut_trim(rest));
	ut_free(&start);
	return UT_PASS;
}

const char *own_initrd_path(const struct run *run)
{
	static const char path[] = "/dev/fd/7";

	_Static_assert(QEMU_FD_INITRD == 7, "the path names it");
	return run->extra ? path : run->initrd;
}

static bool own_append(int to, const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	if (from >= 0)
		while ((n = sendfile(to, from, NULL, 1 << 20)) > 0)
			;
	if (from >= 0)
		close(from);
	return !n;
}

bool own_initrd(struct boot *b, int *fds)
{
	const struct run *run = b->run;
	int fd;

	if (!run->extra)
		return true;
	fd = memfd_create("initrd", MFD_CLOEXEC);
	fds[QEMU_FD_INITRD] = fd;
	if (fd >= 0 && own_append(fd, run->initrd) &&
	    own_append(fd, run->extra))
		return true;
	b->why = ut_fmt("%s and %s do not fit in memory: %s", run->initrd,
			run->extra, strerror(errno));
	return false;
}

/* Our terminal is another process's business: here nothing may block. */
static void own_join(struct boot *b)
{
	struct own *o = &b->own;
	int fd = o->shell;

	fflush(NULL);
	o->tty = fork();
	if (o->tty < 0)
		ut_die("fork: %s", strerror(errno));
	if (!o->tty) {
		if (b->run->out >= 0)
			dup2(b->run->out, STDOUT_FILENO);
		_exit(tty_join(fd));
	}
	o->tty_fd = syscall(SYS_pidfd_open, o->tty, 0);
	close(o->shell);
	o->shell = -1;
}

static void own_say_gdb(const struct boot *b)
{
	scr_say(&b->run->scr, "    gdb %s -ex 'target remote %s'",
		b->run->kernel, b->own.gdb);
}

void own_started(struct boot *b)
{
	struct scr *s = &b->run->scr;

	if (b->run->args.mode != ARGS_SHELL)
		return;
	scr_say(s, "shell: the disk is $WT_DEV, mounted at $WT_MNT; `exit` or "
		"^] ends it");
	if (b->run->args.gdb) {
		scr_say(s, "gdb: nothing has run yet; in another terminal:");
		own_say_gdb(b);
	}
	own_join(b);
}

void own_held(struct boot *b, const char *what)
{
	struct scr *s = &b->run->scr;

	b->state = BOOT_HELD;
	b->run->held = true;
	scr_say(s, "held: %s; the guest stays as it is until ^C%s", what,
		b->hung || b->con.panic ? "" : " or `exit` in its shell");
	scr_say(s, "    make vm-attach    a shell in it%s", b->con.panic ?
		" (this kernel is dead, though)" : "");
	scr_say(s, "    make vm-dump      its memory, as a core for gdb");
	own_say_gdb(b);
}

void own_close(struct boot *b)
{
	struct own *o = &b->own;
	int *fds[] = { &o->shell, &o->out, &o->err, &o->trace, &o->listen,
		       &o->tty_fd };
	size_t i;

	if (o->tty > 0)
		waitpid(o->tty, NULL, 0);
	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
	for (i = 0; i < OWN_CLIENTS; i++)
		if (o->clients[i] >= 0)
			close(o->clients[i]);
	if (o->trace_log) {
		line_flush(&o->trace_line);
		fclose(o->trace_log);
	}
	if (o->socket)
		unlink(o->socket);
	if (o->gdb)
		unlink(o->gdb);
	free(o->socket);
	free(o->gdb);
}

void own_fds(const struct own *o, int *fds)
{
	const int first[] = { o->out, o->err, o->trace, o->listen, o->tty_fd };

	memcpy(fds, first, sizeof(first));
	memcpy(fds + 5, o->clients, sizeof(o->clients));
}

static void own_tty_size(struct ut_buf *out)
{
	const char *term = getenv("TERM");
	struct winsize size;

	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return;
	if (!term || !*term || strpbrk(term, " \n"))
		term = "vt100";
	ut_addf(out, "tty %u %u %.39s\n", size.ws_row, size.ws_col, term);
}

void own_plan(const struct boot *b, struct ut_buf *out)
{
	static const char *const modes[] = {
		[ARGS_TEST] = "test", [ARGS_SHELL] = "shell",
		[ARGS_RUN] = "run",
	};
	const struct args *a = &b->run->args;

	ut_addf(out, "mode %s\n", modes[a->mode]);
	if (a->hold)
		ut_addf(out, "hold 1\n");
	if (a->trace)
		ut_addf(out, "trace %s\n", a->trace);
	if (a->mode == ARGS_SHELL)
		own_tty_size(out);
	if (a->mode == ARGS_RUN)
		ut_addf(out, "run-argv %s\n", b->run->argv);
}
