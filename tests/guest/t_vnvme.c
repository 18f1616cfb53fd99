// SPDX-License-Identifier: GPL-2.0-only
/*
 * See t_vnvme.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nvme_ioctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "t_vnvme.h"

/* A repair of the media may have to wait for the host's processors. */
#define T_VNVME_MS	200000

/* What the device answered, for people; where they can mend it, the case ends. */
static void t_vnvme_refused(enum vnvme_function fn, int ret)
{
	if (ret > 0 && (ret & 0x7ff) == VNVME_SC_LOG_FULL)
		t_broken(__FILE__, __LINE__, "a larger log= in the profile's line `vnvme =` (1G without it), or a shorter workload: the recording would take more memory");
	printf("# vnvme: function %d: %s %x\n", fn,
	       ret < 0 ? strerror(errno) : "status", ret < 0 ? 0 : ret);
}

void t_vnvme(struct t_vnvme *v, enum vnvme_function fn, uint32_t a, uint32_t b,
	     uint32_t c)
{
	struct nvme_admin_cmd cmd = {
		.opcode = VNVME_OPCODE,
		.addr = (uintptr_t)v->page, .data_len = VNVME_PAGE,
		.cdw10 = fn, .cdw11 = a, .cdw12 = b, .cdw13 = c,
		.timeout_ms = T_VNVME_MS,
	};
	int ret = ioctl(v->fd, NVME_IOCTL_ADMIN_CMD, &cmd);

	if (ret)
		t_vnvme_refused(fn, ret);
	T_MUST(!ret);
	v->result = cmd.result;
}

const char *t_vnvme_states(const char *otherwise)
{
	const char *states = getenv("WT_STATES");

	return states ? states : otherwise;
}

void t_vnvme_part(unsigned int *shard, unsigned int *shards)
{
	const char *part = getenv("WT_PART");

	*shard = *shards = 1;
	if (part)
		T_MUST(sscanf(part, "%u/%u", shard, shards) == 2);
}

void t_vnvme_end(struct t_vnvme *v, uint32_t seed, uint32_t states)
{
	unsigned int shard, shards;

	t_vnvme_part(&shard, &shards);
	t_vnvme(v, VNVME_END, seed, states, shards << 16 | shard);
}

struct t_vnvme *t_vnvme_open(struct t *t)
{
	struct t_vnvme *v = calloc(1, sizeof(*v));
	const struct vnvme_about *about;
	char path[80];
	int nr;

	/* the controller's node: that of the namespace would keep it in use */
	T_MUST(v && sscanf(t->dev, "/dev/nvme%dn", &nr) == 1);
	snprintf(path, sizeof(path), "/dev/nvme%d", nr);
	v->page = t_alloc(VNVME_PAGE);
	v->fd = open(path, O_RDWR | O_CLOEXEC);
	T_MUST(v->fd >= 0);
	t_vnvme(v, VNVME_ABOUT, 0, 0, 0);
	about = (const void *)v->page;
	T_MUST(about->magic == VNVME_MAGIC);
	return v;
}

void t_vnvme_close(struct t_vnvme *v)
{
	close(v->fd);
	free(v->page);
	free(v);
}
