// SPDX-License-Identifier: GPL-2.0-only
/* What the guest reports, line by line, and what each line starts or ends. */
#include <stdio.h>
#include <string.h>

#include "plan.h"
#include "run.h"

static unsigned int hear_limit(const struct boot *b, const struct res *r)
{
	/* how long that takes is the user's affair */
	if (r->tc && b->run->args.lists && ut_starts(r->name, "crash/"))
		return PLAN_NO_LIMIT;
	if (r->tc)
		return r->tc->limit * b->group->prof->limits;
	return r == &b->device ? BOOT_LIMIT_DEVICE : BOOT_LIMIT_CHECK;
}

struct res *hear_case(struct boot *b, unsigned int i)
{
	if (i == 1)
		return &b->device;
	if (i >= 2 && i - 2 < b->n)
		return b->cases[i - 2];
	return b->mounts && i - 2 == b->n ? &b->check : NULL;
}

static void hear_boot(struct boot *b)
{
	const char *want = b->run->build_id;

	if (b->group->unpatched || !want || !strcmp(want, b->ktap.build_id))
		return;
	boot_give_up(b, ut_fmt("the guest runs another kernel: its build id "
			       "is %s, vmlinux has %s", b->ktap.build_id,
			       want));
}

static void hear_start(struct boot *b)
{
	struct res *r = hear_case(b, b->ktap.index);

	if (!r || strcmp(r->name, b->ktap.name)) {
		boot_give_up(b, ut_fmt("the guest started %s, which is not "
				       "number %u of the plan", b->ktap.name,
				       b->ktap.index));
		return;
	}
	b->current = r;
	r->boot = b->nr;
	boot_wait_for(b, hear_limit(b, r) * b->run->accel.scale);
	scr_start(&b->run->scr, b);
}

static void hear_result(struct boot *b)
{
	struct res *r = b->current;

	if (!r)
		return;
	r->seconds = b->ktap.ms >= 0 ? b->ktap.ms / 1e3 : ut_now() - b->since;
	res_set(r, b->ktap.outcome, "%s", b->ktap.reason);
	if (r->outcome == OUT_FAIL && !r->reason)
		r->reason = res_last_line(r);
	b->current = NULL;
	boot_wait_for(b, BOOT_LIMIT_GAP * b->run->accel.scale);
	if (!r->tc)
		return;
	/* The wrong device is told once, not once per case. */
	if (r->outcome == OUT_BROKEN && b->device.outcome != OUT_PASS)
		b->run->scr.done++;
	else
		scr_done(&b->run->scr, r);
	if (!b->run->args.first || r->outcome != OUT_FAIL)
		return;
	b->enough = true;
	boot_give_up(b, ut_fmt("%s failed, and that was enough", r->name));
}

static void hear_plan(struct boot *b)
{
	size_t want = 1 + b->n + b->mounts;

	if (b->ktap.count != want)
		boot_give_up(b, ut_fmt("the guest plans %u cases, %zu were "
				       "ordered", b->ktap.count, want));
}

void hear_line(void *ctx, char *text)
{
	struct boot *b = ctx;

	if (b->enough)
		return;
	if (b->ktap_log)
		fprintf(b->ktap_log, "%s\n", text);
	if (b->run->args.verbose)
		printf("  ktap: %s\n", text);
	switch (ktap_feed(&b->ktap, text)) {
	case KTAP_VERSION:
		b->first = ut_now() - b->start;
		boot_wait_for(b, BOOT_LIMIT_GAP * b->run->accel.scale);
		break;
	case KTAP_BOOT:
		hear_boot(b);
		break;
	case KTAP_PLAN:
		hear_plan(b);
		break;
	case KTAP_START:
		hear_start(b);
		break;
	case KTAP_HOLD:
		own_held(b, b->ktap.name);
		break;
	case KTAP_RESUME:
		b->state = BOOT_RUNNING;
		boot_wait_for(b, BOOT_LIMIT_GAP * b->run->accel.scale);
		break;
	case KTAP_DIAG:
		res_log(b->current ? &b->current->log : &b->other.log,
			b->ktap.text);
		break;
	case KTAP_RESULT:
		hear_result(b);
		break;
	case KTAP_END:
		boot_wait_for(b, BOOT_LIMIT_OFF * b->run->accel.scale);
		break;
	case KTAP_ERROR:
		boot_give_up(b, ut_fmt("report: %s", b->ktap.text));
		break;
	case KTAP_NOTHING:
		break;
	}
}
