// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mutants by lot, one after the other: see mutate.h.  Drawn from all changes of
 * all lines that the series adds to files that are in KUnit's kernel.  What the
 * compiler refuses, or warns of, and what comes out as the same object code, is
 * counted apart, and another is drawn instead.
 *
 * The commits of the tree are one past refs/wt/base, which ci/mutants sets.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mutate.h"
#include "prove.h"
#include "run.h"
#include "../cover/cover.h"

#define DRAW_DIR RUN_DIR "/draw"

/* One change: where, and what the line becomes */
struct draw {
	const char *file;	/* in the kernel's tree */
	int nr;			/* of the line */
	struct mutate to;
	enum verdict verdict;
	char *why;
	double seconds;
	char *patch;		/* the file that has it */
};

struct drawer {
	struct draw *v;		/* all there are, shuffled */
	size_t n;
	size_t lines, files;	/* that they are of */
	size_t lines_out, files_out;	/* not in KUnit's kernel */
	size_t cases;		/* that ran without a mutant */
	double limit;		/* seconds; what was longer is a hang */
	size_t refused, same;	/* by the compiler; object code */
	struct draw **done;
	size_t nr_done;
	uint64_t rng;
};

static char *draw_object(const char *file)
{
	return ut_fmt("%s/%.*so", RUN_KUNIT, (int)strlen(file) - 1, file);
}

static void draw_file(struct drawer *d, const struct cover_file *f)
{
	char *path = ut_fmt("%s/%s", RUN_TREE, f->path);
	char *text = ut_read(path, NULL), *rest = text, *line;
	bool comment = false;
	size_t i = 0, j;
	int nr;

	for (nr = 1; rest && (line = strsep(&rest, "\n")); nr++) {
		struct mutates m = { 0 };

		mutate_line(&m, line, &comment);
		while (i < f->n && f->v[i].nr < nr)
			i++;
		if (i == f->n || f->v[i].nr != nr || !m.n)
			continue;
		d->lines++;
		for (j = 0; j < m.n; j++) {
			d->v = ut_grow(d->v, d->n, sizeof(*d->v));
			d->v[d->n++] = (struct draw) {
				.file = f->path, .nr = nr, .to = m.v[j],
			};
		}
	}
	free(text);
	free(path);
}

static bool draw_read(struct drawer *d)
{
	static const char *const argv[] = {
		"git", "-C", RUN_TREE, "diff", "-U0", "--no-color",
		"--no-ext-diff", "--no-renames", "--src-prefix=a/",
		"--dst-prefix=b/", "refs/wt/base", "HEAD", "--", "*.c",
		":!*/tests/*", NULL
	};
	struct cover c = { 0 };
	size_t i;

	if (step_run(DRAW_DIR "/diff", NULL, argv) ||
	    !cover_diff(&c, DRAW_DIR "/diff"))
		return false;
	for (i = 0; i < c.n; i++) {
		char *object = draw_object(c.files[i].path);

		if (ut_exists(object)) {
			d->files++;
			draw_file(d, &c.files[i]);
		} else {
			d->files_out++;
			d->lines_out += c.files[i].n;
		}
		free(object);
	}
	return d->n;
}

/* splitmix64 */
static uint64_t draw_random(struct drawer *d)
{
	uint64_t x = d->rng += 0x9e3779b97f4a7c15ULL;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
	return x ^ (x >> 31);
}

static void draw_shuffle(struct drawer *d)
{
	size_t i, j;

	for (i = d->n - 1; i > 0; i--) {
		struct draw tmp = d->v[i];

		j = draw_random(d) % (i + 1);
		d->v[i] = d->v[j];
		d->v[j] = tmp;
	}
}

