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

int main(int argc, char **argv)
{
	struct t_case fault = { .name = argc == 2 ? argv[1] : "",
				.fn = fault_run };

	return t_main(argc, argv, &fault, 1);
}
