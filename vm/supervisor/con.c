// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "con.h"

/*
 * Heads of reports, fnmatch patterns on the text behind the time stamp. One
 * report may match more than once (a WARN's cut-here line and its headline):
 * the lines after a head belong to it, so that is one splat, not two.
 */
static const char *const con_heads[] = {
	"------------[[] cut here ]------------",
	"WARNING: *",
	"BUG: *",
	"watchdog: BUG: *",
	"kernel BUG at *",
	"Oops: *",
	"Oops - *",
	"general protection fault*",
	"divide error: *",
	"invalid opcode: *",
	"int3: *",
	"stack guard page was hit *",
	"Kernel panic - not syncing*",
	"UBSAN: *",
	"INFO: task * blocked for more than *",
	"INFO: task * blocked on *",
	"rcu: INFO: * detected stall*",
	"rcu: INFO: * detected expedited stall*",
	"rcu: INFO: * self-detected stall*",
	"INFO: trying to register non-static key*",
	"DEBUG_LOCKS_WARN_ON(*",
	"INFO: possible *",
	"kmemleak: * new suspected memory leak*",
	"unreferenced object 0x*",
	"list_add corruption*",
	"list_del corruption*",
	"slab-use-after-free*",
	"XFS: Assertion failed*",
	"XFS (*): Internal error*",
	"XFS (*): Metadata corruption detected*",
	"XFS (*): Metadata CRC error detected*",
	"XFS (*): Corruption of *",
};

/* Step over "[    1.234567] " and "[    1.234567][  T12] ". */
static const char *con_skip_stamp(const char *s)
{
	while (*s == '[' && (s[1] == ' ' || isdigit((unsigned char)s[1]))) {
		const char *end = strchr(s, ']');

		if (!end)
			return s;
		s = end + 1;
	}
	return *s == ' ' ? s + 1 : s;
}

const char *con_splat_head(const char *text)
{
	size_t i;

	text = con_skip_stamp(text);
	for (i = 0; i < sizeof(con_heads) / sizeof(*con_heads); i++)
		if (ut_glob(con_heads[i], text))
			return text;
	return NULL;
}

/* `wt: start CASE` and `wt: end CASE`; true if the line was a mark. */
static bool con_mark(struct con *c, const char *text)
{
	text = con_skip_stamp(text);
	if (!ut_starts(text, "wt: "))
		return false;
	if (ut_starts(text, "wt: start ")) {
		c->started++;
		free(c->mark);
		c->mark = ut_strdup(text + strlen("wt: start "));
	}
	c->splat_left = 0;
	return true;
}

static void con_scan(struct con *c, const char *text)
{
	const char *head;

	if (con_mark(c, text))
		return;
	head = c->deaf ? NULL : con_splat_head(text);
	if (head && ut_starts(head, "Kernel panic"))
		c->panic = true;
	if (head && !c->splat_left) {
		c->splat_left = CON_SPLAT_LINES;
		c->splat(c->ctx, c->mark, head, true);
		return;
	}
	if (!c->splat_left)
		return;
	c->splat_left--;
	c->splat(c->ctx, c->mark, con_skip_stamp(text), false);
	if (strstr(text, "---[ end "))
		c->splat_left = 0;
}

static void con_line(void *ctx, char *text)
{
	struct con *c = ctx;
	char **slot = &c->tail[c->lines++ % CON_TAIL];

	free(*slot);
	*slot = ut_strdup(text);
	if (c->log)
		fprintf(c->log, "%s\n", text);
	if (c->copy)
		ut_addf(c->copy, "%s\n", text);
	if (c->echo)
		printf("  console: %s\n", text);
	con_scan(c, text);
}

void con_init(struct con *c, FILE *log)
{
	memset(c, 0, sizeof(*c));
	line_init(&c->line, con_line, c);
	c->log = log;
}

void con_feed(struct con *c, const char *bytes, size_t n)
{
	line_feed(&c->line, bytes, n);
}

void con_flush(struct con *c)
{
	line_flush(&c->line);
}

void con_tail(const struct con *c, struct ut_buf *out, size_t n)
{
	size_t i;

	if (n > CON_TAIL)
		n = CON_TAIL;
	if (n > c->lines)
		n = c->lines;
	for (i = c->lines - n; i < c->lines; i++)
		ut_addf(out, "%s\n", c->tail[i % CON_TAIL]);
}

void con_free(struct con *c)
{
	size_t i;

	for (i = 0; i < CON_TAIL; i++)
		free(c->tail[i]);
	free(c->mark);
}
