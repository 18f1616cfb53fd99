// SPDX-License-Identifier: GPL-2.0-only
#include "vt.h"

int main(void)
{
	bool all = true;

	all &= th_group("vnvme-adm", vt_adm);
	all &= th_group("vnvme-beside", vt_beside);
	all &= th_group("vnvme-calls", vt_calls);
	all &= th_group("vnvme-cfg", vt_cfg);
	all &= th_group("vnvme-explore", vt_explore);
	all &= th_group("vnvme-fault", vt_fault);
	all &= th_group("vnvme-full", vt_full);
	all &= th_group("vnvme-ident", vt_ident);
	all &= th_group("vnvme-less", vt_less);
	all &= th_group("vnvme-limits", vt_limits);
	all &= th_group("vnvme-log", vt_log);
	all &= th_group("vnvme-media", vt_media);
	all &= th_group("vnvme-model", vt_model);
	all &= th_group("vnvme-notice", vt_notice);
	all &= th_group("vnvme-nvm", vt_nvm);
	all &= th_group("vnvme-power", vt_power);
	all &= th_group("vnvme-queue", vt_queue);
	all &= th_group("vnvme-regs", vt_regs);
	all &= th_group("vnvme-sched", vt_sched);
	all &= th_group("vnvme-twice", vt_twice);
	all &= th_group("vnvme-vendor", vt_vendor);
	return all ? 0 : 1;
}
