// SPDX-License-Identifier: GPL-2.0-only
/* What of a guest's text may reach a person's terminal. */
#include "../../vm/supervisor/tty.h"
#include "th.h"

/* Filter @text, whole and byte by byte: both must give @want. */
static bool gives(const char *text, const char *want)
{
	struct tty_filter whole = { 0 }, single = { 0 };
	struct ut_buf a = { 0 }, b = { 0 };
	const char *p;

	tty_filter(&whole, text, strlen(text), &a);
	for (p = text; *p; p++)
		tty_filter(&single, p, 1, &b);
	TH_STR(ut_str(&a), want);
	TH_STR(ut_str(&b), want);
	ut_free(&a);
	ut_free(&b);
	return true;
}

static bool passes(void)
{
	static const char *const rows[] = {
		"wt:/mnt# ls\r\n\tfile\b \a",
		"\033[1;31mred\033[0m", "\033[2J\033[H\033[K\033[12;40H",
		"\033[?25l\033[?1049h\033[4l",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!gives(rows[i], rows[i]))
			return false;
	return true;
}

static bool drops(void)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "a\033]0;title\007b", "ab" },
		{ "a\033]52;c;ZWNobw==\033\\b", "ab" },
		{ "a\033P$q\"p\033\\b", "ab" },
		{ "a\033[6nb\033[cb\033[21tb", "abbb" },
		{ "a\033[?1000hb\033[?2004hb", "abb" },
		{ "a\033[>4;2mb", "ab" },
		{ "a\033cb\033(0b", "abb" },
		{ "a\x9b" "6nb\x80", "a?6nb?" },
		{ "a\001\016\177b", "ab" },
		{ "\033[1111111111111111111111111111111111111111111mb", "b" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!gives(rows[i].text, rows[i].want))
			return false;
	return true;
}

const struct th_test th_tty[] = {
	{ "passes", passes },
	{ "drops", drops },
	{ }
};
