/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file system under test: made and mounted once a boot, checked at its end.
 */
#ifndef WT_FS_H
#define WT_FS_H

#include "dev.h"
#include "plan.h"
#include "port.h"

#define FS_MNT "/mnt"

/*
 * mkfs, mount, and see that the block size is the plan's; where the plan wants
 * the bare device, only the latter.  Returns an outcome as child.h has them;
 * what the tools said is in @sink.
 */
int fs_mount(const struct plan *plan, const struct dev *dev,
	     struct port_sink *sink);

/* Unmount, and let the file system's own checker read what is on disk. */
int fs_check(const struct plan *plan, const struct dev *dev,
	     struct port_sink *sink);

/* A fresh directory for a case, and its end. */
int fs_dir_make(const char *path);
void fs_dir_remove(const char *path);

#endif
