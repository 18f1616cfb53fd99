// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "line.h"

/* Where in an escape sequence (ECMA-48) the next byte stands. */
enum { ESC_NONE, ESC_START, ESC_CSI, ESC_STRING, ESC_STRING_END, ESC_ONE };

void line_init(struct line *l, void (*done)(void *, char *), void *ctx)
{
	memset(l, 0, sizeof(*l));
	l->done = done;
	l->ctx = ctx;
}

static int line_esc_start(unsigned char c)
{
	if (c == '[')
		return ESC_CSI;
	if (strchr("]PX^_", c) && c)
		return ESC_STRING;
	if (c >= 0x20 && c <= 0x2f)
		return ESC_ONE;
	return ESC_NONE;
}

/* Step through an escape sequence; a newline always ends it. */
static int line_esc(int state, unsigned char c)
{
	switch (state) {
	case ESC_START:
		return line_esc_start(c);
	case ESC_CSI:
		return c >= 0x40 && c <= 0x7e ? ESC_NONE : ESC_CSI;
	case ESC_STRING:
		if (c == 0x07)
			return ESC_NONE;
		return c == 0x1b ? ESC_STRING_END : ESC_STRING;
	default:
		return ESC_NONE;
	}
}

static void line_end(struct line *l)
{
	l->text[l->len] = '\0';
	l->len = 0;
	l->esc = ESC_NONE;
	l->done(l->ctx, l->text);
}

void line_feed(struct line *l, const char *bytes, size_t n)
{
	while (n--) {
		unsigned char c = *bytes++;

		if (c == '\n') {
			line_end(l);
			continue;
		}
		if (l->esc) {
			l->esc = line_esc(l->esc, c);
			continue;
		}
		if (c == 0x1b) {
			l->esc = ESC_START;
			continue;
		}
		if (c == '\r' || l->len == LINE_CAP)
			continue;
		l->text[l->len++] = c == '\t' || (c >= 0x20 && c < 0x7f) ?
			c : '?';
	}
}

void line_flush(struct line *l)
{
	if (l->len)
		line_end(l);
}
