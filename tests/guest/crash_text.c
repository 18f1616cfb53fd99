// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workloads as text.  See crash.h.
 */
#include <stdarg.h>
#include <string.h>

#include "crash.h"

static const char *const crash_ways[] = {
	[CRASH_SYNC_CALL] = "", [CRASH_URING] = " &", [CRASH_AIO] = " &aio",
};

const char *crash_text(const struct crash_op *op)
{
	static char text[80];
	int n = snprintf(text, sizeof(text), "%s %d", op->kind->name, op->file);

	if (op->pos || op->len)
		n += snprintf(text + n, sizeof(text) - n, " %lld", op->pos);
	if (op->len)
		n += snprintf(text + n, sizeof(text) - n, " %lld", op->len);
	snprintf(text + n, sizeof(text) - n, "%s", crash_ways[op->way]);
	return text;
}

/* The list is at fault. */
static void crash_refuse(int line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void crash_refuse(int line, const char *fmt, ...)
{
	char text[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("# line %d: %s\n", line, text);
	T_MUST(!"the list can be run");
}

/* Take the way off the end of @text. */
static enum crash_way crash_read_way(char *text, int line)
{
	char *word = strchr(text, '&');
	size_t len;

	if (!word)
		return CRASH_SYNC_CALL;
	len = strcspn(word, " \t");
	if (word[len + strspn(word + len, " \t")])
		crash_refuse(line, "something is behind &: it ends the line");
	word[len] = '\0';
	if (strcmp(word, "&") && strcmp(word, "&aio"))
		crash_refuse(line, "what is %.20s? & is io_uring, &aio libaio",
			     word);
	*word = '\0';
	return word[1] ? CRASH_AIO : CRASH_URING;
}

static void crash_read_line(struct crash *c, char *text, int line)
{
	enum crash_way way = crash_read_way(text, line);
	const struct crash_kind *kind;
	long long pos = 0, len = 0;
	char name[40], more[2];
	struct crash_op op;
	int file = 0, n;

	n = sscanf(text, "%39s %d %lli %lli %1s", name, &file, &pos, &len, more);
	if (n < 1)
		return;
	kind = crash_kind(name);
	if (!kind)
		crash_refuse(line, "no operation is called %s; tests/guest/crash_op.c has their names",
			     name);
	if (n > 4)
		crash_refuse(line, "too many words: KIND FILE [POS [LEN]] [&]");
	if (file < 0 || file >= CRASH_FILES)
		crash_refuse(line, "file %d: give them numbers from 0 to %d",
			     file, CRASH_FILES - 1);
	if (pos < 0 || len < 0 || pos + len > CRASH_MAX)
		crash_refuse(line, "%lld + %lld: stay within 0 and %lld", pos,
			     len, CRASH_MAX);
	if (way && !(crash_can_fly(kind) && len))
		crash_refuse(line, "%s cannot be in flight: take away the &, only writes with a length have it",
			     name);
	op = crash_op(c, kind, file, pos, len);
	op.way = way;
	crash_push(c, &op);
}

void crash_read(struct crash *c, FILE *in)
{
	char text[200];
	int line = 0;

	while (fgets(text, sizeof(text), in)) {
		line++;
		text[strcspn(text, "#\n")] = '\0';
		if (c->nr == CRASH_OPS)
			crash_refuse(line, "%d operations are the most: take some away",
				     CRASH_OPS);
		crash_read_line(c, text, line);
	}
	if (!c->nr)
		crash_refuse(line, "no operation is in the list: write one a line");
}
