/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that asks for the vendor's functions (vm/vnvme/vendor.h) and writes blocks
 * in between, of the small media of power_log.h: no controller is needed for that.
 */
#ifndef CALLS_H
#define CALLS_H

#include "../../vm/vnvme/nvme.h"
#include "../../vm/vnvme/vendor_call.h"
#include "power_log.h"
#include "vt.h"

#define CALLS_SEQUENCE	(NVME_SC_SEQUENCE | NVME_SC_DNR)
#define CALLS_FIELD	(NVME_SC_FIELD | NVME_SC_DNR)
#define CALLS_FULL	(VNVME_SC_LOG_FULL | NVME_SC_DNR)

struct calls {
	struct cfg cfg;
	struct vmedia m;
	struct vendor *v;
	unsigned int in_flight;	/* to be told */
	uint32_t repairs;	/* token + 1 of the last */
	unsigned int changes;	/* of the namespace, that were told */
	uint32_t result;	/* of the last call */
	union {
		uint8_t bytes[VNVME_PAGE];
		struct vnvme_about about;
		struct vnvme_state state;
	} page;
};

bool calls_open(struct calls *c, bool repair);
void calls_close(struct calls *c);
/* The status, with result and page in @c. */
int calls_do(struct calls *c, uint32_t fn, uint32_t a, uint32_t b, uint32_t d);
/* NEXT: is there one? */
bool calls_next(struct calls *c);
/* All of block @lba is @letter from now on; that is complete. */
void calls_put(struct calls *c, uint64_t lba, char letter, bool fua);
/* The blocks are, in letters; says what they are if not. */
bool calls_now_is(struct calls *c, const char *want);

#endif
