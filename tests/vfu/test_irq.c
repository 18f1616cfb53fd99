// SPDX-License-Identifier: GPL-2.0-only
/* SET_IRQS: who is told, and what is no eventfd. */
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vf.h"

static int irq_set(struct vfu_irq *irq, uint32_t flags, uint32_t start,
		   uint32_t count, int *fds, size_t nr_fds)
{
	const struct vfu_set_irqs set = {
		.flags = flags, .index = VFU_MSIX, .start = start,
		.count = count,
	};

	return vfu_irq_set(irq, &set, NULL, 0, fds, nr_fds);
}

static uint64_t irq_count(int fd)
{
	uint64_t n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

#define IRQ_FDS	(VFU_IRQ_EVENTFD | VFU_IRQ_TRIGGER)

static bool irq_raise(void)
{
	int keep[3] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK) };
	int fds[2] = { dup(keep[0]), dup(keep[1]) };
	struct vfu_irq irq;

	vfu_irq_init(&irq);
	vfu_irq_raise(&irq, 3);
	TH_CHECK(!irq_set(&irq, IRQ_FDS, 3, 2, fds, 2));
	TH_CHECK(fds[0] < 0 && fds[1] < 0);
	vfu_irq_raise(&irq, 4);
	vfu_irq_raise(&irq, 4);
	vfu_irq_raise(&irq, CTRL_VECTORS);
	TH_CHECK(irq_count(keep[0]) == 0 && irq_count(keep[1]) == 2);
	/* No descriptors: these two are deaf from now on. */
	TH_CHECK(!irq_set(&irq, IRQ_FDS, 4, 1, NULL, 0));
	vfu_irq_raise(&irq, 3);
	vfu_irq_raise(&irq, 4);
	TH_CHECK(irq_count(keep[0]) == 1 && irq_count(keep[1]) == 0);
	/* All of them */
	TH_CHECK(!irq_set(&irq, VFU_IRQ_NONE | VFU_IRQ_TRIGGER, 0, 0, NULL, 0));
	vfu_irq_raise(&irq, 3);
	TH_CHECK(irq_count(keep[0]) == 0);
	close(keep[0]);
	close(keep[1]);
	return true;
}

/* The client may raise them itself, to see whether they work. */
static bool irq_by_client(void)
{
	const struct vfu_set_irqs set = {
		.flags = VFU_IRQ_BOOL | VFU_IRQ_TRIGGER, .index = VFU_MSIX,
		.start = 1, .count = 2,
	};
	int keep[2] = { eventfd(0, EFD_NONBLOCK), eventfd(0, EFD_NONBLOCK) };
	int fds[2] = { dup(keep[0]), dup(keep[1]) };
	struct vfu_irq irq;

	vfu_irq_init(&irq);
	TH_CHECK(!irq_set(&irq, IRQ_FDS, 1, 2, fds, 2));
	TH_CHECK(!irq_set(&irq, VFU_IRQ_NONE | VFU_IRQ_TRIGGER, 1, 1, NULL, 0));
	TH_CHECK(irq_count(keep[0]) == 1 && irq_count(keep[1]) == 0);
	TH_CHECK(!vfu_irq_set(&irq, &set, (const void *)"\0\1", 2, NULL, 0));
	TH_CHECK(irq_count(keep[0]) == 0 && irq_count(keep[1]) == 1);
	TH_CHECK(vfu_irq_set(&irq, &set, (const void *)"\1", 1, NULL, 0) ==
		 -EINVAL);
	vfu_irq_close(&irq);
	close(keep[0]);
	close(keep[1]);
	return true;
}

static bool irq_refused(void)
{
	struct vfu_set_irqs set = { .flags = IRQ_FDS, .index = 1, .count = 1 };
	int fds[2] = { eventfd(0, 0), open("/dev/null", O_RDWR) };
	struct vfu_irq irq;

	vfu_irq_init(&irq);
	/* Not an eventfd: then none of them is taken. */
	TH_CHECK(irq_set(&irq, IRQ_FDS, 0, 2, fds, 2) == -EINVAL);
	TH_CHECK(irq.fds[0] < 0 && fds[0] >= 0 && fds[1] >= 0);
	TH_CHECK(irq_set(&irq, IRQ_FDS, 0, 2, fds, 1) == -EINVAL);
	TH_CHECK(irq_set(&irq, IRQ_FDS, CTRL_VECTORS, 1, fds, 1) == -EINVAL);
	TH_CHECK(irq_set(&irq, IRQ_FDS, UINT32_MAX, 2, fds, 1) == -EINVAL);
	TH_CHECK(irq_set(&irq, IRQ_FDS, 1, UINT32_MAX, NULL, 0) == -EINVAL);
	TH_CHECK(irq_set(&irq, VFU_IRQ_NONE | VFU_IRQ_MASK, 0, 1, NULL, 0) ==
		 -EINVAL);
	TH_CHECK(vfu_irq_set(&irq, &set, NULL, 0, fds, 1) == -EINVAL);
	set.index = VFU_IRQS;
	set.count = 0;
	TH_CHECK(vfu_irq_set(&irq, &set, NULL, 0, NULL, 0) == -EINVAL);
	close(fds[0]);
	close(fds[1]);
	return true;
}

/* A counter that is full, and whose reader sleeps, does not stop us. */
static bool irq_full(void)
{
	int keep = eventfd(0, 0), fd = dup(keep);
	uint64_t most = UINT64_MAX - 1;
	struct vfu_irq irq;

	TH_CHECK(write(keep, &most, sizeof(most)) == sizeof(most));
	vfu_irq_init(&irq);
	TH_CHECK(!irq_set(&irq, IRQ_FDS, 0, 1, &fd, 1));
	vfu_irq_raise(&irq, 0);
	vfu_irq_close(&irq);
	close(keep);
	return true;
}

const struct th_test vf_irq[] = {
	{ "by-client", irq_by_client },
	{ "full", irq_full },
	{ "raise", irq_raise },
	{ "refused", irq_refused },
	{ }
};
