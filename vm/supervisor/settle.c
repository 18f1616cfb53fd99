// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is to blame for what: splats, hangs, deaths, reports with holes.
 *
 * A splat fails the case that ran, by the marks in the kernel's own log; one
 * after `wt: end` is most likely that case's doing too (completion work), so
 * it stays with the last case started. One before the first case, or a boot
 * without an end of its report, is told in a line of its own.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "decode.h"
#include "run.h"

#define SETTLE_BLOCKED 60	/* lines of blocked tasks in a report */

static struct res *settle_find(struct boot *b, const char *name)
{
	struct res *r = hear_case(b, b->con.started);
	size_t i;

	if (!name)
		return &b->other;
	/* The same case may run more than once: by its number, if it fits. */
	if (r && !strcmp(r->name, name))
		return r;
	for (i = 0; i < b->n; i++)
		if (!strcmp(b->cases[i]->name, name))
			return b->cases[i];
	if (!strcmp(name, b->device.name))
		return &b->device;
	if (!strcmp(name, b->check.name))
		return &b->check;
	return &b->other;
}

void settle_splat(void *ctx, const char *mark, const char *text, bool head)
{
	struct boot *b = ctx;

	if (head)
		b->splat_of = settle_find(b, mark);
	if (!b->splat_of)
		return;
	res_log(&b->splat_of->splats, text);
	if (!b->splat_of->boot)
		b->splat_of->boot = b->nr;
}

