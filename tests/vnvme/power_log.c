// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <stdlib.h>
#include <unistd.h>

#include "power_log.h"
#include "vt.h"

#define PL_SIZE	(PL_BLOCKS * 512)

struct pl_reader {
	struct vmedia *m;
	long entry[26];		/* tickets of commands by name */
};

/* Each block of each command is unlike all others. */
static void pl_data(uint8_t *data, char name, uint32_t blocks)
{
	uint32_t i;

	for (i = 0; i < blocks * 512; i++)
		data[i] = i % 512 ? i / 512 : (uint8_t)name;
}

static long pl_arrive(struct vmedia *m, const char *w)
{
	char kind = isdigit((unsigned char)w[1]) ? 'w' : w[1];
	uint8_t data[PL_SIZE];
	unsigned int lba, n;
	char fua = 0;

	if (kind == 'F')
		return vmedia_flush(m);
	if (sscanf(w + (kind == 'w' ? 1 : 2), "%u+%u%c", &lba, &n, &fua) < 2 ||
	    n > PL_BLOCKS)
		return -1;
	pl_data(data, *w, n);
	switch (kind) {
	case 'w':
		return vmedia_write(m, lba, n, fua == 'f', data);
	case 'z':
		return vmedia_zeroes(m, lba, n, fua == 'f', false);
	case 'd':
		return vmedia_discard(m, lba, n);
	case 'r':
		return vmedia_read(m, lba, n, data);
	default:
		return -1;
	}
}

static bool pl_word(struct pl_reader *r, const char *w)
{
	long *entry = &r->entry[*w - 'A'];

	if (!strcmp(w, "m"))
		return !vlog_mark(&r->m->log, 1, (uint32_t)r->m->log.events);
	if (*w < 'A' || *w > 'Z')
		return false;
	if (w[1] == '!' || w[1] == '?') {
		vlog_done(&r->m->log, *entry - r->m->dropped, w[1] == '?');
		return true;
	}
	*entry = pl_arrive(r->m, w);
	return *entry >= 0;
}

/* A command that failed had no effect: take it out of what is there now. */
static void pl_failed(struct vmedia *m)
{
	size_t i;

	memset(m->now, '.', PL_SIZE);
	for (i = 0; i < m->log.n; i++) {
		const struct vlog_entry *e = &m->log.v[i];

		if (power_writes(e))
			vmedia_apply(m, m->now, e, 0, e->blocks);
	}
}

bool pl_open(struct vmedia *m, const char *words, bool cache)
{
	struct pl_reader r = { .m = m };
	char *copy = strdup(words), *rest = copy, *w;
	int fd = vt_image(PL_SIZE);
	bool ok = true;

	vmedia_open(m, fd, PL_SIZE, 512, cache, false);
	close(fd);
	memset(m->now, '.', PL_SIZE);
	memset(m->base, '.', PL_SIZE);
	vmedia_record(m);
	while (ok && (w = strsep(&rest, " "))) {
		ok = !*w || pl_word(&r, w);
		if (!ok)
			printf("# no such word: %s\n", w);
	}
	free(copy);
	vmedia_stop(m);
	pl_failed(m);
	return ok;
}

void pl_close(struct vmedia *m)
{
	vmedia_close(m);
}

void pl_state(const uint8_t *image, char *state)
{
	int i;

	for (i = 0; i < PL_BLOCKS; i++)
		state[i] = image[i * 512] ? image[i * 512] : '0';
	state[i] = '\0';
}

static size_t pl_set_find(const struct pl_set *s, const char *word, bool *there)
{
	size_t low = 0, high = s->n;

	*there = false;
	while (low < high && !*there) {
		size_t mid = (low + high) / 2;
		int cmp = strcmp(word, s->v[mid]);

		*there = !cmp;
		if (cmp > 0)
			low = mid + 1;
		else
			high = mid;
	}
	return high;
}

void pl_set_add(struct pl_set *s, const char *word)
{
	bool there;
	size_t at = pl_set_find(s, word, &there);

	if (there)
		return;
	if (s->n == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->v = realloc(s->v, s->room * sizeof(*s->v));
		if (!s->v)
			abort();
	}
	memmove(s->v + at + 1, s->v + at, (s->n++ - at) * sizeof(*s->v));
	snprintf(s->v[at], sizeof(*s->v), "%s", word);
}

void pl_set_add_all(struct pl_set *s, const struct pl_set *from)
{
	size_t i;

	for (i = 0; i < from->n; i++)
		pl_set_add(s, from->v[i]);
}

void pl_set_words(struct pl_set *s, const char *words)
{
	char *copy = strdup(words), *rest = copy, *w;

	while ((w = strsep(&rest, " "))) {
		if (*w)
			pl_set_add(s, w);
	}
	free(copy);
}

static bool pl_set_within(const struct pl_set *a, const struct pl_set *b,
			  const char *desc, const char *how)
{
	bool there, all = true;
	size_t i;

	for (i = 0; i < a->n; i++) {
		pl_set_find(b, a->v[i], &there);
		if (!there)
			printf("# %s: %s %s\n", desc, how, a->v[i]);
		all = all && there;
	}
	return all;
}

bool pl_set_same(const struct pl_set *got, const struct pl_set *want,
		 const char *desc)
{
	bool more = pl_set_within(got, want, desc, "unexpected");
	bool less = pl_set_within(want, got, desc, "missing");

	return more && less;
}

void pl_set_free(struct pl_set *s)
{
	free(s->v);
	*s = (struct pl_set){ 0 };
}
