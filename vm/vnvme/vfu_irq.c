// SPDX-License-Identifier: GPL-2.0-only
/* See vfu_irq.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vfu_irq.h"

void vfu_irq_init(struct vfu_irq *irq)
{
	size_t i;

	for (i = 0; i < CTRL_VECTORS; i++)
		irq->fds[i] = -1;
}

static void vfu_irq_drop(struct vfu_irq *irq, size_t vector)
{
	if (irq->fds[vector] >= 0)
		close(irq->fds[vector]);
	irq->fds[vector] = -1;
}

void vfu_irq_close(struct vfu_irq *irq)
{
	size_t i;

	for (i = 0; i < CTRL_VECTORS; i++)
		vfu_irq_drop(irq, i);
}

void vfu_irq_raise(const struct vfu_irq *irq, unsigned int vector)
{
	const uint64_t one = 1;

	if (vector >= CTRL_VECTORS || irq->fds[vector] < 0)
		return;
	/* A counter that is full has been raised. */
	if (write(irq->fds[vector], &one, sizeof(one)) != sizeof(one))
		return;
}

/* Anything else could block, or be a file that we were made to write to. */
static bool vfu_irq_is_eventfd(int fd)
{
	static const char want[] = "anon_inode:[eventfd]";
	char path[64], is[sizeof(want)];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, is, sizeof(is));
	return n == sizeof(want) - 1 && !memcmp(is, want, n) &&
		!fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static int vfu_irq_assign(struct vfu_irq *irq, const struct vfu_set_irqs *set,
			  int *fds, size_t nr_fds)
{
	size_t i;

	/* None at all: these vectors lose theirs. */
	if (nr_fds && nr_fds != set->count)
		return -EINVAL;
	for (i = 0; i < nr_fds; i++)
		if (!vfu_irq_is_eventfd(fds[i]))
			return -EINVAL;
	for (i = 0; i < set->count; i++) {
		vfu_irq_drop(irq, set->start + i);
		if (!nr_fds)
			continue;
		irq->fds[set->start + i] = fds[i];
		fds[i] = -1;
	}
	return 0;
}

static int vfu_irq_trigger(struct vfu_irq *irq, const struct vfu_set_irqs *set,
			   const unsigned char *data)
{
	size_t i;

	if (!data && !set->count) {
		vfu_irq_close(irq);
		return 0;
	}
	for (i = 0; i < set->count; i++)
		if (!data || data[i])
			vfu_irq_raise(irq, set->start + i);
	return 0;
}

int vfu_irq_set(struct vfu_irq *irq, const struct vfu_set_irqs *set,
		const unsigned char *data, size_t len, int *fds, size_t nr_fds)
{
	if (set->index >= VFU_IRQS)
		return -EINVAL;
	/* Of the others there is none, so only that can be said of them. */
	if (set->index != VFU_MSIX)
		return set->count || nr_fds ? -EINVAL : 0;
	if (set->start > CTRL_VECTORS ||
	    set->count > CTRL_VECTORS - set->start)
		return -EINVAL;
	switch (set->flags) {
	case VFU_IRQ_NONE | VFU_IRQ_TRIGGER:
		return vfu_irq_trigger(irq, set, NULL);
	case VFU_IRQ_BOOL | VFU_IRQ_TRIGGER:
		return len < set->count ? -EINVAL :
			vfu_irq_trigger(irq, set, data);
	case VFU_IRQ_EVENTFD | VFU_IRQ_TRIGGER:
		return vfu_irq_assign(irq, set, fds, nr_fds);
	default:
		return -EINVAL;
	}
}
