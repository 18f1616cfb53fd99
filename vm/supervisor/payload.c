// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel of a few hundred bytes for the accelerator probe. The firmware has
 * been through real mode, SMM and the second CPU by the time it gets here;
 * this adds what a stock kernel does next: protected mode with paging off to
 * long mode with paging on, CPUID, an MSR, the local APIC by MMIO, and port
 * I/O for each byte it says. Entry as in the PVH boot protocol (32 bit, flat,
 * paging off; Xen's docs/misc/pvh.pandoc).
 */
#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "accel.h"

#define PAYLOAD_BASE 0x100000

extern const char payload_start[], payload_end[];

__asm__(
"	.pushsection .rodata\n"
"	.globl payload_start, payload_end\n"
"	.code32\n"
"payload_start:\n"
"	cli\n"
"	mov	$0x108000, %esp\n"
	/* Page tables at 0x109000: 4 GiB by 1 GiB is not sure to exist, so
	 * 2 MiB pages, identity: PML4, PDPT of 4, four directories. */
"	cld\n"
"	xor	%eax, %eax\n"
"	mov	$0x109000, %edi\n"
"	mov	$6144, %ecx\n"
"	rep	stosl\n"
"	movl	$0x10a007, 0x109000\n"
"	movl	$0x10b007, 0x10a000\n"
"	movl	$0x10c007, 0x10a008\n"
"	movl	$0x10d007, 0x10a010\n"
"	movl	$0x10e007, 0x10a018\n"
"	mov	$0x10b000, %edi\n"
"	mov	$0x87, %eax\n"
"	mov	$2048, %ecx\n"
"1:	mov	%eax, (%edi)\n"
"	movl	$0, 4(%edi)\n"
"	add	$0x200000, %eax\n"
"	add	$8, %edi\n"
"	dec	%ecx\n"
"	jnz	1b\n"
"	mov	%cr4, %eax\n"
"	or	$0x20, %eax\n"			/* PAE */
"	mov	%eax, %cr4\n"
"	mov	$0x109000, %eax\n"
"	mov	%eax, %cr3\n"
"	mov	$0xc0000080, %ecx\n"		/* EFER.LME */
"	rdmsr\n"
"	or	$0x100, %eax\n"
"	wrmsr\n"
"	mov	%cr0, %eax\n"
"	or	$0x80000000, %eax\n"
"	mov	%eax, %cr0\n"
"	lgdtl	(payload_gdtr - payload_start + 0x100000)\n"
"	ljmp	$8, $(payload_long - payload_start + 0x100000)\n"
"	.code64\n"
"payload_long:\n"
"	xor	%eax, %eax\n"
"	cpuid\n"
"	mov	$0xfee00030, %ebx\n"		/* APIC version register */
"	mov	(%rbx), %eax\n"
"	lea	payload_text(%rip), %rsi\n"
"1:	lodsb\n"
"	test	%al, %al\n"
"	jz	2f\n"
"	mov	$0x3f8, %edx\n"
"	out	%al, (%dx)\n"
"	jmp	1b\n"
"2:	hlt\n"
"	jmp	2b\n"
"payload_text:\n"
"	.asciz	\"" ACCEL_HELLO "\\n\"\n"
"	.balign 8\n"
"payload_gdt:\n"
"	.quad	0\n"
"	.quad	0x00af9b000000ffff\n"
"payload_gdtr:\n"
"	.word	15\n"
"	.long	payload_gdt - payload_start + 0x100000\n"
"payload_end:\n"
"	.popsection\n"
);

/* The ELF around it: one segment to load, one note that says where to go. */
struct payload_head {
	Elf64_Ehdr eh;
	Elf64_Phdr load;
	Elf64_Phdr note;
	Elf64_Nhdr nh;
	char owner[4];
	uint32_t entry;
};

int payload_write(int fd)
{
	size_t len = payload_end - payload_start;
	struct payload_head h = {
		.eh = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				     ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_X86_64,
			.e_version = EV_CURRENT, .e_entry = PAYLOAD_BASE,
			.e_phoff = sizeof(Elf64_Ehdr),
			.e_ehsize = sizeof(Elf64_Ehdr),
			.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2,
		},
		.load = {
			.p_type = PT_LOAD, .p_flags = PF_R | PF_W | PF_X,
			.p_offset = sizeof(h), .p_vaddr = PAYLOAD_BASE,
			.p_paddr = PAYLOAD_BASE, .p_filesz = len,
			.p_memsz = len, .p_align = 8,
		},
		.note = {
			.p_type = PT_NOTE, .p_flags = PF_R,
			.p_offset = offsetof(struct payload_head, nh),
			.p_filesz = sizeof(Elf64_Nhdr) + 8,
			.p_memsz = sizeof(Elf64_Nhdr) + 8, .p_align = 4,
		},
		/* XEN_ELFNOTE_PHYS32_ENTRY */
		.nh = { .n_namesz = 4, .n_descsz = 4, .n_type = 18 },
		.owner = "Xen", .entry = PAYLOAD_BASE,
	};

	if (write(fd, &h, sizeof(h)) != sizeof(h) ||
	    write(fd, payload_start, len) != (ssize_t)len)
		return -EIO;
	return 0;
}
