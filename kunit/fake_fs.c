// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file system of one file on a fake disk; see the header for the contract.
 */
#include <linux/file.h>
#include <linux/fs_context.h>
#include <linux/mount.h>
#include <linux/pagemap.h>
#include <linux/pseudo_fs.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/writeback.h>

#include "fake_fs.h"

#define FKFS_MAGIC		0x694f4d50

static int fkfs_init_fs_context(struct fs_context *fc)
{
	return init_pseudo(fc, FKFS_MAGIC) ? 0 : -ENOMEM;
}

static struct file_system_type fkfs_type = {
	.name			= "iomap_test",
	.init_fs_context	= fkfs_init_fs_context,
	.kill_sb		= kill_anon_super,
};

static struct fkfs_extent *fkfs_find(struct fkfs *fs, loff_t pos)
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

static void fkfs_map(struct fkfs *fs, loff_t pos, struct iomap *iomap)
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

static int fkfs_iomap_begin(struct inode *inode, loff_t pos, loff_t length,
			    unsigned int flags, struct iomap *iomap, struct iomap *srcmap)
{
	struct fkfs *fs = inode->i_private;
	int dio = atomic_read(&inode->i_dio_count);

	if (flags & IOMAP_WRITE) {
		fs->begin_dio = fs->nr_begin ? min(fs->begin_dio, dio) : dio;
		fs->begin_writeback = max(fs->begin_writeback,
					  fkfs_nr_writeback(inode));
		if (++fs->nr_begin == fs->begin_error_at)
			return fs->begin_error;
	}
	fkfs_map(fs, pos, iomap);
	return 0;
}

const struct iomap_ops fkfs_iomap_ops = {
	.iomap_begin		= fkfs_iomap_begin,
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

const struct iomap_write_ops fkfs_write_ops = {
	.iomap_valid		= fkfs_iomap_valid,
};

/* Move i_size up to @size, if it is not there yet. */
static void fkfs_extend_isize(struct fkfs *fs, loff_t size)
{
	spin_lock_irq(&fs->lock);
	if (size > i_size_read(fs->inode))
		i_size_write(fs->inode, size);
	spin_unlock_irq(&fs->lock);
}

/*
 * The file system's part of the completion.  All of its folios are still
 * under writeback then (a reader could otherwise see the old extent).
 */
static void fkfs_complete_ioend(struct fkfs *fs, struct iomap_ioend *ioend)
{
	int error = blk_status_to_errno(ioend->io_bio.bi_status);
	struct fkfs_extent *ext = fkfs_find(fs, ioend->io_offset);
	struct folio_iter fi;

	bio_for_each_folio_all(fi, &ioend->io_bio)
		fs->early_end += !folio_test_writeback(fi.folio);

	if (!error && ext && ext->type == IOMAP_UNWRITTEN &&
	    ioend->io_offset == ext->offset &&
	    ioend->io_bio.bi_iter.bi_size >= ext->length)
		ext->type = IOMAP_MAPPED;
	if (!error && (ioend->io_flags & IOMAP_IOEND_WRITETHROUGH))
		fkfs_extend_isize(fs, ioend->io_offset + ioend->io_size);
	fs->nr_ioends++;
	iomap_finish_ioends(ioend, error);
}

static void fkfs_work(struct work_struct *work)
{
	struct fkfs *fs = container_of(work, struct fkfs, work);
	struct iomap_ioend *ioend;

	for (;;) {
		spin_lock_irq(&fs->lock);
		ioend = list_first_entry_or_null(&fs->ioends,
						 struct iomap_ioend, io_list);
		if (ioend)
			list_del_init(&ioend->io_list);
		spin_unlock_irq(&fs->lock);
		if (!ioend)
			break;
		fkfs_complete_ioend(fs, ioend);
	}
}

static void fkfs_end_bio(struct bio *bio)
{
	struct iomap_ioend *ioend = iomap_ioend_from_bio(bio);
	struct fkfs *fs = ioend->io_inode->i_private;
	unsigned long flags;

	spin_lock_irqsave(&fs->lock, flags);
	list_add_tail(&ioend->io_list, &fs->ioends);
	spin_unlock_irqrestore(&fs->lock, flags);
	schedule_work(&fs->work);
}

static int fkfs_submit_ioend(struct iomap_iter *iter,
			     struct iomap_ioend *ioend)
{
	struct fkfs *fs = iter->inode->i_private;

	fs->submit_fs_reclaim |= !(current->flags & PF_MEMALLOC_NOFS);
	if (++fs->nr_submit == fs->submit_error_at)
		return fs->submit_error;
	if ((ioend->io_flags & IOMAP_IOEND_UNWRITTEN) ||
	    ioend->io_offset + ioend->io_size > i_size_read(iter->inode))
		ioend->io_bio.bi_end_io = fkfs_end_bio;
	iomap_ioend_submit(ioend, &iter->iomap, 0);
	return 0;
}

const struct iomap_writethrough_ops fkfs_writethrough_ops = {
	.write_ops		= &fkfs_write_ops,
	.submit_ioend		= fkfs_submit_ioend,
};

static ssize_t fkfs_writeback_range(struct iomap_writepage_ctx *wpc,
				    struct folio *folio, u64 pos, unsigned int len, u64 end_pos)
{
	fkfs_map(wpc->inode->i_private, pos, &wpc->iomap);
	return iomap_add_to_ioend(wpc, folio, pos, end_pos, len);
}

static int fkfs_writeback_submit(struct iomap_writepage_ctx *wpc, int error)
{
	struct iomap_ioend *ioend = wpc->wb_ctx;

	if (ioend->io_flags & IOMAP_IOEND_UNWRITTEN)
		ioend->io_bio.bi_end_io = fkfs_end_bio;
	return iomap_ioend_writeback_submit(wpc, error);
}

static const struct iomap_writeback_ops fkfs_writeback_ops = {
	.writeback_range	= fkfs_writeback_range,
	.writeback_submit	= fkfs_writeback_submit,
};

static int fkfs_writepages(struct address_space *mapping,
			   struct writeback_control *wbc)
{
	struct iomap_writepage_ctx wpc = {
		.inode		= mapping->host,
		.wbc		= wbc,
		.ops		= &fkfs_writeback_ops,
	};

	return iomap_writepages(&wpc);
}

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
	__fput_sync(fs->file);
	flush_delayed_fput();
	kern_unmount(fs->mnt);
	fkd_free(fs->disk);
	kfree(fs);
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
