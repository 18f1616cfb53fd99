// SPDX-License-Identifier: GPL-2.0-only
/*
 * See plan.h.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan.h"

#define PLAN_FILE "/sys/firmware/qemu_fw_cfg/by_name/opt/wt/plan/raw"
#define PLAN_MAX (256 * 1024)

static const char *plan_load(struct plan *plan)
{
	size_t len = 0;
	ssize_t n;
	int fd;

	plan->text = calloc(1, PLAN_MAX + 1);
	if (!plan->text)
		return "no memory for the plan";
	fd = open(PLAN_FILE, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "no plan: fw_cfg has no opt/wt/plan";
	while ((n = read(fd, plan->text + len, PLAN_MAX - len)) > 0)
		len += n;
	close(fd);
	if (n < 0)
		return "the plan cannot be read";
	return len < PLAN_MAX ? NULL : "the plan is too long";
}

/* An upper bound for every table: the number of lines. */
static const char *plan_alloc(struct plan *plan)
{
	size_t lines = 1;
	const char *p;

	for (p = plan->text; *p; p++)
		lines += *p == '\n';
	plan->expects = calloc(lines, sizeof(*plan->expects));
	plan->envs = calloc(lines, sizeof(*plan->envs));
	plan->queues = calloc(lines, sizeof(*plan->queues));
	plan->cases = calloc(lines, sizeof(*plan->cases));
	return plan->expects && plan->envs && plan->queues && plan->cases ?
		NULL : "no memory for the plan";
}

static const char *plan_pair(struct plan_pair *pair, char *value)
{
	char *space = strchr(value, ' ');

	if (!space)
		return "the plan has a line without a value";
	*space = '\0';
	pair->key = value;
	pair->value = space + 1;
	return NULL;
}

/* The two cases that every boot has are not for the plan to order. */
static void plan_case(struct plan *plan, const char *name)
{
	if (strcmp(name, "device/profile") && strcmp(name, "fs/check"))
		plan->cases[plan->nr_cases++] = name;
}

static const char *plan_line(struct plan *plan, const char *key, char *value)
{
	const struct {
		const char *key;
		const char **field;
	} fields[] = {
		{ "run",	&plan->run },
		{ "seed",	&plan->seed },
		{ "profile",	&plan->profile },
		{ "mode",	&plan->mode },
		{ "fs",		&plan->fs },
		{ "fs.type",	&plan->fs_type },
		{ "fs.mkfs",	&plan->fs_mkfs },
		{ "fs.options",	&plan->fs_options },
		{ "fs.blocksize", &plan->fs_blocksize },
		{ "fs.meta",	&plan->fs_meta },
		{ "hold",	&plan->hold },
		{ "run-argv",	&plan->run_argv },
		{ "trace",	&plan->trace },
		{ "tty",	&plan->tty },
		{ "zeroed",	&plan->zeroed },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (strcmp(key, fields[i].key))
			continue;
		*fields[i].field = value;
		return NULL;
	}
	if (!strcmp(key, "expect"))
		return plan_pair(&plan->expects[plan->nr_expects++], value);
	if (!strcmp(key, "queue"))
		return plan_pair(&plan->queues[plan->nr_queues++], value);
	if (!strcmp(key, "env"))
		return plan_pair(&plan->envs[plan->nr_envs++], value);
	if (strcmp(key, "case"))
		return "the plan has a key that this init does not know";
	plan_case(plan, value);
	return NULL;
}

static const char *plan_complete(const struct plan *plan)
{
	if (!plan->run || !plan->seed || !plan->profile || !plan->mode)
		return "the plan lacks run, seed, profile or mode";
	if (plan->fs && (!plan->fs_type || !plan->fs_blocksize))
		return "the plan lacks fs.type or fs.blocksize";
	if (strcmp(plan->mode, "test") && strcmp(plan->mode, "shell") &&
	    strcmp(plan->mode, "run"))
		return "the plan's mode is none of test, shell, run";
	return NULL;
}

const char *plan_read(struct plan *plan)
{
	char *line, *next, *value;
	const char *err;

	memset(plan, 0, sizeof(*plan));
	plan->fs_options = "";
	err = plan_load(plan);
	if (!err)
		err = plan_alloc(plan);
	for (line = plan->text; !err && line; line = next) {
		next = strchr(line, '\n');
		if (!next)
			break;
		*next++ = '\0';
		if (!strcmp(line, "end"))
			return plan_complete(plan);
		value = strchr(line, ' ');
		if (value)
			*value++ = '\0';
		else
			value = line + strlen(line);
		err = plan_line(plan, line, value);
	}
	return err ? err : "the plan is truncated: no end line";
}
