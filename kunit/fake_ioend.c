// SPDX-License-Identifier: GPL-2.0-only
/*
 * Submission and completion of the writes of a fake file system; see fake_fs.h
 * for the contract.
 *
 * What has to be done when a write is complete (convert an extent, move a size)
 * is done in process context, in order, before writeback ends.
 */
#include <linux/pagemap.h>
#include <linux/writeback.h>

#include "fake_fs.h"

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
	loff_t end = ioend->io_offset + ioend->io_size;
	struct folio_iter fi;

	bio_for_each_folio_all(fi, &ioend->io_bio)
		fs->early_end += !folio_test_writeback(fi.folio);

	if (!error && ext && ext->type == IOMAP_UNWRITTEN &&
	    ioend->io_offset == ext->offset &&
	    ioend->io_bio.bi_iter.bi_size >= ext->length)
		ext->type = IOMAP_MAPPED;
	if (!error && (ioend->io_flags & IOMAP_IOEND_WRITETHROUGH))
		fkfs_extend_isize(fs, end);
	if (!error)
		fs->disk_size = max(fs->disk_size,
				    min(end, i_size_read(fs->inode)));
	fs->nr_ioends++;
	iomap_finish_ioends(ioend, error);
}

void fkfs_work(struct work_struct *work)
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

/* Have @ioend completed here if there is something to be done for it. */
static void fkfs_set_completion(struct fkfs *fs, struct iomap_ioend *ioend)
{
	if ((ioend->io_flags & (IOMAP_IOEND_UNWRITTEN | IOMAP_IOEND_SHARED)) ||
	    ioend->io_offset + ioend->io_size > fs->disk_size) {
		ioend->io_bio.bi_end_io = fkfs_end_bio;
		bio_clear_flag(&ioend->io_bio, BIO_COMPLETE_IN_TASK);
	}
}

static int fkfs_submit_ioend(struct iomap_iter *iter,
			     struct iomap_ioend *ioend)
{
	struct fkfs *fs = iter->inode->i_private;
	int error;

	fs->submit_fs_reclaim |= !(current->flags & PF_MEMALLOC_NOFS);
	fs->nr_submit++;
	error = fkfs_inject(fs, FKFS_SUBMIT);
	if (error)
		return error;
	fkfs_set_completion(fs, ioend);
	iomap_ioend_submit(ioend, &iter->iomap, 0);
	return 0;
}

static ssize_t fkfs_end_io(struct kiocb *iocb, ssize_t ret)
{
	struct fkfs *fs = file_inode(iocb->ki_filp)->i_private;

	fs->end_io_ret = ret;
	return fkfs_inject(fs, FKFS_END_IO) ?: ret;
}

const struct iomap_writethrough_ops fkfs_writethrough_ops = {
	.write_ops		= &fkfs_write_ops,
	.submit_ioend		= fkfs_submit_ioend,
	.end_io			= fkfs_end_io,
};

static ssize_t fkfs_writeback_range(struct iomap_writepage_ctx *wpc,
				    struct folio *folio, u64 pos,
				    unsigned int len, u64 end_pos)
{
	fkfs_map(wpc->inode->i_private, pos, &wpc->iomap);
	return iomap_add_to_ioend(wpc, folio, pos, end_pos, len);
}

static int fkfs_writeback_submit(struct iomap_writepage_ctx *wpc, int error)
{
	fkfs_set_completion(wpc->inode->i_private, wpc->wb_ctx);
	return iomap_ioend_writeback_submit(wpc, error);
}

static const struct iomap_writeback_ops fkfs_writeback_ops = {
	.writeback_range	= fkfs_writeback_range,
	.writeback_submit	= fkfs_writeback_submit,
};

int fkfs_writepages(struct address_space *mapping,
		    struct writeback_control *wbc)
{
	struct iomap_writepage_ctx wpc = {
		.inode		= mapping->host,
		.wbc		= wbc,
		.ops		= &fkfs_writeback_ops,
	};

	return iomap_writepages(&wpc);
}
