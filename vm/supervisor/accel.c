// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "accel.h"

#define ACCEL_TCG_SCALE 4
#define ACCEL_ICOUNT_SCALE 20

/* Read the console until the payload speaks. NULL, or why it did not. */
static char *accel_listen(int fd)
{
	double end = ut_now() + ACCEL_PROBE_LIMIT;
	struct ut_buf seen = { 0 };
	char *why = NULL;
	char bytes[256];
	ssize_t n;

	while (!seen.s || !strstr(seen.s, ACCEL_HELLO)) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int ms = (end - ut_now()) * 1000;

		if (ms <= 0 || poll(&p, 1, ms) == 0) {
			why = ut_fmt("a probe boot said nothing within %d s",
				     ACCEL_PROBE_LIMIT);
			break;
		}
		n = read(fd, bytes, sizeof(bytes));
		if (n <= 0) {
			why = ut_strdup("QEMU ended during a probe boot");
			break;
		}
		ut_add(&seen, bytes, n);
	}
	ut_free(&seen);
	return why;
}

/* What QEMU said for itself: one line of it. */
static char *accel_words(int err, char *why)
{
	char text[512];
	ssize_t n = pread(err, text, sizeof(text) - 1, 0);
	char *both;
	ssize_t i;

	if (n <= 0)
		return why;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (i = 0; text[i]; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			text[i] = '?';
	both = ut_fmt("%s: %s", why, text);
	free(why);
	return both;
}

static char *accel_boot(char **argv, int payload, int err)
{
	int fds[QEMU_FD_END];
	int sv[3][2];
	char *why;
	pid_t pid;
	int i;

	qemu_no_fds(fds);
	for (i = 0; i < 3; i++) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv[i]))
			ut_die("socketpair: %s", strerror(errno));
		fds[QEMU_FD_CON + i] = sv[i][1];
	}
	fds[QEMU_FD_DISK] = payload;
	pid = qemu_spawn(argv, fds, err);
	for (i = 0; i < 3; i++)
		close(sv[i][1]);
	if (pid < 0) {
		why = ut_fmt("fork: %s", strerror(-pid));
	} else {
		why = accel_listen(sv[0][0]);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	for (i = 0; i < 3; i++)
		close(sv[i][0]);
	return why ? accel_words(err, why) : NULL;
}

/* NULL when KVM ran the payload, else why not. */
static char *accel_probe(const struct qemu *q)
{
	char *kernel = ut_fmt("/dev/fd/%d", QEMU_FD_DISK);
	struct qemu_machine m = { .accel = "kvm", .kernel = kernel };
	int payload = memfd_create("payload", MFD_CLOEXEC);
	int err = memfd_create("qemu.stderr", MFD_CLOEXEC);
	char *why;

	if (payload < 0 || err < 0 || payload_write(payload))
		why = ut_strdup("there is no room for the probe's payload");
	else
		why = accel_boot(qemu_argv(q, &m), payload, err);
	if (payload >= 0)
		close(payload);
	if (err >= 0)
		close(err);
	free(kernel);
	return why;
}

/* One file per boot of the host and version of QEMU: "kvm|tcg REASON". */
static char *accel_cache_path(const struct qemu *q, const char *cache)
{
	char *id = ut_read("/proc/sys/kernel/random/boot_id", NULL);
	char *path = ut_fmt("%s/accel/%s-%s", cache,
			    id ? ut_trim(id) : "unknown", q->version);

	free(id);
	return path;
}

static bool accel_cached(struct accel *a, const char *path)
{
	char *text = ut_read(path, NULL);
	bool good = text && (ut_starts(text, "kvm ") ||
			     ut_starts(text, "tcg "));

	if (good) {
		a->name = *text == 'k' ? "kvm" : "tcg";
		a->reason = ut_fmt("%s (known from this boot)",
				   ut_trim(text + 4));
	}
	free(text);
	return good;
}

static void accel_remember(const struct accel *a, const char *path,
			   const char *cache)
{
	char *dir = ut_fmt("%s/accel", cache);
	char *text = ut_fmt("%s %s\n", a->name, a->reason);

	if (!ut_mkdirs(dir))
		ut_write(path, text);
	free(text);
	free(dir);
}

static void accel_measure(struct accel *a, const struct qemu *q,
			  const char *dev, const char *cache)
{
	char *path = accel_cache_path(q, cache);
	char *why;

	if (accel_cached(a, path))
		goto out;
	why = accel_probe(q);
	a->name = why ? "tcg" : "kvm";
	a->reason = why ? ut_fmt("%s is there but %s", dev, why) :
		ut_strdup("a probe boot ran");
	free(why);
	accel_remember(a, path, cache);
out:
	free(path);
}

static int accel_forced(struct accel *a, const char *name)
{
	static const char *const names[] = { "icount", "kvm", "tcg" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(name, names[i]))
			a->name = names[i];
	a->reason = ut_strdup("asked for by ACCEL=");
	return a->name ? 0 : -EINVAL;
}

static unsigned int accel_scale(const char *name)
{
	if (!strcmp(name, "kvm"))
		return 1;
	return strcmp(name, "icount") ? ACCEL_TCG_SCALE : ACCEL_ICOUNT_SCALE;
}

int accel_choose(struct accel *a, const struct qemu *q, const char *cache)
{
	const char *forced = getenv("ACCEL");
	const char *dev = getenv("KVM");

	memset(a, 0, sizeof(*a));
	if (!dev || !*dev)
		dev = "/dev/kvm";
	if (forced && *forced) {
		if (accel_forced(a, forced))
			return -EINVAL;
	} else if (access(dev, R_OK | W_OK)) {
		a->name = "tcg";
		a->reason = ut_fmt("%s: %s", dev, strerror(errno));
	} else {
		accel_measure(a, q, dev, cache);
	}
	a->scale = accel_scale(a->name);
	return 0;
}
