/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the device is like: words `key=value` of the command line, and so of a
 * profile's line `vnvme =`.  cfg.c has the keys, with their meaning and limits.
 */
#ifndef VNVME_CFG_H
#define VNVME_CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The opcodes that latency and errors are said for. */
enum cfg_op { CFG_READ, CFG_WRITE, CFG_FLUSH, CFG_ZEROES, CFG_DSM, CFG_OPS };

/* ns: drawn evenly from [least, most]. */
struct cfg_latency {
	uint64_t least;
	uint64_t most;
};

struct cfg_error {
	bool ops[CFG_OPS];	/* of which commands */
	uint64_t lba;		/* that touch [lba, lba + blocks); 0, 0: any */
	uint64_t blocks;
	uint64_t skip;		/* so many pass first */
	uint64_t count;		/* then so many fail; 0: all */
	uint32_t per_million;	/* or each with this probability; 0: always */
	uint16_t status;	/* as in the completion: SCT, SC, DNR */
};

#define CFG_ERRORS	16
#define CFG_MDTS_MAX	10	/* 4 MiB */
#define CFG_SERIAL	20	/* characters */

struct cfg {
	/* Also the source of all names of the device: two in a guest differ. */
	char serial[CFG_SERIAL + 1];
	uint64_t size;		/* bytes of the namespace */
	uint32_t lba_size;	/* 512 or 4096 */
	bool cache;		/* volatile write cache */
	bool poison;
	uint8_t mdts;		/* 2^n pages of 4 KiB; 0: none but NLB's */
	/* counted from zero, as identify has them */
	uint16_t awun, awupf;
	bool ns_atomics;	/* NSFEAT.NSABP: the next five count */
	uint16_t nawun, nawupf, nabsn, nabspf, nabo;
	bool mam;		/* multiple atomicity mode */
	uint64_t seed;		/* of latencies, orders and errors */
	bool reorder;		/* complete in any order that is allowed */
	unsigned int hold;	/* so many completions are held back at most */
	struct cfg_latency latency[CFG_OPS];
	struct cfg_error errors[CFG_ERRORS];
	unsigned int nr_errors;
	uint32_t lies;		/* enum vnvme_lie, from the start */
	uint64_t log_max;	/* bytes of memory for a recording */
};

/* Defaults: 512-byte blocks, a cache, mdts 7, no atomics beyond a block. */
void cfg_default(struct cfg *cfg);
/* One word.  0, or -EINVAL with what is wrong in @why (@size bytes). */
int cfg_word(struct cfg *cfg, const char *word, char *why, size_t size);
/* What no single word can tell: atomics that contradict each other. */
int cfg_check(const struct cfg *cfg, char *why, size_t size);

#endif
