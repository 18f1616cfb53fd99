// SPDX-License-Identifier: GPL-2.0-only
/*
 * Make the nth allocation of the test's own task fail; see the header.
 *
 * What decides which allocations are asked about is in debugfs only, whose
 * files are written from user memory.  So this mounts it where nobody sees it,
 * and has the test's mm hold the value.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/uaccess.h>

#include "wt_fault.h"

static const struct wt_fault_knob {
	const char	*file;
	const char	*value;
} wt_fault_knobs[] = {
	{ "failslab/ignore-gfp-wait", "N" },
	{ "failslab/verbose", "0" },
	{ "fail_page_alloc/ignore-gfp-wait", "N" },
	{ "fail_page_alloc/ignore-gfp-highmem", "N" },
	{ "fail_page_alloc/min-order", "0" },
	{ "fail_page_alloc/verbose", "0" },
	{ "fail_usercopy/verbose", "0" },
};

struct wt_fault {
	struct vfsmount	*mnt;		/* debugfs */
	unsigned long	addr;		/* of user memory */
};

static int wt_fault_write(const struct wt_fault *fault, const char *name,
			  const char *value)
{
	struct path root = {
		.mnt	= fault->mnt,
		.dentry	= fault->mnt->mnt_root,
	};
	char __user *buf = (char __user *)fault->addr;
	size_t len = strlen(value);
	struct file *file;
	ssize_t ret = -EINVAL;
	loff_t pos = 0;

	if (copy_to_user(buf, value, len))
		return -EFAULT;
	file = file_open_root(&root, name, O_WRONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	if (file->f_op->write)
		ret = file->f_op->write(file, buf, len, &pos);
	__fput_sync(file);
	return ret == len ? 0 : ret;
}

static void wt_fault_exit(void *data)
{
	const struct wt_fault *fault = data;

	kern_unmount(fault->mnt);
}

/*
 * The settings stay for the life of the kernel: at the end of a test its mm is
 * gone.  With a probability of 0 they mean nothing to anybody.
 */
void wt_fault_init(struct kunit *test)
{
	struct wt_fault *fault = kunit_kzalloc(test, sizeof(*fault),
			GFP_KERNEL);
	struct file_system_type *type = get_fs_type("debugfs");
	unsigned int i;
	int error;

	KUNIT_ASSERT_NOT_NULL(test, fault);
	if (!IS_ENABLED(CONFIG_FAILSLAB) || !IS_ENABLED(CONFIG_FAIL_PAGE_ALLOC))
		kunit_skip(test, "needs CONFIG_FAILSLAB, FAIL_PAGE_ALLOC");
	if (!type)
		kunit_skip(test, "needs debugfs");
	fault->mnt = kern_mount(type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fault->mnt);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, wt_fault_exit,
							   fault));
	fault->addr = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE,
				    PROT_READ | PROT_WRITE,
				    MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_NE(test, 0UL, fault->addr);

	for (i = 0; i < ARRAY_SIZE(wt_fault_knobs); i++) {
		error = wt_fault_write(fault, wt_fault_knobs[i].file,
				       wt_fault_knobs[i].value);
		if (error == -ENOENT)
			kunit_skip(test, "needs %s in debugfs",
				   wt_fault_knobs[i].file);
		KUNIT_ASSERT_EQ(test, 0, error);
	}
}
