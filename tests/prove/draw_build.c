// SPDX-License-Identifier: GPL-2.0-only
/* Is it a mutant at all: does it compile, and to other code than before? */
#include <stdlib.h>
#include <string.h>

#include "draw.h"

static const char *draw_kernel(enum draw_judge judge)
{
	return judge == DRAW_KUNIT ? RUN_KUNIT : RUN_KERNEL;
}

/* F.c to F.o; the caller frees. */
static char *draw_object(const char *file)
{
	return ut_fmt("%.*so", (int)strlen(file) - 1, file);
}

/* The object without what only debuggers read, in @to */
static bool draw_strip(enum draw_judge judge, const char *file, const char *to)
{
	char *object = draw_object(file);
	char *path = ut_fmt("%s/%s", draw_kernel(judge), object);
	const char *const argv[] = {
		"objcopy", "--strip-debug", path, to, NULL
	};
	bool ok = !step_run(DRAW_DIR "/objcopy.log", NULL, argv);

	free(path);
	free(object);
	return ok;
}

static char *draw_aside(const char *file)
{
	char *path = ut_fmt("%s/base-%s.o", DRAW_DIR, file), *p;

	for (p = path + strlen(DRAW_DIR) + 1; *p; p++)
		if (*p == '/')
			*p = '-';
	return path;
}

bool draw_has(enum draw_judge judge, const char *file)
{
	char *object = draw_object(file);
	char *path = ut_fmt("%s/%s", draw_kernel(judge), object);
	bool has = ut_exists(path);
	char *aside = draw_aside(file);

	if (has && !draw_strip(judge, file, aside))
		ut_die("objcopy failed: %s/objcopy.log", DRAW_DIR);
	free(aside);
	free(path);
	free(object);
	return has;
}

bool draw_same(const struct draw *m)
{
	char *aside = draw_aside(m->file);
	const char *const argv[] = {
		"cmp", "-s", aside, DRAW_DIR "/mutant.o", NULL
	};
	bool same = draw_strip(m->judge, m->file, DRAW_DIR "/mutant.o") &&
		    !step_run(DRAW_DIR "/cmp.log", NULL, argv);

	free(aside);
	return same;
}

/* Most of what is refused is refused here. */
bool draw_compile(const struct draw *m)
{
	char *object = draw_object(m->file);
	const char *const argv[] = {
		"ci/kmake", RUN_TREE, draw_kernel(m->judge), object,
		m->judge == DRAW_KUNIT ? "ARCH=um" : NULL, NULL
	};
	static const char log[] = DRAW_DIR "/compile.log";
	bool ok = !step_run(log, NULL, argv);
	char *text = ut_read(log, NULL);

	ok = ok && text && !strstr(text, "warning:");
	free(text);
	free(object);
	return ok;
}

bool draw_build(enum draw_judge judge, char **why)
{
	static const char log[] = DRAW_DIR "/build.log";

	return judge == DRAW_KUNIT ? step_build_kunit(log, why) :
		step_build_kernel(log, why);
}

void draw_build_base(struct drawer *d, enum draw_judge judge)
{
	char *why = NULL;

	if (d->base[judge].built)
		return;
	if (!draw_build(judge, &why))
		ut_die("without a mutant: %s", why);
	d->base[judge].built = true;
}
