// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode.h"

#define DECODE_SYMBOL "abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
#define DECODE_HEX "0123456789abcdef"

struct decode {
	char *words[DECODE_WORDS];
	char *places[DECODE_WORDS];	/* "fs/iomap/x.c:12", or NULL */
	size_t n;
};

/* The length of "0x" and hex digits. */
static size_t decode_hex(const char *s)
{
	size_t n = ut_starts(s, "0x") ? strspn(s + 2, DECODE_HEX) : 0;

	return n ? n + 2 : 0;
}

size_t decode_word(const char *s)
{
	size_t n = strspn(s, DECODE_SYMBOL);
	size_t hex;

	if (!n || s[n] != '+' || !(hex = decode_hex(s + n + 1)))
		return 0;
	n += 1 + hex;
	if (s[n] != '/' || !(hex = decode_hex(s + n + 1)))
		return 0;
	return n + 1 + hex;
}

/* Step over the text: to the next address, or to the end. */
static const char *decode_next(const char *s, size_t *len)
{
	while (*s) {
		size_t n = strspn(s, DECODE_SYMBOL);

		*len = decode_word(s);
		if (*len)
			return s;
		s += n ? n : 1;
	}
	return NULL;
}

static size_t decode_find(const struct decode *d, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (strlen(d->words[i]) == len &&
		    !strncmp(d->words[i], s, len))
			break;
	return i;
}

static void decode_collect(struct decode *d, const char *s)
{
	size_t len;

	while ((s = decode_next(s, &len)) && d->n < DECODE_WORDS) {
		if (decode_find(d, s, len) == d->n)
			d->words[d->n++] = ut_fmt("%.*s", (int)len, s);
		s += len;
	}
}

/* The words as a file without a name: the script's stdin. */
static int decode_input(const struct decode *d)
{
	int fd = memfd_create("words", MFD_CLOEXEC);
	size_t i;

	for (i = 0; fd >= 0 && i < d->n; i++)
		dprintf(fd, " %s\n", d->words[i]);
	if (fd >= 0)
		lseek(fd, 0, SEEK_SET);
	return fd;
}

static char *decode_script(const char *dir)
{
	return ut_fmt("%s/source/scripts/decode_stacktrace.sh", dir);
}

static bool decode_able(const char *dir)
{
	char *script = decode_script(dir);
	bool able = ut_exists(script);

	free(script);
	return able;
}

static _Noreturn void decode_exec(const char *dir, int in, int out)
{
	char *script = decode_script(dir);
	char *vmlinux = ut_fmt("%s/vmlinux", dir);
	int null = open("/dev/null", O_WRONLY);
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(in, 0);
	dup2(out, 1);
	dup2(null, 2);
	/* No network: debuginfod is not to be asked. */
	unsetenv("DEBUGINFOD_URLS");
	execlp("bash", "bash", script, vmlinux, "/", NULL);
	_exit(127);
}

/* What the script says, until its end or ours. */
static void decode_read(int fd, struct ut_buf *out)
{
	double end = ut_now() + DECODE_LIMIT;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char bytes[4096];
	ssize_t n = 1;

	while (n > 0) {
		int ms = (end - ut_now()) * 1000;

		if (ms <= 0 || poll(&p, 1, ms) == 0)
			break;
		n = read(fd, bytes, sizeof(bytes));
		if (n > 0)
			ut_add(out, bytes, n);
	}
}

static void decode_run(const struct decode *d, const char *dir,
		       struct ut_buf *out)
{
	int in = decode_input(d);
	int fds[2];
	pid_t pid;

	if (in < 0 || pipe2(fds, O_CLOEXEC))
		return;
	fflush(NULL);
	pid = fork();
	if (!pid)
		decode_exec(dir, in, fds[1]);
	close(fds[1]);
	close(in);
	if (pid > 0) {
		setpgid(pid, pid);
		decode_read(fds[0], out);
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(fds[0]);
}

/*
 * The compiler's cache is shared: a path may be that of another checkout. Of
 * "/any/where/fs/iomap/x.c:12" the part that exists in our tree is wanted.
 */
static char *decode_place(const char *dir, const char *place)
{
	size_t len = strcspn(place, ": ");
	const char *at = place;

	while ((at = strchr(at, '/')) && at < place + len) {
		char *path = ut_fmt("%s/source%.*s", dir,
				    (int)(place + len - at), at);
		bool there = ut_exists(path);

		free(path);
		if (there)
			return ut_fmt("%.*s", (int)strcspn(at + 1, " )"),
				      at + 1);
		at++;
	}
	return NULL;
}

/* "SYMBOL (PLACE PLACE...)": inlined calls come first, that is the one. */
static void decode_answers(struct decode *d, const char *dir, char *text)
{
	char *line;
	size_t i;

	for (i = 0; i < d->n && (line = strsep(&text, "\n")); i++) {
		char *place = strchr(line, '(');
		size_t len = strcspn(d->words[i], "+");

		line += strspn(line, " ");
		if (place && !strncmp(line, d->words[i], len))
			d->places[i] = decode_place(dir, place + 1);
	}
}

static void decode_replace(const struct decode *d, struct ut_buf *text)
{
	struct ut_buf out = { 0 };
	const char *s = text->s, *word;
	size_t len, i;

	while ((word = decode_next(s, &len))) {
		ut_add(&out, s, word + len - s);
		i = decode_find(d, word, len);
		if (i < d->n && d->places[i])
			ut_addf(&out, " (%s)", d->places[i]);
		s = word + len;
	}
	ut_add(&out, s, strlen(s));
	ut_free(text);
	*text = out;
}

void decode_text(const char *kernel_dir, struct ut_buf *text)
{
	struct ut_buf answers = { 0 };
	struct decode d = { .n = 0 };
	size_t i;

	if (!text->len)
		return;
	decode_collect(&d, text->s);
	if (d.n && decode_able(kernel_dir))
		decode_run(&d, kernel_dir, &answers);
	if (answers.len) {
		decode_answers(&d, kernel_dir, answers.s);
		decode_replace(&d, text);
	}
	for (i = 0; i < d.n; i++) {
		free(d.words[i]);
		free(d.places[i]);
	}
	ut_free(&answers);
}
