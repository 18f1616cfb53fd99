// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ci.h"

static const struct {
	const char *name;
	int (*fn)(int argc, char **argv);
} commands[] = {
	{ "annotate", annotate_command },
	{ "matrix", matrix_command },
	{ "merge", merge_command },
	{ "workflows", workflows_command },
};

int ci_err(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fputs("ci: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return UT_BROKEN;
}

json_t *ci_load(const char *path)
{
	json_error_t error;
	json_t *root;

	if (!strcmp(path, "-"))
		root = json_loadf(stdin, 0, &error);
	else
		root = json_load_file(path, 0, &error);
	if (!root)
		ci_err("%s:%d: %s", path, error.line, error.text);
	return root;
}

const char *ci_text(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

int main(int argc, char **argv)
{
	size_t i;

	for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].fn(argc - 2, argv + 2);
	return ci_err("usage: ci annotate|matrix|merge|workflows ...");
}
