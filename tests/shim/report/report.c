// SPDX-License-Identifier: GPL-2.0-only
/*
 * shim-counts FILE: what became of the writes, as libwtshim.so counted them
 * into FILE (../counts.h), and still does if it is in use.  A line a rule:
 *
 *	NUMBER <tab> RULE <tab> OUTCOME=CALLS/BYTES ...
 *
 * in the order of the rules, outcomes that did not occur left out; before them
 * `processes N`.  Exit: 0, or 2 with a message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../counts.h"

static const char *const report_names[SHIM_OUTCOMES] = SHIM_OUTCOME_NAMES;

static int report_read(const char *path, struct shim_counts *counts)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0) {
		fprintf(stderr, "shim-counts: %s: %s\n", path, strerror(errno));
		return -1;
	}
	n = read(fd, counts, sizeof(*counts));
	close(fd);
	if (n == sizeof(*counts) && !counts->rules[SHIM_RULES_TEXT - 1] &&
	    !memcmp(counts->magic, SHIM_COUNTS_MAGIC, sizeof(counts->magic)))
		return 0;
	fprintf(stderr, "shim-counts: %s: not a file that WT_SHIM_COUNTS "
		"named\n", path);
	return -1;
}

static void report_rule(int nr, const char *rule, int len,
			const struct shim_count *count)
{
	int i;

	printf("%d\t%.*s\t", nr, len, rule);
	for (i = 0; i < SHIM_OUTCOMES; i++)
		if (count[i].calls)
			printf("%s=%llu/%llu ", report_names[i],
			       (unsigned long long)count[i].calls,
			       (unsigned long long)count[i].bytes);
	printf("\n");
}

/* The length of the rule that @text begins with. */
static int report_len(const char *text)
{
	int i;

	for (i = 0; text[i] && text[i] != ','; i++)
		if (text[i] == '\\' && text[i + 1])
			i++;
	return i;
}

int main(int argc, char **argv)
{
	static struct shim_counts counts;
	const char *text = counts.rules;
	int nr, len;

	if (argc != 2) {
		fprintf(stderr, "usage: shim-counts FILE, which WT_SHIM_COUNTS "
			"named\n");
		return 2;
	}
	if (report_read(argv[1], &counts))
		return 2;
	printf("processes %llu\n", (unsigned long long)counts.processes);
	for (nr = 0; *text && nr < SHIM_RULES_MAX; nr++) {
		len = report_len(text);
		report_rule(nr, text, len, counts.of[nr]);
		text += len + (text[len] == ',');
	}
	report_rule(SHIM_NO_NAME, "(no name)", 9, counts.of[SHIM_NO_NAME]);
	return 0;
}
