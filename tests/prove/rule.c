// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "prove.h"

const char *const rule_states[RULE_STATES] = {
	[RULE_NO] = "no", [RULE_TEXT] = "text", [RULE_PART] = "part",
	[RULE_YES] = "yes",
};

bool rule_is_live(const struct rule *r)
{
	return r->state == RULE_PART || r->state == RULE_YES;
}

struct rule *rule_find(const struct rules *rules, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < rules->n; i++)
		if (strlen(rules->v[i].id) == len &&
		    !strncmp(rules->v[i].id, id, len))
			return &rules->v[i];
	return NULL;
}

static bool rule_id_ok(const char *id)
{
	size_t digits = strspn(id + 1, "0123456789");

	return strchr("UDKSEYRFALXT", *id) && digits && !id[1 + digits];
}

static const char *rule_line(struct prove *p, char *line)
{
	struct rules *rules = &p->rules;
	char *id = ut_word(&line);
	char *word = ut_word(&line);
	struct rule *r;
	int state;

	line = ut_trim(line);
	if (!word || !*line)
		return "want: ID yes|part|text|no what it says";
	if (!rule_id_ok(id))
		return "the ID is not a letter and a number";
	if (rule_find(rules, id, strlen(id)))
		return "the rule stands twice";
	for (state = 0; state < RULE_STATES; state++)
		if (!strcmp(word, rule_states[state]))
			break;
	if (state == RULE_STATES)
		return "the second word is not yes, part, text or no";
	rules->v = ut_grow(rules->v, rules->n, sizeof(*rules->v));
	r = &rules->v[rules->n++];
	*r = (struct rule) {
		.id = ut_strdup(id), .state = state, .text = ut_strdup(line),
	};
	return NULL;
}

void rule_parse(struct prove *p, const char *path, char *text)
{
	prove_lines(p, path, text, rule_line);
	if (!p->rules.n)
		prove_error(p, "%s: no rules in it", path);
}
