// SPDX-License-Identifier: GPL-2.0-only
/* QMP: one command at a time, nothing before the greeting. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../vm/supervisor/qmp.h"
#include "th.h"

#define GREETING "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, " \
	"\"minor\": 1, \"major\": 11}, \"package\": \"\"}, " \
	"\"capabilities\": []}}\r\n"

/* What QEMU was sent, as text. */
static const char *sent(int fd)
{
	static char text[512];
	ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static bool feed(struct qmp *q, const char *text)
{
	return qmp_feed(q, text, strlen(text));
}

static bool talks(void)
{
	struct qmp q;
	int sv[2];

	TH_CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	qmp_init(&q, sv[0]);
	TH_CHECK(qmp_break(&q, "con") == -EBUSY);
	TH_CHECK(!feed(&q, GREETING));
	TH_STR(q.version, "11.1.3");
	TH_STR(sent(sv[1]), "{\"execute\":\"qmp_capabilities\"}");
	TH_CHECK(!feed(&q, "{\"return\": {}}\n") && q.ready && !q.busy);
	TH_CHECK(!qmp_break(&q, "con"));
	TH_STR(sent(sv[1]), "{\"execute\":\"chardev-send-break\","
	       "\"arguments\":{\"id\":\"con\"}}");
	TH_CHECK(qmp_monitor(&q, "info registers") == -EBUSY);
	TH_CHECK(!feed(&q, "{\"event\": \"STOP\"}\n{\"ret"));
	TH_CHECK(feed(&q, "urn\": \"RIP=0\"}\n") && !q.busy);
	TH_STR(q.answer, "RIP=0");
	qmp_free(&q);
	close(sv[0]);
	close(sv[1]);
	return true;
}

/* Garbage, an error, a peer that is gone: no crash, no wait. */
static bool survives(void)
{
	struct qmp q;
	int sv[2];

	TH_CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, sv));
	qmp_init(&q, sv[0]);
	feed(&q, "not json\n\n{}\n[1]\n" GREETING);
	feed(&q, "{\"error\": {\"class\": \"X\", \"desc\": \"no\"}}\n");
	TH_CHECK(q.ready && !q.busy);
	close(sv[1]);
	TH_CHECK(qmp_break(&q, "con") < 0 && !q.busy);
	qmp_free(&q);
	close(sv[0]);
	return true;
}

const struct th_test th_qmp[] = {
	{ "talks", talks },
	{ "survives", survives },
	{ }
};
