// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run.h"

#define SCR_HEARTBEAT 10.0	/* seconds of silence in a log */
#define SCR_LIVE 0.5		/* between two paints of the live line */

void scr_init(struct scr *s, bool verbose)
{
	const char *term = getenv("TERM");

	memset(s, 0, sizeof(*s));
	s->verbose = verbose;
	s->tty = isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
	s->color = s->tty && !getenv("NO_COLOR");
	s->tty = s->tty && !verbose;
	setvbuf(stdout, NULL, _IOLBF, 0);
}

const char *scr_word(const struct scr *s, enum outcome o)
{
	static const char *const painted[] = {
		[OUT_NONE] = "none",
		[OUT_PASS] = "\033[32mpass\033[0m",
		[OUT_FAIL] = "\033[31mfail\033[0m",
		[OUT_BROKEN] = "\033[35mbroken\033[0m",
		[OUT_SKIP] = "\033[33mskip\033[0m",
	};

	return s->color ? painted[o] : ktap_word(o);
}

static void scr_clear(struct scr *s)
{
	if (s->live)
		fputs("\r\033[K", stdout);
	s->live = false;
}

void scr_say(struct scr *s, const char *fmt, ...)
{
	va_list ap;

	scr_clear(s);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

static const char *scr_last(const struct res *r, char *buf, size_t size)
{
	buf[0] = '\0';
	if (r->last >= 0)
		snprintf(buf, size, ", last %.1f s", r->last);
	return buf;
}

void scr_boot(struct scr *s, const struct boot *b)
{
	double last = 0;
	char known[32] = "";
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->cases[i]->last > 0)
			last += b->cases[i]->last;
	if (last > 0)
		snprintf(known, sizeof(known), " (last %.1f s)", last);
	scr_say(s, "boot %d: %s %s%s, %zu case%s%s", b->nr,
		b->group->prof->name, b->group->fs->name,
		b->group->unpatched ? ", unpatched kernel" : "", b->n,
		b->n == 1 ? "" : "s", known);
	s->next = ut_now() + SCR_HEARTBEAT;
}

void scr_boot_end(struct scr *s, const struct boot *b)
{
	unsigned int tally[OUT_SKIP + 1] = { 0 };
	char first[48] = "no report";
	size_t i;

	if (b->first > 0)
		snprintf(first, sizeof(first), "report after %.1f s",
			 b->first);
	for (i = 0; i < b->n; i++)
		tally[b->cases[i]->outcome]++;
	scr_say(s, "        %u pass, %u fail, %u broken, %u skip in %.1f s "
		"(%s)", tally[OUT_PASS], tally[OUT_FAIL],
		tally[OUT_BROKEN], tally[OUT_SKIP], b->seconds, first);
}

static void scr_paint(struct scr *s, const struct boot *b)
{
	double now = ut_now() - b->since;
	char last[32];

	scr_clear(s);
	if (b->state == BOOT_DUMPING)
		printf("  [%zu/%zu] hung; asking the kernel where",
		       s->done, s->total);
	else if (b->current)
		printf("  [%zu/%zu] %s %.1f s (limit %.0f s%s)",
		       s->done + !!b->current->tc, s->total,
		       b->current->name, now, b->limit,
		       scr_last(b->current, last, sizeof(last)));
	else
		printf("  [%zu/%zu] %s %.1f s", s->done, s->total,
		       b->ktap.end ? "switching off" :
		       b->first ? "between cases" : "booting", now);
	if (s->tty)
		s->live = true;
	else
		putchar('\n');
	fflush(stdout);
	s->next = ut_now() + (s->tty ? SCR_LIVE : SCR_HEARTBEAT);
}

void scr_start(struct scr *s, const struct boot *b)
{
	if (s->still)
		return;
	if (s->tty || s->verbose)
		scr_paint(s, b);
	else
		s->next = ut_now() + SCR_HEARTBEAT;
}

void scr_tick(struct scr *s, const struct boot *b)
{
	if (b->state == BOOT_GONE) {
		scr_clear(s);
		fflush(stdout);
	} else if (!s->still && b->state != BOOT_HELD &&
		   ut_now() >= s->next) {
		scr_paint(s, b);
	}
}

void scr_done(struct scr *s, const struct res *r)
{
	char last[32];

	s->done++;
	if (r->outcome == OUT_PASS && !s->verbose)
		return;
	scr_say(s, "  [%zu/%zu] %s %s %.1f s%s%s%s", s->done, s->total,
		scr_word(s, r->outcome), r->name, r->seconds,
		scr_last(r, last, sizeof(last)), r->reason ? ": " : "",
		r->reason ? r->reason : "");
}

void scr_bad(struct scr *s, const struct res *r)
{
	scr_say(s, "  %s %s: %s", scr_word(s, r->outcome), r->name,
		r->reason ? r->reason : "no reason given");
}
