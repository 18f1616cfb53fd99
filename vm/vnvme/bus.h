/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the controller needs of the machine that it sits in: memory and
 * interrupts.  The vfio-user server (vfu.c) is one, the tests' fake client
 * another.
 */
#ifndef VNVME_BUS_H
#define VNVME_BUS_H

#include <stdbool.h>
#include <stdint.h>

struct bus {
	/*
	 * The guest's memory [addr, addr + len), or NULL where not all of it is
	 * memory, is one piece for us, or may be written (@write).  Good until
	 * the caller returns to the event loop: maps change there.
	 */
	void *(*mem)(void *ctx, uint64_t addr, uint64_t len, bool write);
	/* Raise MSI-X vector @vector; a masked or unknown one is no error. */
	void (*irq)(void *ctx, unsigned int vector);
	void *ctx;
};

#endif
