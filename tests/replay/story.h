/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the marks in a log tell of one case: where its units are, and when each
 * write began and had succeeded.  Times are numbers of entries.
 */
#ifndef REPLAY_STORY_H
#define REPLAY_STORY_H

#include "mark.h"
#include "wlog.h"

#define STORY_NEVER	UINT64_MAX

struct story_slot {
	struct mark_part part[MARK_PARTS];
	uint64_t len;		/* of all parts; whole stamps */
	uint64_t since;		/* known, and of write 0 */
	bool control;
};

struct story_write {
	uint32_t slot;
	uint64_t submit;
	uint64_t ack;		/* STORY_NEVER: it may have failed */
};

struct story {
	uint32_t run;
	uint64_t end;		/* the case's last mark */
	struct story_slot *slots;
	size_t nr_slots;
	struct story_write *writes;	/* [0] is nobody's */
	size_t nr_writes;
};

/* The mark that an entry is, of case @run; or NULL. */
const struct mark *story_mark(const struct wlog_entry *e, uint32_t run);

/*
 * Read @log for the case @name, which was number @run of its boot.  -EINVAL
 * and *@why (the caller frees) if the log is damaged, or the marks in it are not
 * all there and in order.
 */
int story_read(struct story *s, struct wlog *log, const char *name,
	       uint32_t run, char **why);
void story_free(struct story *s);

#endif
