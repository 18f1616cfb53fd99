// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prof.h"

int prof_vercmp(const char *a, const char *b)
{
	for (;;) {
		char *ea, *eb;
		unsigned long va = strtoul(a, &ea, 10);
		unsigned long vb = strtoul(b, &eb, 10);

		if (va != vb)
			return va < vb ? -1 : 1;
		a = ea;
		b = eb;
		if (*a != '.' && *b != '.')
			return 0;
		/* A missing part counts as 0: 10.2 equals 10.2.0. */
		a += *a == '.' && isdigit((unsigned char)a[1]);
		b += *b == '.' && isdigit((unsigned char)b[1]);
		if (*a == '.' || *b == '.')
			return 0;
	}
}

static int prof_open(struct kv *kv, const char *dir, const char *name,
		     char **why)
{
	char *path = ut_fmt("%s/%s", dir, name);
	char *text = ut_read(path, NULL);

	if (!text) {
		free(path);
		return -ENOENT;
	}
	return kv_parse(kv, path, text, why);
}

/* A key of @known, or any below one that ends in a dot. */
static bool prof_key_known(const char *key, const char *const *known)
{
	for (; *known; known++)
		if (known[0][strlen(*known) - 1] == '.' ?
		    ut_starts(key, *known) && key[strlen(*known)] :
		    !strcmp(key, *known))
			return true;
	return false;
}

/* Every key must be in @known or in @more. */
static int prof_keys(const struct kv *kv, const char *const *known,
		     const char *const *more, char **why)
{
	size_t i;

	for (i = 0; i < kv->n; i++) {
		const char *key = kv->pairs[i].key;

		if (prof_key_known(key, known) ||
		    (more && prof_key_known(key, more)))
			continue;
		*why = ut_fmt("%s:%d: unknown key `%s`", kv->path,
			      kv->pairs[i].line, key);
		return -EINVAL;
	}
	return 0;
}

static int prof_missing(const struct kv *kv, const char *key, char **why)
{
	*why = ut_fmt("%s: `%s` is missing or not valid", kv->path, key);
	return -EINVAL;
}

int prof_load(struct prof *p, const char *dir, const char *name, char **why)
{
	static const char *const known[] = {
		"backend", "env.", "expect.",
		"guest.", "limits", "qemu", "quick", "size",
		"zeroed", NULL
	};
	uint64_t limits = 1;
	const char *v;
	int ret;

	memset(p, 0, sizeof(*p));
	ret = prof_open(&p->kv, dir, name, why);
	if (ret)
		return ret;
	p->name = ut_strdup(name);
	v = kv_get(&p->kv, "backend");
	p->backend = v ? backend_find(v) : NULL;
	if (!p->backend)
		return prof_missing(&p->kv, "backend", why);
	ret = prof_keys(&p->kv, known, p->backend->keys, why);
	if (ret)
		return ret;
	v = kv_get(&p->kv, "size");
	if (!v || !ut_size(v, &p->size) || !p->size || p->size % 4096)
		return prof_missing(&p->kv, "size", why);
	v = kv_get(&p->kv, "zeroed");
	if (v && strcmp(v, "yes"))
		return prof_missing(&p->kv, "zeroed", why);
	p->zeroed = v;
	v = kv_get(&p->kv, "limits");
	if (v && !ut_num(v, 1, 100, &limits))
		return prof_missing(&p->kv, "limits", why);
	p->limits = limits;
	p->quick = kv_get(&p->kv, "quick");
	v = kv_get(&p->kv, "qemu");
	if (v) {
		char *rest = ut_strdup(v);

		p->qemu_min = ut_word(&rest);
		if (!p->qemu_min || !isdigit((unsigned char)*p->qemu_min))
			return prof_missing(&p->kv, "qemu", why);
		p->qemu_why = ut_trim(rest);
	}
	return 0;
}

int fs_load(struct fs *fs, const char *dir, const char *name, char **why)
{
	static const char *const known[] = {
		"append", "blocksize", "meta", "mkfs", "not-with", "options",
		"quick", "type", NULL
	};
	uint64_t bytes;
	struct kv kv;
	int ret;

	memset(fs, 0, sizeof(*fs));
	ret = prof_open(&kv, dir, name, why);
	if (!ret)
		ret = prof_keys(&kv, known, NULL, why);
	if (ret)
		return ret;
	fs->name = ut_strdup(name);
	fs->type = kv_get(&kv, "type");
	if (!fs->type || !*fs->type)
		return prof_missing(&kv, "type", why);
	fs->mkfs = kv_get(&kv, "mkfs");
	if (!strcmp(fs->type, "blkdev") != !fs->mkfs ||
	    (fs->mkfs && !*fs->mkfs))
		return prof_missing(&kv, "mkfs", why);
	fs->blocksize = kv_get(&kv, "blocksize");
	if (!fs->blocksize || !ut_num(fs->blocksize, 512, 1 << 20, &bytes))
		return prof_missing(&kv, "blocksize", why);
	fs->options = kv_get(&kv, "options");
	if (!fs->options)
		fs->options = "";
	fs->not_with = kv_get(&kv, "not-with");
	fs->meta = kv_get(&kv, "meta");
	fs->append = kv_get(&kv, "append");
	fs->quick = kv_get(&kv, "quick");
	return 0;
}

static int prof_visible(const struct dirent *d)
{
	return d->d_name[0] != '.' && !strchr(d->d_name, '~');
}

char *prof_names(const char *dir)
{
	struct ut_buf b = { 0 };
	struct dirent **list;
	int n = scandir(dir, &list, prof_visible, alphasort);
	int i;

	for (i = 0; i < n; i++) {
		ut_addf(&b, "%s%s", i ? " " : "", list[i]->d_name);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return b.s ? b.s : ut_strdup("");
}

bool fs_fits(const struct fs *fs, const char *profile, const char *cfg)
{
	char *copy, *rest, *word;
	bool fits = true;

	if (!fs->not_with)
		return true;
	copy = rest = ut_strdup(fs->not_with);
	while ((word = ut_word(&rest)))
		if (ut_starts(word, "CFG=") ? ut_glob(word + 4, cfg) :
					      ut_glob(word, profile))
			fits = false;
	free(copy);
	return fits;
}
