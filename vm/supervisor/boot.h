/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One boot: start QEMU, watch console, report, QMP and the process itself,
 * hold every limit, and end with each case either decided or left for another
 * boot. QEMU's exit status is not looked at: it is 0 after a guest's panic.
 */
#ifndef BOOT_H
#define BOOT_H

#include "con.h"
#include "own.h"
#include "qmp.h"
#include "qemu.h"
#include "res.h"
#include "server.h"

struct run;

/* Seconds on a fast host; each is multiplied by the accelerator's factor. */
enum {
	BOOT_LIMIT_START = 15,	/* QEMU's start to the version line */
	BOOT_LIMIT_GAP = 15,	/* between cases: mkfs, mount */
	BOOT_LIMIT_DEVICE = 10,	/* device/profile */
	BOOT_LIMIT_CHECK = 60,	/* fs/check: unmount, xfs_repair -n */
	BOOT_LIMIT_OFF = 15,	/* end of the report to power-off */
	BOOT_LIMIT_JUDGE = 60,	/* one case's write log */
};

enum boot_state {
	BOOT_RUNNING,
	BOOT_DUMPING,		/* hung; asking the kernel where */
	BOOT_HELD,		/* for a person (HOLD=1) */
	BOOT_KILLED,		/* by us; waiting for the process to go */
	BOOT_GONE,
};

struct boot {
	struct run *run;
	struct group *group;
	struct res **cases;	/* what the plan orders */
	size_t n;
	bool fs;		/* the plan has a file system or bare device */
	bool mounts;		/* it is mounted, and checked at the end */
	int nr;			/* 1-based, of the run */
	char *dir;		/* its folder in the results */
	struct res device;
	struct res check;
	struct res other;	/* blame that no case can take */

	enum boot_state state;
	pid_t pid;
	int pidfd;
	int status;		/* wait status: only for words */
	int con_fd;
	int ktap_fd;
	int qmp_fd;
	int log_fd;		/* the disk's write log, or -1 */
	struct con con;
	struct line ktap_line;
	struct ktap ktap;
	struct qmp qmp;
	struct own own;
	struct server server;	/* the disk's program, where there is one */
	FILE *ktap_log;
	struct res *current;	/* the running case, or NULL */
	struct res *splat_of;	/* owner of the splat being read */
	char *splat_title;	/* first telling line of the first splat */
	double start;		/* ut_now() */
	double first;		/* seconds to the version line, 0 not yet */
	double seconds;		/* all of it */
	double since;		/* start of what runs now */
	double limit;		/* seconds from @since */
	char *why;		/* why there is no verdict, or NULL */
	bool hung;
	bool dying;		/* a panic was seen; QEMU should end by itself */
	bool interrupted;
	bool enough;		/* --first: a case failed */
	/* hang.c */
	size_t hang_step;
	bool hang_wait;		/* for QMP's answer */
	double hang_start;
	double hang_step_start;
	double con_last;	/* time of the last console byte */
	struct ut_buf hang_text;
};

/*
 * Run it. Always leaves no process and no descriptor behind. Results are in
 * the cases, @device, @check and @other; a case that did not get its turn
 * stays OUT_NONE.
 */
void boot_run(struct boot *b);
void boot_free(struct boot *b);

/* For the parts below: end QEMU now; the same with a reason (owned by @b from
 * here on; the first one stays); a new limit, in seconds from now. */
void boot_kill(struct boot *b);
void boot_give_up(struct boot *b, char *why);
void boot_wait_for(struct boot *b, double limit);
/* boot_spawn.c */
/* Start QEMU with its channels; false with @why set. */
bool boot_spawn(struct boot *b);
/* A file in the boot's folder, written line by line; the caller closes it. */
FILE *boot_file(const struct boot *b, const char *name);
/* A channel: QEMU's end is returned, ours does not block. */
int boot_pair(int *ours);

/* hear.c: one line of the guest's report; @ctx is the boot. */
void hear_line(void *ctx, char *text);
/* What the guest runs as number @i, from 1; NULL beyond the plan. */
struct res *hear_case(struct boot *b, unsigned int i);

/* The line in hang.txt between the console before the hang and the answers. */
#define HANG_ASKED "--- sysrq: blocked tasks (w), tasks (t), CPUs (l)"

/* hang.c: ask a hung kernel where it is, step by step from the poll loop. */
void hang_begin(struct boot *b);
void hang_tick(struct boot *b);
void hang_answered(struct boot *b);

/* judge.c: what passed in the guest, but is to be judged by the write log. */
void judge(struct boot *b);

/* settle.c: after the end, who is to blame for what. */
void settle(struct boot *b);
void settle_splat(void *ctx, const char *mark, const char *text, bool head);

#endif
