// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "args.h"

#define ARGS_KNOWN "PROFILE FS TESTS CFG FSX SEED SHARD TIER V --bisect --list"

static int args_shard(struct args *a, const char *value)
{
	const char *slash = strchr(value, '/');
	char left[16] = "";
	uint64_t i, n;

	if (!slash || slash - value >= (int)sizeof(left))
		return -EINVAL;
	memcpy(left, value, slash - value);
	if (!ut_num(slash + 1, 1, 1000, &n) || !ut_num(left, 1, n, &i))
		return -EINVAL;
	a->shard = i;
	a->shards = n;
	return 0;
}

static int args_tier(struct args *a, const char *value)
{
	a->full = !strcmp(value, "full");
	return a->full || !strcmp(value, "quick") ? 0 : -EINVAL;
}

static int args_verbose(struct args *a, const char *value)
{
	a->verbose = !strcmp(value, "1") || !strcmp(value, "yes");
	return a->verbose || !strcmp(value, "0") || !strcmp(value, "no") ?
		0 : -EINVAL;
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

static int args_set(struct args *a, const char *name, const char *value,
		    char **why)
{
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
	if (!strcmp(name, "SEED"))
		return args_seed(a, value) ?
			args_bad(name, value, "0..4294967295", why) : 0;
	if (!strcmp(name, "SHARD"))
		return args_shard(a, value) ?
			args_bad(name, value, "i/n with 1 <= i <= n", why) : 0;
	if (!strcmp(name, "TIER"))
		return args_tier(a, value) ?
			args_bad(name, value, "quick or full", why) : 0;
	if (!strcmp(name, "V"))
		return args_verbose(a, value) ?
			args_bad(name, value, "1 or 0", why) : 0;
	*why = ut_fmt("unknown argument %s=%s; known: %s", name, value,
		      ARGS_KNOWN);
	return -EINVAL;
}

static bool args_option(struct args *a, const char *word)
{
	if (!strcmp(word, "--bisect"))
		a->bisect = true;
	else if (!strcmp(word, "--list"))
		a->list = true;
	else if (!strcmp(word, "--check"))
		a->check = true;
	else if (!strcmp(word, "--accel"))
		a->accel = true;
	else
		return false;
	return true;
}

int args_parse(struct args *a, int argc, char **argv, char **why)
{
	int ret;
	int i;

	*a = (struct args) {
		.cfg = "plain", .seed = 1, .shard = 1, .shards = 1,
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
	return 0;
}
