// SPDX-License-Identifier: GPL-2.0-only
/* See out.h: results.ktap and summary.md. */
#include <stdlib.h>
#include <string.h>

#include "out.h"

/* Every line of @text as a KTAP comment: nested results stay text. */
static void report_lines(struct ut_buf *b, const char *text, const char *pre)
{
	while (*text) {
		size_t len = strcspn(text, "\n");
		bool marked = *text == '#' && *pre == '#';

		ut_addf(b, "%s%.*s\n", marked ? "" : pre, (int)len, text);
		text += len + (text[len] == '\n');
	}
}

struct report_ctx {
	const struct run *run;
	struct ut_buf *b;
	size_t nr;
};

/*
 * A complete report of its own (a KUnit suite's) becomes a nested one: its
 * cases count in JUnit. Anything else is text.
 */
static bool report_nests(const struct res *r)
{
	const char *log = ut_str(&r->log);

	return ut_starts(log, "KTAP version 1\n1..1\n") &&
	       (strstr(log, "\nok 1 ") || strstr(log, "\nnot ok 1 "));
}

static void report_case(void *ctx, const struct res *r)
{
	struct report_ctx *c = ctx;
	bool ok = r->outcome == OUT_PASS || r->outcome == OUT_SKIP;
	const char *reason = r->reason ? r->reason : "";
	struct ut_buf *b = c->b;
	char *repro;

	ut_addf(b, "# seconds: %.3f, rules: %s\n", r->seconds,
		r->tc ? r->tc->rules : "-");
	report_lines(b, ut_str(&r->log), report_nests(r) ? "    " : "# ");
	report_lines(b, ut_str(&r->splats), "# splat: ");
	if (!ok) {
		repro = out_repro(c->run, r);
		ut_addf(b, "# %s: %s\n# repeat: %s\n",
			ktap_word(r->outcome), reason, repro);
		free(repro);
	}
	ut_addf(b, "%s %zu %s.%s%s.%s%s%s\n", ok ? "ok" : "not ok", ++c->nr,
		r->group->prof->name, r->group->fs->name,
		r->group->unpatched ? ".unpatched" : "", r->name,
		r->outcome == OUT_SKIP ? " # SKIP " : "",
		r->outcome == OUT_SKIP ? reason : "");
}

static void report_count(void *ctx, const struct res *r)
{
	(void)r;
	++*(size_t *)ctx;
}

int out_ktap(const struct run *run)
{
	char *path = ut_fmt("%s/results.ktap", run->dir);
	struct ut_buf b = { 0 };
	struct report_ctx c = { .run = run, .b = &b };
	size_t n = 0;
	int ret;

	out_each(run, report_count, &n);
	ut_addf(&b, "KTAP version 1\n1..%zu\n", n);
	out_each(run, report_case, &c);
	ret = ut_write(path, b.s);
	ut_free(&b);
	free(path);
	return ret;
}

static void report_row(void *ctx, const struct res *r)
{
	struct report_ctx *c = ctx;

	ut_addf(c->b, "| %s | %s | %s%s | %s%s | %.1f | %s |\n", r->name,
		r->tc ? r->tc->rules : "-", r->group->prof->name,
		r->group->unpatched ? " (unpatched)" : "", r->group->fs->name,
		r->boot ? "" : " (not run)", r->seconds,
		ktap_word(r->outcome));
}

static void report_block(struct ut_buf *b, const char *title,
			 const struct ut_buf *text)
{
	if (!text->len)
		return;
	ut_addf(b, "%s:\n\n", title);
	report_lines(b, text->s, "    ");
	ut_addf(b, "\n");
}

static void report_failure(void *ctx, const struct res *r)
{
	struct report_ctx *c = ctx;
	char *repro, *again;

	if (!res_worse(r->outcome, OUT_PASS))
		return;
	again = out_again(r);
	repro = out_repro(c->run, r);
	ut_addf(c->b, "## %s: %s (%s %s)\n\n%s%s%s.\n\nRepeat it alone: "
		"`%s`\n\n", ktap_word(r->outcome), r->name,
		r->group->prof->name, r->group->fs->name,
		r->reason ? r->reason : "No reason given",
		*again ? "; " : "", again, repro);
	free(again);
	if (r->boot)
		ut_addf(c->b, "Logs: boot-%d/console.log, "
			"boot-%d/report.ktap\n\n", r->boot, r->boot);
	if (r->boot && c->run->args.trace)
		ut_addf(c->b, "Trace: boot-%d/trace.log\n\n", r->boot);
	report_block(c->b, "The test says", &r->log);
	report_block(c->b, "The kernel says", &r->splats);
	report_block(c->b, "At its end", &r->dump);
	free(repro);
}

int out_markdown(const struct run *run)
{
	static const char *const words[] = {
		[UT_PASS] = "passed", [UT_FAIL] = "failed",
		[UT_BROKEN] = "broken: no verdict", [UT_SKIP] = "skipped",
	};
	char *path = ut_fmt("%s/summary.md", run->dir);
	unsigned int t[OUT_SKIP + 1];
	struct ut_buf b = { 0 };
	struct report_ctx c = { .run = run, .b = &b };
	int ret;

	run_verdict(run, t);
	ut_addf(&b, "# Run %s: %s\n\n%u passed, %u failed, %u broken, "
		"%u skipped in %.1f s. CFG=%s SEED=%llu. QEMU %s (%s), "
		"%s: %s.\n\n", run->id, words[run->status], t[OUT_PASS],
		t[OUT_FAIL], t[OUT_BROKEN] + t[OUT_NONE], t[OUT_SKIP],
		run->seconds, run->args.cfg,
		(unsigned long long)run->args.seed, run->qemu.version,
		run->qemu.where, run->accel.name, run->accel.reason);
	out_each(run, report_failure, &c);
	ut_addf(&b, "| case | rules | profile | fs | seconds | outcome |\n"
		"| --- | --- | --- | --- | --- | --- |\n");
	out_each(run, report_row, &c);
	ret = ut_write(path, b.s);
	ut_free(&b);
	free(path);
	return ret;
}
