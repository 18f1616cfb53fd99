// SPDX-License-Identifier: GPL-2.0-only
/*
 * Real faults of the kernel, to see that they are noticed: the case's name is
 * LKDTM's own (drivers/misc/lkdtm). The program is content when it comes back:
 * what fails the case is what the kernel says, or does not live to say.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "t.h"

#define FAULT_DIRECT "/sys/kernel/debug/provoke-crash/DIRECT"

static void fault_run(struct t *t)
{
	int fd = open(FAULT_DIRECT, O_WRONLY);
	ssize_t len = strlen(t->name);

	T_MUST(fd >= 0);
	T_MUST(write(fd, t->name, len) == len);
	close(fd);
	printf("# back from %s\n", t->name);
}

T_GROUP_ANY(fault, fault_run)
