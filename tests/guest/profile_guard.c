// SPDX-License-Identifier: GPL-2.0-only
/*
 * See profile.h.  The checksum is the CRC of T10 DIF (polynomial 0x8bb7), first
 * of the eight bytes that go with each block, as the NVM Command Set
 * Specification has them (End-to-end Data Protection); commands go past the
 * block layer by nvme_ioctl.h, so that a wrong one can be sent.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "profile.h"
#include "t.h"

#define GUARD_ROOM	(64 * T_KIB)
#define GUARD_WRITE	0x01		/* opcode */
#define GUARD_CHECK	0x1000		/* control: PRCHK, the guard */
#define GUARD_WRONG	0x282		/* status: guard check error */
#define GUARD_STATUS	0x7ff

static uint16_t guard_crc(const uint8_t *p, size_t len)
{
	uint16_t crc = 0;
	int bit;

	while (len--) {
		crc ^= *p++ << 8;
		for (bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc & 0x8000 ? 0x8bb7 : 0);
	}
	return crc;
}

/* One block with this checksum; the NVMe status, 0 for success. */
static int guard_write(struct t *t, const struct t_room *room, uint16_t wrong)
{
	_Alignas(8) uint8_t meta[8] = { 0 };
	void *buf = t_alloc(512);
	struct nvme_user_io io = {
		.opcode = GUARD_WRITE,
		.control = GUARD_CHECK,
		.metadata = (uintptr_t)meta,
		.addr = (uintptr_t)buf,
		.slba = room->pos / 512,
	};
	uint16_t crc;
	int ret;

	t_fill(t, buf, 512, room->pos, 3);
	crc = guard_crc(buf, 512) ^ wrong;
	meta[0] = crc >> 8;
	meta[1] = crc;
	ret = ioctl(room->dev, NVME_IOCTL_SUBMIT_IO, &io);
	T_MUST(ret >= 0);
	free(buf);
	return ret & GUARD_STATUS;
}

void profile_guard(struct t *t)
{
	struct t_room room = t_room(t, GUARD_ROOM);
	struct t_trace tr;

	T_EQ(t, "status of a write with the right checksum", 0,
	     guard_write(t, &room, 0));
	T_EQ(t, "status with a wrong one", GUARD_WRONG,
	     guard_write(t, &room, 1));

	t_trace_start(t, &tr);
	T_EQ(t, "written", GUARD_ROOM,
	     t_write(t, room.dev, room.pos, GUARD_ROOM, 2, 0));
	T_EQ(t, "written through the cache", 4096,
	     t_write(t, room.file, room.at, 4096, 2, 0));
	T_EQ(t, "fsync", 0, fsync(room.file));
	t_trace_stop(t, &tr, room.file);
	T_OK(t, tr.commands >= 2, "commands: %d", tr.commands);
	T_EQ(t, "of them with a checksum to be checked", tr.commands,
	     tr.guarded);
}
