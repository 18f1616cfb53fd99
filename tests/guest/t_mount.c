// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file system under test, mounted and not: see t.h.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "t.h"

#define T_MOUNTS	"/proc/self/mounts"
#define T_MOUNT_WAIT	10000000000LL	/* ns */

/* One of /proc/self/mounts: a flag of mount(2), or the file system's own. */
static void t_mount_option(struct t_mount *mnt, const char *word)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} flags[] = {
		{ "lazytime", MS_LAZYTIME }, { "noatime", MS_NOATIME },
		{ "relatime", MS_RELATIME }, { "rw", 0 },
	};
	size_t i, n = strlen(mnt->options);

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (!strcmp(flags[i].name, word)) {
			mnt->flags |= flags[i].flag;
			return;
		}
	snprintf(mnt->options + n, sizeof(mnt->options) - n, "%s%s",
		 n ? "," : "", word);
}

struct t_mount t_mounted(void)
{
	struct t_mount mnt = { .where = getenv("WT_MNT") };
	FILE *f = fopen(T_MOUNTS, "re");
	char line[700], at[100], options[400], *word, *save;
	bool found = false;

	T_MUST(f && mnt.where);
	while (!found && fgets(line, sizeof(line), f))
		found = sscanf(line, "%99s %99s %19s %399s", mnt.from, at,
			       mnt.type, options) == 4 && !strcmp(at, mnt.where);
	fclose(f);
	T_MUST(found);
	for (word = strtok_r(options, ",", &save); word;
	     word = strtok_r(NULL, ",", &save))
		t_mount_option(&mnt, word);
	return mnt;
}

/* A file that was just closed may be held a moment longer, by io_uring say. */
void t_umount(const struct t_mount *mnt)
{
	long long end = t_now() + T_MOUNT_WAIT;

	while (umount2(mnt->where, 0)) {
		T_MUST(errno == EBUSY && t_now() < end);
		sched_yield();
	}
}

int t_mount(const struct t_mount *mnt)
{
	return mount(mnt->from, mnt->where, mnt->type, mnt->flags,
		     mnt->options) ? -errno : 0;
}