/* The line of @splats that says what it is: not the cut-here line. */
static char *settle_title(const struct res *r)
{
	const char *s = ut_str(&r->splats);

	while (ut_starts(s, "----")) {
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
	return ut_fmt("%.*s", (int)strcspn(s, "\n"), s);
}

static void settle_splats(struct boot *b, struct res *r)
{
	char *title;

	if (!r->splats.len)
		return;
	title = settle_title(r);
	/* A kernel that dies before any case ran is no verdict on a case. */
	if (r == &b->other && !b->ktap.plan) {
		free(b->why);
		b->why = ut_fmt("the kernel did not come up: %s", title);
	} else {
		if (r->outcome == OUT_FAIL || r->outcome == OUT_BROKEN)
			res_log(&r->log, r->reason ? r->reason : "");
		r->outcome = OUT_NONE;
		res_set(r, OUT_FAIL, "%s", title);
		if (r != b->current)
			scr_bad(&b->run->scr, r);
	}
	free(title);
}

/* How the process ended, in words. Never a verdict. */
static char *settle_death(const struct boot *b)
{
	const char *where = b->current ? "no result" :
		b->first ? "no end of the report" : "no report";
	char *path, *text, *last;
	char *why;
	size_t i;

	if (WIFSIGNALED(b->status)) {
		/* It does not survive that its device hangs up, either. */
		last = server_last_words(b->dir);
		why = ut_fmt("%s: QEMU was killed by signal %d (%s)%s%s", where,
			     WTERMSIG(b->status),
			     strsignal(WTERMSIG(b->status)), last ?
			     "; the device said: " : "", last ? last : "");
		free(last);
		return why;
	}
	path = ut_fmt("%s/qemu.stderr", b->dir);
	text = ut_read(path, NULL);
	last = text ? ut_trim(text) : NULL;
	for (i = 0; last && last[i]; i++)
		if (last[i] < ' ' || last[i] > '~')
			last[i] = ' ';
	/* What is wrong stands last, behind the option it is about. */
	if (last && strlen(last) > 1000)
		why = ut_fmt("QEMU says: ...%s", last + strlen(last) - 1000);
	else if (last && *last)
		why = ut_fmt("QEMU says: %s", last);
	else
		why = ut_fmt("%s: QEMU ended (status %d)", where,
			     WEXITSTATUS(b->status));
	free(text);
	free(path);
	return why;
}

/* The tasks that wait, of all that the kernel answered. */
static void settle_blocked(const char *text, struct ut_buf *out)
{
	const char *from = strstr(text, "sysrq: Show Blocked State");
	const char *to = from ? strstr(from, "sysrq: Show State") : NULL;
	int lines;

	if (!to)
		return;
	from += strcspn(from, "\n") + 1;
	for (lines = 0; from < to && lines < SETTLE_BLOCKED; lines++) {
		size_t len = strcspn(from, "\n") + 1;

		if (from + len < to)
			ut_add(out, from, len);
		from += len;
	}
}

/* The console before we asked, and where it waits; all of it is in a file. */
static void settle_hang_tail(const struct boot *b, struct res *r)
{
	const char *text = ut_str(&b->hang_text);
	const char *end = strstr(text, HANG_ASKED);

	ut_add(&r->dump, text, end ? (size_t)(end - text) : strlen(text));
	if (end) {
		ut_addf(&r->dump, "--- blocked tasks\n");
		settle_blocked(end, &r->dump);
	}
	ut_addf(&r->dump, "--- tasks, CPUs, registers: boot-%d/hang.txt\n",
		b->nr);
}

static void settle_running(struct boot *b, struct res *r)
{
	if (b->hung) {
		settle_hang_tail(b, r);
		res_set(r, OUT_FAIL, "hung: no result within %.0f s", b->limit);
		r->seconds = b->limit;
		return;
	}
	r->seconds = ut_now() - b->since;
	if (b->own.left) {
		res_set(r, OUT_PASS, "%s", "");
		return;
	}
	con_tail(&b->con, &r->dump, CON_TAIL);
	if (b->con.panic && (!b->interrupted || b->run->held))
		res_set(r, OUT_FAIL, "the kernel died while it ran");
	else if (b->run->held)
		res_set(r, OUT_FAIL, "%s", res_last_line(r) ? : "held");
	else
		res_set(r, OUT_BROKEN, "%s", b->why);
}

static void settle_why(struct boot *b)
{
	if (b->why || b->own.left)
		return;
	if (b->hung && !b->current)
		b->why = ut_fmt("the guest hung %s: nothing within %.0f s",
				b->first ? "between cases" :
				"before its first line", b->limit);
	else if (b->hung)
		b->why = ut_fmt("%s hung", b->current->name);
	else if (b->con.panic)
		b->why = ut_strdup("the kernel died");
	else if (!b->ktap.end)
		b->why = settle_death(b);
}

/* The hang's text is long: a file of its own as well as the report. */
static void settle_hang_file(const struct boot *b)
{
	char *path;

	if (!b->hung)
		return;
	path = ut_fmt("%s/hang.txt", b->dir);
	ut_write(path, ut_str(&b->hang_text));
	free(path);
}

/* Addresses as lines of our tree; Debian's kernel has no vmlinux here. */
static void settle_decode(struct boot *b, struct res *r)
{
	if (b->group->unpatched || r->outcome == OUT_PASS)
		return;
	decode_text(b->run->kernel_dir, &r->splats);
	decode_text(b->run->kernel_dir, &r->dump);
}

void settle(struct boot *b)
{
	size_t i;

	settle_why(b);
	settle_hang_file(b);
	if (b->current)
		settle_running(b, b->current);
	for (i = 0; i < b->n; i++)
		settle_splats(b, b->cases[i]);
	settle_splats(b, &b->device);
	settle_splats(b, &b->check);
	settle_splats(b, &b->other);
	if (b->why && !b->current && !b->enough &&
	    b->other.outcome == OUT_NONE) {
		res_set(&b->other, OUT_BROKEN, "%s", b->why);
		if (b->hung)
			settle_hang_tail(b, &b->other);
		else
			con_tail(&b->con, &b->other.dump, CON_TAIL);
	}
	for (i = 0; i < b->n; i++)
		settle_decode(b, b->cases[i]);
	settle_decode(b, &b->device);
	settle_decode(b, &b->check);
	settle_decode(b, &b->other);
	if (b->current && b->current->tc)
		scr_done(&b->run->scr, b->current);
}
