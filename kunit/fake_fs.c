// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system of one file on a fake disk; see the header for the contract.
 */
#include <linux/file.h>
#include <linux/fs_context.h>
#include <linux/fserror.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "fake_fs.h"

#define FKFS_MAGIC		0x694f4d50

static void fkfs_report_error(const struct fserror_event *event)
{
	struct fkfs *fs = event->inode->i_private;

	spin_lock_irq(&fs->lock);
	fs->nr_reports++;
	fs->report_type = event->type;
	fs->report_error = event->error;
	spin_unlock_irq(&fs->lock);
}

static const struct super_operations fkfs_super_ops = {
	.statfs			= simple_statfs,
	.report_error		= fkfs_report_error,
};

static int fkfs_init_fs_context(struct fs_context *fc)
{
	struct pseudo_fs_context *ctx = init_pseudo(fc, FKFS_MAGIC);

	if (!ctx)
		return -ENOMEM;
	ctx->ops = &fkfs_super_ops;
	return 0;
}

static struct file_system_type fkfs_type = {
	.name			= "iomap_test",
	.init_fs_context	= fkfs_init_fs_context,
	.kill_sb		= kill_anon_super,
};

struct fkfs_extent *fkfs_find(struct fkfs *fs, loff_t pos)
{
	struct fkfs_extent *ext = fs->extents;

	for (; ext < fs->extents + FKFS_MAX_EXTENTS && ext->length; ext++)
		if (pos >= ext->offset && pos < ext->offset + ext->length)
			return ext;
	return NULL;
}

/* Where does the hole at @pos end? */
static loff_t fkfs_hole_end(struct fkfs *fs, loff_t pos)
{
	struct fkfs_extent *ext = fs->extents;
	loff_t end = MAX_LFS_FILESIZE;

	for (; ext < fs->extents + FKFS_MAX_EXTENTS && ext->length; ext++)
		if (ext->offset > pos && ext->offset < end)
			end = ext->offset;
	return end;
}

void fkfs_map(struct fkfs *fs, loff_t pos, struct iomap *iomap)
{
	const struct fkfs_extent *ext = fkfs_find(fs, pos);

	iomap->bdev = fkd_bdev(fs->disk);
	if (ext) {
		iomap->offset = ext->offset;
		iomap->length = ext->length;
		iomap->addr = ext->addr;
		iomap->type = ext->type;
		iomap->flags = ext->flags;
	} else {
		iomap->offset = pos;
		iomap->length = fkfs_hole_end(fs, pos) - pos;
		iomap->addr = IOMAP_NULL_ADDR;
		iomap->type = IOMAP_HOLE;
		iomap->flags = 0;
	}
}

static unsigned int fkfs_nr_writeback(struct inode *inode)
{
	unsigned long index;
	unsigned int nr = 0;
	void *entry;

	xa_for_each_marked(&inode->i_mapping->i_pages, index, entry,
			   PAGECACHE_TAG_WRITEBACK)
		nr++;
	return nr;
}

void fkfs_fail(struct fkfs *fs, enum fkfs_op op, unsigned int at, int error)
{
	fs->faults[op] = (struct fkfs_fault) {
		.at = at, .times = 1, .error = error,
	};
}

int fkfs_inject(struct fkfs *fs, enum fkfs_op op)
{
	struct fkfs_fault *fault = &fs->faults[op];

	fault->calls++;
	if (!fault->error || fault->calls < fault->at ||
	    fault->calls >= fault->at + fault->times)
		return 0;
	return fault->error;
}

static int fkfs_iomap_begin(struct inode *inode, loff_t pos, loff_t length,
			    unsigned int flags, struct iomap *iomap,
			    struct iomap *srcmap)
{
	struct fkfs *fs = inode->i_private;
	int dio = atomic_read(&inode->i_dio_count);
	int error = 0;

