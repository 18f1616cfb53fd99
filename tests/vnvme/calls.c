// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "calls.h"

static unsigned int calls_in_flight(void *ctx)
{
	return ((struct calls *)ctx)->in_flight;
}

static void calls_repair(void *ctx, uint32_t token)
{
	((struct calls *)ctx)->repairs = token + 1;
}

static void calls_changed(void *ctx)
{
	((struct calls *)ctx)->changes++;
}

bool calls_open(struct calls *c, bool repair)
{
	struct vendor_ops ops = {
		.in_flight = calls_in_flight,
		.repair = repair ? calls_repair : NULL,
		.changed = calls_changed,
		.ctx = c,
	};
	int fd = vt_image(PL_BLOCKS * 512);

	memset(c, 0, sizeof(*c));
	cfg_default(&c->cfg);
	TH_CHECK(!vmedia_open(&c->m, fd, PL_BLOCKS * 512, 512, true, false));
	close(fd);
	c->v = vendor_new(&c->cfg, &c->m, &ops);
	return c->v;
}

void calls_close(struct calls *c)
{
	vendor_free(c->v);
	vmedia_close(&c->m);
}

int calls_do(struct calls *c, uint32_t fn, uint32_t a, uint32_t b, uint32_t d)
{
	const uint32_t arg[4] = { a, b, d };
	const struct ctrl_vendor *calls = vendor_calls(c->v);

	memset(&c->page, 0, sizeof(c->page));
	c->result = 0xeeee;
	return calls->call(calls->ctx, 42, fn, arg, &c->page, &c->result);
}

bool calls_next(struct calls *c)
{
	return !calls_do(c, VNVME_NEXT, 0, 0, 0) && c->page.state.flags;
}

void calls_put(struct calls *c, uint64_t lba, char letter, bool fua)
{
	uint8_t data[512];

	memset(data, letter, sizeof(data));
	vmedia_done(&c->m, vmedia_write(&c->m, lba, 1, fua, data));
}

bool calls_now_is(struct calls *c, const char *want)
{
	char state[PL_BLOCKS + 1];

	pl_state(c->m.now, state);
	TH_STR(state, want);
	return true;
}
