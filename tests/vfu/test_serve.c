// SPDX-License-Identifier: GPL-2.0-only
/* A client's life: version, questions, posted writes, nonsense, the end. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vf.h"

#define SERVE_CC	0x14

static int serve_version(struct vf *v, uint16_t major, const char *json,
			 size_t len)
{
	unsigned char body[256] = { major & 0xff, major >> 8 };

	memcpy(body + 4, json, len);
	return vf_call(v, VFU_VERSION, body, 4 + len);
}

static bool serve_agree(void)
{
	static const char caps[] = "{\"capabilities\":{\"max_msg_fds\":8}}";
	struct vfu_info info = { .argsz = sizeof(info) };
	struct vf v;

	vf_new(&v, false);
	TH_CHECK(vf_call(&v, VFU_GET_INFO, &info, sizeof(info)) == EPROTO);
	TH_CHECK(serve_version(&v, 1, caps, sizeof(caps)) == EINVAL);
	TH_CHECK(serve_version(&v, 0, caps, sizeof(caps) - 1) == EINVAL);
	TH_CHECK(serve_version(&v, 0, caps + 1, sizeof(caps) - 1) == EINVAL);
	TH_CHECK(serve_version(&v, 0, caps, sizeof(caps)) == 0);
	TH_CHECK(v.len > 5 && !v.body[v.len - 1]);
	TH_CHECK(strstr((char *)v.body + 4, "\"max_data_xfer_size\":4096"));
	TH_CHECK(serve_version(&v, 0, caps, sizeof(caps)) == EINVAL);
	TH_CHECK(vf_call(&v, VFU_GET_INFO, &info, sizeof(info)) == 0);
	vf_free(&v);
	return true;
}

static bool serve_questions(void)
{
	struct vfu_region_info region = { .argsz = sizeof(region) };
	struct vfu_irq_info irq = { .argsz = sizeof(irq) };
	struct vfu_info info = { .argsz = sizeof(info) };
	struct vf v;

	vf_new(&v, true);
	TH_CHECK(!vf_call(&v, VFU_GET_INFO, &info, sizeof(info)));
	memcpy(&info, v.body, sizeof(info));
	TH_CHECK(info.flags == 3 && info.regions == 9 && info.irqs == 5);
	for (region.index = 0; region.index < 9; region.index++) {
		struct vfu_region_info got;

		TH_CHECK(!vf_call(&v, VFU_GET_REGION_INFO, &region,
				  sizeof(region)));
		memcpy(&got, v.body, sizeof(got));
		TH_CHECK(got.index == region.index);
		TH_CHECK(got.size == vfu_pci_size(region.index));
		TH_CHECK(got.flags == (got.size ? 3 : 0));
	}
	TH_CHECK(vf_call(&v, VFU_GET_REGION_INFO, &region, sizeof(region)) ==
		 EINVAL);
	for (irq.index = 0; irq.index < 5; irq.index++) {
		struct vfu_irq_info got;

		TH_CHECK(!vf_call(&v, VFU_GET_IRQ_INFO, &irq, sizeof(irq)));
		memcpy(&got, v.body, sizeof(got));
		TH_CHECK(got.count == (irq.index == 2 ? CTRL_VECTORS : 0));
	}
	TH_CHECK(vf_call(&v, VFU_GET_IRQ_INFO, &irq, sizeof(irq)) == EINVAL);
	vf_free(&v);
	return true;
}

/* Returns the errno; *@value is what was read. */
static int serve_read(struct vf *v, uint32_t region, uint64_t off,
		      uint32_t len, uint32_t *value)
{
	struct vfu_region_rw rw = { off, region, len };
	int ret = vf_call(v, VFU_REGION_READ, &rw, sizeof(rw));

	if (!ret && value)
		memcpy(value, v->body + sizeof(rw), sizeof(*value));
	return ret;
}