	fkfs_map(fs, pos, iomap);
	if ((flags & IOMAP_ATOMIC) && !(iomap->flags & IOMAP_F_SHARED))
		iomap->flags |= IOMAP_F_ATOMIC_BIO;
	if (flags & IOMAP_WRITE) {
		fs->begin_dio = fs->nr_begin ? min(fs->begin_dio, dio) : dio;
		fs->begin_writeback = max(fs->begin_writeback,
					  fkfs_nr_writeback(inode));
		fs->nr_begin++;
		if (pos + length > fs->disk_size)
			iomap->flags |= IOMAP_F_DIRTY;
		error = fkfs_inject(fs, FKFS_BEGIN);
	}
	return error;
}

static int fkfs_iomap_end(struct inode *inode, loff_t pos, loff_t length,
			  ssize_t written, unsigned int flags,
			  struct iomap *iomap)
{
	struct fkfs *fs = inode->i_private;

	return flags & IOMAP_WRITE ? fkfs_inject(fs, FKFS_END) : 0;
}

const struct iomap_ops fkfs_iomap_ops = {
	.iomap_begin		= fkfs_iomap_begin,
	.iomap_end		= fkfs_iomap_end,
};

static bool fkfs_iomap_valid(struct inode *inode, const struct iomap *iomap)
{
	struct fkfs *fs = inode->i_private;

	fs->nr_valid++;
	if (fs->on_valid)
		fs->on_valid(fs);
	if (fs->nr_valid != fs->stale_at)
		return true;
	if (fs->stale_to)
		memcpy(fs->extents, fs->stale_to, sizeof(fs->extents));
	return false;
}

static struct folio *fkfs_get_folio(struct iomap_iter *iter, loff_t pos,
				    unsigned int len)
{
	struct fkfs *fs = iter->inode->i_private;
	int error = fkfs_inject(fs, FKFS_GET);

	return error ? ERR_PTR(error) : iomap_get_folio(iter, pos, len);
}

const struct iomap_write_ops fkfs_write_ops = {
	.get_folio		= fkfs_get_folio,
	.iomap_valid		= fkfs_iomap_valid,
};

static int fkfs_read_folio(struct file *file, struct folio *folio)
{
	iomap_bio_read_folio(folio, &fkfs_iomap_ops);
	return 0;
}

static const struct address_space_operations fkfs_aops = {
	.read_folio		= fkfs_read_folio,
	.writepages		= fkfs_writepages,
	.dirty_folio		= iomap_dirty_folio,
	.release_folio		= iomap_release_folio,
	.invalidate_folio	= iomap_invalidate_folio,
	.is_partially_uptodate	= iomap_is_partially_uptodate,
	.migrate_folio		= filemap_migrate_folio,
};

static int fkfs_fsync(struct file *file, loff_t start, loff_t end,
		      int datasync)
{
	struct fkfs *fs = file_inode(file)->i_private;
	int error;

	error = file_write_and_wait_range(file, start, end);
	if (error)
		return error;
	return blkdev_issue_flush(fkd_bdev(fs->disk));
}

static vm_fault_t fkfs_page_mkwrite(struct vm_fault *vmf)
{
	struct fkfs *fs = file_inode(vmf->vma->vm_file)->i_private;

	fs->nr_mkwrite++;
	return iomap_page_mkwrite(vmf, &fkfs_iomap_ops, NULL);
}

static const struct vm_operations_struct fkfs_vm_ops = {
	.fault			= filemap_fault,
	.map_pages		= filemap_map_pages,
	.page_mkwrite		= fkfs_page_mkwrite,
};

static int fkfs_mmap_prepare(struct vm_area_desc *desc)
{
	desc->vm_ops = &fkfs_vm_ops;
	return 0;
}

static const struct file_operations fkfs_fops = {
	.owner			= THIS_MODULE,
	.mmap_prepare		= fkfs_mmap_prepare,
	.fsync			= fkfs_fsync,
};

