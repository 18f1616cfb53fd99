/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inside of the controller, for its own files only:
 *
 *	ctrl.c		registers, enable and reset, the tick
 *	queue.c		submission and completion queues, interrupts
 *	sched.c		commands in flight: when each completes, in which order
 *	prp.c		the guest's data pages
 *	adm.c		admin commands: queues, abort
 *	event.c		asynchronous events
 *	adm_vendor.c	the vendor's admin command
 *	ident.c, feat.c, logpage.c
 *	nvm.c		I/O commands
 *	fault.c		errors and latencies that the configuration asks for
 *
 * A command is fetched and carried out at once, in ctrl_write(); from then on it
 * is a struct req that waits for its time, and is posted by ctrl_tick().
 */
#ifndef VNVME_CORE_H
#define VNVME_CORE_H

#include "ctrl.h"
#include "nvme.h"
#include "vendor.h"

#define CTRL_QUEUES	CTRL_VECTORS	/* pairs: admin, and 8 for I/O */
#define CTRL_ENTRIES	1024		/* of a queue at most: CAP.MQES + 1 */
/* Fetched from one queue and not complete; more wait in the guest's memory. */
#define CTRL_SQ_BUSY	2048
#define CTRL_PAGE	4096u		/* CC.MPS is 0 */
#define CTRL_EVENTS	4		/* AERL + 1 */
#define CTRL_ERRORS	4		/* ELPE + 1 */
#define CTRL_NSID	1

/* A command that was fetched. */
struct req {
	uint64_t due;		/* ns; UINT64_MAX: not by time (see @later) */
	uint64_t nr;		/* of its arrival; what is due at once goes by it */
	size_t at;		/* index in the heap */
	struct req *next;	/* in a completion queue's list */
	uint16_t sq;
	uint16_t cid;
	uint16_t status;
	uint32_t result;
	bool io;		/* fails when the power goes */
	bool writes;		/* counts in ctrl_in_flight() */
	bool held;		/* one of the completions that are held back */
	bool twin;		/* its cid belongs to another in flight */
	bool later;		/* waits for ctrl_vendor_done() of token @nr */
	bool event;		/* waits for an asynchronous event */
	uint64_t prp1, prp2;	/* where its page goes then */
	long ticket;		/* of the media: the first of ... */
	unsigned int tickets;	/* ... so many */
};

struct sq {
	bool used;
	uint16_t cq;
	uint32_t size;		/* entries */
	uint32_t head, tail;
	uint64_t base;
	unsigned int busy;	/* commands in flight */
	uint64_t cids[65536 / 64];	/* bitmap: ids in flight */
};

struct cq {
	bool used;
	bool phase;
	bool irq;		/* IEN */
	uint16_t vector;
	uint32_t size;		/* entries */
	uint32_t head, tail;
	uint64_t base;
	struct req *first, **last;	/* complete, not posted yet */
	unsigned int busy;	/* commands in flight whose completion goes here */
	unsigned int fresh;	/* posted, and no interrupt raised yet */
	uint64_t fresh_since;	/* ns */
	unsigned int want;	/* so many for an interrupt */
	unsigned int streak;	/* interrupts since one tried how many come */
};

/* A piece of the guest's memory. */
struct piece {
	uint8_t *p;
	uint32_t len;
};

struct features {
	uint32_t arbitration;
	uint32_t recovery;
	uint32_t coalescing;
	uint32_t atomicity;
	uint32_t event;
	uint16_t hot, cold;	/* thresholds, Kelvin */
	bool direct[CTRL_VECTORS];	/* vectors without coalescing */
	uint64_t stamp;		/* ms, as set ... */
	uint64_t stamp_at;	/* ... at this time, ns */
	bool stamped;		/* by the host */
};

/* One that is told, or waits for that (event.c). */
enum event_kind { EVENT_ERROR, EVENT_NOTICE, EVENT_KINDS };

struct event {
	bool due;		/* it waits for a request */
	bool masked;		/* one was told, its log page not read since */
	uint32_t result;	/* dword 0 of its completion */
};

/* "Error Information Log Entry" */
struct error_entry {
	uint64_t count;
	uint16_t sq;
	uint16_t cid;
	uint16_t status;
	uint16_t where;
	uint64_t lba;
	uint32_t nsid;
	uint8_t reserved[36];
};

struct stats {
	uint64_t reads, writes;		/* commands */
	uint64_t read_blocks, written_blocks;
	uint64_t errors;
};

struct ctrl {
	const struct cfg *cfg;
	const struct bus *bus;
	struct vmedia *media;
	const struct ctrl_vendor *vendor;
	uint64_t now;		/* of the caller's last call, ns */

	uint32_t cc, csts, aqa;
	uint64_t asq, acq;
	struct sq sq[CTRL_QUEUES];
	struct cq cq[CTRL_QUEUES];
	struct features feat;

	struct req **heap;	/* all in flight, the next due first */
	size_t nr_heap, room_heap;
	uint64_t arrivals;	/* commands so far */
	unsigned int writes;	/* in flight */
	unsigned int held;
	uint64_t rng_fault, rng_latency, rng_order;
	struct {
		uint64_t seen;	/* commands that it is for */
		uint64_t failed;
	} faults[CFG_ERRORS];

