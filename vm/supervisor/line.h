/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bytes from the guest into clean lines.
 *
 * The guest is not trusted: escape sequences would reprogram a terminal, and
 * JSON wants valid text. What comes out is printable ASCII and tabs; escape
 * sequences vanish, any other byte becomes `?`. A line longer than LINE_CAP
 * is cut there and its rest dropped.
 */
#ifndef LINE_H
#define LINE_H

#include <stddef.h>

#define LINE_CAP 4096

struct line {
	char text[LINE_CAP + 1];
	size_t len;
	int esc;		/* state within an escape sequence */
	void (*done)(void *ctx, char *text);	/* one line, no newline */
	void *ctx;
};

void line_init(struct line *l, void (*done)(void *, char *), void *ctx);
void line_feed(struct line *l, const char *bytes, size_t n);
/* Hand out what stands without a newline, at the end of the stream. */
void line_flush(struct line *l);

#endif