static struct inode *fkfs_new_inode(struct fkfs *fs,
				    const struct fkfs_conf *conf)
{
	struct inode *inode = new_inode(fs->mnt->mnt_sb);

	if (!inode)
		return NULL;
	inode->i_ino = 2;
	inode->i_mode = S_IFREG | 0600;
	inode->i_private = fs;
	inode->i_flags |= S_NOATIME | S_NOCMTIME;
	inode->i_blkbits = conf->blkbits ?: PAGE_SHIFT;
	inode->i_fop = &fkfs_fops;
	inode->i_mapping->a_ops = &fkfs_aops;
	mapping_set_folio_order_range(inode->i_mapping, conf->min_order,
				      conf->max_order);
	i_size_write(inode, conf->i_size);
	fs->disk_size = conf->i_size;
	return inode;
}

struct fkfs *fkfs_alloc(const struct fkfs_conf *conf, size_t disk_size,
			const struct queue_limits *lim)
{
	struct fkfs *fs;
	int error;

	fs = kzalloc_obj(*fs);
	if (!fs)
		return ERR_PTR(-ENOMEM);
	spin_lock_init(&fs->lock);
	INIT_LIST_HEAD(&fs->ioends);
	INIT_WORK(&fs->work, fkfs_work);
	memcpy(fs->extents, conf->extents, sizeof(fs->extents));

	fs->disk = fkd_alloc(disk_size, lim);
	if (IS_ERR(fs->disk)) {
		error = PTR_ERR(fs->disk);
		goto out_free;
	}
	fs->mnt = kern_mount(&fkfs_type);
	if (IS_ERR(fs->mnt)) {
		error = PTR_ERR(fs->mnt);
		goto out_disk;
	}
	error = super_setup_bdi(fs->mnt->mnt_sb);
	if (error)
		goto out_mnt;

	error = -ENOMEM;
	fs->inode = fkfs_new_inode(fs, conf);
	if (!fs->inode)
		goto out_mnt;
	fs->file = alloc_file_pseudo(fs->inode, fs->mnt, "file", O_RDWR,
				     &fkfs_fops);
	if (IS_ERR(fs->file)) {
		error = PTR_ERR(fs->file);
		goto out_inode;
	}
	fs->disk->mapping = fs->inode->i_mapping;
	return fs;

out_inode:
	iput(fs->inode);
out_mnt:
	kern_unmount(fs->mnt);
out_disk:
	fkd_free(fs->disk);
out_free:
	kfree(fs);
	return ERR_PTR(error);
}

void fkfs_free(struct fkfs *fs)
{
	unsigned int i;

	fkd_release_all(fs->disk);
	for (i = 0; i < FKFS_MAX_IOS && fs->ios[i].fs; i++)
		if (WARN_ON_ONCE(fkfs_join(&fs->ios[i]) == -ETIMEDOUT))
			return;
	for (i = 0; i < FKFS_MAX_IOS && fs->ios[i].fs; i++)
		put_task_struct(fs->ios[i].task);
	filemap_fdatawait_keep_errors(fs->inode->i_mapping);
	flush_work(&fs->work);
	fs->disk->mapping = NULL;
	__fput_sync(fs->file);
	flush_delayed_fput();
	kern_unmount(fs->mnt);
	fkd_free(fs->disk);
	kfree(fs);
}

struct file *fkfs_open(struct fkfs *fs)
{
	struct file *file;

	ihold(fs->inode);
	file = alloc_file_pseudo(fs->inode, fs->mnt, "file", O_RDWR,
				 &fkfs_fops);
	if (IS_ERR(file))
		iput(fs->inode);
	return file;
}

unsigned int fkfs_nr_reports(struct fkfs *fs)
{
	const refcount_t *pending = &fs->mnt->mnt_sb->s_pending_errors;

	while (refcount_read(pending) > 1)
		schedule_timeout_uninterruptible(1);
	return fs->nr_reports;
}

u8 *fkfs_media(struct fkfs *fs, loff_t pos)
{
	const struct fkfs_extent *ext = fkfs_find(fs, pos);

	if (!ext || ext->addr == IOMAP_NULL_ADDR)
		return NULL;
	return fs->disk->media + ext->addr + (pos - ext->offset);
}

void fkfs_drop_cache(struct fkfs *fs)
{
	truncate_inode_pages(fs->inode->i_mapping, 0);
}
