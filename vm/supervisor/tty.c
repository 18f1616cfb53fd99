// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "tty.h"

enum { TTY_TEXT, TTY_ESC, TTY_CSI, TTY_STRING, TTY_STRING_ESC, TTY_ONE };

/* Movements, erasing, scrolling, colours; modes only by name. */
static const char tty_finals[] = "ABCDEFGHJKLMPSTX@dfmr";
static const char *const tty_modes[] = {
	"?1", "?7", "?25", "?1049", "4",
};

static bool tty_sequence_ok(const struct tty_filter *f, char final)
{
	size_t i;

	if (strchr(tty_finals, final))
		return strspn(f->seq, "0123456789;") == f->len;
	if (final != 'h' && final != 'l')
		return false;
	for (i = 0; i < sizeof(tty_modes) / sizeof(*tty_modes); i++)
		if (!strcmp(f->seq, tty_modes[i]))
			return true;
	return false;
}

static void tty_text(struct tty_filter *f, char c, struct ut_buf *out)
{
	if (c == 0x1b)
		f->state = TTY_ESC;
	else if ((unsigned char)c >= 0x80)
		ut_add(out, "?", 1);
	else if ((c >= 0x20 && c != 0x7f) || (c && strchr("\n\r\t\b\a", c)))
		ut_add(out, &c, 1);
}

static void tty_escape(struct tty_filter *f, char c)
{
	f->len = 0;
	f->seq[0] = '\0';
	if (c == '[')
		f->state = TTY_CSI;
	else if (c && strchr("]PX^_", c))
		f->state = TTY_STRING;
	else
		f->state = c >= 0x20 && c <= 0x2f ? TTY_ONE : TTY_TEXT;
}

static void tty_csi(struct tty_filter *f, char c, struct ut_buf *out)
{
	if (c >= 0x40 && c <= 0x7e) {
		if (f->len < sizeof(f->seq) - 1 && tty_sequence_ok(f, c))
			ut_addf(out, "\033[%s%c", f->seq, c);
		f->state = TTY_TEXT;
	} else if (f->len < sizeof(f->seq) - 1) {
		f->seq[f->len++] = c;
		f->seq[f->len] = '\0';
	}
}

void tty_filter(struct tty_filter *f, const char *bytes, size_t n,
		struct ut_buf *out)
{
	for (; n; n--, bytes++) {
		switch (f->state) {
		case TTY_TEXT:
			tty_text(f, *bytes, out);
			break;
		case TTY_ESC:
			tty_escape(f, *bytes);
			break;
		case TTY_CSI:
			tty_csi(f, *bytes, out);
			break;
		case TTY_STRING:
			if (*bytes == 0x1b)
				f->state = TTY_STRING_ESC;
			else if (*bytes == 0x07 || *bytes == '\n')
				f->state = TTY_TEXT;
			break;
		default:
			f->state = TTY_TEXT;
		}
	}
}

static void tty_write(int fd, const char *bytes, size_t n)
{
	while (n) {
		struct pollfd p = { .fd = fd, .events = POLLOUT };
		ssize_t put = write(fd, bytes, n);

		if (put < 0 && errno == EAGAIN)
			poll(&p, 1, -1);
		else if (put < 0 && errno != EINTR)
			return;
		if (put > 0) {
			bytes += put;
			n -= put;
		}
	}
}

struct tty {
	int fd;			/* the guest's side */
	bool terminal;		/* stdin is one */
	bool open;		/* stdin has not ended */
	bool fresh;		/* the last line typed is complete */
	struct tty_filter filter;
	struct ut_buf text;	/* for stdout */
	enum tty_end end;
};

/* What was typed; false at ^]. */
static bool tty_typed(struct tty *t)
{
	char bytes[4096];
	char *leave;
	ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));

	if (n <= 0) {
		t->open = false;
		tty_write(t->fd, "\nexit\n" + t->fresh, 6 - t->fresh);
		return true;
	}
	t->fresh = bytes[n - 1] == '\n';
	leave = t->terminal ? memchr(bytes, TTY_LEAVE, n) : NULL;
	tty_write(t->fd, bytes, leave ? leave - bytes : n);
	return !leave;
}

/* What the guest said; false at its end. */
static bool tty_heard(struct tty *t)
{
	char bytes[8192];
	ssize_t n = read(t->fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (isatty(STDOUT_FILENO))
		tty_filter(&t->filter, bytes, n, &t->text);
	else
		ut_add(&t->text, bytes, n);
	return n > 0;
}

/* One look at both sides; false when it is over. */
static bool tty_turn(struct tty *t)
{
	struct pollfd p[] = {
		{ .fd = t->fd, .events = POLLIN },
		{ .fd = t->open ? STDIN_FILENO : -1, .events = POLLIN },
	};

	if (poll(p, 2, -1) < 0)
		return true;
	if (p[1].revents && !tty_typed(t)) {
		t->end = TTY_LEFT;
		return false;
	}
	return !p[0].revents || tty_heard(t);
}

enum tty_end tty_join(int fd)
{
	struct tty t = { .fd = fd, .open = true, .fresh = true,
			 .end = TTY_GONE };
	struct termios was, raw;
	bool set = false;

	t.terminal = !tcgetattr(STDIN_FILENO, &was);
	while (tty_turn(&t)) {
		if (t.text.len && t.terminal && !set) {
			raw = was;
			cfmakeraw(&raw);
			set = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
		}
		tty_write(STDOUT_FILENO, ut_str(&t.text), t.text.len);
		t.text.len = 0;
	}
	if (set)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &was);
	ut_free(&t.text);
	return t.end;
}
