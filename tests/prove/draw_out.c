// SPDX-License-Identifier: GPL-2.0-only
/* What became of the mutants that were drawn: for the screen, and a file. */
#include <stdio.h>
#include <stdlib.h>

#include "draw.h"

size_t draw_count(const struct drawer *d, enum verdict v)
{
	size_t n = 0, i;

	for (i = 0; i < d->nr_done; i++)
		n += d->done[i]->verdict == v;
	return n;
}

/* "12 mutants: 9 killed by an assertion, ... survived: 83 % killed; ..." */
static void draw_total(const struct drawer *d, struct ut_buf *b)
{
	size_t lived = draw_count(d, V_SURVIVED);
	size_t broken = draw_count(d, V_BROKEN);
	size_t n = d->nr_done - broken;

	ut_addf(b, "%zu mutants: %zu killed by an assertion, %zu by a splat, "
		"%zu by a hang, %zu survived: %.0f %% killed; drawn besides: "
		"%zu that did not compile, %zu of the same object code",
		n, draw_count(d, V_KILLED), draw_count(d, V_SPLAT),
		draw_count(d, V_HANG), lived,
		n ? 100.0 * (n - lived) / n : 0, d->refused, d->same);
	if (broken)
		ut_addf(b, ", %zu of which nothing can be said", broken);
}

void draw_tell(const struct drawer *d, const struct draw *m, size_t of)
{
	printf("%zu/%zu %-9s %s:%d (%s; %.1f s)%s%s\n", d->nr_done, of,
	       prove_word(m->verdict), m->file, m->nr, m->to.kind, m->seconds,
	       m->why ? ": " : "", m->why ? m->why : "");
}

/* What was drawn from, and who judges it */
static void draw_from(const struct drawer *d, struct ut_buf *b)
{
	static const char *const by[] = {
		[DRAW_KUNIT] = "KUnit", [DRAW_XFS] = "the guest on XFS",
		[DRAW_BLKDEV] = "the guest on a block device",
	};
	size_t i;

	ut_addf(b, "Of %zu changes:\n", d->n);
	for (i = 0; i < DRAW_JUDGES; i++)
		if (d->base[i].lines)
			ut_addf(b, "%4zu lines of %zu files, judged by %s, %zu "
				"cases\n", d->base[i].lines,
				d->base[i].files, by[i], d->base[i].cases);
	if (d->files_out)
		ut_addf(b, "%4zu lines of %zu files are in neither kernel, and "
			"not drawn from\n", d->lines_out, d->files_out);
}

static void draw_survivors(const struct drawer *d, struct ut_buf *b)
{
	size_t i;

	for (i = 0; i < d->nr_done; i++) {
		const struct draw *m = d->done[i];
		char *patch;

		if (m->verdict != V_SURVIVED)
			continue;
		patch = ut_read(m->patch, NULL);
		ut_addf(b, "\nsurvived: %s:%d, %s; %s\n\n%s", m->file, m->nr,
			m->to.kind, m->patch, patch ? patch : "");
		free(patch);
	}
}

void draw_out(const struct drawer *d, const char *seed)
{
	struct ut_buf b = { 0 };

	ut_addf(&b, "Seed %s: ", seed);
	draw_total(d, &b);
	ut_addf(&b, "\n\n");
	draw_from(d, &b);
	draw_survivors(d, &b);
	printf("\n%s", ut_str(&b));
	if (ut_write(DRAW_DIR "/summary.txt", ut_str(&b)))
		ut_err("%s/summary.txt cannot be written", DRAW_DIR);
	ut_free(&b);
}
