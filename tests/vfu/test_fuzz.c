// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anything from the socket: valid messages with something changed, in any order,
 * cut anywhere, with descriptors of all kinds. The sanitizers watch; beside that,
 * a command is answered once (unless it is posted), or the client is cut off; and
 * no descriptor is left when it is gone.
 */
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vf.h"

#define FUZZ_CLIENTS	300
#define FUZZ_MESSAGES	100
#define FUZZ_FDS	6

struct fuzz {
	uint64_t seed;
	int fds[FUZZ_FDS];
	unsigned char message[VFU_IN_MAX + 64];
	size_t len;
	unsigned int asked;	/* what wants a reply */
	unsigned int answered;
};

static uint32_t fuzz_draw(struct fuzz *f, uint32_t below)
{
	f->seed = f->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (f->seed >> 33) % below;
}

/* Numbers that are near something. */
static uint64_t fuzz_number(struct fuzz *f)
{
	static const uint64_t near[] = {
		0, 1, 4, 8, 0x14, 0x1c, 0x24, 0x28, 0x1000, 0x4000, 0x10000,
		UINT32_MAX, UINT64_MAX, 1ull << 63,
	};
	uint64_t n = near[fuzz_draw(f, sizeof(near) / sizeof(*near))];

	return fuzz_draw(f, 4) ? n : n + fuzz_draw(f, 9) - 4;
}

static void fuzz_add(struct fuzz *f, const void *data, size_t len)
{
	memcpy(f->message + f->len, data, len);
	f->len += len;
}

static void fuzz_add32(struct fuzz *f, uint64_t value)
{
	fuzz_add(f, &value, 4);
}

static void fuzz_add64(struct fuzz *f, uint64_t value)
{
	fuzz_add(f, &value, 8);
}

/* The body of command @nr, mostly plausible. */
static void fuzz_body(struct fuzz *f, uint16_t nr)
{
	unsigned int i, n;

	switch (nr) {
	case VFU_VERSION:
		fuzz_add32(f, fuzz_draw(f, 8) ? 0 : fuzz_number(f));
		fuzz_add(f, "{\"capabilities\":{}}", 20 - fuzz_draw(f, 4));
		break;
	case VFU_DMA_MAP:
		fuzz_add32(f, 32);
		fuzz_add32(f, fuzz_draw(f, 4));
		fuzz_add64(f, fuzz_draw(f, 2) ? 0 : fuzz_number(f));
		fuzz_add64(f, fuzz_draw(f, 3) ? 0 : fuzz_number(f));
		fuzz_add64(f, fuzz_draw(f, 3) ? VF_MEM : fuzz_number(f));
		break;
	case VFU_DMA_UNMAP:
		fuzz_add32(f, 24);
		fuzz_add32(f, fuzz_draw(f, 4));
		fuzz_add64(f, fuzz_number(f));
		fuzz_add64(f, fuzz_number(f));
		break;
	case VFU_SET_IRQS:
		fuzz_add32(f, 20);
		fuzz_add32(f, fuzz_draw(f, 3) ? 0x24 : fuzz_draw(f, 64));
		fuzz_add32(f, fuzz_draw(f, 4) ? VFU_MSIX : fuzz_number(f));
		fuzz_add32(f, fuzz_draw(f, 10));
		fuzz_add32(f, fuzz_draw(f, 5));
		break;
	case VFU_REGION_READ:
	case VFU_REGION_WRITE:
		n = fuzz_draw(f, 8) ? 4u << fuzz_draw(f, 2) : fuzz_draw(f, 64);
		fuzz_add64(f, fuzz_number(f));
		fuzz_add32(f, fuzz_draw(f, 3) ? 0 : fuzz_draw(f, 10));
		fuzz_add32(f, fuzz_draw(f, 16) ? n : fuzz_number(f));
		for (i = 0; nr == VFU_REGION_WRITE && i < n; i += 4)
			fuzz_add32(f, fuzz_draw(f, 2) ? 0x460001 :
				   fuzz_number(f));
		break;
	default:
		for (i = fuzz_draw(f, 12); i; i--)
			fuzz_add32(f, fuzz_draw(f, 10));
	}
}

static void fuzz_message(struct fuzz *f)
{
	struct vfu_head head = {
		.id = fuzz_draw(f, 65536),
		.command = fuzz_draw(f, 40) ? 1 + fuzz_draw(f, 13) :
			   fuzz_draw(f, 65536),
		.flags = fuzz_draw(f, 4) ? 0 : VFU_NO_REPLY,
	};

	f->len = sizeof(head);
	fuzz_body(f, head.command);
	if (!fuzz_draw(f, 8))
		f->len -= fuzz_draw(f, f->len - sizeof(head) + 1);
	head.size = f->len;
	if (!fuzz_draw(f, 1000))
		head.size = fuzz_number(f);
	if (!fuzz_draw(f, 1000))
		head.flags = fuzz_number(f);
	memcpy(f->message, &head, sizeof(head));
	if (!fuzz_draw(f, 100))
		f->message[fuzz_draw(f, f->len)] ^= 1 << fuzz_draw(f, 8);
}

