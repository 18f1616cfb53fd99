// SPDX-License-Identifier: GPL-2.0-only
/* See backend.h. */
#include <stdlib.h>
#include <string.h>

#include "qemu.h"

#define BACKEND_BLKDEBUG "blkdebug."

/* -device @head with the properties that the profile has for @key. */
static void backend_device(struct qemu_args *a, const struct prof *p,
			   const char *head, const char *key)
{
	const char *more = kv_get(&p->kv, key);

	qemu_opt(a, "-device", ut_fmt("%s%s%s", head, more ? "," : "",
				      more ? more : ""));
}

static void backend_nvme(struct qemu_args *a, const struct prof *p)
{
	backend_device(a, p, "nvme,id=nvme0,serial=wt", "nvme");
	backend_device(a, p, "nvme-ns,bus=nvme0,drive=disk", "nvme-ns");
}

static void backend_virtio(struct qemu_args *a, const struct prof *p)
{
	backend_device(a, p, "virtio-blk-pci,drive=disk", "virtio-blk");
}

/* The path is that of a descriptor: see server.h. */
static void backend_vfio_user(struct qemu_args *a, const struct prof *p)
{
	(void)p;
	qemu_opt(a, "-device",
		 ut_fmt("{\"driver\":\"vfio-user-pci\",\"socket\":"
			"{\"type\":\"unix\",\"path\":\"/proc/self/fd/%d\"}}",
			QEMU_FD_SERVER));
}

static const char *const backend_nvme_keys[] = {
	BACKEND_BLKDEBUG, "nvme", "nvme-ns", NULL
};
static const char *const backend_virtio_keys[] = {
	BACKEND_BLKDEBUG, "virtio-blk", NULL
};

static const char *const backend_vnvme_keys[] = { "vnvme", NULL };

static const struct backend backends[] = {
	{ "nvme", backend_nvme_keys, backend_nvme, NULL },
	{ "virtio-blk", backend_virtio_keys, backend_virtio, NULL },
	{ "vnvme", backend_vnvme_keys, backend_vfio_user, "vnvme" },
};

const struct backend *backend_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(backends) / sizeof(*backends); i++)
		if (!strcmp(backends[i].name, name))
			return &backends[i];
	return NULL;
}

/* "inject-error.0 = event=none,once=off": each property below that node. */
static void backend_rules(struct ut_buf *b, const struct kv_pair *pair)
{
	const char *node = pair->key + strlen(BACKEND_BLKDEBUG);
	char *copy = ut_strdup(pair->value);
	char *rest = copy, *word;

	while ((word = strsep(&rest, ",")))
		ut_addf(b, ",%s.%s", node, word);
	free(copy);
}

static void backend_blkdebug(struct ut_buf *b, const struct prof *p)
{
	size_t i;

	for (i = 0; i < p->kv.n; i++)
		if (ut_starts(p->kv.pairs[i].key, BACKEND_BLKDEBUG))
			backend_rules(b, &p->kv.pairs[i]);
}

/* The program has to see the guest's memory: a memfd that it is given. */
void backend_machine(struct qemu_args *a, const struct prof *p)
{
	bool shared = p && p->backend->program;

	if (shared)
		qemu_opt(a, "-object",
			 ut_strdup("memory-backend-memfd,id=ram,size=1G,"
				   "share=on"));
	qemu_opt(a, "-machine", ut_strdup(shared ? "q35,memory-backend=ram" :
					  "q35"));
	qemu_opt(a, "-m", ut_strdup("1G"));
}

/*
 * Each entry is in the file, and counted there, before the guest is told that the
 * write is complete.
 */
static void backend_log(struct qemu_args *a, const char *node, const char *below)
{
	qemu_opt(a, "-add-fd", ut_fmt("fd=%d,set=2", QEMU_FD_LOG));
	qemu_opt(a, "-blockdev",
		 ut_strdup("driver=file,node-name=log,filename=/dev/fdset/2,"
			   "locking=off,cache.no-flush=on"));
	qemu_opt(a, "-blockdev",
		 ut_fmt("driver=blklogwrites,node-name=%s,file=%s,log=log,"
			"log-super-update-interval=1", node, below));
}

/*
 * cache.no-flush: a slow host disk must not look like a slow guest. The data
 * is in tmpfs anyhow, and a test reads it in the guest or while we live.
 * blkdebug sits on top, where it sees each request of the device once; the log
 * below it, where only what reaches the image does.
 */
void backend_disk(struct qemu_args *a, const struct prof *p, bool log)
{
	struct ut_buf rules = { 0 };
	const char *top;

	if (p->backend->program) {
		p->backend->add(a, p);
		return;
	}
	backend_blkdebug(&rules, p);
	top = rules.len ? "logged" : "disk";
	qemu_opt(a, "-add-fd", ut_fmt("fd=%d,set=1", QEMU_FD_DISK));
	qemu_opt(a, "-blockdev",
		 ut_strdup("driver=file,node-name=image,filename=/dev/fdset/1,"
			   "locking=off,cache.no-flush=on"));
	qemu_opt(a, "-blockdev",
		 ut_fmt("driver=raw,node-name=%s,file=image,"
			"cache.no-flush=on", log ? "raw" : top));
	if (log)
		backend_log(a, top, "raw");
	if (rules.len)
		qemu_opt(a, "-blockdev",
			 ut_fmt("driver=blkdebug,node-name=disk,image=%s%s",
				top, ut_str(&rules)));
	ut_free(&rules);
	p->backend->add(a, p);
}
