// SPDX-License-Identifier: GPL-2.0-only
/*
 * A disk in memory that sees everything and does what the test says; see the
 * header for the contract.
 */
#include <linux/hardirq.h>
#include <linux/jhash.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "fake_disk.h"

#define FKD_HELD_TIMEOUT	(10 * HZ)

static u64 fkd_pos(const struct bio *bio)
{
	return (u64)bio->bi_iter.bi_sector << SECTOR_SHIFT;
}

static enum fkd_kind fkd_kind(const struct bio *bio)
{
	if (bio_op(bio) == REQ_OP_READ)
		return FKD_READ;
	if (bio_op(bio) != REQ_OP_WRITE)
		return FKD_OTHER;
	return bio->bi_iter.bi_size ? FKD_WRITE : FKD_FLUSH;
}

/* Copy between the media and the bio, in the direction of the bio. */
static void fkd_copy(struct fkd *fkd, struct bio *bio)
{
	u8 *media = fkd->media + fkd_pos(bio);
	struct bvec_iter iter;
	struct bio_vec bv;

	bio_for_each_segment(bv, bio, iter) {
		if (op_is_write(bio_op(bio)))
			memcpy_from_bvec(media, &bv);
		else
			memcpy_to_bvec(&bv, media);
		media += bv.bv_len;
	}
}

static u32 fkd_sum(struct bio *bio)
{
	struct bvec_iter iter;
	struct bio_vec bv;
	u32 sum = 0;

	bio_for_each_segment(bv, bio, iter) {
		void *addr = bvec_kmap_local(&bv);

		sum = jhash(addr, bv.bv_len, sum);
		kunmap_local(addr);
	}
	return sum;
}

static unsigned int fkd_count_tagged(struct address_space *mapping,
				     xa_mark_t mark)
{
	unsigned int nr = 0;
	unsigned long index;
	void *entry;

	xa_for_each_marked(&mapping->i_pages, index, entry, mark)
		nr++;
	return nr;
}

/* Take down what the folios of @bio and the file look like. */
static void fkd_look(struct fkd *fkd, struct bio *bio, struct fkd_seen *seen)
{
	struct address_space *mapping = fkd->mapping;
	struct folio_iter fi;

	bio_for_each_folio_all(fi, bio) {
		seen->folios++;
		seen->writeback += folio_test_writeback(fi.folio);
		seen->dirty += folio_test_dirty(fi.folio);
		seen->locked += folio_test_locked(fi.folio);
	}
	if (!mapping)
		return;

	seen->tag_writeback = fkd_count_tagged(mapping,
					       PAGECACHE_TAG_WRITEBACK);
	seen->tag_dirty = fkd_count_tagged(mapping, PAGECACHE_TAG_DIRTY);
	seen->tag_towrite = fkd_count_tagged(mapping, PAGECACHE_TAG_TOWRITE);
	seen->i_size = i_size_read(mapping->host);
	seen->dio_count = atomic_read(&mapping->host->i_dio_count);
	seen->inode_locked = inode_is_locked(mapping->host);
}

static void fkd_record(struct fkd *fkd, struct bio *bio)
{
	struct fkd_rec rec = {
		.kind		= fkd_kind(bio),
		.opf		= bio->bi_opf,
		.sector		= bio->bi_iter.bi_sector,
		.len		= bio->bi_iter.bi_size,
		.write_hint	= bio->bi_write_hint,
		.ioprio		= bio->bi_ioprio,
	};

	if (rec.len)
		rec.sum = fkd_sum(bio);
	fkd_look(fkd, bio, &rec.seen);

	spin_lock_irq(&fkd->lock);
	if (fkd->nr_recs < FKD_MAX_RECS)
		fkd->recs[fkd->nr_recs] = rec;
	fkd->nr_recs++;
	spin_unlock_irq(&fkd->lock);
}

/* Note the end of @bio in the oldest open record that it fits. */
static void fkd_record_end(struct fkd *fkd, struct bio *bio)
{
	u32 sum = fkd_sum(bio);
	unsigned int i;

	spin_lock_irq(&fkd->lock);
	for (i = 0; i < min(fkd->nr_recs, FKD_MAX_RECS); i++) {
		struct fkd_rec *rec = &fkd->recs[i];

		if (rec->done || rec->opf != bio->bi_opf ||
		    rec->sector != bio->bi_iter.bi_sector ||
		    rec->len != bio->bi_iter.bi_size)
			continue;
		rec->done = true;
		rec->changed = rec->kind == FKD_WRITE && rec->sum != sum;
		break;
	}
	spin_unlock_irq(&fkd->lock);
}

static bool fkd_fails(const struct fkd *fkd, const struct bio *bio)
{
	if (!fkd->fail_status || fkd_kind(bio) != fkd->fail_kind)
		return false;
	return fkd->fail_kind == FKD_FLUSH ||
	       (fkd->fail_pos >= fkd_pos(bio) &&
		fkd->fail_pos < fkd_pos(bio) + bio->bi_iter.bi_size);
}

static void fkd_look_after(struct fkd *fkd)
{
	if (fkd->mapping)
		fkd->after = fkd_count_tagged(fkd->mapping,
					      PAGECACHE_TAG_WRITEBACK);
}

static void fkd_end(struct fkd *fkd, struct bio *bio, blk_status_t status)
{
	unsigned long flags;

	if (!status && fkd_fails(fkd, bio))
		status = fkd->fail_status;
	if (!status)
		fkd_copy(fkd, bio);
	/* it may have the error of another one that it waited for */
	if (status)
		bio->bi_status = status;
	fkd_record_end(fkd, bio);

	local_irq_save(flags);
	__irq_enter_raw();
	lockdep_hardirq_threaded();	/* could be, as a driver's: may sleep on RT */
	bio_endio(bio);
	fkd_look_after(fkd);
	__irq_exit_raw();
	local_irq_restore(flags);
}

