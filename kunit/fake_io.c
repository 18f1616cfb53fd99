// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads and writes of the file of a fake file system; see fake_fs.h for the
 * contract.
 */
#include <linux/highmem.h>
#include <linux/kthread.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "fake_fs.h"

#define FKFS_JOIN_TIMEOUT	(20 * HZ)

static ssize_t fkfs_write_locked(struct fkfs *fs, enum fkfs_how how,
				 struct kiocb *iocb, struct iov_iter *from,
				 bool *need_sync)
{
	ssize_t ret = -EINVAL;

	*need_sync = true;
	inode_lock(fs->inode);
	if (how == FKFS_BUFFERED)
		ret = iomap_file_buffered_write(iocb, from, &fkfs_iomap_ops,
						&fkfs_write_ops, NULL);
	else if (how == FKFS_WT)
		ret = iomap_file_writethrough(iocb, from, &fkfs_iomap_ops,
					      &fkfs_writethrough_ops, 0, NULL,
					      need_sync);
	inode_unlock(fs->inode);
	return ret;
}

ssize_t fkfs_write_iter(struct fkfs *fs, enum fkfs_how how, int ki_flags,
			struct iov_iter *from, loff_t pos)
{
	size_t len = iov_iter_count(from);
	struct kiocb iocb;
	bool need_sync;
	ssize_t ret;

	init_sync_kiocb(&iocb, fs->file);
	iocb.ki_pos = pos;
	iocb.ki_flags |= ki_flags;
	if (how == FKFS_WT)
		iocb.ki_flags |= IOCB_WRITETHROUGH;
	if (fs->ioprio)
		iocb.ki_ioprio = fs->ioprio;

	ret = fkfs_write_locked(fs, how, &iocb, from, &need_sync);
	if (ret == -ENOSPC && fs->on_no_space) {
		fs->on_no_space(fs);
		ret = fkfs_write_locked(fs, how, &iocb, from, &need_sync);
	}
	/* The position moves by what was written, and by nothing else. */
	fs->moved_wrong |= iocb.ki_pos != pos + max_t(ssize_t, ret, 0) ||
		len - iov_iter_count(from) != max_t(ssize_t, ret, 0);
	fs->need_sync = need_sync;
	if (ret > 0 && need_sync)
		ret = generic_write_sync(&iocb, ret);
	return ret;
}

static void fkfs_aio_complete(struct kiocb *iocb, long ret)
{
	struct fkfs_aio *aio = container_of(iocb, struct fkfs_aio, iocb);
	struct inode *inode = file_inode(iocb->ki_filp);

	aio->ret = ret;
	aio->nr_complete++;
	aio->in_irq = in_hardirq();
	aio->writeback = mapping_tagged(inode->i_mapping,
					PAGECACHE_TAG_WRITEBACK);
	aio->dio_count = atomic_read(&inode->i_dio_count);
	aio->stable_users = atomic_read(&inode->i_mapping->i_stable_users);
	aio->flushes = fkd_count(aio->fs->disk, FKD_FLUSH);
	complete_all(&aio->done);
}

ssize_t fkfs_aio_write(struct fkfs *fs, struct fkfs_aio *aio, int ki_flags,
		       const void *buf, loff_t pos, size_t len)
{
	struct kvec kvec = {
		.iov_base	= (void *)buf,
		.iov_len	= len,
	};
	struct iov_iter from;
	bool need_sync;
	ssize_t ret;

	memset(aio, 0, sizeof(*aio));
	aio->fs = fs;
	init_completion(&aio->done);
	init_sync_kiocb(&aio->iocb, fs->file);
	aio->iocb.ki_pos = pos;
	aio->iocb.ki_flags |= IOCB_WRITETHROUGH | ki_flags;
	aio->iocb.ki_complete = fkfs_aio_complete;
	iov_iter_kvec(&from, ITER_SOURCE, &kvec, 1, len);

	ret = fkfs_write_locked(fs, FKFS_WT, &aio->iocb, &from, &need_sync);
	fs->need_sync = need_sync;
	if (ret > 0 && need_sync)
		ret = generic_write_sync(&aio->iocb, ret);
	return ret;
}

long fkfs_aio_wait(struct fkfs_aio *aio)
{
	if (!wait_for_completion_timeout(&aio->done, FKFS_JOIN_TIMEOUT))
		return -ETIMEDOUT;
	return aio->ret;
}

