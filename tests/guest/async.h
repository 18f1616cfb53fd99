/* SPDX-License-Identifier: GPL-2.0-only */
/* Cases of the group `async` in a file of their own. */
#ifndef ASYNC_H
#define ASYNC_H

#include "t_async.h"

/* async_slow.c: PROFILE=slow shows who waits for the device. */
void async_slow(struct t *t, enum t_engine engine);
void async_slow_dsync(struct t *t, enum t_engine engine);
void async_slow_extend(struct t *t, enum t_engine engine);

#endif
