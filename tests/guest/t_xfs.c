// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only XFS can be asked: see t.h.  The structures are those of
 * XFS_IOC_FSBULKSTAT_SINGLE in fs/xfs/libxfs/xfs_fs.h, as far as they are
 * used; that file is not part of the kernel's interface headers.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t.h"

struct t_bulkreq {
	uint64_t *lastip;		/* the inode's number */
	int32_t icount;
	void *ubuffer;
	int32_t *ocount;
};

struct t_bstat {
	uint64_t bs_ino;
	uint16_t bs_mode;
	uint16_t bs_nlink;
	uint32_t bs_uid;
	uint32_t bs_gid;
	uint32_t bs_rdev;
	int32_t bs_blksize;
	int64_t bs_size;		/* the on-disk size, not i_size */
	char rest[256];			/* more than there is */
};

#define T_BULKSTAT_SINGLE	_IOWR('X', 102, struct t_bulkreq)

long long t_disk_size(int fd)
{
	struct t_bstat stat = { 0 };
	int32_t count = 0;
	struct stat st;
	uint64_t ino;
	struct t_bulkreq req = {
		.lastip = &ino, .icount = 1, .ubuffer = &stat,
		.ocount = &count,
	};

	T_MUST(!fstat(fd, &st));
	ino = st.st_ino;
	T_MUST(!ioctl(fd, T_BULKSTAT_SINGLE, &req));
	T_MUST(stat.bs_ino == st.st_ino);
	return stat.bs_size;
}

/* XFS_IOC_FSGEOMETRY of fs/xfs/libxfs/xfs_fs.h, as far as it is used. */
struct t_geom {
	char before[92];
	uint32_t flags;
	char rest[160];
};

#define T_FSGEOMETRY		_IOR('X', 126, struct t_geom)
#define T_GEOM_REFLINK		(1 << 20)

bool t_has_reflink(int fd)
{
	struct t_geom geom = { .flags = 0 };

	T_MUST(!ioctl(fd, T_FSGEOMETRY, &geom));
	return geom.flags & T_GEOM_REFLINK;
}

void t_needs_reflink(struct t *t)
{
	int src = t_open(t, "reflink1", O_RDWR | O_CREAT);
	int fd = t_open(t, "reflink2", O_RDWR | O_CREAT);

	if (ioctl(fd, FICLONE, src))
		t_skip("no reflink here");
	close(src);
	close(fd);
}
