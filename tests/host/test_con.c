// SPDX-License-Identifier: GPL-2.0-only
/* The console scanner: what is a splat, and whose. */
#include <stdlib.h>

#include "../../vm/supervisor/con.h"
#include "th.h"

struct seen {
	int heads;
	int lines;
	char mark[64];
	char title[128];
};

static void on_splat(void *ctx, const char *mark, const char *text, bool head)
{
	struct seen *s = ctx;

	s->lines++;
	/* "cut here" says nothing: the line behind it is what it is about */
	if (!head && !strstr(s->title, "[ cut here ]"))
		return;
	s->heads += head;
	snprintf(s->mark, sizeof(s->mark), "%s", mark ? mark : "(none)");
	snprintf(s->title, sizeof(s->title), "%s", text);
}

static void scan(struct seen *s, const char *text)
{
	struct con c;

	memset(s, 0, sizeof(*s));
	con_init(&c, NULL);
	c.splat = on_splat;
	c.ctx = s;
	con_feed(&c, text, strlen(text));
	con_flush(&c);
	con_free(&c);
}

static bool heads(void)
{
	static const char *const rows[] = {
		"[    3.141592] ------------[ cut here ]------------",
		"[    3.1][  T12] WARNING: fs/iomap/buffered-io.c:12 at f+0x1/0x2, CPU#1: t/9",
		"WARNING: CPU: 0 PID: 1 at mm/page.c:1 f+0x1/0x2",
		"[ 1.0] WARNING: possible circular locking dependency detected",
		"[ 1.0] WARNING: possible recursive locking detected",
		"[ 1.0] WARNING: suspicious RCU usage",
		"[ 1.0] WARNING: inconsistent lock state",
		"[ 1.0] BUG: KASAN: slab-use-after-free in f+0x1/0x2",
		"[ 1.0] BUG: KFENCE: out-of-bounds read in f+0x1/0x2",
		"[ 1.0] BUG: kernel NULL pointer dereference, address: 0000000000000008",
		"[ 1.0] BUG: unable to handle page fault for address: ffff",
		"[ 1.0] BUG: sleeping function called from invalid context at f.c:1",
		"[ 1.0] BUG: scheduling while atomic: t/1/0x00000002",
		"[ 1.0] BUG: MAX_LOCKDEP_CHAINS too low!",
		"[ 1.0] BUG: Bad page state in process t  pfn:1",
		"[ 1.0] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [t:1]",
		"[ 1.0] kernel BUG at fs/iomap/buffered-io.c:99!",
		"[ 1.0] Oops: general protection fault, maybe for address 0x0: 0000 [#1] SMP",
		"[ 1.0] Kernel panic - not syncing: Fatal exception",
		"[ 1.0] UBSAN: array-index-out-of-bounds in fs/f.c:1:2",
		"[ 1.0] INFO: task t:1 blocked for more than 122 seconds.",
		"[ 1.0] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
		"[ 1.0] rcu: INFO: rcu_sched self-detected stall on CPU",
		"[ 1.0] kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
		"[ 1.0] DEBUG_LOCKS_WARN_ON(depth <= 0)",
		"[ 1.0] INFO: trying to register non-static key.",
		"[ 1.0] XFS: Assertion failed: ip->i_x, file: fs/xfs/f.c, line: 1",
		"[ 1.0] XFS (nvme0n1): Internal error x at line 1 of file f.c.",
		"[ 1.0] XFS (nvme0n1): Metadata corruption detected at f+0x1/0x2",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (!con_splat_head(rows[i])) {
			printf("# missed: %s\n", rows[i]);
			return false;
		}
	return true;
}

static bool not_heads(void)
{
	static const char *const rows[] = {
		"",
		"[    1.0] Linux version 7.3.4",
		"[    1.0] XFS (nvme0n1): Mounting V5 Filesystem 1234",
		"[    1.0] XFS (nvme0n1): Ending clean mount",
		"[    1.0] wt: start a/warning",
		"[    1.0] nvme nvme0: 2/0/0 default/read/poll queues",
		"[    1.0] kmemleak: Kernel memory leak detector initialized",
		"[    1.0] Spectre V2 : WARNING level low",
		"[    1.0] debug: BUGS are listed here",
		"[    1.0] PCI: Using host bridge windows from ACPI",
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (con_splat_head(rows[i])) {
			printf("# taken for a splat: %s\n", rows[i]);
			return false;
		}
	return true;
}

static bool attributed(void)
{
	struct seen s;

	scan(&s, "[ 1.0] wt: start a/one\n[ 1.1] wt: end a/one\n"
	     "[ 1.2] wt: start a/two\n[ 1.3] BUG: KASAN: x in f\n"
	     "[ 1.4] wt: end a/two\n");
	TH_CHECK(s.heads == 1);
	TH_STR(s.mark, "a/two");
	TH_STR(s.title, "BUG: KASAN: x in f");
	scan(&s, "[ 1.0] wt: start a/one\n[ 1.1] wt: end a/one\n"
	     "[ 1.3] UBSAN: late\n");
	TH_STR(s.mark, "a/one");
	scan(&s, "[ 0.3] WARNING: early\n[ 1.0] wt: start a/one\n");
	TH_STR(s.mark, "(none)");
	return true;
}

/* Cut-here line, headline and trace are one splat; the next is another. */
static bool one_block_one_splat(void)
{
	struct seen s;

	scan(&s, "[ 1.0] ------------[ cut here ]------------\n"
	     "[ 1.0] WARNING: f.c:1 at f+0x1/0x2\n[ 1.0] Call Trace:\n"
	     "[ 1.0] ---[ end trace 0000000000000000 ]---\n[ 1.1] fine\n");
	TH_CHECK(s.heads == 1 && s.lines == 4);
	scan(&s, "WARNING: a\n---[ end trace 0 ]---\nUBSAN: b\n");
	TH_CHECK(s.heads == 2);
	return true;
}

/*
 * Consoles of real boots of the lanes (fault/ in tests/cases): a report is one
 * splat, it belongs to the case that ran, and says what it is.
 */
static bool recorded(void)
{
	static const struct {
		const char *path, *mark, *title;
	} rows[] = {
		{ "tests/host/console/kasan", "fault/READ_AFTER_FREE",
		  "BUG: KASAN: slab-use-after-free in lkdtm_READ_AFTER_FREE" },
		{ "tests/host/console/lockdep", "fault/SPINLOCKUP",
		  "WARNING: lock held when returning to user space!" },
		{ "tests/host/console/ubsan", "fault/ARRAY_BOUNDS",
		  "UBSAN: array-index-out-of-bounds in drivers/misc/lkdtm/" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char *text = ut_read(rows[i].path, NULL);
		struct seen s;

		TH_CHECK(text);
		scan(&s, text);
		free(text);
		TH_STR(s.mark, rows[i].mark);
		if (s.heads != 1 || !ut_starts(s.title, rows[i].title)) {
			printf("# %s: %d heads, the last is %s\n",
			       rows[i].path, s.heads, s.title);
			return false;
		}
	}
	return true;
}

static bool last_lines(void)
{
	struct ut_buf b = { 0 };
	struct seen s = { 0 };
	struct con c;
	int i;

	con_init(&c, NULL);
	c.splat = on_splat;
	c.ctx = &s;
	for (i = 0; i < 250; i++) {
		char text[16];

		con_feed(&c, text, snprintf(text, sizeof(text), "l%d\n", i));
	}
	con_tail(&c, &b, 2);
	TH_STR(b.s, "l248\nl249\n");
	ut_free(&b);
	con_tail(&c, &b, 1000);
	TH_CHECK(!strncmp(b.s, "l150\n", 5));
	ut_free(&b);
	con_free(&c);
	return true;
}

const struct th_test th_con[] = {
	{ "heads", heads },
	{ "not_heads", not_heads },
	{ "attributed", attributed },
	{ "one_block_one_splat", one_block_one_splat },
	{ "recorded", recorded },
	{ "last_lines", last_lines },
	{ }
};
