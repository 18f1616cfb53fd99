// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "nvme.h"
#include "vendor.h"
#include "vendor_call.h"

/* None of these gets better by doing it again. */
#define VENDOR_SEQUENCE	(NVME_SC_SEQUENCE | NVME_SC_DNR)
#define VENDOR_FIELD	(NVME_SC_FIELD | NVME_SC_DNR)
#define VENDOR_INTERNAL	(NVME_SC_INTERNAL | NVME_SC_DNR)

#define VENDOR_FULL	(VNVME_SC_LOG_FULL | NVME_SC_DNR)

#define VENDOR_NO_REPAIR	255

struct vendor {
	struct cfg *cfg;
	struct vmedia *m;
	struct vendor_ops ops;
	struct ctrl_vendor calls;
	/* From END to BACK; within the last, by BEGIN, a recording or the next. */
	struct explore *x[VNVME_DEPTH];
	unsigned int depth;
	bool shown;		/* a state of the last is in place */
};

/* What came with one call, and what goes back. */
struct vendor_call {
	uint32_t token;
	const uint32_t *arg;
	void *page;
	uint32_t *result;
};

_Static_assert(sizeof(struct vnvme_state) <= VNVME_PAGE, "the guest's page");

/* The namespace's own limits count, where it has any (power.h, P3). */
static struct power_rules vendor_rules(const struct vendor *v)
{
	const struct cfg *cfg = v->cfg;
	struct power_rules r = {
		.cache = v->m->cache,
		.unit = cfg->awupf + 1u,
		.lies = v->m->lies,
	};

	if (!cfg->ns_atomics)
		return r;
	r.unit = cfg->nawupf + 1u;
	r.boundary = cfg->nabspf ? cfg->nabspf + 1u : 0;
	r.offset = cfg->nabo;
	r.multiple = cfg->mam;
	return r;
}

static bool vendor_busy(const struct vendor *v)
{
	return v->ops.in_flight(v->ops.ctx) > 0;
}

/* The exploration that goes on, or NULL. */
static struct explore *vendor_exploring(const struct vendor *v)
{
	if (!v->depth || v->m->recording || v->m->full)
		return NULL;
	return v->x[v->depth - 1];
}

static int vendor_about(struct vendor *v, const struct vendor_call *call)
{
	const struct vmedia *m = v->m;
	struct vnvme_about about = {
		.magic = VNVME_MAGIC,
		.version = 1,
		.lba_size = m->lba_size,
		.cache = m->cache,
		.blocks = m->size / m->lba_size,
		.events = m->log.events,
		.recording = m->recording,
		.poison = m->poison,
		.full = m->full,
		.depth = v->depth,
	};

	memcpy(call->page, &about, sizeof(about));
	return NVME_SC_OK;
}

static int vendor_begin(struct vendor *v, const struct vendor_call *call)
{
	(void)call;
	if (v->m->off || vendor_busy(v))
		return VENDOR_SEQUENCE;
	if (!v->depth) {
		vmedia_record(v->m);
		return NVME_SC_OK;
	}
	if (!vendor_exploring(v) || !v->shown || v->depth == VNVME_DEPTH)
		return VENDOR_SEQUENCE;
	return vmedia_nest(v->m) ? VENDOR_INTERNAL : NVME_SC_OK;
}

static int vendor_mark(struct vendor *v, const struct vendor_call *call)
{
	int ret;

	if (v->m->full)
		return VENDOR_FULL;
	if (!v->m->recording)
		return VENDOR_SEQUENCE;
	ret = vmedia_mark(v->m, call->arg[0], call->arg[1]);
	return ret == -ENOSPC ? VENDOR_FULL : ret ? VENDOR_INTERNAL : NVME_SC_OK;
}

/* The recording, or what is left of it, is over. */
static void vendor_drop(struct vendor *v)
{
	if (v->m->outer)
		vmedia_unnest(v->m);
	else
		vmedia_forget(v->m);
	v->shown = false;
}

static int vendor_end(struct vendor *v, const struct vendor_call *call)
{
	struct explore_cfg cfg = {
		.rules = vendor_rules(v),
		.seed = call->arg[0],
		.states = call->arg[1],
		.shard = call->arg[2] & 0xffff,
		.shards = call->arg[2] >> 16,
	};
	bool full = v->m->full;

	if (!v->m->recording && !full)
		return VENDOR_SEQUENCE;
	if (cfg.shards ? !cfg.shard || cfg.shard > cfg.shards : cfg.shard > 1)
		return VENDOR_FIELD;
	vmedia_stop(v->m);
	v->shown = false;
	v->x[v->depth] = full ? NULL : explore_begin(v->m, &cfg);
	if (v->x[v->depth]) {
		v->depth++;
		return NVME_SC_OK;
	}
	vendor_drop(v);
	return full ? VENDOR_FULL : VENDOR_INTERNAL;
}

static int vendor_next(struct vendor *v, const struct vendor_call *call)
{
	struct explore *x = vendor_exploring(v);
	struct vnvme_state state;

	if (!x || vendor_busy(v))
		return VENDOR_SEQUENCE;
	v->shown = false;
	if (explore_next(x, &state))
		return VENDOR_INTERNAL;
	v->shown = state.flags & VNVME_STATE_VALID;
	memcpy(call->page, &state, sizeof(state));
	return NVME_SC_OK;
}

static int vendor_verdict(struct vendor *v, const struct vendor_call *call)
{
	struct explore *x = vendor_exploring(v);

	if (!x)
		return VENDOR_SEQUENCE;
	explore_verdict(x, call->arg[0]);
	return NVME_SC_OK;
}

