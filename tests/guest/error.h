/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the group `error` share, prefix error_.
 */
#ifndef ERROR_H
#define ERROR_H

#include "t.h"

/* What the block layer makes of the device's error, or the page cache of that. */
bool error_is(long long n);
/* fsync(2): 0 or a negative errno. */
long long error_fsync(int fd);

/* error_cow.c: new blocks for shared ones that cannot be written. */
void error_shared(struct t *t);
void error_shared_unit(struct t *t);
/* error_read.c: asynchronous direct reads of a bad sector. */
void error_read(struct t *t);

#endif
