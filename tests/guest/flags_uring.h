/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One write through io_uring, without a library.
 */
#ifndef FLAGS_URING_H
#define FLAGS_URING_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Submit one IORING_OP_WRITE and wait for it.  Returns what the completion
 * says: bytes or a negative errno.  A failing set-up ends the case as broken.
 */
int uring_write(int fd, const void *buf, size_t len, off_t pos, int rw_flags);

#endif
