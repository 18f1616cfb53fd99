/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHUTDOWN_TOLD_H
#define SHUTDOWN_TOLD_H

#include "t.h"

/* A write that was sent before the shutdown, and is done after it, fails. */
void shutdown_told(struct t *t);

#endif
