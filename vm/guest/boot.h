/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What PID 1 owes the machine: pseudo file systems, modules, the kernel's
 * identity, and the power switch.
 */
#ifndef WT_BOOT_H
#define WT_BOOT_H

#include <stddef.h>

/*
 * Mount proc, sys, dev, tmp, debugfs, tracefs and cgroup2.  What the kernel lacks is
 * left out without a word: the case that needs it says so.
 */
void boot_mount(void);

/*
 * Load the modules that /modules.list names, one path a line, in order.
 * No list is no error.  Returns 0 or a negative errno, and then the path of
 * the module that failed in @what.
 */
int boot_modules(char *what, size_t size);

/* The GNU build id of the running kernel as hex, or "unknown". */
void boot_build_id(char *hex, size_t size);

/* Milliseconds since the kernel started. */
long boot_uptime_ms(void);

/* Write @value to the file @path.  Returns 0 or a negative errno. */
int boot_write(const char *path, const char *value);

/* Sync and switch the machine off.  Never returns. */
_Noreturn void boot_power_off(void);

#endif
