// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where does a hung kernel hang? The serial console takes a break and a
 * letter as sysrq (Documentation/admin-guide/sysrq.rst): blocked tasks, all
 * tasks, all CPUs; then the registers from QEMU itself, which answers even
 * when the guest does not. Each step ends when the console falls silent.
 */
#include <string.h>
#include <unistd.h>

#include "run.h"

#define HANG_QUIET 0.7		/* seconds of silence that end a step */
#define HANG_STEP 8.0		/* longest step */
#define HANG_TOTAL 25.0		/* longest of all; then it is killed */

/* 8: all levels to the console; else -t says nothing there. */
static const char hang_keys[] = "8wtl";

static void hang_finish(struct boot *b)
{
	b->con.copy = NULL;
	if (b->run->args.hold && b->current)
		own_held(b, b->current->name);
	else
		boot_kill(b);
}

static void hang_next(struct boot *b)
{
	int ret;

	b->hang_step_start = ut_now();
	b->hang_wait = true;
	if (b->hang_step < strlen(hang_keys))
		ret = qmp_break(&b->qmp, "con");
	else
		ret = qmp_monitor(&b->qmp, "info registers -a");
	if (ret)
		hang_finish(b);
}

void hang_begin(struct boot *b)
{
	b->state = BOOT_DUMPING;
	b->hung = true;
	b->hang_start = ut_now();
	b->hang_step = 0;
	ut_addf(&b->hang_text, "--- last %d console lines\n", CON_TAIL);
	con_tail(&b->con, &b->hang_text, CON_TAIL);
	ut_addf(&b->hang_text, HANG_ASKED "\n");
	b->con.deaf = true;
	b->con.copy = &b->hang_text;
	hang_next(b);
}

void hang_answered(struct boot *b)
{
	if (b->state != BOOT_DUMPING || !b->hang_wait)
		return;
	b->hang_wait = false;
	if (b->hang_step == strlen(hang_keys)) {
		ut_addf(&b->hang_text, "--- registers\n%s\n",
			b->qmp.answer ? b->qmp.answer : "");
		hang_finish(b);
		return;
	}
	if (write(b->con_fd, &hang_keys[b->hang_step], 1) != 1)
		hang_finish(b);
}

void hang_tick(struct boot *b)
{
	double now = ut_now();
	double quiet = b->con_last > b->hang_step_start ?
		b->con_last : b->hang_step_start;

	if (now - b->hang_start > HANG_TOTAL ||
	    (b->hang_wait && now - b->hang_step_start > HANG_STEP)) {
		hang_finish(b);
		return;
	}
	if (b->hang_wait || (now - quiet < HANG_QUIET &&
			     now - b->hang_step_start < HANG_STEP))
		return;
	b->hang_step++;
	hang_next(b);
}
