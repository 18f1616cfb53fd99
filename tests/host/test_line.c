// SPDX-License-Identifier: GPL-2.0-only
/* What reaches a terminal or a JSON file is printable. */
#include "../../vm/supervisor/line.h"
#include "../../vm/supervisor/ut.h"
#include "th.h"

static struct ut_buf seen;

static void on_line(void *ctx, char *text)
{
	(void)ctx;
	ut_addf(&seen, "<%s>", text);
}

/* @n bytes in pieces of @piece, so that every state meets a boundary. */
static const char *clean(const char *bytes, size_t n, size_t piece)
{
	struct line l;
	size_t at;

	ut_free(&seen);
	line_init(&l, on_line, NULL);
	for (at = 0; at < n; at += piece)
		line_feed(&l, bytes + at, n - at < piece ? n - at : piece);
	line_flush(&l);
	return ut_str(&seen);
}

static bool filters(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain\n", "<plain>" },
		{ "a\tb\r\n", "<a\tb>" },
		{ "no newline", "<no newline>" },
		{ "\n\n", "<><>" },
		{ "\033[31mred\033[0m\n", "<red>" },
		{ "\033]0;title\007x\n", "<x>" },
		{ "\033]0;title\033\\x\n", "<x>" },
		{ "\033P1$q\033\\x\n", "<x>" },
		{ "\033(Bx\n", "<x>" },
		{ "\033cx\n", "<x>" },
		{ "bell\007back\b\n", "<bell?back?>" },
		{ "\302\233" "2J\n", "<?" "?2J>" },
		{ "\377\177\n", "<?" "?>" },
		{ "\033[31\nnext\n", "<><next>" },
	};
	size_t i, piece;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (piece = 1; piece < 4; piece++)
			TH_STR(clean(rows[i].in, strlen(rows[i].in), piece),
			       rows[i].out);
	TH_STR(clean("a\0b\n", 4, 4), "<a?b>");
	return true;
}

static bool long_line_is_cut(void)
{
	char bytes[3 * LINE_CAP];

	memset(bytes, 'x', sizeof(bytes));
	bytes[sizeof(bytes) - 1] = '\n';
	TH_CHECK(strlen(clean(bytes, sizeof(bytes), 100)) == LINE_CAP + 2);
	return true;
}

const struct th_test th_line[] = {
	{ "filters", filters },
	{ "long_line_is_cut", long_line_is_cut },
	{ }
};
