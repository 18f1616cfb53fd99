// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ktap.h"

const char *ktap_word(enum outcome o)
{
	static const char *const words[] = {
		[OUT_NONE] = "none", [OUT_PASS] = "pass", [OUT_FAIL] = "fail",
		[OUT_BROKEN] = "broken", [OUT_SKIP] = "skip",
	};

	return words[o];
}

void ktap_init(struct ktap *k)
{
	memset(k, 0, sizeof(*k));
	k->ms = -1;
	k->exit = -1;
}

static enum ktap_kind ktap_bad(struct ktap *k, const char *what,
			       const char *line)
{
	snprintf(k->error_text, sizeof(k->error_text), "%s: %.400s", what,
		 line);
	k->text = k->error_text;
	k->error = true;
	return KTAP_ERROR;
}

/* "INDEX REST": the index must be the running case's. */
static char *ktap_index(const struct ktap *k, char *s)
{
	char *end;
	unsigned long i = strtoul(s, &end, 10);

	if (end == s || i != k->index || !k->running)
		return NULL;
	return end + strspn(end, " ");
}

static void ktap_take(const char *line, const char *key, char *to, size_t cap)
{
	const char *at = strstr(line, key);
	size_t len;

	if (!at)
		return;
	at += strlen(key);
	len = strcspn(at, " ");
	if (len >= cap)
		len = cap - 1;
	memcpy(to, at, len);
	to[len] = '\0';
}

static enum ktap_kind ktap_boot(struct ktap *k, char *line)
{
	char ms[16] = "";

	if (!k->version || k->plan)
		return ktap_bad(k, "wt-boot out of order", line);
	ktap_take(line, " release=", k->release, sizeof(k->release));
	ktap_take(line, " build-id=", k->build_id, sizeof(k->build_id));
	ktap_take(line, " init-ms=", ms, sizeof(ms));
	k->init_ms = strtoul(ms, NULL, 10);
	return KTAP_BOOT;
}

static enum ktap_kind ktap_start(struct ktap *k, char *line)
{
	char *end;
	unsigned long i = strtoul(line, &end, 10);

	end += strspn(end, " ");
	if (!k->plan || k->running || i != k->index + 1 || i > k->count ||
	    !*end || strlen(end) >= sizeof(k->name))
		return ktap_bad(k, "wt-start out of order", line);
	k->index = i;
	k->running = true;
	k->broken = false;
	k->outcome = OUT_NONE;
	k->reason[0] = '\0';
	k->ms = -1;
	strcpy(k->name, end);
	k->text = k->name;
	return KTAP_START;
}

static enum ktap_kind ktap_end(struct ktap *k, char *line)
{
	unsigned int pass, fail, broken, skip;
	unsigned int *t = k->tally;

	if (sscanf(line, "pass=%u fail=%u broken=%u skip=%u", &pass, &fail,
		   &broken, &skip) != 4)
		return ktap_bad(k, "wt-end is not complete", line);
	if (k->running || k->index != k->count)
		return ktap_bad(k, "wt-end before the plan was done", line);
	if (pass != t[OUT_PASS] || fail != t[OUT_FAIL] ||
	    broken != t[OUT_BROKEN] || skip != t[OUT_SKIP])
		return ktap_bad(k, "wt-end does not add up", line);
	k->end = true;
	return KTAP_END;
}

static enum ktap_kind ktap_fact(struct ktap *k, char *line)
{
	char *rest;

	if (ut_starts(line, "# wt-boot "))
		return ktap_boot(k, line);
	if (ut_starts(line, "# wt-start "))
		return ktap_start(k, line + strlen("# wt-start "));
	if (ut_starts(line, "# wt-end "))
		return ktap_end(k, line + strlen("# wt-end "));
	if (ut_starts(line, "# wt-ms ")) {
		rest = ktap_index(k, line + strlen("# wt-ms "));
		if (!rest)
			return ktap_bad(k, "wt-ms out of order", line);
		k->ms = strtol(rest, NULL, 10);
		return KTAP_NOTHING;
	}
	if (ut_starts(line, "# wt-exit ")) {
		rest = ktap_index(k, line + strlen("# wt-exit "));
		if (!rest)
			return ktap_bad(k, "wt-exit out of order", line);
		k->exit = strtol(rest, NULL, 10);
		return KTAP_NOTHING;
	}
	if (ut_starts(line, "# wt-hold ") && k->running)
		return KTAP_HOLD;
	if (ut_starts(line, "# wt-resume ") && k->running)
		return KTAP_RESUME;
	if (ut_starts(line, "# wt-broken ")) {
		rest = ktap_index(k, line + strlen("# wt-broken "));
		if (!rest)
			return ktap_bad(k, "wt-broken out of order", line);
		k->broken = true;
		snprintf(k->reason, sizeof(k->reason), "%.500s", rest);
		return KTAP_NOTHING;
	}
	k->text = line;
	return KTAP_DIAG;
}

static enum ktap_kind ktap_plan(struct ktap *k, char *line)
{
	uint64_t n;

	if (!k->version || k->plan || !ut_num(line + 3, 0, 100000, &n))
		return ktap_bad(k, "plan out of order", line);
	if (!n)
		return ktap_bad(k, "a plan of no cases", line);
	k->plan = true;
	k->count = n;
	return KTAP_PLAN;
}

/* @line starts behind "ok " or "not ok ". */
static enum ktap_kind ktap_result(struct ktap *k, char *line, bool ok)
{
	char *name = ktap_index(k, line);
	char *skip;

	if (!name)
		return ktap_bad(k, "result out of order", line);
	skip = strstr(name, " # SKIP");
	if (skip) {
		*skip = '\0';
		skip += strlen(" # SKIP");
		snprintf(k->reason, sizeof(k->reason), "%.500s",
			 skip + strspn(skip, " "));
	}
	if (strcmp(name, k->name))
		return ktap_bad(k, "result of another case than started",
				name);
	if (ok && k->broken)
		return ktap_bad(k, "both ok and broken", name);
	if (k->broken)
		k->outcome = OUT_BROKEN;
	else if (skip)
		k->outcome = ok ? OUT_SKIP : OUT_FAIL;
	else
		k->outcome = ok ? OUT_PASS : OUT_FAIL;
	k->tally[k->outcome]++;
	k->running = false;
	k->text = k->name;
	return KTAP_RESULT;
}

enum ktap_kind ktap_feed(struct ktap *k, char *line)
{
	size_t len = strlen(line);

	while (len && line[len - 1] == ' ')
		line[--len] = '\0';
	if (k->error || !len)
		return KTAP_NOTHING;
	if (ut_starts(line, "Bail out!"))
		return ktap_bad(k, "the guest gave up",
				line + 9 + strspn(line + 9, " "));
	if (k->end)
		return ktap_bad(k, "text after the end", line);
	if (!strcmp(line, "KTAP version 1")) {
		if (k->version)
			return ktap_bad(k, "a second version line", line);
		k->version = true;
		return KTAP_VERSION;
	}
	if (!k->version)
		return ktap_bad(k, "text before the version line", line);
	if (*line == ' ' || *line == '\t') {
		k->text = line + (ut_starts(line, "    ") ? 4 : 1);
		return KTAP_DIAG;
	}
	if (*line == '#')
		return ktap_fact(k, line);
	if (ut_starts(line, "1.."))
		return ktap_plan(k, line);
	if (ut_starts(line, "ok "))
		return ktap_result(k, line + 3, true);
	if (ut_starts(line, "not ok "))
		return ktap_result(k, line + 7, false);
	return ktap_bad(k, "not KTAP", line);
}
