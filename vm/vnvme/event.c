// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Asynchronous Event Request command": of each type one event at a time is told, by
 * a request that waits for one; then no more until the host has read the log page
 * that clears it.
 */
#include "core.h"

/* "Asynchronous Event Information": type in 2:0, information in 15:8, log page 23:16 */
#define EVENT_RESULT(type, info, lid) \
	((uint32_t)(lid) << 16 | (uint32_t)(info) << 8 | (type))
#define EVENT_TYPE_ERROR	0
#define EVENT_TYPE_NOTICE	2
#define EVENT_NS_CHANGED	0

/* One that can be told now, or NULL. */
static struct event *event_due(struct ctrl *c)
{
	size_t i;

	for (i = 0; i < EVENT_KINDS; i++)
		if (c->event[i].due && !c->event[i].masked)
			return &c->event[i];
	return NULL;
}

static void event_tell(struct event *e, struct req *r)
{
	r->result = e->result;
	e->due = false;
	e->masked = true;
}

/* As long as there is both an event and a request. */
static void event_send(struct ctrl *c)
{
	struct event *e;
	struct req *r;

	while ((e = event_due(c)) && (r = sched_find_event(c))) {
		event_tell(e, r);
		sched_now(c, r);
		c->events--;
	}
}

static void event_raise(struct ctrl *c, enum event_kind kind, uint32_t result)
{
	c->event[kind].due = true;
	c->event[kind].result = result;
	event_send(c);
}

void event_error(struct ctrl *c, uint8_t info)
{
	event_raise(c, EVENT_ERROR,
		    EVENT_RESULT(EVENT_TYPE_ERROR, info, NVME_LOG_ERROR));
}

/*
 * "Namespace Attribute Changed", and "Changed Namespace List", which has the
 * namespace whether or not "Asynchronous Event Configuration" asks for the event.
 */
void ctrl_ns_changed(struct ctrl *c)
{
	c->ns_changed = true;
	if (c->feat.event & NVME_AEC_NS_CHANGED)
		event_raise(c, EVENT_NOTICE,
			    EVENT_RESULT(EVENT_TYPE_NOTICE, EVENT_NS_CHANGED,
					 NVME_LOG_CHANGED_NS));
}

void event_read(struct ctrl *c, uint8_t lid)
{
	switch (lid) {
	case NVME_LOG_ERROR:
		c->event[EVENT_ERROR].masked = false;
		break;
	case NVME_LOG_CHANGED_NS:
		/* The list had all that there was to tell. */
		c->event[EVENT_NOTICE] = (struct event){ 0 };
		break;
	}
	event_send(c);
}

void event_reset(struct ctrl *c)
{
	size_t i;

	for (i = 0; i < EVENT_KINDS; i++)
		c->event[i] = (struct event){ 0 };
}

int event_request(struct ctrl *c, struct req *r)
{
	struct event *e = event_due(c);

	if (c->events == CTRL_EVENTS)
		return NVME_SC_AER_LIMIT;
	r->event = true;
	if (e) {
		event_tell(e, r);
		return NVME_SC_OK;
	}
	c->events++;
	return CMD_WAITS;
}
