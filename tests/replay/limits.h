/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an NVMe namespace promises about a write command when power fails (NVM
 * Command Set Specification, "Atomic Operation"): it is not torn if it has no
 * more than NAWUPF + 1 blocks and, where NABSPF is not 0, lies in one of the
 * windows of NABSPF + 1 blocks that begin at NABO.  All values are what the
 * profile gives to QEMU, not what the guest believes.
 */
#ifndef REPLAY_LIMITS_H
#define REPLAY_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

struct limits {
	uint64_t block;		/* bytes of a logical one */
	uint64_t max;		/* blocks: NAWUPF + 1; 1 where none is given */
	uint64_t window;	/* blocks: NABSPF + 1; 0: no boundaries */
	uint64_t offset;	/* blocks: NABO */
};

/* From a profile's `nvme-ns`, "a=1,b=2"; -EINVAL: a value that is no number. */
int limits_parse(struct limits *l, const char *properties);
/* Is a write of @len bytes at @pos never torn? */
bool limits_promise(const struct limits *l, uint64_t pos, uint64_t len);

#endif
