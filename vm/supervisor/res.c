// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "res.h"

bool res_worse(enum outcome a, enum outcome b)
{
	static const int rank[] = {
		[OUT_NONE] = 0, [OUT_SKIP] = 1, [OUT_PASS] = 2,
		[OUT_BROKEN] = 3, [OUT_FAIL] = 4,
	};

	return rank[a] > rank[b];
}

void res_set(struct res *r, enum outcome o, const char *fmt, ...)
{
	va_list ap;

	if (!res_worse(o, r->outcome))
		return;
	r->outcome = o;
	free(r->reason);
	va_start(ap, fmt);
	if (vasprintf(&r->reason, fmt, ap) < 0)
		ut_die("out of memory");
	va_end(ap);
	if (!*r->reason) {
		free(r->reason);
		r->reason = NULL;
	}
}

void res_reset(struct res *r)
{
	free(r->reason);
	r->reason = NULL;
	ut_free(&r->log);
	ut_free(&r->splats);
	ut_free(&r->dump);
	r->outcome = OUT_NONE;
	r->seconds = 0;
	r->boot = 0;
}

void res_merge(struct res *into, struct res *from)
{
	double last = into->last;

	if (!res_worse(from->outcome, into->outcome)) {
		res_reset(from);
		return;
	}
	res_reset(into);
	*into = *from;
	into->last = last;
}

void res_log(struct ut_buf *b, const char *line)
{
	if (b->len < RES_LOG_CAP)
		ut_addf(b, "%s\n", line);
}

char *res_last_line(const struct res *r)
{
	const char *start, *end = r->log.s + r->log.len;

	if (!r->log.len)
		return NULL;
	while (end > r->log.s && end[-1] == '\n')
		end--;
	for (start = end; start > r->log.s && start[-1] != '\n'; start--)
		;
	while (start < end && strchr("# \t", *start))
		start++;
	return start < end ? ut_fmt("%.*s", (int)(end - start), start) : NULL;
}
