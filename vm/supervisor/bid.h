/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BID_H
#define BID_H

/*
 * The GNU build id of an ELF64 little-endian file, in lower-case hex, from
 * its note sections (elf(5); vmlinux keeps it in .notes). NULL when there is
 * none or the file cannot be read. The caller frees.
 */
char *bid_read(const char *path);

#endif
