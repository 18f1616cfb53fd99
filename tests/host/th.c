// SPDX-License-Identifier: GPL-2.0-only
#include "th.h"

int main(void)
{
	bool all = true;

	all &= th_group("args", th_args);
	all &= th_group("bid", th_bid);
	all &= th_group("cases", th_cases);
	all &= th_group("con", th_con);
	all &= th_group("decode", th_decode);
	all &= th_group("ktap", th_ktap);
	all &= th_group("line", th_line);
	all &= th_group("lists", th_lists);
	all &= th_group("prof", th_prof);
	all &= th_group("qemu", th_qemu);
	all &= th_group("qmp", th_qmp);
	all &= th_group("replay", th_replay);
	all &= th_group("tty", th_tty);
	all &= th_group("res", th_res);
	all &= th_group("wlog", th_wlog);
	return all ? 0 : 1;
}
