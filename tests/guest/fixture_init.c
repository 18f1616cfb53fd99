// SPDX-License-Identifier: GPL-2.0-only
/*
 * A /init that goes wrong, for the fixtures that have an initramfs of their own
 * (tests/fixtures): a program by itself. The link /mode says what to play:
 * `exit` at once, or a report of `zero` tests.
 */
#include <string.h>
#include <unistd.h>

#include "boot.h"
#include "port.h"

int main(void)
{
	char mode[16] = "", id[80];

	if (readlink("/mode", mode, sizeof(mode) - 1) < 0 ||
	    strcmp(mode, "zero"))
		return 0;
	boot_mount();
	if (port_open())
		return 0;
	boot_build_id(id, sizeof(id));
	port_printf("KTAP version 1\n# wt-boot release=fixture build-id=%s "
		    "init-ms=1\n1..0\n"
		    "# wt-end pass=0 fail=0 broken=0 skip=0\n", id);
	boot_power_off();
}