static void serve_write(struct vf *v, uint32_t region, uint64_t off,
			uint32_t len, uint32_t value, uint32_t flags)
{
	unsigned char body[sizeof(struct vfu_region_rw) + 4];
	struct vfu_region_rw rw = { off, region, len };

	memcpy(body, &rw, sizeof(rw));
	memcpy(body + sizeof(rw), &value, 4);
	vf_send(v, VFU_REGION_WRITE, flags, body, sizeof(body), NULL, 0);
	vf_serve_all(v);
}

static bool serve_regions(void)
{
	uint32_t value;
	struct vf v;

	vf_new(&v, true);
	TH_CHECK(!serve_read(&v, VFU_CONFIG, 0, 4, &value));
	TH_CHECK(value == (CTRL_PCI_DEVICE << 16 | CTRL_PCI_VENDOR));
	/* Posted: no reply, whether it is good or not. */
	serve_write(&v, VFU_CONFIG, 4, 2, 6, VFU_NO_REPLY);
	serve_write(&v, VFU_CONFIG, 255, 4, 6, VFU_NO_REPLY);
	TH_CHECK(!vf_reply(&v));
	TH_CHECK(!serve_read(&v, VFU_CONFIG, 4, 4, &value));
	TH_CHECK((value & 0xffff) == 6);
	serve_write(&v, VFU_CONFIG, 4, 2, 0, 0);
	TH_CHECK(vf_reply(&v) && !(v.head.flags & VFU_ERROR));
	/* More bytes than it brings */
	serve_write(&v, VFU_CONFIG, 0, 5, 0, 0);
	TH_CHECK(vf_reply(&v) && v.head.error == EINVAL);
	TH_CHECK(!serve_read(&v, 4, 0, 4, &value) && value == 0);
	TH_CHECK(serve_read(&v, 4, 0x1000, 1, NULL) == EINVAL);
	TH_CHECK(serve_read(&v, 3, 0, 1, NULL) == EINVAL);
	TH_CHECK(serve_read(&v, 0, CTRL_BAR_SIZE - 4, 8, NULL) == EINVAL);
	TH_CHECK(serve_read(&v, 0, 0, VFU_DATA_MAX + 1, NULL) == EINVAL);
	TH_CHECK(serve_read(&v, 0, 0, VFU_DATA_MAX, NULL) == 0);
	TH_CHECK(v.len == sizeof(struct vfu_region_rw) + VFU_DATA_MAX);
	vf_free(&v);
	return true;
}

/* Memory, queues and interrupts go with the client; the next finds a new device. */
static bool serve_hang_up(void)
{
	struct vfu_dma_map map = { .flags = 3, .size = VF_MEM };
	const struct vfu_set_irqs set = {
		.flags = VFU_IRQ_EVENTFD | VFU_IRQ_TRIGGER,
		.index = VFU_MSIX, .count = 1,
	};
	int mem = vf_memfd(VF_MEM, true), event = eventfd(0, 0);
	unsigned int before;
	uint32_t value;
	struct vf v;

	vf_new(&v, true);
	before = vf_open_fds();
	TH_CHECK(!vf_call_fds(&v, VFU_DMA_MAP, &map, sizeof(map), &mem, 1));
	TH_CHECK(!vf_call_fds(&v, VFU_SET_IRQS, &set, sizeof(set), &event, 1));
	TH_CHECK(v.bus.mem(v.bus.ctx, 0, VF_MEM, true));
	TH_CHECK(v.u.irq.fds[0] >= 0);
	serve_write(&v, VFU_BAR0, SERVE_CC, 4, 0x460000, VFU_NO_REPLY);
	TH_CHECK(!serve_read(&v, VFU_BAR0, SERVE_CC, 4, &value));
	TH_CHECK(value == 0x460000);
	v.media.now[5] = 7;
	vf_hang_up(&v);
	vf_serve_all(&v);
	TH_CHECK(v.u.conn < 0 && !v.bus.mem(v.bus.ctx, 0, 1, false));
	TH_CHECK(v.u.irq.fds[0] < 0);
	vf_connect(&v);
	TH_CHECK(vf_open_fds() == before);
	TH_CHECK(serve_read(&v, VFU_BAR0, SERVE_CC, 4, NULL) == EPROTO);
	v.u.agreed = true;
	TH_CHECK(!serve_read(&v, VFU_BAR0, SERVE_CC, 4, &value) && !value);
	TH_CHECK(v.media.now[5] == 7);
	vf_free(&v);
	close(mem);
	close(event);
	return true;
}

