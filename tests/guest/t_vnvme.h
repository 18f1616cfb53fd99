/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What vnvme, our own disk, can be asked beside NVMe: vm/vnvme/vendor.h says what
 * each function does.  Where the disk is another one the case is broken: it
 * names its profiles in tests/cases.
 */
#ifndef T_VNVME_H
#define T_VNVME_H

#include "../../vm/vnvme/vendor.h"
#include "t.h"

struct t_vnvme {
	int fd;			/* of the controller's node */
	uint8_t *page;		/* VNVME_PAGE bytes: what the last call brought */
	uint32_t result;	/* of the last call */
};

struct t_vnvme *t_vnvme_open(struct t *t);
void t_vnvme_close(struct t_vnvme *v);

/* Call @fn with up to three arguments; what the device refuses breaks the case. */
void t_vnvme(struct t_vnvme *v, enum vnvme_function fn, uint32_t a, uint32_t b,
	     uint32_t c);

/* What STATES= said, or @otherwise. */
const char *t_vnvme_states(const char *otherwise);
/* The part that is this guest's (PART=): @shard, from 1, of @shards. */
void t_vnvme_part(unsigned int *shard, unsigned int *shards);
/* VNVME_END, for the part of the states that is this guest's (PART=). */
void t_vnvme_end(struct t_vnvme *v, uint32_t seed, uint32_t states);

#endif
