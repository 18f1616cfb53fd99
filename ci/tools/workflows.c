// SPDX-License-Identifier: GPL-2.0-only
/*
 * What our workflows must be: they run what anybody can run here (each `run:`
 * is one call into ci/), may change nothing (contents: read), are started by
 * pull requests only, end some time, and use GitHub's own actions only.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yaml.h>

#include "ci.h"

static const char *const workflows_uses[] = {
	"actions/checkout@v[0-9]*", "actions/cache@v[0-9]*",
	"actions/upload-artifact@v[0-9]*", "actions/download-artifact@v[0-9]*",
};

struct workflows {
	const char *path;
	yaml_document_t doc;
	int bad;
};

static void workflows_bad(struct workflows *w, const yaml_node_t *at,
			  const char *what, const char *text)
{
	w->bad++;
	printf("%s:%zu: %s%s\n", w->path,
	       at ? at->start_mark.line + 1 : (size_t)1, what, text);
}

/* A scalar's text; "" for anything else. */
static const char *workflows_text(const yaml_node_t *n)
{
	return n && n->type == YAML_SCALAR_NODE ?
		(const char *)n->data.scalar.value : "";
}

static yaml_node_t *workflows_get(struct workflows *w, const yaml_node_t *map,
				  const char *key)
{
	yaml_node_pair_t *p;

	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (p = map->data.mapping.pairs.start;
	     p < map->data.mapping.pairs.top; p++)
		if (!strcmp(workflows_text(yaml_document_get_node(&w->doc,
								  p->key)),
			    key))
			return yaml_document_get_node(&w->doc, p->value);
	return NULL;
}

static size_t workflows_size(const yaml_node_t *map)
{
	return map && map->type == YAML_MAPPING_NODE ?
		map->data.mapping.pairs.top - map->data.mapping.pairs.start : 0;
}

static void workflows_permissions(struct workflows *w, const yaml_node_t *n,
				  const yaml_node_t *at)
{
	yaml_node_t *contents = workflows_get(w, n, "contents");

	if (workflows_size(n) != 1 || strcmp(workflows_text(contents), "read"))
		workflows_bad(w, n ? n : at, "permissions must be contents: "
			      "read and nothing else", "");
}

/* "ci/NAME WORD...", and the program is there. */
static void workflows_run(struct workflows *w, const yaml_node_t *n)
{
	const char *text = workflows_text(n);
	size_t len = strcspn(text, " ");
	char *program = ut_fmt("%.*s", (int)len, text);

	if (!ut_starts(text, "ci/") || strstr(text, "..") ||
	    strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789_./= -") != strlen(text))
		workflows_bad(w, n, "run: must be one call into ci/: ", text);
	else if (access(program, X_OK))
		workflows_bad(w, n, "run: there is no such program: ", program);
	free(program);
}

static void workflows_action(struct workflows *w, const yaml_node_t *n)
{
	const char *text = workflows_text(n);
	size_t i;

	for (i = 0; i < sizeof(workflows_uses) / sizeof(*workflows_uses); i++)
		if (ut_glob(workflows_uses[i], text))
			return;
	workflows_bad(w, n, "uses: is none of the actions that we use: ", text);
}

static void workflows_step(struct workflows *w, const yaml_node_t *step)
{
	yaml_node_t *run = workflows_get(w, step, "run");
	yaml_node_t *uses = workflows_get(w, step, "uses");

	if (!run == !uses)
		workflows_bad(w, step, "a step has either run: or uses:", "");
	if (run)
		workflows_run(w, run);
	if (uses)
		workflows_action(w, uses);
}

static void workflows_job(struct workflows *w, const yaml_node_t *name,
			  const yaml_node_t *job)
{
	const char *limit = workflows_text(workflows_get(w, job,
							 "timeout-minutes"));
	yaml_node_t *may = workflows_get(w, job, "permissions");
	yaml_node_t *steps = workflows_get(w, job, "steps");
	yaml_node_item_t *i;
	uint64_t minutes;

	if (!ut_num(limit, 1, 360, &minutes))
		workflows_bad(w, name, "no timeout-minutes (1..360) in job ",
			      workflows_text(name));
	if (may)
		workflows_permissions(w, may, name);
	if (!steps || steps->type != YAML_SEQUENCE_NODE) {
		workflows_bad(w, name, "no steps in job ",
			      workflows_text(name));
		return;
	}
	for (i = steps->data.sequence.items.start;
	     i < steps->data.sequence.items.top; i++)
		workflows_step(w, yaml_document_get_node(&w->doc, *i));
}

static void workflows_root(struct workflows *w, const yaml_node_t *root)
{
	yaml_node_t *on = workflows_get(w, root, "on");
	yaml_node_t *jobs = workflows_get(w, root, "jobs");
	yaml_node_pair_t *p;

	if (strcmp(workflows_text(on), "pull_request") &&
	    (workflows_size(on) != 1 || !workflows_get(w, on, "pull_request")))
		workflows_bad(w, on ? on : root,
			      "on: must be pull_request alone", "");
	workflows_permissions(w, workflows_get(w, root, "permissions"), root);
	if (!workflows_size(jobs)) {
		workflows_bad(w, root, "no jobs", "");
		return;
	}
	for (p = jobs->data.mapping.pairs.start;
	     p < jobs->data.mapping.pairs.top; p++)
		workflows_job(w, yaml_document_get_node(&w->doc, p->key),
			      yaml_document_get_node(&w->doc, p->value));
}

/* libyaml takes a key twice, GitHub does not. */
static void workflows_twice(struct workflows *w)
{
	yaml_node_pair_t *p, *q;
	yaml_node_t *n, *key;

	for (n = w->doc.nodes.start; n < w->doc.nodes.top; n++) {
		if (n->type != YAML_MAPPING_NODE)
			continue;
		for (p = n->data.mapping.pairs.start;
		     p < n->data.mapping.pairs.top; p++) {
			key = yaml_document_get_node(&w->doc, p->key);
			for (q = n->data.mapping.pairs.start; q < p; q++)
				if (!strcmp(workflows_text(key), workflows_text(
				    yaml_document_get_node(&w->doc, q->key))))
					workflows_bad(w, key, "key twice: ",
						      workflows_text(key));
		}
	}
}

static int workflows_file(const char *path)
{
	struct workflows w = { .path = path };
	FILE *f = fopen(path, "re");
	yaml_node_t *root;
	yaml_parser_t p;

	if (!f)
		return ci_err("%s cannot be read", path);
	yaml_parser_initialize(&p);
	yaml_parser_set_input_file(&p, f);
	if (!yaml_parser_load(&p, &w.doc)) {
		printf("%s:%zu: %s\n", path, p.problem_mark.line + 1,
		       p.problem);
		w.bad = 1;
	} else {
		root = yaml_document_get_root_node(&w.doc);
		if (root)
			workflows_root(&w, root);
		else
			workflows_bad(&w, NULL, "it is empty", "");
		workflows_twice(&w);
		yaml_document_delete(&w.doc);
	}
	yaml_parser_delete(&p);
	fclose(f);
	return w.bad ? UT_FAIL : UT_PASS;
}

int workflows_command(int argc, char **argv)
{
	int worst = argc ? UT_PASS : ci_err("usage: ci workflows FILE...");
	int i;

	for (i = 0; i < argc; i++) {
		int ret = workflows_file(argv[i]);

		worst = ret > worst ? ret : worst;
	}
	return worst;
}
