// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of the guest: says what was booted, runs the plan, reports, and
 * switches the machine off.  Whatever prevents a report is told in KTAP's
 * words ("Bail out!") where there is a port, and on the console.  The host
 * believes nothing but a report with its end marker.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "boot.h"
#include "dev.h"
#include "plan.h"
#include "port.h"
#include "run.h"

static void init_bail(const char *what, const char *why)
{
	printf("wt: %s: %s\n", what, why);
	fflush(stdout);
	port_printf("Bail out! %s: %s\n", what, why);
	port_kmsg("wt: %s: %s", what, why);
}

static void init_hello(void)
{
	struct utsname uts;
	char id[80];

	uname(&uts);
	boot_build_id(id, sizeof(id));
	port_printf("KTAP version 1\n"
		    "# wt-boot release=%s build-id=%s init-ms=%ld\n",
		    uts.release, id, boot_uptime_ms());
}

int main(void)
{
	struct plan plan;
	struct run run = { .plan = &plan };
	const char *err;
	char module[512];
	int ret, module_err, trace_err = 0;

	setenv("PATH", "/bin", 1);
	boot_mount();
	module_err = boot_modules(module, sizeof(module));
	ret = port_open();
	if (ret) {
		init_bail("report port", strerror(-ret));
		boot_power_off();
	}
	init_hello();
	err = plan_read(&plan);
	if (!err && !module_err)
		trace_err = trace_open(&run.trace, &plan, module,
				       sizeof(module));
	if (module_err || trace_err)
		init_bail(module, strerror(-(module_err + trace_err)));
	else if (err)
		init_bail("plan", err);
	else {
		run.dev_err = dev_open(&run.dev, &plan);
		run_all(&run);
	}
	boot_power_off();
}
