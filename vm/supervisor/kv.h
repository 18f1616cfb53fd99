/* SPDX-License-Identifier: GPL-2.0-only */
/* `key = value` files: one a line, `#` starts a comment line. */
#ifndef KV_H
#define KV_H

#include <stddef.h>

struct kv_pair {
	char *key;
	char *value;
	int line;
};

struct kv {
	const char *path;	/* for messages; not owned */
	struct kv_pair *pairs;	/* in the file's order */
	size_t n;
};

/*
 * Parse @text (changed in place, must outlive @kv). Returns 0, or -EINVAL
 * with a message "PATH:LINE: why" in *@why, which the caller frees. A key
 * that stands twice is an error.
 */
int kv_parse(struct kv *kv, const char *path, char *text, char **why);
/* Value of @key, or NULL. */
const char *kv_get(const struct kv *kv, const char *key);

#endif
