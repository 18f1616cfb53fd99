// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the media keep: reads see everything, the base what is durable, and the
 * base with the log laid over it is what reads see.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../vm/vnvme/media.h"
#include "../../vm/vnvme/vendor.h"
#include "vt.h"

#define SIZE (1u << 20)

static struct vmedia m;
static int image;

static void open_media(bool cache, bool poison)
{
	image = vt_image(SIZE);
	if (vmedia_open(&m, image, SIZE, 512, cache, poison))
		abort();
}

static bool close_media(bool result)
{
	vmedia_close(&m);
	close(image);
	return result;
}

static long put(uint64_t lba, uint32_t blocks, int byte, bool fua)
{
	static uint8_t data[64 * 512];

	memset(data, byte, sizeof(data));
	return vmedia_write(&m, lba, blocks, fua, data);
}

/* The invariant: base, with the log over it, is now. */
static bool adds_up(void)
{
	uint8_t *copy = malloc(SIZE);
	bool same;
	size_t i;

	memcpy(copy, m.base, SIZE);
	for (i = 0; i < m.log.n; i++)
		vmedia_apply(&m, copy, &m.log.v[i], 0, m.log.v[i].blocks);
	same = !memcmp(copy, m.now, SIZE);
	free(copy);
	return same;
}

static bool with_cache(void)
{
	long a, b, f;

	a = put(8, 4, 1, false);
	TH_CHECK(m.now[8 * 512] == 1 && m.base[8 * 512] == 0);
	vmedia_done(&m, a);
	TH_CHECK(m.base[8 * 512] == 0 && m.log.n == 1);
	f = vmedia_flush(&m);
	b = put(16, 1, 2, false);
	vmedia_done(&m, b);
	vmedia_done(&m, f);
	/* What was done before the flush came: not @b, which came later. */
	TH_CHECK(m.base[8 * 512] == 1 && m.base[16 * 512] == 0);
	TH_CHECK(m.log.n == 1 && adds_up());
	f = vmedia_flush(&m);
	vmedia_done(&m, f);
	TH_CHECK(m.base[16 * 512] == 2 && m.log.n == 0);
	vmedia_done(&m, put(24, 1, 3, true));
	TH_CHECK(m.base[24 * 512] == 3 && m.log.n == 0);
	return true;
}

static bool cache(void)
{
	open_media(true, false);
	return close_media(with_cache());
}

static bool done_after_the_flush_came(void)
{
	bool ok;
	long a, f;

	open_media(true, false);
	a = put(0, 1, 1, false);
	f = vmedia_flush(&m);
	vmedia_done(&m, a);
	vmedia_done(&m, f);
	ok = !m.base[0] && m.log.n == 2;
	return close_media(ok);
}

static bool no_cache(void)
{
	bool ok;
	long a, b;

	open_media(false, false);
	a = put(0, 1, 1, false);
	b = put(0, 1, 2, false);
	vmedia_done(&m, b);
	/* In the order of arrival: the first holds the second back. */
	ok = m.log.n == 2 && !m.base[0];
	vmedia_done(&m, a);
	ok = ok && m.log.n == 0 && m.base[0] == 2;
	return close_media(ok);
}

/* Entries move up in the log, tickets stay. */
static bool tickets(void)
{
	bool ok;
	long a, b, c;

	open_media(false, false);
	a = put(0, 1, 1, false);
	b = put(1, 1, 2, false);
	c = put(2, 1, 3, false);
	vmedia_done(&m, a);
	ok = m.log.n == 2;
	vmedia_done(&m, c);
	ok = ok && m.log.v[0].done == VLOG_NEVER && m.log.v[1].done != VLOG_NEVER;
	vmedia_done(&m, b);
	return close_media(ok && !m.log.n && m.base[1024] == 3);
}

static bool lies(void)
{
	bool ok;

	open_media(true, false);
	m.lies = VNVME_LIE_FLUSH | VNVME_LIE_FUA;
	vmedia_done(&m, put(0, 1, 1, true));
	vmedia_done(&m, put(1, 1, 1, false));
	vmedia_done(&m, vmedia_flush(&m));
	ok = !m.base[0] && !m.base[512] && m.log.n == 3 && adds_up();
	m.lies = 0;
	vmedia_done(&m, vmedia_flush(&m));
	return close_media(ok && m.base[0] == 1 && !m.log.n);
}

static bool full_cache(void)
{
	static uint8_t data[SIZE];
	bool ok = true;
	int i;

	open_media(true, false);
	for (i = 0; i < 70; i++) {
		memset(data, i, sizeof(data));
		vmedia_done(&m, vmedia_write(&m, 0, SIZE / 512, false, data));
		ok = ok && m.log.bytes <= VMEDIA_LOG_MAX;
	}
	ok = ok && m.base[0] == 64 && adds_up();
	for (i = 0; i <= VMEDIA_LOG_ENTRIES; i++)
		vmedia_done(&m, put(i % 1024, 1, i, false));
	return close_media(ok && m.log.n < 1024 && adds_up());
}

