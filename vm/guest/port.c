// SPDX-License-Identifier: GPL-2.0-only
/*
 * See port.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "port.h"

#define PORT_REPORT	"wt.ktap"
#define PORT_WAIT_MS	10000

static int port_fd = -1;

static int port_is(const char *path, const char *want)
{
	char name[64] = "";
	FILE *f = fopen(path, "re");

	if (!f)
		return 0;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, want);
}

/* The node of a port: /sys/class/virtio-ports/vportNpM/name says which. */
static int port_try(const char *name)
{
	glob_t g;
	size_t i;
	int fd = -1;

	if (glob("/sys/class/virtio-ports/*/name", 0, NULL, &g))
		return -ENODEV;
	for (i = 0; i < g.gl_pathc && fd < 0; i++) {
		char node[64];
		char *port;

		if (!port_is(g.gl_pathv[i], name))
			continue;
		*strrchr(g.gl_pathv[i], '/') = '\0';
		port = strrchr(g.gl_pathv[i], '/') + 1;
		snprintf(node, sizeof(node), "/dev/%s", port);
		fd = open(node, O_WRONLY | O_CLOEXEC);
	}
	globfree(&g);
	return fd < 0 ? -ENODEV : fd;
}

int port_find(const char *name)
{
	const struct timespec tick = { .tv_nsec = 2000000 };
	int fd = -ENODEV;
	int i;

	for (i = 0; i < PORT_WAIT_MS / 2 && fd < 0; i++) {
		fd = port_try(name);
		if (fd < 0)
			nanosleep(&tick, NULL);
	}
	return fd;
}

int port_open(void)
{
	port_fd = port_find(PORT_REPORT);
	return port_fd < 0 ? port_fd : 0;
}

void port_send(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

void port_printf(const char *fmt, ...)
{
	char buf[2048];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(buf))
		len = sizeof(buf) - 1;
	port_send(port_fd, buf, len);
}

void port_kmsg(const char *fmt, ...)
{
	char buf[256];
	va_list ap;
	int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (write(fd, buf, strlen(buf)) < 0)
		port_printf("# /dev/kmsg: %s\n", strerror(errno));
	close(fd);
}

static void port_sink_line(struct port_sink *sink)
{
	static const char *const marks[] = { "# SKIP ", "# BROKEN " };
	size_t i;

	sink->line[sink->len] = '\0';
	sink->len = 0;
	for (i = 0; i < 2; i++) {
		size_t n = strlen(marks[i]);

		if (!strncmp(sink->line, marks[i], n))
			snprintf(sink->reason, sizeof(sink->reason), "%.190s",
				 sink->line + n);
	}
	port_printf("    %s\n", sink->line);
}

void port_sink_add(struct port_sink *sink, const char *buf, size_t len)
{
	for (; len; buf++, len--) {
		if (*buf != '\n' && *buf)
			sink->line[sink->len++] = *buf;
		if (*buf == '\n' || sink->len == sizeof(sink->line) - 1)
			port_sink_line(sink);
	}
}

void port_sink_end(struct port_sink *sink)
{
	if (sink->len)
		port_sink_line(sink);
}
