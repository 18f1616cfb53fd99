/* SPDX-License-Identifier: GPL-2.0-only */
/* A state in words, for people, and in numbers. */
#ifndef VNVME_EXPLORE_TEXT_H
#define VNVME_EXPLORE_TEXT_H

#include "explore_cut.h"
#include "explore_shrink.h"
#include "vendor.h"

/*
 * Of @c's state at @stop: fills event, marks, lost, torn, kept, hash and text of
 * @out, which begins with @what.  Commands are named by the number of the event
 * of their arrival, which begins their line in the log (VNVME_LOG).
 */
void xtext(const struct xcut *c, const struct xstop *stop,
	   const char *what, struct vnvme_state *out);

#endif
