// SPDX-License-Identifier: GPL-2.0-only
/* See repair.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "repair.h"
#include "vendor.h"

#define REPAIR_LIMIT	120000000000ull	/* ns that it may take */

static void repair_answer(struct repair *r, int status, const char *text)
{
	char page[VNVME_PAGE] = "";
	uint32_t token = r->tokens[0];

	snprintf(page, sizeof(page), "%s", text);
	r->n--;
	memmove(r->tokens, r->tokens + 1, r->n * sizeof(*r->tokens));
	ctrl_vendor_done(r->ctrl, token, 0, status, page);
}

static void repair_done(void *ctx, int status, const char *text)
{
	repair_answer(ctx, status, text);
}

void repair_init(struct repair *r, int image)
{
	memset(r, 0, sizeof(*r));
	r->image = image;
	child_init(&r->child, repair_done, r);
}

void repair_attach(struct repair *r, struct ctrl *ctrl)
{
	r->ctrl = ctrl;
}

int repair_word(struct repair *r, char *word)
{
	if (r->argc == REPAIR_WORDS)
		return -E2BIG;
	r->argv[r->argc++] = word;
	return 0;
}

void repair_ask(struct repair *r, uint32_t token)
{
	uint32_t *tokens = realloc(r->tokens, (r->n + 1) * sizeof(*tokens));

	/* Without memory it is never answered: the guest's timeout says so. */
	if (!tokens)
		return;
	r->tokens = tokens;
	r->tokens[r->n++] = token;
}

void repair_forget(struct repair *r)
{
	child_kill(&r->child);
	free(r->tokens);
	r->tokens = NULL;
	r->n = 0;
}

void repair_poll(const struct repair *r, struct pollfd p[CHILD_FDS])
{
	child_poll(&r->child, p);
}

static void repair_start(struct repair *r, uint64_t now)
{
	static char image[] = "/dev/fd/3";
	int ret = -ENOENT;

	_Static_assert(CHILD_FILE == 3, "the path above");
	r->argv[r->argc] = image;
	if (r->argc)
		ret = child_start(&r->child, r->argv, r->image, now,
				  REPAIR_LIMIT);
	if (ret)
		repair_answer(r, CHILD_FAILED, strerror(-ret));
}

uint64_t repair_tick(struct repair *r, uint64_t now)
{
	uint64_t next = child_tick(&r->child, now);

	while (r->n && !r->child.pid) {
		repair_start(r, now);
		next = child_tick(&r->child, now);
	}
	return next;
}
