// SPDX-License-Identifier: GPL-2.0-only
/*
 * See trace.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "port.h"
#include "trace.h"

#define TRACE_DIR	"/sys/kernel/tracing/instances/wt"
#define TRACE_KIB	"2048"		/* a processor's buffer */
#define TRACE_MAX	(1024 * 1024)	/* bytes of one case's text */

/*
 * One glob, SYSTEM:EVENT or SYSTEM.  The kernel's set_event takes no globs; a
 * system as a whole has a file of its own, which is faster than each event's.
 */
static int trace_enable(const char *words)
{
	const char *colon = strchr(words, ':');
	bool all = !colon || !strcmp(colon, ":*");
	int len = colon ? (int)(colon - words) : (int)strlen(words);
	char pattern[256];
	int ret = 0;
	glob_t g;
	size_t i;

	snprintf(pattern, sizeof(pattern), "%s/events/%.*s%s%s/enable",
		 TRACE_DIR, len, words, all ? "" : "/", all ? "" : colon + 1);
	if (glob(pattern, 0, NULL, &g))
		return -ENOENT;
	for (i = 0; i < g.gl_pathc && !ret; i++)
		ret = boot_write(g.gl_pathv[i], "1");
	globfree(&g);
	return ret;
}

int trace_open(struct trace *trace, const struct plan *plan, char *what,
	       size_t size)
{
	char *copy, *save, *glob;
	int ret;

	trace->port = -1;
	if (!plan->trace)
		return 0;
	snprintf(what, size, "TRACE: %s", TRACE_DIR);
	if (mkdir(TRACE_DIR, 0755) && errno != EEXIST)
		return -errno;
	ret = boot_write(TRACE_DIR "/tracing_on", "0");
	if (!ret)
		ret = boot_write(TRACE_DIR "/buffer_size_kb", TRACE_KIB);
	copy = strdup(plan->trace);
	if (!copy)
		return -ENOMEM;
	for (glob = strtok_r(copy, " ", &save); glob && !ret;
	     glob = strtok_r(NULL, " ", &save)) {
		snprintf(what, size, "TRACE: no event '%.200s'", glob);
		ret = trace_enable(glob);
	}
	free(copy);
	if (ret)
		return ret;
	snprintf(what, size, "TRACE: port wt.trace");
	trace->port = port_find("wt.trace");
	return trace->port < 0 ? trace->port : 0;
}

void trace_begin(const struct trace *trace)
{
	if (trace->port < 0)
		return;
	boot_write(TRACE_DIR "/trace", "0");
	boot_write(TRACE_DIR "/tracing_on", "1");
}

/* All of the file, of which the last TRACE_MAX bytes are kept: a ring. */
static size_t trace_read(char *ring)
{
	int fd = open(TRACE_DIR "/trace", O_RDONLY | O_CLOEXEC);
	size_t total = 0;
	char chunk[16384];
	ssize_t n;

	while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) > 0) {
		ssize_t i;

		for (i = 0; i < n; i++)
			ring[total++ % TRACE_MAX] = chunk[i];
	}
	if (fd >= 0)
		close(fd);
	return total;
}

void trace_end(const struct trace *trace, const char *name)
{
	size_t total, first;
	char *ring;

	if (trace->port < 0)
		return;
	boot_write(TRACE_DIR "/tracing_on", "0");
	ring = malloc(TRACE_MAX);
	if (!ring)
		return;
	total = trace_read(ring);
	dprintf(trace->port, "==== %s: %zu bytes%s\n", name, total,
		total > TRACE_MAX ? ", the first of them dropped" : "");
	first = total > TRACE_MAX ? total % TRACE_MAX : 0;
	if (first)
		port_send(trace->port, ring + first, TRACE_MAX - first);
	port_send(trace->port, ring, first ? first :
		  total > TRACE_MAX ? TRACE_MAX : total);
	free(ring);
}