	unsigned int events;	/* asynchronous event requests that wait */
	struct event event[EVENT_KINDS];
	bool ns_changed;	/* in "Changed Namespace List" */
	struct error_entry errors[CTRL_ERRORS];	/* the newest first */
	struct stats stats;

	struct piece *pieces;	/* prp.c: what the last map gave */
	size_t nr_pieces, room_pieces;
	uint8_t *buffer;	/* one command's data, max_bytes */
	uint32_t max_bytes;	/* of one command */
	uint8_t page[CTRL_PAGE];
};

/* ctrl.c: CSTS.CFS, "Fatal Error Condition": nothing is done until a reset. */
void ctrl_fatal(struct ctrl *c);

/* queue.c */
void queue_fetch(struct ctrl *c, unsigned int id);
void queue_fetch_all(struct ctrl *c);
/* @r is complete: post it as soon as there is room.  Frees it. */
void queue_complete(struct ctrl *c, struct req *r);
void queue_post(struct ctrl *c);
void queue_tail(struct ctrl *c, unsigned int id, uint32_t value);
void queue_head(struct ctrl *c, unsigned int id, uint32_t value);
/* Interrupts that are due; when to ask again. */
uint64_t queue_interrupt(struct ctrl *c);
void queue_open_sq(struct ctrl *c, unsigned int id, uint64_t base,
		   uint32_t size, uint16_t cq);
void queue_open_cq(struct ctrl *c, unsigned int id, uint64_t base,
		   uint32_t size, bool irq, uint16_t vector);
/* All of its commands are completed as far as there is room, or forgotten. */
void queue_close_sq(struct ctrl *c, unsigned int id);
void queue_close_cq(struct ctrl *c, unsigned int id);

/* sched.c */
int sched_init(struct ctrl *c);
/* @r is in flight: complete it @delay ns from now.  UINT64_MAX: see @later. */
void sched_add(struct ctrl *c, struct req *r, uint64_t delay);
/* The next whose time has come, or NULL; no longer in flight then. */
struct req *sched_next(struct ctrl *c);
uint64_t sched_due(const struct ctrl *c);
/* Complete @r as soon as possible. */
void sched_now(struct ctrl *c, struct req *r);
struct req *sched_find(const struct ctrl *c, unsigned int sq, uint16_t cid);
struct req *sched_find_token(const struct ctrl *c, uint32_t token);
/* The oldest request for an asynchronous event, or NULL. */
struct req *sched_find_event(const struct ctrl *c);
/* Complete all of @sq. */
void sched_flush(struct ctrl *c, unsigned int sq);
/* The power went: what is in flight fails. */
void sched_power(struct ctrl *c);
/* Forget all of them. */
void sched_clear(struct ctrl *c);

/*
 * prp.c: "Physical Region Page Entry and List".  All return a status.  What was
 * mapped is good until ctrl_write() or ctrl_tick() returns.
 */
uint16_t prp_map(struct ctrl *c, uint64_t prp1, uint64_t prp2, uint32_t len,
		 bool write);
void prp_put(struct ctrl *c, const void *from);
void prp_get(struct ctrl *c, void *to);
/* Map and put. */
uint16_t prp_reply(struct ctrl *c, const struct nvme_cmd *cmd,
		   const void *data, uint32_t len);

/*
 * Commands: carry out @cmd, fill in @r, return a status.  A negative one: @r
 * is neither complete nor will be by time.
 */
#define CMD_WAITS	(-1)
int adm_run(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r);
int adm_vendor(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r);
uint16_t ident_run(struct ctrl *c, const struct nvme_cmd *cmd);
uint16_t feat_set(struct ctrl *c, const struct nvme_cmd *cmd, uint32_t *result);
uint16_t feat_get(struct ctrl *c, const struct nvme_cmd *cmd, uint32_t *result);
void feat_reset(struct ctrl *c);
uint16_t logpage_run(struct ctrl *c, const struct nvme_cmd *cmd);
/* @delay: ns until it is complete. */
uint16_t nvm_run(struct ctrl *c, const struct nvme_cmd *cmd, struct req *r,
		 uint64_t *delay);

/* logpage.c: remember a command that failed. */
void logpage_error(struct ctrl *c, const struct nvme_cmd *cmd,
		   const struct req *r);
/* event.c */
/* "Asynchronous Event Information - Error Status": @info */
void event_error(struct ctrl *c, uint8_t info);
/* The host has read log page @lid, and does not retain its event. */
void event_read(struct ctrl *c, uint8_t lid);
void event_reset(struct ctrl *c);
/* The request @r: a status, or CMD_WAITS. */
int event_request(struct ctrl *c, struct req *r);

/* fault.c */
struct span {
	uint64_t lba;
	uint64_t blocks;
};
void fault_init(struct ctrl *c);
/* Next number of a generator. */
uint64_t fault_random(uint64_t *state);
/* The status that @op must fail with, or 0.  @n 0: it touches no block. */
uint16_t fault_status(struct ctrl *c, enum cfg_op op, const struct span *spans,
		      unsigned int n);
uint64_t fault_latency(struct ctrl *c, enum cfg_op op);

#endif