ssize_t fkfs_write(struct fkfs *fs, enum fkfs_how how, int ki_flags,
		   const void *buf, loff_t pos, size_t len)
{
	struct kvec kvec = {
		.iov_base	= (void *)buf,
		.iov_len	= len,
	};
	struct iov_iter from;

	switch (how) {
	case FKFS_FSYNC:
		return vfs_fsync_range(fs->file, pos, pos + len - 1, 0);
	case FKFS_WAIT:
		return filemap_fdatawait_range(fs->inode->i_mapping, pos,
					       pos + len - 1);
	case FKFS_TRUNCATE:
		truncate_inode_pages(fs->inode->i_mapping, pos);
		return 0;
	case FKFS_INVALIDATE:
		return invalidate_inode_pages2_range(fs->inode->i_mapping,
				pos >> PAGE_SHIFT,
				(pos + len - 1) >> PAGE_SHIFT);
	case FKFS_DIO_WAIT:
		inode_lock(fs->inode);
		inode_dio_wait(fs->inode);
		inode_unlock(fs->inode);
		return 0;
	default:
		break;
	}
	iov_iter_kvec(&from, ITER_SOURCE, &kvec, 1, len);
	return fkfs_write_iter(fs, how, ki_flags, &from, pos);
}

static ssize_t fkfs_store(struct fkfs_io *io)
{
	const u8 *byte = io->buf;
	ssize_t ret;

	kthread_use_mm(io->mm);
	ret = put_user(*byte, (u8 __user *)(unsigned long)io->pos) ?: 1;
	kthread_unuse_mm(io->mm);
	mmput(io->mm);
	return ret;
}

static int fkfs_io_thread(void *data)
{
	struct fkfs_io *io = data;

	if (io->how == FKFS_STORE)
		io->ret = fkfs_store(io);
	else if (io->how == FKFS_AIO)
		io->ret = fkfs_aio_write(io->fs, &io->aio, io->ki_flags,
					 io->buf, io->pos, io->len);
	else
		io->ret = fkfs_write(io->fs, io->how, io->ki_flags, io->buf,
				     io->pos, io->len);
	complete_all(&io->done);
	return 0;
}

struct fkfs_io *fkfs_start(struct fkfs *fs, enum fkfs_how how, int ki_flags,
			   const void *buf, loff_t pos, size_t len)
{
	struct fkfs_io *io = fs->ios;
	struct task_struct *task;

	while (io < fs->ios + FKFS_MAX_IOS && io->fs)
		io++;
	if (io == fs->ios + FKFS_MAX_IOS)
		return ERR_PTR(-EBUSY);

	io->how = how;
	io->ki_flags = ki_flags;
	io->buf = buf;
	io->pos = pos;
	io->len = len;
	io->fs = fs;
	init_completion(&io->done);
	task = kthread_create(fkfs_io_thread, io, "iomap_test_io");
	if (IS_ERR(task)) {
		io->fs = NULL;
		return ERR_CAST(task);
	}
	if (how == FKFS_STORE) {
		io->mm = current->mm;
		mmget(io->mm);
	}
	io->task = get_task_struct(task);
	wake_up_process(task);
	return io;
}

bool fkfs_done(struct fkfs_io *io)
{
	return completion_done(&io->done);
}

bool fkfs_wait_blocked(struct fkfs_io *io)
{
	unsigned int asleep = 0;

	/* A nap on the way does not count. */
	while (asleep < 3) {
		if (fkfs_done(io))
			return false;
		asleep = task_is_running(io->task) ? 0 : asleep + 1;
		schedule_timeout_uninterruptible(1);
	}
	return true;
}

ssize_t fkfs_join(struct fkfs_io *io)
{
	if (!wait_for_completion_timeout(&io->done, FKFS_JOIN_TIMEOUT))
		return -ETIMEDOUT;
	return io->ret;
}

static int fkfs_copy(struct fkfs *fs, void *buf, loff_t pos, size_t len,
		     bool read)
{
	struct address_space *mapping = fs->inode->i_mapping;
	int error = 0;

	while (len && !error) {
		pgoff_t index = pos >> PAGE_SHIFT;
		struct folio *folio = read ?
			read_mapping_folio(mapping, index, NULL) :
			filemap_get_folio(mapping, index);
		size_t off, n;

		if (IS_ERR(folio))
			return PTR_ERR(folio);
		off = offset_in_folio(folio, pos);
		n = min(len, folio_size(folio) - off);
		if (folio_test_uptodate(folio) ||
		    iomap_is_partially_uptodate(folio, off, n))
			memcpy_from_folio(buf, folio, off, n);
		else
			error = -ENOENT;
		folio_put(folio);
		buf += n;
		pos += n;
		len -= n;
	}
	return error;
}

int fkfs_cached(struct fkfs *fs, void *buf, loff_t pos, size_t len)
{
	return fkfs_copy(fs, buf, pos, len, false);
}

int fkfs_read(struct fkfs *fs, void *buf, loff_t pos, size_t len)
{
	return fkfs_copy(fs, buf, pos, len, true);
}
