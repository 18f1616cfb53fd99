// SPDX-License-Identifier: GPL-2.0-only
/* The report's parser believes nothing that is out of order. */
#include <stdlib.h>

#include "../../vm/supervisor/ktap.h"
#include "th.h"

#define HEAD "KTAP version 1\n# wt-boot release=7.3.4 build-id=abc init-ms=9\n"

/* Feed all lines; the last event that is not "nothing". */
static enum ktap_kind feed(struct ktap *k, const char *text)
{
	enum ktap_kind kind, last = KTAP_NOTHING;
	char *copy = ut_strdup(text), *rest = copy, *line;

	ktap_init(k);
	while ((line = strsep(&rest, "\n"))) {
		kind = ktap_feed(k, line);
		if (kind != KTAP_NOTHING)
			last = kind;
	}
	free(copy);
	return last;
}

static bool complete(void)
{
	struct ktap k;

	TH_CHECK(feed(&k, HEAD "1..4\n"
		"# wt-start 1 device/profile\n    # fine\n# wt-ms 1 37\n"
		"ok 1 device/profile\n"
		"# wt-start 2 a/b\nnot ok 2 a/b\n"
		"# wt-start 3 a/c\n# wt-broken 3 no fio\nnot ok 3 a/c\n"
		"# wt-start 4 a/d\nok 4 a/d # SKIP no reason\n"
		"# wt-end pass=1 fail=1 broken=1 skip=1\n") == KTAP_END);
	TH_STR(k.release, "7.3.4");
	TH_STR(k.build_id, "abc");
	TH_CHECK(k.init_ms == 9 && k.count == 4 && k.end && !k.error);
	return true;
}

static bool skip_reason(void)
{
	struct ktap k;

	TH_CHECK(feed(&k, HEAD "1..1\n# wt-start 1 a/d\n"
		      "ok 1 a/d # SKIP needs X # really\n") == KTAP_RESULT);
	TH_CHECK(k.outcome == OUT_SKIP);
	TH_STR(k.reason, "needs X # really");
	return true;
}

static bool broken_reason(void)
{
	struct ktap k;

	TH_CHECK(feed(&k, HEAD "1..1\n# wt-start 1 a/d\n"
		      "# wt-broken 1 no fio here\nnot ok 1 a/d\n") ==
		 KTAP_RESULT);
	TH_CHECK(k.outcome == OUT_BROKEN);
	TH_STR(k.reason, "no fio here");
	return true;
}

static bool not_ok_skip_is_a_failure(void)
{
	struct ktap k;

	feed(&k, HEAD "1..1\n# wt-start 1 a/d\nnot ok 1 a/d # SKIP no\n");
	TH_CHECK(k.outcome == OUT_FAIL);
	return true;
}

/* A case's own results are indented: text, never ours. */
static bool nested_is_text(void)
{
	struct ktap k;

	TH_CHECK(feed(&k, HEAD "1..1\n# wt-start 1 a/d\n    KTAP version 1\n"
		      "    1..1\n    not ok 1 x\nok 1 a/d\n"
		      "# wt-end pass=1 fail=0 broken=0 skip=0\n") == KTAP_END);
	return true;
}

static bool refuses(void)
{
	static const struct {
		const char *desc;
		const char *text;
	} rows[] = {
		{ "no version", "1..1\n" },
		{ "two versions", HEAD "KTAP version 1\n" },
		{ "no cases", HEAD "1..0\n" },
		{ "no plan", HEAD "# wt-start 1 a/b\n" },
		{ "two plans", HEAD "1..1\n1..1\n" },
		{ "start skips one", HEAD "1..2\n# wt-start 2 a/b\n" },
		{ "start beyond plan", HEAD "1..1\n# wt-start 1 a/b\n"
		  "ok 1 a/b\n# wt-start 2 a/c\n" },
		{ "start within a case", HEAD "1..2\n# wt-start 1 a/b\n"
		  "# wt-start 2 a/c\n" },
		{ "result without start", HEAD "1..1\nok 1 a/b\n" },
		{ "result twice", HEAD "1..2\n# wt-start 1 a/b\nok 1 a/b\n"
		  "ok 1 a/b\n" },
		{ "other name", HEAD "1..1\n# wt-start 1 a/b\nok 1 a/c\n" },
		{ "other number", HEAD "1..2\n# wt-start 1 a/b\nok 2 a/b\n" },
		{ "ok and broken", HEAD "1..1\n# wt-start 1 a/b\n"
		  "# wt-broken 1 x\nok 1 a/b\n" },
		{ "end too early", HEAD "1..2\n# wt-start 1 a/b\nok 1 a/b\n"
		  "# wt-end pass=1 fail=0 broken=0 skip=0\n" },
		{ "end in a case", HEAD "1..1\n# wt-start 1 a/b\n"
		  "# wt-end pass=1 fail=0 broken=0 skip=0\n" },
		{ "end does not add up", HEAD "1..1\n# wt-start 1 a/b\n"
		  "not ok 1 a/b\n"
		  "# wt-end pass=1 fail=0 broken=0 skip=0\n" },
		{ "end cut short", HEAD "1..1\n# wt-start 1 a/b\nok 1 a/b\n"
		  "# wt-end pass=1 fai\n" },
		{ "text after the end", HEAD "1..1\n# wt-start 1 a/b\n"
		  "ok 1 a/b\n# wt-end pass=1 fail=0 broken=0 skip=0\nok\n" },
		{ "bail out", HEAD "Bail out! plan: no end line\n" },
		{ "noise", HEAD "hello\n" },
	};
	struct ktap k;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (feed(&k, rows[i].text) == KTAP_ERROR && k.error)
			continue;
		printf("# accepted: %s\n", rows[i].desc);
		return false;
	}
	return true;
}

/* After an error nothing counts, not even a perfect end. */
static bool error_is_sticky(void)
{
	struct ktap k;

	feed(&k, HEAD "noise\n1..1\n# wt-start 1 a/b\nok 1 a/b\n"
	     "# wt-end pass=1 fail=0 broken=0 skip=0\n");
	TH_CHECK(k.error && !k.end);
	return true;
}

const struct th_test th_ktap[] = {
	{ "complete", complete },
	{ "skip_reason", skip_reason },
	{ "broken_reason", broken_reason },
	{ "not_ok_skip_is_a_failure", not_ok_skip_is_a_failure },
	{ "nested_is_text", nested_is_text },
	{ "refuses", refuses },
	{ "error_is_sticky", error_is_sticky },
	{ }
};
