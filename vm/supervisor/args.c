// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "args.h"

#define ARGS_KNOWN "PROFILE FS TESTS CFG FSX SEED SHARD TIER REPEAT TRACE " \
	"STATES LISTS PART HOLD RUN V --bisect --list --once --first --shell --gdb " \
	"--attach --dump"

/* "i/n" with 1 <= i <= n. */
static int args_fraction(const char *value, unsigned int *of,
			 unsigned int *all)
{
	const char *slash = strchr(value, '/');
	char left[16] = "";
	uint64_t i, n;

	if (!slash || slash - value >= (int)sizeof(left))
		return -EINVAL;
	memcpy(left, value, slash - value);
	if (!ut_num(slash + 1, 1, 1000, &n) || !ut_num(left, 1, n, &i))
		return -EINVAL;
	*of = i;
	*all = n;
	return 0;
}

static int args_shard(struct args *a, const char *value)
{
	return args_fraction(value, &a->shard, &a->shards);
}

/* Each guest has a part of the states, or of the lists, where SHARD takes cases apart. */
static int args_part(struct args *a, const char *value)
{
	unsigned int of, all;

	a->part = value;
	return args_fraction(value, &of, &all);
}

static int args_states(struct args *a, const char *value)
{
	uint64_t n;

	a->states = value;
	return ut_num(value, 1, UINT32_MAX, &n) ? 0 : -EINVAL;
}

static int args_lists(struct args *a, const char *value)
{
	uint64_t n;

	a->lists = value;
	return !strcmp(value, "all") || ut_num(value, 1, UINT32_MAX, &n) ?
		0 : -EINVAL;
}

static int args_tier(struct args *a, const char *value)
{
	a->full = !strcmp(value, "full");
	a->quick = !strcmp(value, "quick");
	return a->full || a->quick ? 0 : -EINVAL;
}

static int args_flag(bool *flag, const char *value)
{
	*flag = !strcmp(value, "1") || !strcmp(value, "yes");
	return *flag || !strcmp(value, "0") || !strcmp(value, "no") ?
		0 : -EINVAL;
}

/* Events of the kernel, or globs of them; each goes to a line of the plan. */
static int args_trace(struct args *a, const char *value)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:*?[]!- ";

	a->trace = value;
	return strspn(value, ok) == strlen(value) ? 0 : -EINVAL;
}

static int args_repeat(struct args *a, const char *value)
{
	uint64_t n;

	if (!ut_num(value, 1, 1000, &n))
		return -EINVAL;
	a->repeat = n;
	return 0;
}

static int args_run(struct args *a, const char *value)
{
	a->run = value;
	a->mode = ARGS_RUN;
	return strpbrk(value, "\n") || !value[strspn(value, " \t")] ?
		-EINVAL : 0;
}

static int args_seed(struct args *a, const char *value)
{
	return ut_num(value, 0, UINT32_MAX, &a->seed) ? 0 : -EINVAL;
}

static int args_bad(const char *name, const char *value, const char *want,
		    char **why)
{
	*why = ut_fmt("%s='%s' is not valid; want %s", name, value, want);
	return -EINVAL;
}

static int args_name(const char **where, const char *name, const char *value,
		     char **why)
{
	if (value[0] == '.' || strpbrk(value, "/ \t*?["))
		return args_bad(name, value, "one name", why);
	*where = value;
	return 0;
}

static int args_hold(struct args *a, const char *value)
{
	return args_flag(&a->hold, value);
}

static int args_verbose(struct args *a, const char *value)
{
	return args_flag(&a->verbose, value);
}

static int args_set(struct args *a, const char *name, const char *value,
		    char **why)
{
	static const struct {
		const char *name;
		int (*set)(struct args *a, const char *value);
		const char *want;
	} values[] = {
		{ "HOLD", args_hold, "1 or 0" },
		{ "LISTS", args_lists, "1..4294967295, or all" },
		{ "PART", args_part, "i/n with 1 <= i <= n" },
		{ "REPEAT", args_repeat, "1..1000" },
		{ "RUN", args_run, "a program and its arguments" },
		{ "SEED", args_seed, "0..4294967295" },
		{ "SHARD", args_shard, "i/n with 1 <= i <= n" },
		{ "STATES", args_states, "1..4294967295" },
		{ "TIER", args_tier, "quick or full" },
		{ "TRACE", args_trace, "globs of trace events, as block:*" },
		{ "V", args_verbose, "1 or 0" },
	};
	size_t i;

	if (!strcmp(name, "PROFILE"))
		return args_name(&a->profile, name, value, why);
	if (!strcmp(name, "FS"))
		return args_name(&a->fs, name, value, why);
	if (!strcmp(name, "CFG"))
		return args_name(&a->cfg, name, value, why);
	if (!strcmp(name, "TESTS")) {
		a->tests = value;
		return 0;
	}
	if (!strcmp(name, "FSX")) {
		a->input = value;
		return 0;
	}
	for (i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (!strcmp(name, values[i].name))
			return values[i].set(a, value) ?
				args_bad(name, value, values[i].want, why) : 0;
	*why = ut_fmt("unknown argument %s=%s; known: %s", name, value,
		      ARGS_KNOWN);
	return -EINVAL;
}

static bool args_option(struct args *a, const char *word)
{
	const struct {
		const char *name;
		bool *flag;
	} options[] = {
		{ "--accel", &a->accel }, { "--attach", &a->attach },
		{ "--bisect", &a->bisect }, { "--check", &a->check },
		{ "--dump", &a->dump }, { "--first", &a->first },
		{ "--gdb", &a->gdb }, { "--list", &a->list },
		{ "--once", &a->once },
	};
	size_t i;

	if (!strcmp(word, "--shell") || !strcmp(word, "--gdb"))
		a->mode = ARGS_SHELL;
	if (!strcmp(word, "--shell"))
		return true;
	for (i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (!strcmp(word, options[i].name)) {
			*options[i].flag = true;
			return true;
		}
	return false;
}

/* Wishes that exclude each other. */
static int args_fit(const struct args *a, char **why)
{
	if (a->mode != ARGS_TEST && a->tests)
		*why = ut_strdup("a shell or a program runs no TESTS");
	else if (a->run && a->mode != ARGS_RUN)
		*why = ut_strdup("RUN= and a shell are two different things");
	else if (a->hold && a->mode != ARGS_TEST)
		*why = ut_strdup("HOLD=1 is for tests: a shell holds anyhow");
	else
		return 0;
	return -EINVAL;
}

int args_parse(struct args *a, int argc, char **argv, char **why)
{
	int ret;
	int i;

	*a = (struct args) {
		.cfg = "plain", .seed = 1, .shard = 1, .shards = 1,
		.repeat = 1,
	};
	for (i = 1; i < argc; i++) {
		char *eq = strchr(argv[i], '=');
		char *name;

		if (args_option(a, argv[i]))
			continue;
		if (!eq || argv[i][0] == '-') {
			*why = ut_fmt("unknown argument %s; known: %s",
				      argv[i], ARGS_KNOWN);
			return -EINVAL;
		}
		if (!eq[1])
			continue;
		name = ut_fmt("%.*s", (int)(eq - argv[i]), argv[i]);
		ret = args_set(a, name, eq + 1, why);
		if (ret)
			return ret;
	}
	return args_fit(a, why);
}
