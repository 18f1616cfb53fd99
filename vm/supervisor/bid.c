// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ut.h"
#include "bid.h"

/* A file in memory; every access is checked against @size. */
struct bid_map {
	const unsigned char *p;
	uint64_t size;
};

static char *bid_hex(const unsigned char *p, uint64_t len)
{
	struct ut_buf b = { 0 };

	while (len--)
		ut_addf(&b, "%02x", *p++);
	return b.s;
}

/* Look through the notes in [@off, @end) of the file. */
static char *bid_notes(const struct bid_map *m, uint64_t off, uint64_t end)
{
	while (end - off >= sizeof(Elf64_Nhdr)) {
		Elf64_Nhdr nh;
		uint64_t name, desc;

		memcpy(&nh, m->p + off, sizeof(nh));
		name = off + sizeof(nh);
		desc = name + ((nh.n_namesz + 3ull) & ~3ull);
		if (desc > end || nh.n_descsz > end - desc)
			return NULL;
		if (nh.n_type == NT_GNU_BUILD_ID && nh.n_namesz == 4 &&
		    nh.n_descsz && !memcmp(m->p + name, "GNU", 4))
			return bid_hex(m->p + desc, nh.n_descsz);
		off = desc + ((nh.n_descsz + 3ull) & ~3ull);
		if (off > end)
			return NULL;
	}
	return NULL;
}

static char *bid_sections(const struct bid_map *m)
{
	Elf64_Ehdr eh;
	unsigned int i;
	char *id;

	if (m->size < sizeof(eh))
		return NULL;
	memcpy(&eh, m->p, sizeof(eh));
	if (memcmp(eh.e_ident, ELFMAG, SELFMAG) ||
	    eh.e_ident[EI_CLASS] != ELFCLASS64 ||
	    eh.e_shentsize != sizeof(Elf64_Shdr))
		return NULL;
	for (i = 0; i < eh.e_shnum; i++) {
		uint64_t at = eh.e_shoff + i * sizeof(Elf64_Shdr);
		Elf64_Shdr sh;

		if (at > m->size || m->size - at < sizeof(sh))
			return NULL;
		memcpy(&sh, m->p + at, sizeof(sh));
		if (sh.sh_type != SHT_NOTE || sh.sh_offset > m->size ||
		    sh.sh_size > m->size - sh.sh_offset)
			continue;
		id = bid_notes(m, sh.sh_offset, sh.sh_offset + sh.sh_size);
		if (id)
			return id;
	}
	return NULL;
}

char *bid_read(const char *path)
{
	struct bid_map m = { 0 };
	struct stat st;
	char *id = NULL;
	void *p;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || !st.st_size)
		goto out;
	p = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		goto out;
	m.p = p;
	m.size = st.st_size;
	id = bid_sections(&m);
	munmap(p, st.st_size);
out:
	close(fd);
	return id;
}
