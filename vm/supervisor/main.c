// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmtest: boot our kernel in QEMU, run the cases, say what happened.
 * Started by vm/vmtest, in the project's top folder, after everything it
 * needs was built. Exit: 0 passed, 1 a test failed, 2 broken, 4 all skipped;
 * with RUN= the program's own, 128 and its signal, or 125: it did not run.
 *
 * Environment: BUILD (build), KERNEL (build/kernel/CFG: the folder of vmlinux),
 * CACHE, ACCEL=kvm|tcg|icount, QEMU=program, QEMU_ROOT=a root (CACHE/roots/qemu),
 * INITRD=an initramfs (BUILD/guest/initramfs.cpio), IMAGE=a second disk, which is
 * read-only and /dev/vda (profiles on NVMe only), KVM=/dev/kvm, ACCEL_TOLD=1
 * (the accelerator's line is on the screen), CASES=a file like tests/cases,
 * instead of that, VNVME=program instead of the one beside this.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "bid.h"
#include "out.h"
#include "plan.h"

static struct plan_dirs main_dirs(void)
{
	const char *cases = getenv("CASES");

	return (struct plan_dirs) {
		.profiles = "vm/profiles", .fs = "vm/fs",
		.configs = "vm/config",
		.manifest = cases && *cases ? cases : "tests/cases",
	};
}

static const char *main_cache(void)
{
	const char *cache = getenv("CACHE");
	const char *xdg = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (cache && *cache)
		return cache;
	if (xdg && *xdg)
		return ut_fmt("%s/wt", xdg);
	return ut_fmt("%s/.cache/wt", home ? home : "");
}

static const char *main_build(void)
{
	const char *build = getenv("BUILD");
	char *path;

	if (!build || !*build)
		build = "build";
	if (ut_mkdirs(build))
		ut_die("%s: %s", build, strerror(errno));
	path = realpath(build, NULL);
	if (!path)
		ut_die("%s: %s", build, strerror(errno));
	return path;
}

/* Debian's kernel for the negative controls; none is found out later. */
static void main_unpatched(struct run *run)
{
	static const char *const where[] = {
		"boot/vmlinuz-*", "usr/lib/modules/*/vmlinuz",
		"lib/modules/*/vmlinuz",
	};
	glob_t g = { 0 };
	size_t i;

	run->unpatched_initrd = ut_fmt("%s/guest/initramfs-unpatched.cpio",
				       run->build);
	if (!ut_exists(run->unpatched_initrd))
		return;
	for (i = 0; i < sizeof(where) / sizeof(*where); i++) {
		char *pattern = ut_fmt("%s/roots/unpatched/%s", run->cache,
				       where[i]);

		if (!run->unpatched && !glob(pattern, 0, NULL, &g))
			run->unpatched = ut_strdup(g.gl_pathv[0]);
		globfree(&g);
		free(pattern);
	}
}

static bool main_needs_ours(const struct run *run)
{
	size_t i;

	for (i = 0; i < run->nr_groups; i++)
		if (!run->groups[i].unpatched)
			return true;
	return false;
}

static int main_kernel(struct run *run)
{
	const char *initrd = getenv("INITRD");
	const char *image = getenv("IMAGE");
	const char *dir = getenv("KERNEL");

	if (dir && *dir)
		run->kernel_dir = ut_strdup(dir);
	else
		run->kernel_dir = ut_fmt("%s/kernel/%s", run->build,
					 run->args.cfg);
	run->kernel = ut_fmt("%s/vmlinux", run->kernel_dir);
	run->initrd = initrd && *initrd ? ut_strdup(initrd) :
		ut_fmt("%s/guest/initramfs.cpio", run->build);
	run->image = image && *image ? image : NULL;
	main_unpatched(run);
	if (!main_needs_ours(run))
		return 0;
	if (!ut_exists(run->kernel) || !ut_exists(run->initrd)) {
		ut_err("not built: %s (vm/vmtest builds it)",
		       ut_exists(run->kernel) ? run->initrd : run->kernel);
		return -ENOENT;
	}
	run->build_id = bid_read(run->kernel);
	if (run->build_id)
		return 0;
	ut_err("%s has no build id", run->kernel);
	return -EINVAL;
}

static int main_machine(struct run *run)
{
	const char *root = getenv("QEMU_ROOT");
	const char *told = getenv("ACCEL_TOLD");

	if (!root || !*root)
		root = ut_fmt("%s/roots/qemu", run->cache);
	if (qemu_find(&run->qemu, root)) {
		ut_err("no QEMU: neither qemu-system-x86_64 nor %s", root);
		return -ENOENT;
	}
	if (accel_choose(&run->accel, &run->qemu, run->cache)) {
		ut_err("ACCEL='%s' is not valid; want kvm, tcg or icount",
		       getenv("ACCEL"));
		return -EINVAL;
	}
	run->accel.scale *= run->slow;
	if (!told || !*told)
		scr_say(&run->scr, "accelerator: %s: %s; QEMU %s (%s)",
			run->accel.name, run->accel.reason,
			run->qemu.version, run->qemu.where);
	if (run->slow > 1)
		scr_say(&run->scr, "lane: %s: limits are times %u",
			run->args.cfg, run->slow);
	return 0;
}

/* Until a boot looks at signals: QEMU dies with us, nothing else is there. */
static void main_quit(int signo)
{
	(void)signo;
	_exit(UT_BROKEN);
}

static void main_signals_early(void)
{
	signal(SIGINT, main_quit);
	signal(SIGTERM, main_quit);
	signal(SIGHUP, main_quit);
}

static void main_signals(struct run *run)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	run->sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (run->sigfd < 0)
		ut_die("signalfd: %s", strerror(errno));
}

