// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page cache: see t.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "t.h"

struct wt_cachestat t_cachestat(int fd, off_t pos, long long len)
{
	struct wt_cachestat_range range = { .off = pos, .len = len };
	struct wt_cachestat cs = { 0 };

	T_MUST(!syscall(WT_NR_CACHESTAT, fd, &range, &cs, 0));
	return cs;
}

/* The per-CPU parts are folded in first: vm.stat_refresh. */
long long t_vmstat(const char *name)
{
	size_t len = strlen(name);
	long long value = -1;
	char line[128];
	FILE *f;

	f = fopen("/proc/sys/vm/stat_refresh", "we");
	if (f) {
		fputs("1", f);
		fclose(f);
	}
	f = fopen("/proc/vmstat", "re");
	T_MUST(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, name, len) && line[len] == ' ')
			value = atoll(line + len);
	fclose(f);
	T_MUST(value >= 0);
	return value;
}

bool t_clean(struct t *t, const char *file, int line, int fd, off_t pos,
	     long long len)
{
	long long first = pos / t->page, last = (pos + len - 1) / t->page;
	struct wt_cachestat cs = t_cachestat(fd, pos, len);
	bool ok = true;

	ok &= t_eq(t, file, line, "pages cached", last - first + 1,
		   cs.nr_cache);
	ok &= t_eq(t, file, line, "pages dirty", 0, cs.nr_dirty);
	ok &= t_eq(t, file, line, "pages under writeback", 0,
		   cs.nr_writeback);
	return ok;
}

bool t_dirty(struct t *t, const char *file, int line, int fd, off_t pos,
	     size_t len, int gen)
{
	struct wt_cachestat cs = t_cachestat(fd, pos, len);
	bool ok = true;

	ok &= t_ok(t, file, line, cs.nr_dirty,
		   "at %lld: expected dirty pages, seen none",
		   (long long)pos);
	ok &= t_ok(t, file, line, !t_disk_has(t, fd, pos, len, gen),
		   "at %lld: expected generation %d not to be on disk yet",
		   (long long)pos, gen);
	return ok;
}

void t_lazy(struct t *t, const char *file, int line, int fd, off_t pos,
	    size_t len, int gen)
{
	if (!t_dirty(t, file, line, fd, pos, len, gen))
		t_broken(file, line, "the control: a lazy write is seen lazy");
}
