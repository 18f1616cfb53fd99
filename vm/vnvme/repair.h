/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VNVME_REPAIR (vendor.h): a program of the host looks at the media, one at a
 * time; who asks meanwhile waits for his turn.
 */
#ifndef VNVME_REPAIR_H
#define VNVME_REPAIR_H

#include "child.h"
#include "ctrl.h"

#define REPAIR_WORDS	16

struct repair {
	/* The program; the image's path, /dev/fd/CHILD_FILE, comes last. */
	char *argv[REPAIR_WORDS + 2];
	size_t argc;
	int image;
	struct ctrl *ctrl;
	struct child child;
	uint32_t *tokens;	/* the first is being served */
	size_t n;
};

void repair_init(struct repair *r, int image);
void repair_attach(struct repair *r, struct ctrl *ctrl);
/* One more word of the command line, which stays the caller's.  -E2BIG. */
int repair_word(struct repair *r, char *word);
/* ctrl_vendor_done() with @token follows, from repair_tick(). */
void repair_ask(struct repair *r, uint32_t token);
/* Nobody waits for an answer any more. */
void repair_forget(struct repair *r);
/* As child_poll() and child_tick(). */
void repair_poll(const struct repair *r, struct pollfd p[CHILD_FDS]);
uint64_t repair_tick(struct repair *r, uint64_t now);

#endif
