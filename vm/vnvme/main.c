// SPDX-License-Identifier: GPL-2.0-only
/*
 * vnvme: an NVMe device for QEMU's vfio-user-pci, of our own.
 *
 *	vnvme --check WORD...
 *	vnvme --listen=FD --image=FD [--repair=PROGRAM [--repair=WORD]...] WORD...
 *
 * WORDs, as nawupf=31, say what the device is like (cfg.c); --check only looks at
 * them. --listen: a UNIX stream socket that listens; --image: the disk, of as many
 * bytes as size= says. --repair: a program, by its path, and its words; it gets the
 * image as its last one (VNVME_REPAIR). Dies with the process that started it.
 * Exit: 2 for words that are wrong, and what else keeps it from serving.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "../supervisor/ut.h"
#include "repair.h"
#include "vendor_call.h"
#include "vfu.h"

#define MAIN_KEEP	(256 << 20)	/* bytes of free memory */

struct server {
	struct cfg cfg;
	struct vmedia media;
	struct vfu vfu;
	struct bus bus;
	struct ctrl *ctrl;
	struct vendor *vendor;
	struct repair repair;
	int listen;
	int image;
	bool check;
};

static int main_usage(void)
{
	fprintf(stderr, "usage: vnvme --check WORD... | vnvme --listen=FD "
		"--image=FD [--repair=WORD]... WORD...\n");
	return -EINVAL;
}

/* Last words: the supervisor shows them. */
static int main_bad(const char *what, const char *why)
{
	fprintf(stderr, "vnvme: %s: %s\n", what, why);
	return -EINVAL;
}

static bool main_fd(const char *text, int *fd)
{
	uint64_t n;

	if (!ut_num(text, 0, 1 << 20, &n))
		return false;
	*fd = n;
	return true;
}

static int main_option(struct server *s, int opt)
{
	switch (opt) {
	case 'c':
		s->check = true;
		return 0;
	case 'l':
		return main_fd(optarg, &s->listen) ? 0 : main_usage();
	case 'i':
		return main_fd(optarg, &s->image) ? 0 : main_usage();
	case 'r':
		return repair_word(&s->repair, optarg) ? main_usage() : 0;
	default:
		return main_usage();
	}
}

static int main_options(struct server *s, int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "listen", required_argument, NULL, 'l' },
		{ "image", required_argument, NULL, 'i' },
		{ "repair", required_argument, NULL, 'r' },
		{ }
	};
	char why[256] = "";
	int opt, ret = 0;

	cfg_default(&s->cfg);
	while (!ret && (opt = getopt_long(argc, argv, "+", options, NULL)) != -1)
		ret = main_option(s, opt);
	for (; !ret && optind < argc; optind += !ret)
		ret = cfg_word(&s->cfg, argv[optind], why, sizeof(why));
	if (!ret)
		ret = cfg_check(&s->cfg, why, sizeof(why));
	if (ret && *why)
		main_bad(optind < argc ? argv[optind] : "together", why);
	if (!ret && !s->check && (s->listen < 0 || s->image < 0))
		ret = main_usage();
	return ret;
}

static uint64_t main_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void main_wait(struct pollfd *p, nfds_t n, uint64_t until)
{
	uint64_t now = main_now();
	uint64_t ns = until > now ? until - now : 0;
	struct timespec t = {
		.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000,
	};

	ppoll(p, n, until == UINT64_MAX ? NULL : &t, NULL);
}

/* Never returns: it ends when it is killed, with what started it at the latest. */
static void main_loop(struct server *s)
{
	struct pollfd p[1 + CHILD_FDS];
	uint64_t ctrl = 0, repair = 0, now;

	for (;;) {
		vfu_poll(&s->vfu, &p[0]);
		repair_poll(&s->repair, &p[1]);
		main_wait(p, 1 + CHILD_FDS, ctrl < repair ? ctrl : repair);
		now = main_now();
		if (p[0].revents)
			vfu_ready(&s->vfu, now);
		if (s->vfu.conn < 0)
			repair_forget(&s->repair);
		repair = repair_tick(&s->repair, now);
		ctrl = ctrl_tick(s->ctrl, now);
	}
}

static unsigned int main_in_flight(void *ctx)
{
	struct server *s = ctx;

	return ctrl_in_flight(s->ctrl);
}

static void main_repair(void *ctx, uint32_t token)
{
	struct server *s = ctx;

	repair_ask(&s->repair, token);
}

static void main_changed(void *ctx)
{
	struct server *s = ctx;

	ctrl_ns_changed(s->ctrl);
}

static int main_open(struct server *s)
{
	const struct vendor_ops ops = {
		.in_flight = main_in_flight, .changed = main_changed, .ctx = s,
		.repair = s->repair.argc ? main_repair : NULL,
	};
	int ret = vmedia_open(&s->media, s->image, s->cfg.size, s->cfg.lba_size,
			      s->cfg.cache, s->cfg.poison);

	if (ret)
		return main_bad("the image", strerror(-ret));
	s->media.lies = s->cfg.lies;
	s->media.log_max = s->cfg.log_max;
	vfu_init(&s->vfu, s->listen);
	s->bus = vfu_bus(&s->vfu);
	s->vendor = vendor_new(&s->cfg, &s->media, &ops);
	if (s->vendor)
		s->ctrl = ctrl_new(&s->cfg, &s->bus, &s->media,
				   vendor_calls(s->vendor));
	if (!s->ctrl)
		return main_bad("controller", strerror(ENOMEM));
	vfu_attach(&s->vfu, s->ctrl);
	repair_attach(&s->repair, s->ctrl);
	s->repair.image = s->image;
	return 0;
}

int main(int argc, char **argv)
{
	struct server s = { .listen = -1, .image = -1 };

	repair_init(&s.repair, -1);
	if (main_options(&s, argc, argv))
		return UT_BROKEN;
	if (s.check)
		return UT_PASS;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_TIMERSLACK, 1);
	/* The log comes and goes: to ask the kernel for it each time is slow. */
	mallopt(M_TRIM_THRESHOLD, MAIN_KEEP);
	mallopt(M_TOP_PAD, MAIN_KEEP / 16);
	signal(SIGPIPE, SIG_IGN);
	if (main_open(&s))
		return UT_BROKEN;
	main_loop(&s);
}
