// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmodified programs under libwtshim.so (tests/shim): what they write to the
 * files of a rule is on the disk when they are done, and clean in the cache,
 * though none of them knows the flag or syncs.  The control is the same program
 * without the library.  What the library does with rules and descriptors is
 * tested in tests/host/shim, where no kernel is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../shim/counts.h"
#include "t.h"

#define SHIM_COUNTS	"/tmp/shim.counts"
#define SHIM_LIB	"/t/libwtshim.so"
#define SHIM_WRITER	"/t/shim-writer"
#define SHIM_XFS_IO	"/bin/xfs_io"

static _Noreturn void shim_exec(const char *rules, char *const argv[])
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, 1);
	if (rules) {
		setenv("LD_PRELOAD", SHIM_LIB, 1);
		setenv("WT_SHIM_RULES", rules, 1);
		setenv("WT_SHIM_COUNTS", SHIM_COUNTS, 1);
	}
	execv(argv[0], argv);
	_exit(127);
}

/* Run it, with the library if there are @rules; the status as a shell has it. */
static int shim_run(const char *rules, char *const argv[])
{
	int status;
	pid_t pid;

	unlink(SHIM_COUNTS);
	pid = fork();
	if (!pid)
		shim_exec(rules, argv);
	T_MUST(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

/* What became of the writes of the first rule. */
static struct shim_count shim_outcome(enum shim_outcome outcome)
{
	static struct shim_counts counts;
	int fd = open(SHIM_COUNTS, O_RDONLY);

	T_MUST(fd >= 0);
	T_MUST(read(fd, &counts, sizeof(counts)) == sizeof(counts));
	close(fd);
	return counts.of[0][outcome];
}

/* CLASS:PATH of a file of the case. */
static char *shim_rule(struct t *t, const char *class, const char *name)
{
	char *rule;

	T_MUST(asprintf(&rule, "%s:%s/%s", class, t->dir, name) > 0);
	return rule;
}

/* xfs_io copies @len bytes of the file "source" into @name, by blocks. */
static int shim_xfs_io(struct t *t, const char *rules, const char *name,
		       long long len)
{
	char command[700], path[600];
	char *argv[] = { SHIM_XFS_IO, "-c", command, path, NULL };

	snprintf(path, sizeof(path), "%s/%s", t->dir, name);
	snprintf(command, sizeof(command), "pwrite -q -i %s/source -b %lld 0 "
		 "%lld", t->dir, t->bs, len);
	return shim_run(rules, argv);
}

/* Generation 2, for xfs_io to write. */
static void shim_source(struct t *t, long long len)
{
	int fd = t_open(t, "source", O_RDWR | O_CREAT);

	T_MUST(t_write(t, fd, 0, len, 2, 0) == len);
	close(fd);
}

/* Each of a real program's writes is a bio of its own, at once. */
static void shim_program(struct t *t)
{
	long long len = 8 * t->ps, blocks = len / t->bs;
	int fd = t_file(t, "f", len), lazy = t_file(t, "lazy", len);
	struct t_trace tr;

	shim_source(t, len);
	T_EQ(t, "status without the library", 0,
	     shim_xfs_io(t, NULL, "lazy", len));
	T_LAZY(t, lazy, 0, len, 2);

	t_trace_start(t, &tr);
	T_EQ(t, "status", 0, shim_xfs_io(t, shim_rule(t, "wt", "f"), "f", len));
	t_trace_stop(t, &tr, fd);
	T_CLEAN(t, fd, 0, len);
	T_DISK(t, fd, 0, len, 2);
	T_READS(t, fd, 0, len, 2);
	T_EQ(t, "bios", blocks, tr.bios);
	T_EQ(t, "writes that were written through", blocks,
	     shim_outcome(SHIM_DONE_WT).calls);
	T_EQ(t, "their bytes", len, shim_outcome(SHIM_DONE_WT).bytes);
}

/* Only the files of a rule; a class that only counts leaves them lazy. */
static void shim_others(struct t *t)
{
	long long len = 4 * t->ps;
	int fd = t_file(t, "f", len);

	shim_source(t, len);
	T_EQ(t, "status", 0, shim_xfs_io(t, shim_rule(t, "wt", "g"), "f", len));
	T_DIRTY(t, fd, 0, len, 2);
	T_EQ(t, "writes counted", 0, shim_outcome(SHIM_DONE_WT).calls);
	T_MUST(!fsync(fd));

	shim_source(t, len);
	T_EQ(t, "status", 0,
	     shim_xfs_io(t, shim_rule(t, "ordinary", "f"), "f", len));
	T_OK(t, t_cachestat(fd, 0, len).nr_dirty, "an ordinary write left "
	     "nothing dirty");
	T_EQ(t, "ordinary writes", len / t->bs,
	     shim_outcome(SHIM_DONE_ORDINARY).calls);
}

/* The file's bytes are on the disk, whatever they are. */
static void shim_on_disk(struct t *t, int fd, long long len)
{
	char *disk = t_alloc(len), *file = t_alloc(len);

	t_disk_read(t, fd, 0, len, disk);
	T_MUST(pread(fd, file, len, 0) == len);
	T_OK(t, !memcmp(disk, file, len), "the disk has not what the file has");
	T_OK(t, memchr(file, 'b', len), "the file has no data");
	free(disk);
	free(file);
}

/* A descriptor that appends, was duplicated, or came over exec. */
static void shim_descriptors(struct t *t)
{
	char path[600], op[40];
	char *argv[] = { SHIM_WRITER, path, op, "append", op, "dup", op,
			 "dupfd=100", op, "exec", op, NULL };
	long long len = 5 * t->ps;
	int fd = t_file(t, "f", 0), lazy = t_file(t, "lazy", 0);

	snprintf(op, sizeof(op), "write=%lld", t->ps);
	snprintf(path, sizeof(path), "path=%s/lazy", t->dir);
	T_EQ(t, "status without the library", 0, shim_run(NULL, argv));
	T_EQ(t, "pages dirty without it", len / t->page,
	     t_cachestat(lazy, 0, len).nr_dirty);

	snprintf(path, sizeof(path), "path=%s/f", t->dir);
	T_EQ(t, "status", 0, shim_run(shim_rule(t, "wt", "f"), argv));
	T_EQ(t, "size", len, t_size(fd));
	T_CLEAN(t, fd, 0, len);
	shim_on_disk(t, fd, len);
	T_EQ(t, "writes that were written through", 5,
	     shim_outcome(SHIM_DONE_WT).calls);
}

/* The counts of a process that is killed, and what it wrote, are there. */
static void shim_killed(struct t *t)
{
	char path[600];
	char *argv[] = { SHIM_WRITER, path, "write=100", "fork", "write=4000",
			 "kill", NULL };
	int fd = t_file(t, "f", 0);

	snprintf(path, sizeof(path), "path=%s/f", t->dir);
	T_EQ(t, "status", 0, shim_run(shim_rule(t, "wt", "f"), argv));
	T_CLEAN(t, fd, 0, 4100);
	shim_on_disk(t, fd, 4100);
	T_EQ(t, "bytes written through", 4100, shim_outcome(SHIM_DONE_WT).bytes);
}

/* Where the kernel has not the flag, the program is told, and nothing done. */
static void shim_refused(struct t *t)
{
	char *argv[] = { SHIM_XFS_IO, "-fc", "pwrite -q 0 4096", "/tmp/shim.f",
			 NULL };

	T_EQ(t, "status", 1, shim_run("wt:/tmp/shim.f", argv));
	T_EQ(t, "writes refused", 1, shim_outcome(SHIM_REFUSED).calls);
	T_EQ(t, "writes done", 0, shim_outcome(SHIM_DONE_WT).calls +
	     shim_outcome(SHIM_DONE_ORDINARY).calls);
	T_EQ(t, "status without the library", 0, shim_run(NULL, argv));
	unlink("/tmp/shim.f");
}

/* What statx says is the largest atomic write of @fd, in bytes. */
static long long shim_unit_max(int fd)
{
	struct wt_statx stx = { 0 };

	T_MUST(!syscall(SYS_statx, fd, "", AT_EMPTY_PATH,
			WT_STATX_WRITE_ATOMIC, &stx));
	return stx.atomic_write_unit_max;
}

/*
 * What the kernel answers to an atomic write through the cache, the program is
 * answered; the command that the device gets is atomic, or there is none.
 */
static void shim_atomic(struct t *t)
{
	int probe = t_file(t, "probe", t->ps), fd = t_file(t, "f", t->ps);
	ssize_t answer = t_write(t, probe, 0, t->bs, 2,
				 RWF_ATOMIC | RWF_WRITETHROUGH);
	enum shim_outcome outcome = SHIM_REFUSED;
	bool done = answer == t->bs;
	struct t_trace tr;

	T_OK(t, done || answer == -EOPNOTSUPP || answer == -EINVAL,
	     "the kernel's answer: %zd", answer);
	if (shim_unit_max(fd) < t->bs)
		outcome = SHIM_WT_NONE;
	else if (done)
		outcome = SHIM_DONE_ATOMIC;
	printf("# the kernel's answer: %zd; unit_max %lld\n", answer,
	       shim_unit_max(fd));

	shim_source(t, t->bs);
	t_trace_start(t, &tr);
	T_EQ(t, "status", outcome == SHIM_REFUSED,
	     shim_xfs_io(t, shim_rule(t, "atomic", "f"), "f", t->bs));
	t_trace_stop(t, &tr, fd);
	T_EQ(t, "writes counted so", 1, shim_outcome(outcome).calls);
	T_EQ(t, "atomic commands", outcome == SHIM_DONE_ATOMIC, tr.atomic);
	T_EQ(t, "bios", outcome != SHIM_REFUSED, tr.bios);
	T_CLEAN(t, fd, 0, t->ps);
	T_DISK(t, fd, 0, t->bs, outcome == SHIM_REFUSED ? 1 : 2);
}

static const struct t_case cases[] = {
	{ "atomic",		shim_atomic },
	{ "descriptors",	shim_descriptors },
	{ "killed",		shim_killed },
	{ "others",		shim_others },
	{ "program",		shim_program },
	{ "refused",		shim_refused },
};

T_GROUP(shim, cases)