static int vendor_repair(struct vendor *v, const struct vendor_call *call)
{
	if (!v->ops.repair) {
		*call->result = VENDOR_NO_REPAIR;
		return NVME_SC_OK;
	}
	v->ops.repair(v->ops.ctx, call->token);
	return CTRL_LATER;
}

static void vendor_leave(struct vendor *v)
{
	explore_end(v->x[--v->depth]);
	vendor_drop(v);
}

static int vendor_back(struct vendor *v, const struct vendor_call *call)
{
	(void)call;
	if (!vendor_exploring(v) || vendor_busy(v))
		return VENDOR_SEQUENCE;
	vendor_leave(v);
	return NVME_SC_OK;
}

static int vendor_cut(struct vendor *v, const struct vendor_call *call)
{
	struct explore_cfg cfg = {
		.rules = vendor_rules(v),
		.seed = call->arg[0],
	};
	struct vnvme_state state;

	if (v->depth || v->m->off)
		return VENDOR_SEQUENCE;
	if (v->m->full)
		return VENDOR_FULL;
	if (explore_cut(v->m, &cfg, &state))
		return VENDOR_INTERNAL;
	memcpy(call->page, &state, sizeof(state));
	return NVME_SC_OK;
}

static int vendor_on(struct vendor *v, const struct vendor_call *call)
{
	(void)call;
	v->m->off = false;
	return NVME_SC_OK;
}

static int vendor_lie(struct vendor *v, const struct vendor_call *call)
{
	uint32_t known = VNVME_LIE_FLUSH | VNVME_LIE_FUA | VNVME_LIE_ATOMIC;

	if (call->arg[0] & ~known)
		return VENDOR_FIELD;
	v->m->lies = call->arg[0];
	return NVME_SC_OK;
}

/* Whole lines, each with its newline. */
static int vendor_log(struct vendor *v, const struct vendor_call *call)
{
	const struct vlog *log = &v->m->log;
	char *page = call->page;
	size_t i, at = 0;
	int n;

	for (i = call->arg[0]; i < log->n; i++) {
		n = vlog_text(log, i, page + at, VNVME_PAGE - at);
		if (n < 0 || at + n + 1 >= VNVME_PAGE)
			break;
		at += n;
		page[at++] = '\n';
	}
	memset(page + at, 0, VNVME_PAGE - at);
	*call->result = i > call->arg[0] ? i - call->arg[0] : 0;
	return NVME_SC_OK;
}

static void vendor_set_limits(struct cfg *cfg, const uint32_t *arg)
{
	cfg->ns_atomics = !(arg[2] & VNVME_LIMITS_NONE);
	cfg->nawun = arg[0] & 0xffff;
	cfg->nawupf = arg[0] >> 16;
	cfg->nabsn = arg[1] & 0xffff;
	cfg->nabspf = arg[1] >> 16;
	cfg->nabo = arg[2] & 0xffff;
	cfg->mam = arg[2] & VNVME_LIMITS_MAM;
}

static int vendor_limits(struct vendor *v, const struct vendor_call *call)
{
	const uint32_t *arg = call->arg;
	struct cfg cfg = *v->cfg;
	char why[1];

	if (v->depth || v->m->recording || v->m->full || v->m->off)
		return VENDOR_SEQUENCE;
	if (arg[2] & ~(0xffffu | VNVME_LIMITS_MAM | VNVME_LIMITS_NONE))
		return VENDOR_FIELD;
	if (arg[2] & VNVME_LIMITS_NONE &&
	    (arg[0] || arg[1] || arg[2] != VNVME_LIMITS_NONE))
		return VENDOR_FIELD;
	vendor_set_limits(&cfg, arg);
	if (cfg_check(&cfg, why, sizeof(why)))
		return VENDOR_FIELD;
	vmedia_forget(v->m);
	vendor_set_limits(v->cfg, arg);
	v->ops.changed(v->ops.ctx);
	return NVME_SC_OK;
}

static int vendor_call(void *ctx, uint32_t token, uint32_t fn,
		       const uint32_t arg[4], void *page, uint32_t *result)
{
	static int (*const calls[])(struct vendor *, const struct vendor_call *) = {
		[VNVME_ABOUT] = vendor_about,
		[VNVME_BEGIN] = vendor_begin,
		[VNVME_MARK] = vendor_mark,
		[VNVME_END] = vendor_end,
		[VNVME_NEXT] = vendor_next,
		[VNVME_VERDICT] = vendor_verdict,
		[VNVME_REPAIR] = vendor_repair,
		[VNVME_BACK] = vendor_back,
		[VNVME_CUT] = vendor_cut,
		[VNVME_ON] = vendor_on,
		[VNVME_LIE] = vendor_lie,
		[VNVME_LOG] = vendor_log,
		[VNVME_LIMITS] = vendor_limits,
	};
	const struct vendor_call call = { token, arg, page, result };

	*result = 0;
	if (fn >= sizeof(calls) / sizeof(*calls) || !calls[fn])
		return VENDOR_FIELD;
	return calls[fn](ctx, &call);
}

struct vendor *vendor_new(struct cfg *cfg, struct vmedia *media,
			  const struct vendor_ops *ops)
{
	struct vendor *v = calloc(1, sizeof(*v));

	if (!v)
		return NULL;
	v->cfg = cfg;
	v->m = media;
	v->ops = *ops;
	v->calls = (struct ctrl_vendor){ .call = vendor_call, .ctx = v };
	return v;
}

void vendor_free(struct vendor *v)
{
	if (v->m->outer && !vendor_exploring(v))
		vmedia_unnest(v->m);
	while (v->depth)
		vendor_leave(v);
	free(v);
}

const struct ctrl_vendor *vendor_calls(const struct vendor *v)
{
	return &v->calls;
}
