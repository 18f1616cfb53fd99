// SPDX-License-Identifier: GPL-2.0-only
/* What can be changed in a line: see mutate.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mutate.h"
#include "../../vm/supervisor/ut.h"

#define MUTATE_NOTHING "do { } while (0);"

/* Replace @len bytes of @line at @at by @by. */
static void mutate_add(struct mutates *m, const char *kind, const char *line,
		       size_t at, size_t len, const char *by)
{
	m->v = ut_grow(m->v, m->n, sizeof(*m->v));
	m->v[m->n++] = (struct mutate) {
		.kind = kind,
		.line = ut_fmt("%.*s%s%s", (int)at, line, by, line + at + len),
	};
}

/* Is @text at @line[@at], as a word of its own? */
static bool mutate_word(const char *line, size_t at, const char *text)
{
	size_t len = strlen(text);

	return !strncmp(line + at, text, len) &&
	       (!at || !(isalnum(line[at - 1]) || line[at - 1] == '_')) &&
	       !isalnum(line[at + len]) && line[at + len] != '_';
}

/* With a blank before, and one or the line's end behind */
static bool mutate_is_operator(const char *line, size_t at, const char *op)
{
	size_t len = strlen(op);

	return at && line[at - 1] == ' ' && !strncmp(line + at, op, len) &&
	       (line[at + len] == ' ' || !line[at + len]);
}

static void mutate_operator(struct mutates *m, const char *line, size_t at)
{
	static const struct {
		const char *from, *to;
	} ops[] = {
		{ "==", "!=" }, { "!=", "==" }, { "<", "<=" }, { "<=", "<" },
		{ ">", ">=" }, { ">=", ">" }, { "<", ">" }, { ">", "<" },
		{ "&&", "||" }, { "||", "&&" }, { "+", "-" }, { "-", "+" },
		{ "&", "|" }, { "|", "&" }, { "<<", ">>" }, { ">>", "<<" },
		{ "+=", "-=" }, { "-=", "+=" }, { "|=", "&=" }, { "&=", "|=" },
		{ "+=", "=" }, { "|=", "=" },
	};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (mutate_is_operator(line, at, ops[i].from))
			mutate_add(m, "operator", line, at,
				   strlen(ops[i].from), ops[i].to);
	if (line[at] == '!' && line[at + 1] != '=' && at &&
	    strchr(" \t(!", line[at - 1]))
		mutate_add(m, "operator", line, at, 1, "");
	if (!strncmp(line + at, "++", 2))
		mutate_add(m, "operator", line, at, 2, "--");
	if (!strncmp(line + at, "--", 2))
		mutate_add(m, "operator", line, at, 2, "++");
}

/* A decimal number; a constant by a name; an error */
static void mutate_constant(struct mutates *m, const char *line, size_t at)
{
	bool inside = at && (isalnum(line[at - 1]) || line[at - 1] == '_' ||
			     line[at - 1] == '.');
	size_t len = strspn(line + at, "0123456789");

	if (len && !inside && len < 10 && !isalpha(line[at + len])) {
		char *more = ut_fmt("%ld", atol(line + at) + 1);

		mutate_add(m, "constant", line, at, len, more);
		free(more);
		if (atol(line + at))
			mutate_add(m, "constant", line, at, len, "0");
	}
	if (mutate_word(line, at, "true"))
		mutate_add(m, "constant", line, at, 4, "false");
	if (mutate_word(line, at, "false"))
		mutate_add(m, "constant", line, at, 5, "true");
	len = 2 + strspn(line + at + (line[at] == '-' ? 2 : 0),
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (line[at] == '-' && line[at + 1] == 'E' && len > 3)
		mutate_add(m, "constant", line, at, len, "0");
}

/* Where the parenthesis that opens at @at closes; 0: not on this line */
static size_t mutate_close(const char *line, size_t at)
{
	int depth = 0;

	for (; line[at]; at++) {
		depth += line[at] == '(';
		depth -= line[at] == ')';
		if (!depth)
			return at;
	}
	return 0;
}

static void mutate_branch(struct mutates *m, const char *line, size_t at)
{
	size_t end;
	char *by;

	if (!mutate_word(line, at, "if") || line[at + 2] != ' ' ||
	    line[at + 3] != '(')
		return;
	end = mutate_close(line, at + 3);
	if (!end)
		return;
	by = ut_fmt("if (!%.*s)", (int)(end - at - 2), line + at + 3);
	mutate_add(m, "branch", line, at, end + 1 - at, by);
	free(by);
}

/* "name(...);", "goto x;", "a->b = c;": a statement that can be left out */
static void mutate_statement(struct mutates *m, const char *line, size_t at)
{
	size_t len = strlen(line + at), name = at, end;

	if (!len || line[at + len - 1] != ';')
		return;
	while (line[name] &&
	       (isalnum(line[name]) || strchr("_->.", line[name])))
		name++;
	end = line[name] == '(' && name > at ? mutate_close(line, name) : 0;
	if (end && !strcmp(line + end, ");"))
		mutate_add(m, "call", line, at, len, MUTATE_NOTHING);
	else if (name > at && ut_starts(line + name, " = "))
		mutate_add(m, "call", line, at, len, MUTATE_NOTHING);
	else if (ut_starts(line + at, "goto ") ||
		 !strcmp(line + at, "break;") || !strcmp(line + at, "continue;"))
		mutate_add(m, "branch", line, at, len, MUTATE_NOTHING);
	else if (ut_starts(line + at, "return ") &&
		 strcmp(line + at, "return 0;"))
		mutate_add(m, "branch", line, at, len, "return 0;");
}

void mutate_line(struct mutates *m, const char *line, bool *comment)
{
	size_t at = strspn(line, " \t");
	bool text = false;

	if (!*comment && line[at] == '#')
		return;
	if (!*comment && !strstr(line, "/*"))
		mutate_statement(m, line, at);
	for (; line[at]; at++) {
		if (*comment) {
			*comment = strncmp(line + at, "*/", 2);
			continue;
		}
		if (line[at] == '"' && (!at || line[at - 1] != '\\'))
			text = !text;
		if (text)
			continue;
		if (!strncmp(line + at, "//", 2))
			return;
		*comment = !strncmp(line + at, "/*", 2);
		if (*comment)
			continue;
		mutate_operator(m, line, at);
		mutate_constant(m, line, at);
		mutate_branch(m, line, at);
	}
}

void mutate_print(const char *path)
{
	char *text = ut_read(path, NULL), *rest = text, *line;
	bool comment = false;
	size_t i;

	while (rest && (line = strsep(&rest, "\n"))) {
		struct mutates m = { 0 };

		mutate_line(&m, line, &comment);
		for (i = 0; i < m.n; i++)
			printf("%s: %s\n", m.v[i].kind, m.v[i].line);
	}
	free(text);
}
