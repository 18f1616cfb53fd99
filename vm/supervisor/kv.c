// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "kv.h"
#include "ut.h"

static int kv_line(struct kv *kv, char *line, int nr, char **why)
{
	char *eq = strchr(line, '=');
	struct kv_pair *pair;

	if (!eq) {
		*why = ut_fmt("%s:%d: not `key = value`: %s", kv->path, nr,
			      line);
		return -EINVAL;
	}
	*eq = '\0';
	kv->pairs = ut_grow(kv->pairs, kv->n, sizeof(*kv->pairs));
	pair = &kv->pairs[kv->n];
	pair->key = ut_trim(line);
	pair->value = ut_trim(eq + 1);
	pair->line = nr;
	if (kv_get(kv, pair->key)) {
		*why = ut_fmt("%s:%d: `%s` stands twice", kv->path, nr,
			      pair->key);
		return -EINVAL;
	}
	kv->n++;
	return 0;
}

int kv_parse(struct kv *kv, const char *path, char *text, char **why)
{
	char *line;
	int nr = 0;
	int ret;

	memset(kv, 0, sizeof(*kv));
	kv->path = path;
	while ((line = strsep(&text, "\n"))) {
		nr++;
		line = ut_trim(line);
		if (!*line || *line == '#')
			continue;
		ret = kv_line(kv, line, nr, why);
		if (ret)
			return ret;
	}
	return 0;
}

const char *kv_get(const struct kv *kv, const char *key)
{
	size_t i;

	for (i = 0; i < kv->n; i++)
		if (!strcmp(kv->pairs[i].key, key))
			return kv->pairs[i].value;
	return NULL;
}
