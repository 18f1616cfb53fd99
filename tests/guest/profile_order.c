// SPDX-License-Identifier: GPL-2.0-only
/*
 * Profiles of vnvme that reorder completions do, and the others do not: seen in
 * the device's own log.  What the guest sees is blurred by its queues.
 */
#include <stdlib.h>
#include <string.h>

#include "profile.h"
#include "t_async.h"
#include "t_vnvme.h"

#define PROFILE_LEN	4096	/* bytes of a write */

/* At once, from one queue; apart, or they would be merged. */
static void profile_at_once(struct t *t, const struct t_room *room)
{
	struct t_async *a = t_async_open(t, T_AIO);
	int i;

	for (i = 0; i < T_ASYNC_DEPTH; i++)
		t_async_write(a, room->dev, room->pos + i * 2 * PROFILE_LEN,
			      PROFILE_LEN, 2, 0);
	t_async_submit(a);
	for (i = 0; i < T_ASYNC_DEPTH; i++)
		T_MUST(t_async_reap(a) == PROFILE_LEN);
	t_async_close(a);
}

/*
 * Writes of the log that were completed before one that had arrived earlier;
 * *@writes gets how many there are.
 */
static int profile_overtook(struct t_vnvme *v, int *writes)
{
	char *line, *save, *done;
	int overtook = 0, event, last = 0;
	uint32_t at;

	*writes = 0;
	for (at = 0;; at += v->result) {
		t_vnvme(v, VNVME_LOG, at, 0, 0);
		if (!v->result)
			return overtook;
		for (line = strtok_r((char *)v->page, "\n", &save); line;
		     line = strtok_r(NULL, "\n", &save)) {
			done = strstr(line, ", done ");
			if (!done || !strstr(line, " write "))
				continue;
			event = atoi(done + strlen(", done "));
			overtook += event < last;
			last = event > last ? event : last;
			++*writes;
		}
	}
}

void profile_order(struct t *t)
{
	const char *reorders = getenv("WT_REORDERS");
	struct t_room room = t_room(t, 2 * T_ASYNC_DEPTH * PROFILE_LEN);
	struct t_vnvme *v = t_vnvme_open(t);
	int overtook, writes;

	T_MUST(reorders);
	t_vnvme(v, VNVME_BEGIN, 0, 0, 0);
	profile_at_once(t, &room);
	overtook = profile_overtook(v, &writes);
	t_vnvme_end(v, t->seed, 1);
	t_vnvme(v, VNVME_BACK, 0, 0, 0);
	printf("# %d of %d writes overtook another\n", overtook, writes);
	T_EQ(t, "writes in the log", T_ASYNC_DEPTH, writes);
	T_EQ(t, "some overtook another", !strcmp(reorders, "yes"),
	     overtook > 0);
	t_vnvme_close(v);
}