static bool recording_keeps_all(void)
{
	uint8_t data[512];
	bool ok;
	long a;

	open_media(false, false);
	a = put(0, 1, 1, false);
	vmedia_record(&m);
	ok = !m.log.n && m.base[0] == 1;
	vmedia_done(&m, a);	/* of before: nobody waits for it */
	vmedia_done(&m, put(0, 1, 2, false));
	vmedia_done(&m, vmedia_read(&m, 0, 1, data));
	a = put(1, 1, 3, false);
	ok = ok && m.log.n == 3 && m.log.v[1].kind == VLOG_READ &&
	     data[511] == 2 && m.base[0] == 1;
	vmedia_stop(&m);
	vmedia_done(&m, a);	/* in flight when it ended */
	ok = ok && m.log.v[2].done == VLOG_NEVER;
	vmedia_done(&m, put(9, 1, 4, false));
	ok = ok && m.log.n == 3 && m.now[9 * 512] == 4 && !m.base[9 * 512] &&
	     m.touched[1] && !m.touched[0];
	/* Any state that lies within the log and what was touched. */
	m.now[0] = 9;
	vmedia_forget(&m);
	ok = ok && !m.log.n && m.base[0] == 9 && !m.touched[1] &&
	     !memcmp(m.base, m.now, SIZE);
	vmedia_done(&m, put(0, 1, 5, false));
	return close_media(ok && m.base[0] == 5);
}

static bool abandoned(void)
{
	bool ok;
	long a;

	open_media(false, false);
	a = put(0, 1, 1, false);
	vmedia_abandon(&m);
	ok = !m.log.n && m.base[0] == 1;
	vmedia_done(&m, a);
	vmedia_record(&m);
	put(0, 1, 2, false);
	vmedia_abandon(&m);
	ok = ok && m.log.n == 1 && m.log.v[0].done == VLOG_NEVER;
	return close_media(ok && m.base[0] == 1);
}

static bool is_poison(const uint8_t *at, uint64_t from)
{
	uint64_t word, want = VNVME_POISON ^ (from / 8);

	memcpy(&word, at + from, 8);
	return word == want;
}

static bool poison(void)
{
	bool ok;

	open_media(false, true);
	ok = is_poison(m.now, 0) && is_poison(m.base, SIZE - 8);
	vmedia_done(&m, vmedia_zeroes(&m, 0, 1024, false, true));
	ok = ok && !m.now[0] && !m.base[1024 * 512 - 1] &&
	     is_poison(m.now, 1024 * 512);
	vmedia_done(&m, vmedia_discard(&m, 1, 3));
	ok = ok && is_poison(m.now, 512) && is_poison(m.base, 4 * 512 - 8) &&
	     !m.now[4 * 512] && !m.now[0] && adds_up();
	return close_media(ok);
}

/* Large enough that pages are given back, at odd ends. */
static bool punched(void)
{
	static uint8_t data[SIZE];
	bool ok;
	size_t i;

	open_media(false, false);
	memset(data, 1, sizeof(data));
	vmedia_done(&m, vmedia_write(&m, 0, SIZE / 512, false, data));
	vmedia_done(&m, vmedia_discard(&m, 3, 1500));
	ok = adds_up();
	for (i = 0; i < SIZE; i++) {
		uint8_t want = i < 3 * 512 || i >= 1503 * 512;

		ok = ok && m.now[i] == want && m.base[i] == want;
	}
	return close_media(ok);
}

static bool limits(void)
{
	uint8_t data[512] = { 0 };

	TH_CHECK(vmedia_has(&m, SIZE / 512 - 1, 1));
	TH_CHECK(!vmedia_has(&m, SIZE / 512, 1));
	TH_CHECK(!vmedia_has(&m, UINT64_MAX, 2));
	TH_CHECK(!vmedia_has(&m, 1, UINT64_MAX));
	TH_CHECK(vmedia_write(&m, SIZE / 512, 1, false, data) == -ERANGE);
	TH_CHECK(vmedia_read(&m, UINT64_MAX, 1, data) == -ERANGE);
	m.off = true;
	TH_CHECK(vmedia_write(&m, 0, 1, false, data) == -EIO);
	TH_CHECK(vmedia_read(&m, 0, 1, data) == -EIO);
	TH_CHECK(vmedia_flush(&m) == -EIO);
	TH_CHECK(!m.log.n);
	return true;
}

static bool refuses(void)
{
	open_media(true, false);
	return close_media(limits());
}

/* What is on the image, holes included, is there when it is opened. */
static bool opens(void)
{
	bool ok;

	image = vt_image(SIZE);
	ok = pwrite(image, "x", 1, 8192) == 1 && pwrite(image, "y", 1, 500000) == 1;
	ok = ok && !vmedia_open(&m, image, SIZE, 512, true, false);
	ok = ok && m.base[8192] == 'x' && m.base[500000] == 'y' && adds_up();
	vmedia_done(&m, put(0, 1, 'z', false));
	ok = ok && pread(image, m.base, 1, 0) == 1 && m.base[0] == 'z';
	return close_media(ok);
}

const struct th_test vt_media[] = {
	{ "opens", opens },
	{ "cache", cache },
	{ "done_after_the_flush_came", done_after_the_flush_came },
	{ "no_cache", no_cache },
	{ "tickets", tickets },
	{ "lies", lies },
	{ "full_cache", full_cache },
	{ "recording_keeps_all", recording_keeps_all },
	{ "abandoned", abandoned },
	{ "poison", poison },
	{ "punched", punched },
	{ "refuses", refuses },
	{ }
};
