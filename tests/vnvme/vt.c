// SPDX-License-Identifier: GPL-2.0-only
#include "vt.h"

static bool vt_group(const char *group, const struct th_test *t)
{
	bool all = true;

	for (; t->name; t++) {
		bool ok = t->fn();

		printf("%s vnvme-%s/%s\n", ok ? "ok" : "not ok", group, t->name);
		all = all && ok;
	}
	return all;
}

int main(void)
{
	bool all = true;

	all &= vt_group("adm", vt_adm);
	all &= vt_group("calls", vt_calls);
	all &= vt_group("cfg", vt_cfg);
	all &= vt_group("explore", vt_explore);
	all &= vt_group("fault", vt_fault);
	all &= vt_group("ident", vt_ident);
	all &= vt_group("less", vt_less);
	all &= vt_group("log", vt_log);
	all &= vt_group("media", vt_media);
	all &= vt_group("model", vt_model);
	all &= vt_group("nvm", vt_nvm);
	all &= vt_group("power", vt_power);
	all &= vt_group("queue", vt_queue);
	all &= vt_group("regs", vt_regs);
	all &= vt_group("sched", vt_sched);
	all &= vt_group("vendor", vt_vendor);
	return all ? 0 : 1;
}