static bool serve_reset(void)
{
	uint32_t value;
	struct vf v;

	vf_new(&v, true);
	serve_write(&v, VFU_CONFIG, 4, 2, 6, VFU_NO_REPLY);
	serve_write(&v, VFU_BAR0, SERVE_CC, 4, 0x460000, VFU_NO_REPLY);
	TH_CHECK(!vf_call(&v, VFU_RESET, NULL, 0));
	TH_CHECK(!serve_read(&v, VFU_BAR0, SERVE_CC, 4, &value) && !value);
	TH_CHECK(!serve_read(&v, VFU_CONFIG, 4, 4, &value));
	TH_CHECK(!(value & 0xffff));
	vf_free(&v);
	return true;
}

/* Every command with every length that is too short for it. */
static bool serve_short(void)
{
	unsigned char body[64] = { 0 };
	struct vf v;
	uint16_t nr;
	size_t len;

	vf_new(&v, true);
	for (nr = 0; nr < 40; nr++)
		for (len = 0; len < 16; len++) {
			int ret = vf_call(&v, nr, body, len);

			if (nr == VFU_RESET)
				TH_CHECK(ret == 0);
			else if (nr == 0 || nr == VFU_GET_REGION_IO_FDS ||
				 nr == VFU_DMA_READ || nr == VFU_DMA_WRITE ||
				 nr > VFU_RESET)
				TH_CHECK(ret == EOPNOTSUPP);
			else if (nr != VFU_VERSION)
				TH_CHECK(ret == EINVAL);
			TH_CHECK(v.u.conn >= 0);
		}
	vf_free(&v);
	return true;
}

/* We ask nothing: a reply ends it. */
static bool serve_no_reply(void)
{
	struct vf v;

	vf_new(&v, true);
	vf_send(&v, VFU_DMA_READ, VFU_REPLY, NULL, 0, NULL, 0);
	vf_serve_all(&v);
	TH_CHECK(v.u.conn < 0);
	vf_free(&v);
	return true;
}

/*
 * A client that asks and does not listen: the server waits for it, with nothing
 * but poll(), and then goes on where it was.
 */
static bool serve_deaf(void)
{
	struct vfu_region_rw rw = { 0, VFU_BAR0, VFU_DATA_MAX };
	unsigned int sent = 0, got = 0;
	struct pollfd p = { .events = POLLOUT };
	struct vf v;

	vf_new(&v, true);
	for (p.fd = v.fd; sent < 10000 && poll(&p, 1, 0) > 0; sent++) {
		vf_send(&v, VFU_REGION_READ, 0, &rw, sizeof(rw), NULL, 0);
		/* So many come at once that not all replies fit. */
		if (sent % 16 == 15)
			vf_serve_all(&v);
		if (v.u.out_len)
			break;
	}
	TH_CHECK(v.u.out_len && sent < 10000);
	sent++;
	for (p.events = POLLIN; poll(&p, 1, 0) > 0; vf_serve_all(&v)) {
		unsigned char bytes[1000];
		ssize_t n = read(v.fd, bytes, sizeof(bytes));

		TH_CHECK(n > 0);
		got += n;
	}
	TH_CHECK(got == sent * (sizeof(struct vfu_head) + sizeof(rw) +
				VFU_DATA_MAX));
	vf_free(&v);
	return true;
}

const struct th_test vf_serve[] = {
	{ "agree", serve_agree },
	{ "deaf", serve_deaf },
	{ "hang-up", serve_hang_up },
	{ "no-reply", serve_no_reply },
	{ "questions", serve_questions },
	{ "regions", serve_regions },
	{ "reset", serve_reset },
	{ "short", serve_short },
	{ }
};
