// SPDX-License-Identifier: GPL-2.0-only
/* See mklog.h. */
#include <endian.h>

#include "mklog.h"

#define MKLOG_MARKS	1024		/* where marks are written */

struct mklog mklog;

void mklog_super(uint64_t magic, uint64_t version, uint32_t sector)
{
	uint64_t head[3] = {
		htole64(magic), htole64(version), htole64(mklog.entries),
	};

	sector = htole32(sector);
	memcpy(mklog.bytes, head, sizeof(head));
	memcpy(mklog.bytes + sizeof(head), &sector, sizeof(sector));
}

void mklog_new(void)
{
	memset(&mklog, 0, sizeof(mklog));
	mklog.len = 512;
	mklog_super(MKLOG_MAGIC, 1, 512);
}

void mklog_add(uint64_t pos, uint64_t len, uint64_t flags, const void *data)
{
	uint64_t head[4] = {
		htole64(pos / 512), htole64(len / 512), htole64(flags),
	};

	memcpy(mklog.bytes + mklog.len, head, sizeof(head));
	mklog.len += 512;
	if (data) {
		memcpy(mklog.bytes + mklog.len, data, len);
		mklog.len += len;
	}
	mklog.entries++;
	mklog_super(MKLOG_MAGIC, 1, 512);
}

void mklog_mark(enum mark_kind kind, uint32_t slot, uint32_t write,
		uint32_t flags)
{
	uint8_t block[MARK_SIZE] = { 0 };
	struct mark m = {
		.magic = MARK_MAGIC, .kind = kind, .run = MKLOG_RUN,
		.nr = mklog.marks++, .slot = slot, .write = write,
		.flags = flags, .name = "replay/x",
	};

	m.part[0].pos = slot ? MKLOG_CONTROL : MKLOG_AT;
	m.part[0].len = slot && !mklog.apart ? 2 * MKLOG_UNIT : MKLOG_UNIT;
	if (slot && mklog.apart)
		m.part[1] = (struct mark_part) {
			MKLOG_CONTROL + 2 * MKLOG_UNIT, MKLOG_UNIT
		};
	memcpy(block, &m, sizeof(m));
	mklog_add(MKLOG_MARKS, MARK_SIZE, 0, block);
}

void mklog_command(uint32_t slot, uint32_t write, uint32_t from, uint32_t to)
{
	uint64_t pos = slot ? MKLOG_CONTROL : MKLOG_AT;
	uint8_t buf[2 * MKLOG_UNIT];
	uint32_t i;

	if (mklog.apart && from)
		pos += MKLOG_UNIT;
	for (i = from; i < to; i += 512)
		stamp_fill(buf + i - from, MKLOG_RUN, slot, write, i / 512);
	mklog_add(pos + from, to - from, 0, buf);
}
