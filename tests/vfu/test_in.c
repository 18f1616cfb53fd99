// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stream: where messages begin and end, and which of them has the
 * descriptors, however reads and writes cut it.
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vf.h"

/* A message of @len bytes behind the header, each @fill. */
static size_t in_make(unsigned char *to, uint16_t id, size_t len, int fill)
{
	struct vfu_head head = { .id = id, .command = 9,
				 .size = sizeof(head) + len };

	memcpy(to, &head, sizeof(head));
	memset(to + sizeof(head), fill, len);
	return head.size;
}

/* Each piece of the stream in a write of its own, for all sizes of piece. */
static bool in_cut(void)
{
	unsigned char bytes[256];
	size_t len = 0, piece, at;
	struct vfu_msg m;
	struct vf v;
	unsigned int id;

	for (id = 0; id < 4; id++)
		len += in_make(bytes + len, id, id * 20, id);
	vf_new(&v, true);
	for (piece = 1; piece < 60; piece++) {
		id = 0;
		for (at = 0; at < len; at += piece) {
			vf_put(&v, bytes + at, at + piece < len ? piece :
			       len - at, NULL, 0);
			TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) > 0);
			while (vfu_in_next(&v.u.in, &m) == 1) {
				TH_CHECK(m.head.id == id && m.len == id * 20);
				TH_CHECK(!m.len || ((const unsigned char *)
						    m.body)[m.len - 1] == id);
				id++;
			}
		}
		TH_CHECK(id == 4);
	}
	TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) == -EAGAIN);
	vf_hang_up(&v);
	TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) == 0);
	vf_free(&v);
	return true;
}

static bool in_same(int a, int b)
{
	struct stat sa, sb;

	return !fstat(a, &sa) && !fstat(b, &sb) && sa.st_ino == sb.st_ino;
}

/*
 * Messages with and without descriptors, one of them in two writes: each has its
 * own, whether they are read one by one (@every) or all at once.
 */
static bool in_fds_of(bool every)
{
	unsigned char bytes[128];
	const bool has[] = { false, true, false, false, true, true, false };
	int fds[2] = { vf_memfd(4096, true), vf_memfd(4096, true) };
	unsigned int before, id, seen = 0;
	struct vfu_msg m;
	struct vf v;
	size_t len;

	vf_new(&v, true);
	before = vf_open_fds();
	for (id = 0; id < 7; id++) {
		len = in_make(bytes, id, 8 * id, 0);
		vf_put(&v, bytes, id == 4 ? 7 : len, fds, has[id] ? 2 : 0);
		if (id == 4)
			vf_put(&v, bytes + 7, len - 7, NULL, 0);
		while (every && vfu_in_read(&v.u.in, v.u.conn) > 0)
			while (vfu_in_next(&v.u.in, &m) == 1)
				TH_CHECK(m.head.id == seen++ &&
					 m.nr_fds == (has[m.head.id] ? 2 : 0));
	}
	while (seen < 7) {
		TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) > 0);
		while (vfu_in_next(&v.u.in, &m) == 1) {
			TH_CHECK(m.head.id == seen++);
			TH_CHECK(m.nr_fds == (has[m.head.id] ? 2 : 0));
			TH_CHECK(!m.nr_fds || in_same(m.fds[1], fds[1]));
		}
	}
	/* What nobody took is closed. */
	TH_CHECK(vf_open_fds() == before);
	vf_free(&v);
	close(fds[0]);
	close(fds[1]);
	return true;
}

static bool in_fds(void)
{
	return in_fds_of(true) && in_fds_of(false);
}

/* Descriptors in the middle of a message belong to none. */
static bool in_fds_late(void)
{
	unsigned char bytes[128];
	size_t len = in_make(bytes, 1, 40, 0);
	int fd = vf_memfd(4096, true);
	struct vfu_msg m;
	struct vf v;

	vf_new(&v, true);
	vf_put(&v, bytes, 20, NULL, 0);
	TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) == 20);
	TH_CHECK(vfu_in_next(&v.u.in, &m) == 0);
	vf_put(&v, bytes + 20, len - 20, &fd, 1);
	TH_CHECK(vfu_in_read(&v.u.in, v.u.conn) == -EPROTO);
	vf_free(&v);
	close(fd);
	return true;
}

static bool in_fds_many(void)
{
	unsigned char bytes[16];
	int fds[VFU_IN_FDS + 1];
	unsigned int before;
	struct vf v;
	size_t i;

	for (i = 0; i <= VFU_IN_FDS; i++)
		fds[i] = 1;
	vf_new(&v, true);
	before = vf_open_fds();
	vf_put(&v, bytes, in_make(bytes, 1, 0, 0), fds, VFU_IN_FDS + 1);
	vf_serve_all(&v);
	TH_CHECK(v.u.conn < 0);
	TH_CHECK(vf_open_fds() == before - 1);
	vf_free(&v);
	return true;
}

/* A size that cannot be: nobody knows where the next message begins. */
static bool in_size(void)
{
	static const uint32_t sizes[] = { 0, 15, VFU_IN_MAX + 1, UINT32_MAX };
	struct vfu_head head = { .command = VFU_VERSION };
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct vf v;

		vf_new(&v, true);
		head.size = sizes[i];
		vf_put(&v, &head, sizeof(head), NULL, 0);
		vf_serve_all(&v);
		TH_CHECK(v.u.conn < 0);
		vf_free(&v);
	}
	return true;
}

const struct th_test vf_in[] = {
	{ "cut", in_cut },
	{ "descriptors", in_fds },
	{ "descriptors-late", in_fds_late },
	{ "descriptors-many", in_fds_many },
	{ "size", in_size },
	{ }
};
