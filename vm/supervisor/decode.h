/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File and line beside each address of a kernel report, by the kernel's own
 * scripts/decode_stacktrace.sh.
 *
 * The script pastes symbols into awk programs and shell arithmetic, and the
 * text is a guest's: it is given nothing but words of the form
 * SYMBOL+0xHEX/0xHEX, the symbol of letters, digits, `_` and `.`.
 */
#ifndef DECODE_H
#define DECODE_H

#include "ut.h"

#define DECODE_WORDS 100	/* addresses looked up for one text */
#define DECODE_LIMIT 20		/* seconds for them; the rest stays as it is */

/*
 * @kernel_dir: vmlinux, and its tree as `source`. Without that, or without
 * debug information, @text stays as it is.
 */
void decode_text(const char *kernel_dir, struct ut_buf *text);

/* The length of the address at @s, 0: there is none. */
size_t decode_word(const char *s);

#endif
