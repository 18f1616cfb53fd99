// SPDX-License-Identifier: GPL-2.0-only
/* See plan.h: what the file of the lane (vm/config/CFG.config) says. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* What the lane's file says behind @key, "\n# KEY:"; NULL: nothing. */
static char *plan_lane_says(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	char *value, *trimmed;

	if (!at)
		return NULL;
	at += strlen(key);
	value = ut_fmt("%.*s", (int)strcspn(at, "\n"), at);
	trimmed = ut_strdup(ut_trim(value));
	free(value);
	return trimmed;
}

/* "# slow: N": the lane's kernel takes N times as long, or 1. */
static int plan_slow(struct plan_set *set, const char *path, const char *text,
		     char **why)
{
	char *value = plan_lane_says(text, "\n# slow:");
	uint64_t slow = 1;
	int ret = 0;

	if (value && !ut_num(value, 1, 100, &slow)) {
		*why = ut_fmt("%s: '# slow: %s' is not 1..100", path, value);
		ret = -EINVAL;
	}
	free(value);
	set->slow = slow;
	return ret;
}

int plan_lane(struct plan_set *set, const struct args *a,
	      const struct plan_dirs *dirs, char **why)
{
	char *path = ut_fmt("%s/%s.config", dirs->configs, a->cfg);
	char *text = ut_read(path, NULL);
	int ret = -EINVAL;

	if (text) {
		set->append = plan_lane_says(text, "\n# append:");
		if (!set->append)
			set->append = ut_strdup("");
		ret = plan_slow(set, path, text, why);
	} else {
		*why = ut_fmt("no CFG '%s': there is no %s", a->cfg, path);
	}
	free(text);
	free(path);
	return ret;
}
