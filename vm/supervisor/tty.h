/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A person's terminal, joined to the guest's.
 *
 * What the guest writes goes through a filter first: text, the movements and
 * colours of ECMA-48 that a shell and an editor need, and nothing that makes a
 * terminal answer, rename itself or touch a clipboard.
 */
#ifndef TTY_H
#define TTY_H

#include "ut.h"

#define TTY_LEAVE 0x1d		/* ^] */

struct tty_filter {
	int state;
	char seq[40];		/* the control sequence so far */
	size_t len;
};

/* Append to @out what of @bytes may reach a terminal. */
void tty_filter(struct tty_filter *f, const char *bytes, size_t n,
		struct ut_buf *out);

enum tty_end {
	TTY_GONE,		/* the guest closed */
	TTY_LEFT,		/* ^] was typed */
};

/*
 * Join stdin and stdout to @fd until one of these happens. The terminal is
 * raw from the guest's first word on, so that ^C works until then, and is
 * what it was when this returns. Without a terminal bytes go through as they
 * are, and the end of stdin becomes `exit`: ^D would get lost between the
 * terminal's modes.
 */
enum tty_end tty_join(int fd);

#endif
