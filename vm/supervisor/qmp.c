// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "qmp.h"

/* A machine that sends lines longer than this is not QEMU. */
#define QMP_LINE_CAP (1 << 20)

void qmp_init(struct qmp *q, int fd)
{
	memset(q, 0, sizeof(*q));
	q->fd = fd;
}

void qmp_free(struct qmp *q)
{
	ut_free(&q->in);
	free(q->version);
	free(q->answer);
}

static int qmp_send(struct qmp *q, json_t *command)
{
	char *text = json_dumps(command, JSON_COMPACT);
	ssize_t len, put;

	json_decref(command);
	if (!text)
		return -ENOMEM;
	len = strlen(text);
	put = send(q->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT);
	free(text);
	if (put != len)
		return put < 0 ? -errno : -EIO;
	q->busy = true;
	return 0;
}

int qmp_break(struct qmp *q, const char *chardev)
{
	if (!q->ready || q->busy)
		return -EBUSY;
	return qmp_send(q, json_pack("{s:s, s:{s:s}}", "execute",
				     "chardev-send-break", "arguments",
				     "id", chardev));
}

int qmp_monitor(struct qmp *q, const char *command)
{
	if (!q->ready || q->busy)
		return -EBUSY;
	return qmp_send(q, json_pack("{s:s, s:{s:s}}", "execute",
				     "human-monitor-command", "arguments",
				     "command-line", command));
}

/* paging: virtual addresses, as gdb wants them. */
int qmp_dump(struct qmp *q, const char *path)
{
	char *protocol;
	int ret;

	if (!q->ready || q->busy)
		return -EBUSY;
	protocol = ut_fmt("file:%s", path);
	ret = qmp_send(q, json_pack("{s:s, s:{s:b, s:s}}", "execute",
				    "dump-guest-memory", "arguments",
				    "paging", 1, "protocol", protocol));
	free(protocol);
	return ret;
}

static void qmp_greeted(struct qmp *q, json_t *greeting)
{
	int major, minor, micro;

	if (!json_unpack(greeting, "{s:{s:{s:i, s:i, s:i}}}", "version",
			 "qemu", "major", &major, "minor", &minor,
			 "micro", &micro)) {
		free(q->version);
		q->version = ut_fmt("%d.%d.%d", major, minor, micro);
	}
	qmp_send(q, json_pack("{s:s}", "execute", "qmp_capabilities"));
}

static void qmp_answered(struct qmp *q, json_t *value)
{
	free(q->answer);
	q->answer = json_is_string(value) ?
		ut_strdup(json_string_value(value)) :
		json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	q->busy = false;
}

/* Events need no answer here: the pidfd tells of the end of QEMU. */
static bool qmp_line(struct qmp *q, const char *text)
{
	json_t *msg = json_loads(text, 0, NULL);
	json_t *value;
	bool answered = false;

	if (!msg)
		return false;
	if ((value = json_object_get(msg, "QMP"))) {
		qmp_greeted(q, value);
	} else if ((value = json_object_get(msg, "return")) ||
		   (value = json_object_get(msg, "error"))) {
		qmp_answered(q, value);
		answered = q->ready;
		q->ready = true;
	}
	json_decref(msg);
	return answered;
}

bool qmp_feed(struct qmp *q, const char *bytes, size_t n)
{
	bool answered = false;
	char *start, *nl;

	if (q->in.len + n > QMP_LINE_CAP)
		ut_free(&q->in);
	ut_add(&q->in, bytes, n);
	start = q->in.s;
	while ((nl = strchr(start, '\n'))) {
		*nl = '\0';
		answered |= qmp_line(q, start);
		start = nl + 1;
	}
	n = strlen(start);
	memmove(q->in.s, start, n + 1);
	q->in.len = n;
	return answered;
}