static bool draw_write(const struct draw *m)
{
	char *path = ut_fmt("%s/%s", RUN_TREE, m->file);
	char *text = ut_read(path, NULL), *rest = text, *line;
	struct ut_buf b = { 0 };
	int nr, ret;

	for (nr = 1; rest && (line = strsep(&rest, "\n")); nr++)
		ut_addf(&b, "%s%s", nr == m->nr ? m->to.line : line,
			rest ? "\n" : "");
	ret = ut_write(path, ut_str(&b));
	ut_free(&b);
	free(text);
	free(path);
	return !ret;
}

/* The object without what only debuggers read, in @to */
static bool draw_strip(const char *file, const char *to)
{
	char *object = draw_object(file);
	const char *const argv[] = {
		"objcopy", "--strip-debug", object, to, NULL
	};
	bool ok = !step_run(DRAW_DIR "/objcopy.log", NULL, argv);

	free(object);
	return ok;
}

static char *draw_base(const char *file)
{
	char *path = ut_fmt("%s/base-%s.o", DRAW_DIR, file), *p;

	for (p = path + strlen(DRAW_DIR) + 1; *p; p++)
		if (*p == '/')
			*p = '-';
	return path;
}

static bool draw_same(const struct draw *m)
{
	char *base = draw_base(m->file);
	const char *const argv[] = {
		"cmp", "-s", base, DRAW_DIR "/mutant.o", NULL
	};
	bool same = draw_strip(m->file, DRAW_DIR "/mutant.o") &&
		    !step_run(DRAW_DIR "/cmp.log", NULL, argv);

	free(base);
	return same;
}

/* The file alone: most of what is refused is refused here. */
static bool draw_compile(const struct draw *m)
{
	char *object = ut_fmt("%.*so", (int)strlen(m->file) - 1, m->file);
	const char *const argv[] = {
		"ci/kmake", RUN_TREE, RUN_KUNIT, "ARCH=um", object, NULL
	};
	char *log = ut_strdup(DRAW_DIR "/compile.log"), *text;
	bool ok = !step_run(log, NULL, argv);

	text = ut_read(log, NULL);
	ok = ok && text && !strstr(text, "warning:");
	free(text);
	free(log);
	free(object);
	return ok;
}

static void draw_keep(struct drawer *d, struct draw *m)
{
	static const char *const argv[] = {
		"git", "-C", RUN_TREE, "diff", "--no-color", "--no-ext-diff",
		"--src-prefix=a/", "--dst-prefix=b/", NULL
	};

	d->done = ut_grow(d->done, d->nr_done, sizeof(*d->done));
	d->done[d->nr_done++] = m;
	m->patch = ut_fmt("%s/%zu.patch", DRAW_DIR, d->nr_done);
	step_run(m->patch, NULL, argv);
}

static void draw_test(struct drawer *d, struct draw *m)
{
	char *log = ut_fmt("%s/%zu.kunit", DRAW_DIR, d->nr_done);
	double begin = ut_now();
	char *ktap = step_kunit(log, "iomap_wt*", d->limit);

	m->seconds = ut_now() - begin;
	judge_suites(ktap, d->cases, m->seconds >= d->limit, &m->verdict,
		     &m->why);
	free(ktap);
	free(log);
}

/* False when the draw counts for nothing. */
static bool draw_one(struct drawer *d, struct draw *m)
{
	char *why = NULL;

	if (!draw_write(m))
		ut_die("%s: cannot be written", m->file);
	if (!draw_compile(m)) {
		d->refused++;
		return false;
	}
	if (draw_same(m)) {
		d->same++;
		return false;
	}
	if (!step_build_kunit(DRAW_DIR "/build.log", &why)) {
		d->refused++;
		free(why);
		return false;
	}
	draw_keep(d, m);
	draw_test(d, m);
	return true;
}

static void draw_reset(void)
{
	char *why = NULL;

	if (!step_reset(DRAW_DIR "/reset.log", &why))
		ut_die("%s", why);
}

