// SPDX-License-Identifier: GPL-2.0-only
/* See limits.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../vm/supervisor/ut.h"
#include "limits.h"

/* "KEY=NUMBER" in @word: into *@value, plus @more. */
static int limits_value(const char *word, const char *key, uint64_t more,
			uint64_t *value)
{
	size_t len = strlen(key);
	uint64_t number;

	if (strncmp(word, key, len) || word[len] != '=')
		return 0;
	if (!ut_num(word + len + 1, 0, UINT32_MAX, &number))
		return -EINVAL;
	*value = number + more;
	return 0;
}

int limits_parse(struct limits *l, const char *properties)
{
	char *copy = ut_strdup(properties);
	char *rest = copy, *word;
	uint64_t boundary = 0;
	int ret = 0;

	*l = (struct limits) { .block = 512, .max = 1 };
	while (!ret && (word = strsep(&rest, ","))) {
		ret = limits_value(word, "logical_block_size", 0, &l->block);
		if (!ret)
			ret = limits_value(word, "atomic.nawupf", 1, &l->max);
		if (!ret)
			ret = limits_value(word, "atomic.nabspf", 0, &boundary);
		if (!ret)
			ret = limits_value(word, "atomic.nabo", 0, &l->offset);
	}
	if (boundary)
		l->window = boundary + 1;
	if (!l->block)
		ret = -EINVAL;
	free(copy);
	return ret;
}

bool limits_promise(const struct limits *l, uint64_t pos, uint64_t len)
{
	uint64_t first = pos / l->block;
	uint64_t last = (pos + len - 1) / l->block;
	uint64_t shift;

	if (last - first >= l->max)
		return false;
	if (!l->window)
		return true;
	/* up by less than a window, so that one begins at block 0 */
	shift = (l->window - l->offset % l->window) % l->window;
	return (first + shift) / l->window == (last + shift) / l->window;
}
