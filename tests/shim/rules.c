// SPDX-License-Identifier: GPL-2.0-only
/*
 * WT_SHIM_RULES: CLASS:GLOB, more of them behind commas, the first that fits
 * wins.  In a glob, ? is one character and * any number of them, neither of
 * them a slash; ** is any number of any; \ takes the next as it is, a comma
 * too.
 */
#include <string.h>

#include "shim.h"

static struct {
	enum shim_class class;
	const char *glob;
} shim_rules[SHIM_RULES_MAX];
static int shim_rules_nr;
/* Ours: programs overwrite their environment to show a title. */
static char shim_rules_text[SHIM_RULES_TEXT];

static const char *const shim_classes[] = {
	[SHIM_ORDINARY] = "ordinary", [SHIM_WT] = "wt",
	[SHIM_ATOMIC] = "atomic", [SHIM_ATOMIC_ONLY] = "atomic-only",
};

#define SHIM_CLASSES	((int)(sizeof(shim_classes) / sizeof(*shim_classes)))

/* Cut the rule off that @text begins with; what is behind it, or NULL. */
static char *shim_rules_cut(char *text)
{
	for (; *text; text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '\\')
			SHIM_DIE("WT_SHIM_RULES ends in a backslash: "
				 "write two, or none");
		else if (*text == ',') {
			*text = '\0';
			return text + 1;
		}
	}
	return NULL;
}

static void shim_rules_add(char *rule)
{
	char *glob = strchr(rule, ':');
	int class;

	if (!glob)
		SHIM_DIE("WT_SHIM_RULES: '", rule, "' is no rule: write "
			 "CLASS:GLOB, as atomic:/data/base/**");
	*glob++ = '\0';
	for (class = 0; class < SHIM_CLASSES; class++)
		if (!strcmp(rule, shim_classes[class]))
			break;
	if (class == SHIM_CLASSES)
		SHIM_DIE("WT_SHIM_RULES: no class is called '", rule,
			 "'; there are: atomic atomic-only ordinary wt");
	if (*glob != '/')
		SHIM_DIE("WT_SHIM_RULES: '", glob, "' is no absolute path: "
			 "let it begin with a slash");
	if (shim_rules_nr == SHIM_RULES_MAX)
		SHIM_DIE("WT_SHIM_RULES has more than 32 rules: use globs");
	shim_rules[shim_rules_nr].class = class;
	shim_rules[shim_rules_nr++].glob = glob;
}

void shim_rules_parse(const char *text)
{
	char *rule, *rest;

	if (!text || !*text)
		SHIM_DIE("WT_SHIM_RULES is not set: say which files, as in "
			 "WT_SHIM_RULES='wt:/data/**', or take libwtshim.so "
			 "out of LD_PRELOAD");
	if (strlen(text) >= sizeof(shim_rules_text))
		SHIM_DIE("WT_SHIM_RULES is longer than 4095 bytes: use globs");
	strcpy(shim_rules_text, text);
	for (rule = shim_rules_text; rule; rule = rest) {
		rest = shim_rules_cut(rule);
		shim_rules_add(rule);
	}
}

static bool shim_rules_fit(const char *glob, const char *path)
{
	for (;; glob++, path++) {
		if (*glob == '*') {
			bool deep = glob[1] == '*';

			glob += 1 + deep;
			do {
				if (shim_rules_fit(glob, path))
					return true;
			} while (*path && (deep || *path != '/') && path++);
			return false;
		}
		if (*glob == '?' && *path && *path != '/')
			continue;
		if (*glob == '\\')
			glob++;
		else if (*glob == '?')
			return false;
		if (*glob != *path)
			return false;
		if (!*glob)
			return true;
	}
}

int shim_rules_find(const char *path)
{
	int i;

	for (i = 0; i < shim_rules_nr; i++)
		if (shim_rules_fit(shim_rules[i].glob, path))
			return i;
	return -1;
}

enum shim_class shim_rules_class(int rule)
{
	return shim_rules[rule].class;
}