/* Without a mutant: how many cases pass, and what the objects are */
static bool draw_begin(struct drawer *d)
{
	char *why = NULL, *ktap;
	enum verdict verdict;
	double begin;
	size_t i;

	draw_reset();
	if (!step_build_kunit(DRAW_DIR "/build.log", &why)) {
		ut_err("without a mutant: %s", why);
		return false;
	}
	if (!draw_read(d)) {
		ut_err("the series adds nothing that can be changed");
		return false;
	}
	for (i = 0; i < d->n; i++) {
		char *base = draw_base(d->v[i].file);

		if (!ut_exists(base) && !draw_strip(d->v[i].file, base))
			ut_die("objcopy failed: %s/objcopy.log", DRAW_DIR);
		free(base);
	}
	begin = ut_now();
	ktap = step_kunit(DRAW_DIR "/base.kunit", "iomap_wt*", RUN_KUNIT_ALL);
	/* Somebody else may use the machine; and complaints take time. */
	d->limit = 3 * (ut_now() - begin) + 10;
	d->cases = judge_suites(ktap, 1, false, &verdict, &why);
	free(ktap);
	if (verdict == V_SURVIVED && d->cases)
		return true;
	ut_err("the suites do not pass without a mutant: %s",
	       why ? why : "no case ran");
	return false;
}

static size_t draw_count(const struct drawer *d, enum verdict v)
{
	size_t n = 0, i;

	for (i = 0; i < d->nr_done; i++)
		n += d->done[i]->verdict == v;
	return n;
}

static char *draw_total(const struct drawer *d)
{
	size_t lived = draw_count(d, V_SURVIVED);

	return ut_fmt("%zu mutants: %zu killed by an assertion, %zu by a "
		      "splat, %zu by a hang, %zu survived: %.0f %% killed; "
		      "drawn besides: %zu that did not compile, %zu of the "
		      "same object code", d->nr_done, draw_count(d, V_KILLED),
		      draw_count(d, V_SPLAT), draw_count(d, V_HANG), lived,
		      d->nr_done ? 100.0 * (d->nr_done - lived) / d->nr_done :
		      0, d->refused, d->same);
}

static void draw_tell(const struct drawer *d, const struct draw *m, size_t of)
{
	printf("%zu/%zu %-9s %s:%d (%s; %.1f s)%s%s\n", d->nr_done, of,
	       prove_word(m->verdict), m->file, m->nr, m->to.kind, m->seconds,
	       m->why ? ": " : "", m->why ? m->why : "");
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

static void draw_out(const struct drawer *d, const char *seed)
{
	char *total = draw_total(d);
	struct ut_buf b = { 0 };

	ut_addf(&b, "Seed %s: %s\n\nOf %zu changes of %zu lines in %zu files. "
		"%zu added lines of %zu files are not in KUnit's kernel, and "
		"not in this count.\n", seed, total, d->n, d->lines, d->files,
		d->lines_out, d->files_out);
	draw_survivors(d, &b);
	printf("\n%s", ut_str(&b));
	if (ut_write(DRAW_DIR "/summary.txt", ut_str(&b)))
		ut_err("%s/summary.txt cannot be written", DRAW_DIR);
	ut_free(&b);
	free(total);
}

int draw_mutants(unsigned int nr, const char *seed)
{
	struct drawer d = { .rng = strtoull(seed, NULL, 10) };
	size_t i;

	ut_rmtree(DRAW_DIR);
	ut_mkdirs(DRAW_DIR);
	if (!draw_begin(&d))
		return UT_BROKEN;
	draw_shuffle(&d);
	for (i = 0; i < d.n && d.nr_done < nr; i++) {
		if (draw_one(&d, &d.v[i]))
			draw_tell(&d, &d.v[i], nr);
		draw_reset();
	}
	draw_out(&d, seed);
	if (!d.nr_done)
		return UT_BROKEN;
	return draw_count(&d, V_SURVIVED) ? UT_FAIL : UT_PASS;
}
