// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations as text: see fsx.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fsx.h"

#define FSX_LINE	200	/* of a list, comments included */

const char *fsx_text(const struct fsx_op *op)
{
	static char text[80];
	int n = snprintf(text, sizeof(text), "%s", op->kind->name);

	if (op->kind->args > 0)
		n += snprintf(text + n, sizeof(text) - n, " 0x%llx", op->pos);
	if (op->kind->args > 1)
		n += snprintf(text + n, sizeof(text) - n, " 0x%llx", op->len);
	if (op->kind->args > 2)
		snprintf(text + n, sizeof(text) - n, " 0x%llx", op->arg);
	return text;
}

static const char *fsx_number(char **save, long long min, long long max,
			      long long *value)
{
	char *word = strtok_r(NULL, " \t", save), *end;

	if (!word)
		return "a number is missing";
	errno = 0;
	*value = strtoll(word, &end, 0);
	if (errno || *end)
		return "not a number";
	if (*value < min || *value > max)
		return "a number is too large or too small";
	return NULL;
}

/* NULL, or what is wrong with it.  A line without an operation has no kind. */
static const char *fsx_line(char *line, struct fsx_op *op)
{
	const char *wrong = NULL;
	char *save, *word;

	*op = (struct fsx_op) { 0 };
	line[strcspn(line, "#\r\n")] = '\0';
	word = strtok_r(line, " \t", &save);
	if (!word)
		return NULL;
	op->kind = fsx_kind(word);
	if (!op->kind)
		return "no operation has that name";
	if (op->kind->args > 0)
		wrong = fsx_number(&save, 0, FSX_MAX, &op->pos);
	if (!wrong && op->kind->args > 1)
		wrong = fsx_number(&save, 1, FSX_MAX, &op->len);
	if (!wrong && op->kind->args > 2)
		wrong = fsx_number(&save, op->kind->pieces, op->kind->pieces ?
				   FSX_PIECES : FSX_MAX, &op->arg);
	if (!wrong && op->pos + op->len > FSX_MAX)
		wrong = "it ends beyond the largest size";
	if (!wrong && strtok_r(NULL, " \t", &save))
		wrong = "too many numbers";
	return wrong;
}

static _Noreturn void fsx_list_broken(int nr, const char *line,
				      const char *wrong)
{
	int k;

	printf("# a line is NAME [POS [LEN [ARG]]], up to 0x%llx; names and how many numbers:",
	       FSX_MAX);
	for (k = 0; k < fsx_nr_kinds; k++)
		printf(" %s %d", fsx_kinds[k].name, fsx_kinds[k].args);
	printf("\n# BROKEN the list, line %d, '%.60s': %s\n", nr, line, wrong);
	exit(T_BROKEN);
}

struct fsx_op *fsx_list_read(FILE *f, int *nr)
{
	struct fsx_op op, *ops = t_alloc((1 + FSX_LAST) * sizeof(*ops));
	char line[FSX_LINE], copy[FSX_LINE];
	const char *wrong;
	int nr_line = 0;

	T_MUST(f);
	*nr = 0;
	while (fgets(line, sizeof(line), f)) {
		nr_line++;
		strcpy(copy, line);
		wrong = strchr(line, '\n') || feof(f) ? fsx_line(copy, &op) :
			"the line is too long";
		line[strcspn(line, "\n")] = '\0';
		if (wrong)
			fsx_list_broken(nr_line, line, wrong);
		if (!op.kind)
			continue;
		ops = realloc(ops, (*nr + 2 + FSX_LAST) * sizeof(*ops));
		T_MUST(ops);
		ops[++*nr] = op;
	}
	fclose(f);
	if (!*nr)
		fsx_list_broken(nr_line, "", "there is no operation in it");
	return ops;
}
