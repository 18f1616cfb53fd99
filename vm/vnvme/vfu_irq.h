/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts: the eventfds that SET_IRQS brought, one per MSI-X vector. */
#ifndef VNVME_VFU_IRQ_H
#define VNVME_VFU_IRQ_H

#include <stddef.h>

#include "ctrl.h"
#include "vfu_wire.h"

struct vfu_irq {
	int fds[CTRL_VECTORS];	/* -1: nobody listens */
};

void vfu_irq_init(struct vfu_irq *irq);
void vfu_irq_close(struct vfu_irq *irq);
/*
 * @data: @len bytes behind @set; of @fds what is taken becomes -1.  0 or
 * -EINVAL, then nothing changed.
 */
int vfu_irq_set(struct vfu_irq *irq, const struct vfu_set_irqs *set,
		const unsigned char *data, size_t len, int *fds, size_t nr_fds);
/* As struct bus wants it. */
void vfu_irq_raise(const struct vfu_irq *irq, unsigned int vector);

#endif