static void fkd_submit_bio(struct bio *bio)
{
	struct fkd *fkd = bio->bi_bdev->bd_disk->private_data;

	fkd_record(fkd, bio);

	spin_lock_irq(&fkd->lock);
	if (fkd->hold && fkd_kind(bio) == FKD_WRITE) {
		bio_list_add(&fkd->held, bio);
		bio = NULL;
	}
	spin_unlock_irq(&fkd->lock);

	if (bio)
		fkd_end(fkd, bio, BLK_STS_OK);
	else
		wake_up_all(&fkd->waitq);
}

static const struct block_device_operations fkd_ops = {
	.owner		= THIS_MODULE,
	.submit_bio	= fkd_submit_bio,
};

struct fkd *fkd_alloc(size_t size, const struct queue_limits *lim)
{
	struct queue_limits l = {
		.features	= BLK_FEAT_WRITE_CACHE | BLK_FEAT_FUA,
	};
	struct fkd *fkd;
	int error;

	fkd = kzalloc_obj(*fkd);
	if (!fkd)
		return ERR_PTR(-ENOMEM);
	fkd->size = size;
	spin_lock_init(&fkd->lock);
	init_waitqueue_head(&fkd->waitq);

	error = -ENOMEM;
	fkd->media = vzalloc(size);
	if (!fkd->media)
		goto out_free;

	if (lim)
		l = *lim;
	fkd->disk = blk_alloc_disk(&l, NUMA_NO_NODE);
	if (IS_ERR(fkd->disk)) {
		error = PTR_ERR(fkd->disk);
		goto out_media;
	}
	fkd->disk->fops = &fkd_ops;
	fkd->disk->private_data = fkd;
	fkd->disk->flags |= GENHD_FL_NO_PART;
	strscpy(fkd->disk->disk_name, "iomap_test", DISK_NAME_LEN);
	set_capacity(fkd->disk, size >> SECTOR_SHIFT);

	error = add_disk(fkd->disk);
	if (error)
		goto out_disk;
	fkd_forget(fkd);
	return fkd;

out_disk:
	put_disk(fkd->disk);
out_media:
	vfree(fkd->media);
out_free:
	kfree(fkd);
	return ERR_PTR(error);
}

void fkd_free(struct fkd *fkd)
{
	WARN_ON_ONCE(!bio_list_empty(&fkd->held));
	del_gendisk(fkd->disk);
	put_disk(fkd->disk);
	vfree(fkd->media);
	kfree(fkd);
}

void fkd_forget(struct fkd *fkd)
{
	spin_lock_irq(&fkd->lock);
	fkd->nr_recs = 0;
	spin_unlock_irq(&fkd->lock);
}

const struct fkd_rec *fkd_nth(struct fkd *fkd, enum fkd_kind kind,
			      unsigned int nth)
{
	const struct fkd_rec *rec = NULL;
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&fkd->lock, flags);
	for (i = 0; i < min(fkd->nr_recs, FKD_MAX_RECS) && !rec; i++) {
		if (fkd->recs[i].kind == kind && !nth--)
			rec = &fkd->recs[i];
	}
	spin_unlock_irqrestore(&fkd->lock, flags);
	return rec;
}

unsigned int fkd_count(struct fkd *fkd, enum fkd_kind kind)
{
	unsigned int nr = 0;

	WARN_ON_ONCE(fkd->nr_recs > FKD_MAX_RECS);
	while (fkd_nth(fkd, kind, nr))
		nr++;
	return nr;
}

bool fkd_unstable(struct fkd *fkd)
{
	bool changed = false;
	unsigned int i;

	spin_lock_irq(&fkd->lock);
	for (i = 0; i < min(fkd->nr_recs, FKD_MAX_RECS); i++)
		changed |= fkd->recs[i].changed;
	spin_unlock_irq(&fkd->lock);
	return changed;
}

void fkd_fail(struct fkd *fkd, enum fkd_kind kind, u64 pos, blk_status_t status)
{
	fkd->fail_kind = kind;
	fkd->fail_pos = pos;
	fkd->fail_status = status;
}

unsigned int fkd_nr_held(struct fkd *fkd)
{
	unsigned int nr;

	spin_lock_irq(&fkd->lock);
	nr = bio_list_size(&fkd->held);
	spin_unlock_irq(&fkd->lock);
	return nr;
}

bool fkd_wait_held(struct fkd *fkd, unsigned int nr)
{
	return wait_event_timeout(fkd->waitq, fkd_nr_held(fkd) >= nr,
			FKD_HELD_TIMEOUT);
}

bool fkd_release(struct fkd *fkd, unsigned int nth, blk_status_t status)
{
	struct bio_list keep = BIO_EMPTY_LIST;
	struct bio *bio, *found = NULL;

	spin_lock_irq(&fkd->lock);
	while ((bio = bio_list_pop(&fkd->held))) {
		if (nth-- == 0)
			found = bio;
		else
			bio_list_add(&keep, bio);
	}
	fkd->held = keep;
	spin_unlock_irq(&fkd->lock);

	if (found)
		fkd_end(fkd, found, status);
	return found;
}

void fkd_release_all(struct fkd *fkd)
{
	spin_lock_irq(&fkd->lock);
	fkd->hold = false;
	spin_unlock_irq(&fkd->lock);
	while (fkd_release(fkd, 0, BLK_STS_OK))
		;
}
