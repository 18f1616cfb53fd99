/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's user headers say and older ones on the build machine may
 * lack.  Values from include/uapi/linux/{fs,stat,mman}.h of 7.3, and
 * RWF_WRITETHROUGH from our series.
 */
#ifndef WT_UAPI_H
#define WT_UAPI_H

#include <linux/fs.h>
#include <stdint.h>

#ifndef RWF_NOAPPEND
#define RWF_NOAPPEND		0x00000020
#endif
#ifndef RWF_ATOMIC
#define RWF_ATOMIC		0x00000040
#endif
#ifndef RWF_DONTCACHE
#define RWF_DONTCACHE		0x00000080
#endif
#ifndef RWF_WRITETHROUGH
#define RWF_WRITETHROUGH	0x00000200
#endif

#define WT_STATX_WRITE_ATOMIC	0x00010000U

/* struct statx as far as we look into it. */
struct wt_statx {
	uint8_t other[0xa8];
	uint32_t atomic_write_unit_min;	/* bytes, like the next */
	uint32_t atomic_write_unit_max;
	uint32_t atomic_write_segments_max;
	uint8_t rest[256 - 0xa8 - 12];
};

#define WT_NR_CACHESTAT		451

/* struct cachestat_range and struct cachestat: bytes, then pages. */
struct wt_cachestat_range {
	uint64_t off;
	uint64_t len;
};

struct wt_cachestat {
	uint64_t nr_cache;
	uint64_t nr_dirty;
	uint64_t nr_writeback;
	uint64_t nr_evicted;
	uint64_t nr_recently_evicted;
};

#endif
