// SPDX-License-Identifier: GPL-2.0-only
/*
 * One fio job: /t/jobs/CASE.fio, by the fio that knows writethrough=1.
 *
 * fio's own verdict is not enough: the run counts only when it ended without
 * error, wrote and verified something, and left nothing dirty, since all of
 * its writes were written through.  Before fio verifies it asks for the cache to
 * be dropped, but does not notice where that was not done: so the disk must have
 * the same as the cache.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "t.h"

#define FIO_JSON "/tmp/fio.json"

static _Noreturn void fio_exec(const char *job)
{
	execl("/bin/fio", "fio", "--output-format=json", "--output=" FIO_JSON,
	      job, NULL);
	_exit(127);
}

static char *fio_result(void)
{
	static char json[1024 * 1024];
	int fd = open(FIO_JSON, O_RDONLY);
	ssize_t n;

	T_MUST(fd >= 0);
	n = read(fd, json, sizeof(json) - 1);
	T_MUST(n >= 0);
	close(fd);
	return json;
}

/* The sum of "key" : N in all objects named @object, as fio prints them. */
static long long fio_sum(const char *json, const char *object,
			 const char *key)
{
	long long sum = 0;

	for (; (json = strstr(json, object)); json += strlen(object)) {
		const char *value = strstr(json, key);

		if (value)
			sum += atoll(value + strlen(key));
	}
	return sum;
}

static int fio_errors(const char *json, int *jobs)
{
	static const char key[] = "\"error\" : ";
	int bad = 0;

	for (*jobs = 0; (json = strstr(json, key)); ++*jobs) {
		json += sizeof(key) - 1;
		bad += atoi(json) != 0;
	}
	return bad;
}

/* What the disk has is what the cache has, which stays as it is. */
static void fio_same(struct t *t, int fd, const char *name)
{
	char *cache = t_alloc(T_MIB), *disk = t_alloc(T_MIB);
	long long size = t_size(fd), pos, len;

	for (pos = 0; pos < size && !t->failed; pos += len) {
		len = size - pos < T_MIB ? size - pos : T_MIB;
		T_MUST(pread(fd, cache, len, pos) == len);
		t_disk_read(t, fd, pos, len, disk);
		T_OK(t, !memcmp(cache, disk, len),
		     "%s: disk and cache differ within 1 MiB of %lld", name,
		     pos);
	}
	free(cache);
	free(disk);
}

/* All files that fio left. */
static void fio_files(struct t *t)
{
	DIR *dir = opendir(t->dir);
	struct dirent *e;
	int files = 0;

	T_MUST(dir);
	while ((e = readdir(dir))) {
		int fd;

		if (e->d_name[0] == '.')
			continue;
		fd = t_open(t, e->d_name, O_RDONLY);
		T_EQ(t, "pages dirty after fio", 0,
		     t_cachestat(fd, 0, t_size(fd)).nr_dirty);
		fio_same(t, fd, e->d_name);
		close(fd);
		files++;
	}
	closedir(dir);
	T_OK(t, files, "fio left no file");
}

static void fio_run(struct t *t)
{
	long long wrote, read;
	int status, jobs, bad;
	char job[200], *json;
	pid_t pid;

	snprintf(job, sizeof(job), "/t/jobs/%.150s.fio", t->name);
	T_MUST(!access(job, R_OK));
	T_MUST(!access("/bin/fio", X_OK));
	pid = fork();
	if (!pid)
		fio_exec(job);
	T_MUST(waitpid(pid, &status, 0) == pid);
	T_EQ(t, "fio's wait status", 0, status);
	fio_files(t);

	json = fio_result();
	bad = fio_errors(json, &jobs);
	wrote = fio_sum(json, "\"write\" : {", "\"io_bytes\" : ");
	read = fio_sum(json, "\"read\" : {", "\"io_bytes\" : ");
	printf("# fio: jobs %d, errors %d, written %lld KiB, verified %lld KiB\n",
	       jobs, bad, wrote / T_KIB, read / T_KIB);
	T_OK(t, jobs, "fio reported no job");
	T_EQ(t, "jobs with errors", 0, bad);
	T_OK(t, wrote, "fio wrote nothing");
	T_OK(t, read, "fio verified nothing");
}

T_GROUP_ANY(fio, fio_run)