/* What a person runs has stdout for itself: what we say goes to stderr. */
static void main_quiet(struct run *run)
{
	run->out = -1;
	run->own_exit = -1;
	if (run->args.mode == ARGS_TEST)
		return;
	run->scr.still = true;
	if (run->args.mode == ARGS_SHELL)
		return;
	run->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

static int main_run(struct run *run)
{
	main_signals_early();
	main_quiet(run);
	run->status = UT_BROKEN;
	if (main_machine(run) || main_kernel(run))
		return out_exit(run);
	main_signals(run);
	out_history(run);
	if (out_begin(run) || (run->args.run && own_carry(run)))
		return out_exit(run);
	run->scr.total = run->nr_cases;
	run_all(run);
	out_end(run);
	out_screen(run);
	return out_exit(run);
}

/* Words for the device's own program: what does it say of them? */
static int main_devices(const struct plan_set *set, char **why)
{
	const struct prof *p;
	int ret = 0;

	for (p = set->profs; !ret && p < set->profs + set->nr_profs; p++)
		if (p->backend->program)
			ret = server_check(p, why);
	return ret;
}

/* What needs no machine of our own. */
static bool main_asked(const struct args *a, int *status)
{
	*status = UT_PASS;
	if (a->attach)
		*status = client_attach(main_build());
	else if (a->dump)
		*status = client_dump(main_build());
	return a->attach || a->dump || a->check;
}

int main(int argc, char **argv)
{
	struct plan_dirs dirs = main_dirs();
	struct plan_set set;
	struct run run = { 0 };
	char *why = NULL;
	int status;

	if (args_parse(&run.args, argc, argv, &why) ||
	    plan_make(&set, &run.args, &dirs, &why) ||
	    main_devices(&set, &why)) {
		ut_err("%s", why);
		return UT_BROKEN;
	}
	if (main_asked(&run.args, &status))
		return status;
	if (run.args.list) {
		char *text = plan_list(&set);

		puts(text);
		free(text);
		return UT_PASS;
	}
	run.start = ut_now();
	run.build = main_build();
	run.cache = main_cache();
	run.groups = set.groups;
	run.nr_groups = set.nr_groups;
	run.nr_cases = set.nr_cases;
	run.slow = set.slow;
	run.append = set.append;
	scr_init(&run.scr, run.args.verbose);
	if (run.args.accel)
		return main_machine(&run) ? UT_BROKEN : UT_PASS;
	return main_run(&run);
}