/* How many replies must come for a stream that is whole messages? */
static void fuzz_expect(struct fuzz *f)
{
	struct vfu_head head;

	memcpy(&head, f->message, sizeof(head));
	f->asked += !(head.flags & VFU_NO_REPLY);
}

/* False: the size in it is a lie, so that what follows is none of ours. */
static bool fuzz_put(struct fuzz *f, struct vf *v)
{
	size_t cut = fuzz_draw(f, 4) ? f->len : fuzz_draw(f, f->len) + 1;
	int fds[FUZZ_FDS], n = fuzz_draw(f, 3) ? 0 : fuzz_draw(f, 4), i;
	struct vfu_head head;

	for (i = 0; i < n; i++)
		fds[i] = f->fds[fuzz_draw(f, FUZZ_FDS)];
	vf_put(v, f->message, cut, fds, n);
	if (cut < f->len && fuzz_draw(f, 2))
		vf_serve_all(v);
	if (cut < f->len)
		vf_put(v, f->message + cut, f->len - cut, NULL, 0);
	memcpy(&head, f->message, sizeof(head));
	fuzz_expect(f);
	return head.size == f->len;
}

static void fuzz_read(struct fuzz *f, struct vf *v)
{
	while (vf_reply(v))
		f->answered++;
}

static bool fuzz_client(struct fuzz *f, struct vf *v)
{
	bool whole = true;
	int i;

	f->asked = 0;
	f->answered = 0;
	for (i = 0; i < FUZZ_MESSAGES && whole && v->u.conn >= 0; i++) {
		fuzz_message(f);
		/* The first is how all begin, mostly. */
		if (!i && fuzz_draw(f, 8)) {
			f->len = sizeof(struct vfu_head);
			fuzz_add64(f, 0);
			memcpy(f->message, &(struct vfu_head) {
				.command = VFU_VERSION, .size = 20 },
			       sizeof(struct vfu_head));
			f->len = 20;
		}
		whole = fuzz_put(f, v);
		if (fuzz_draw(f, 2))
			vf_serve_all(v);
		fuzz_read(f, v);
		ctrl_tick(v->ctrl, i * 1000000ull);
	}
	vf_serve_all(v);
	fuzz_read(f, v);
	TH_CHECK(f->answered <= f->asked);
	TH_CHECK(!whole || v->u.conn < 0 || f->answered == f->asked);
	return true;
}

static bool fuzz_seed(uint64_t seed, unsigned int *cut_off)
{
	struct fuzz f = { .seed = seed };
	unsigned int before;
	bool good;
	struct vf v;
	int i;

	f.fds[0] = vf_memfd(VF_MEM, true);
	f.fds[1] = vf_memfd(VF_MEM, true);
	f.fds[2] = vf_memfd(VF_MEM, false);
	f.fds[3] = eventfd(0, EFD_NONBLOCK);
	f.fds[4] = eventfd(0, 0);
	f.fds[5] = open("/dev/null", O_RDWR);
	vf_new(&v, false);
	before = vf_open_fds();
	good = fuzz_client(&f, &v);
	*cut_off += v.u.conn < 0;
	vf_hang_up(&v);
	vfu_close(&v.u);
	if (vf_open_fds() != before - 2 || v.u.maps.n)
		good = false;
	vf_free(&v);
	for (i = 0; i < FUZZ_FDS; i++)
		close(f.fds[i]);
	if (!good)
		printf("# seed %llu\n", (unsigned long long)seed);
	return good;
}

static bool fuzz_all(void)
{
	unsigned int cut_off = 0;
	int quiet = open("/dev/null", O_WRONLY), err = dup(2);
	bool good = true;
	uint64_t seed;

	/* Who is cut off is told on stderr. */
	dup2(quiet, 2);
	for (seed = 1; good && seed <= FUZZ_CLIENTS; seed++)
		good = fuzz_seed(seed, &cut_off);
	dup2(err, 2);
	close(quiet);
	close(err);
	TH_CHECK(good);
	/* Most live to the end, so that the messages were no mere noise. */
	TH_CHECK(cut_off && cut_off < FUZZ_CLIENTS / 2);
	return true;
}

const struct th_test vf_fuzz[] = {
	{ "messages", fuzz_all },
	{ }
};
