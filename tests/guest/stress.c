// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads and processes on one file, or on some, each doing what comes by
 * lot; every word that is read must be one that may be there.
 *
 * A file is cut into grains.  Who changes some claims them first, takes a new
 * generation from a counter, notes it as issued, does it, and notes it as
 * acknowledged; then the claim ends.  So changes of one grain are in order,
 * while those of its neighbours in the same block and folio go on.  Who reads
 * claims nothing: what was acknowledged before the read began is the oldest it
 * may see, what was issued when it ended is the newest.
 *
 * A word of data is its generation and a hash of where it belongs, so each can
 * be judged by itself: readers are not atomic against stores to mappings.
 * Zeros are what punching and cutting leave, which have generations, too.
 *
 * What a WT write acknowledged is also read from the device, while the claim
 * still stands: there it must be of just this generation.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stress.h"

#define STRESS_MOST	16	/* grains of one change */

uint64_t stress_random(struct stress_task *k)
{
	k->random = k->random * 6364136223846793005ULL + 1442695040888963407ULL;
	return k->random >> 33;
}

static uint64_t stress_word(const struct stress_task *k, off_t pos,
			    uint64_t gen)
{
	uint64_t hash = (k->file * 0x9e3779b1ULL + k->s->t->seed) *
			0xff51afd7ed558ccdULL + pos / 8;

	hash *= 0xc4ceb9fe1a85ec53ULL;
	return gen << 32 | hash >> 32;
}

void stress_fill(const struct stress_task *k, void *buf, off_t pos, size_t len,
		 uint64_t gen)
{
	uint64_t *word = buf;
	size_t i;

	for (i = 0; i < len / 8; i++)
		word[i] = stress_word(k, pos + i * 8, gen);
}

/* The first thing that is wrong is kept, and ends all. */
void stress_wrong(struct stress_task *k, const char *fmt, ...)
{
	struct stress *s = k->s;
	va_list ap;

	if (atomic_exchange(&s->wrong, true))
		return;
	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
}

static struct stress_grain *stress_grain(struct stress_task *k, off_t pos)
{
	return &k->s->files[k->file].grains[pos / k->s->grain];
}

/* Claim the grains of a range, all or none. */
static bool stress_claim(struct stress_task *k, off_t pos, size_t len)
{
	size_t n = len / k->s->grain, i;
	struct stress_grain *g = stress_grain(k, pos);

	for (i = 0; i < n; i++) {
		if (!atomic_exchange(&g[i].claimed, true))
			continue;
		while (i--)
			atomic_store(&g[i].claimed, false);
		return false;
	}
	return true;
}

bool stress_begin(struct stress_task *k, struct stress_change *c, off_t pos,
		  size_t len, bool zeros)
{
	struct stress_grain *g = stress_grain(k, pos);
	size_t i;

	if (!stress_claim(k, pos, len))
		return false;
	*c = (struct stress_change) {
		.pos = pos, .len = len, .zeros = zeros,
		.gen = atomic_fetch_add(&k->s->gen, 1) + 1,
	};
	for (i = 0; i < len / k->s->grain; i++) {
		if (zeros)
			atomic_store(&g[i].zeroed, c->gen);
		atomic_store(&g[i].issued, c->gen);
	}
	return true;
}

bool stress_begin_any(struct stress_task *k, struct stress_change *c,
		      bool zeros)
{
	size_t most = stress_random(k) % 4 ? 3 : STRESS_MOST;
	size_t grains = 1 + stress_random(k) % most;
	off_t at = stress_random(k) % (STRESS_USED - grains + 1);

	return stress_begin(k, c, at * k->s->grain, grains * k->s->grain,
			    zeros);
}

void stress_end(struct stress_task *k, const struct stress_change *c)
{
	struct stress_grain *g = stress_grain(k, c->pos);
	size_t i;

	for (i = 0; i < c->len / k->s->grain; i++) {
		atomic_store(&g[i].acked, c->gen);
		atomic_store(&g[i].claimed, false);
	}
}

void stress_peek(struct stress_task *k, off_t pos, struct stress_window *w)
{
	struct stress_grain *g = stress_grain(k, pos);

	w->oldest = atomic_load(&g->acked);
	w->zeroed = atomic_load(&g->zeroed);
}

static bool stress_allowed(const struct stress_window *w, uint64_t newest,
			   uint64_t zeroed, uint64_t word, uint64_t right)
{
	uint64_t gen = word >> 32;

	if (!word)
		return w->zeroed == w->oldest || zeroed > w->oldest;
	return gen >= w->oldest && gen <= newest && word == right;
}

void stress_judge(struct stress_task *k, off_t pos, const void *buf,
		  const struct stress_window *w, const char *who)
{
	struct stress_grain *g = stress_grain(k, pos);
	uint64_t newest = atomic_load(&g->issued);
	uint64_t zeroed = atomic_load(&g->zeroed);
	const uint64_t *word = buf;
	long long i;

	for (i = 0; i < k->s->grain / 8; i++) {
		uint64_t right = stress_word(k, pos + i * 8, word[i] >> 32);

		if (stress_allowed(w, newest, zeroed, word[i], right))
			continue;
		stress_wrong(k, "%s: file %d at %lld: expected generation %llu "
			     "to %llu%s, seen %llu%s", who, k->file,
			     (long long)pos + i * 8,
			     (unsigned long long)w->oldest,
			     (unsigned long long)newest,
			     zeroed >= w->oldest ? " or zeros" : "",
			     (unsigned long long)(word[i] >> 32),
			     word[i] == right || !word[i] ? "" :
			     " of another place");
		return;
	}
}

static void stress_open(struct stress_task *k, int file)
{
	char name[16];

	k->file = file;
	snprintf(name, sizeof(name), "f%d", file);
	k->fd = t_open(k->s->t, name, O_RDWR);
	k->direct = t_open(k->s->t, name, O_RDWR | O_DIRECT);
	k->map = mmap(NULL, stress_size(k->s), PROT_READ | PROT_WRITE,
		      MAP_SHARED, k->fd, 0);
	T_MUST(k->map != MAP_FAILED);
}

static void *stress_task(void *arg)
{
	struct stress_task *k = arg;
	const struct stress_mix *mix = k->s->mix;
	int i;

	stress_open(k, k->nr % mix->files);
	k->buf = t_alloc(stress_size(k->s));
	k->async = t_async_open(k->s->t, k->nr % 2 ? T_AIO : T_URING);
	for (i = 0; i < mix->steps && !atomic_load(&k->s->wrong); i++) {
		const struct stress_op *op;

		do {
			op = &stress_ops[stress_random(k) % STRESS_OPS];
		} while (!(mix->ops & op->bit));
		if (op->fn(k))
			atomic_fetch_add(&k->s->done[op - stress_ops], 1);
	}
	t_async_close(k->async);
	free(k->buf);
	munmap(k->map, stress_size(k->s));
	close(k->fd);
	close(k->direct);
	return NULL;
}

static void *stress_disturb(void *arg)
{
	struct stress_task *k = arg;

	stress_open(k, 0);
	k->buf = t_alloc(stress_size(k->s));
	while (!atomic_load(&k->s->over) && !atomic_load(&k->s->wrong)) {
		stress_disturb_once(k);
		sched_yield();
	}
	stress_calm(k);
	free(k->buf);
	munmap(k->map, stress_size(k->s));
	close(k->fd);
	close(k->direct);
	return NULL;
}

static void stress_threads(struct stress *s, int process)
{
	const struct stress_mix *mix = s->mix;
	struct stress_task task[STRESS_THREADS];
	pthread_t thread[STRESS_THREADS];
	int i;

	for (i = 0; i < mix->threads; i++) {
		task[i] = (struct stress_task) {
			.s = s, .nr = process * mix->threads + i,
		};
		task[i].random = s->t->seed * 1000 + task[i].nr;
		T_MUST(!pthread_create(&thread[i], NULL, stress_task,
				       &task[i]));
	}
	for (i = 0; i < mix->threads; i++)
		pthread_join(thread[i], NULL);
}

static void stress_processes(struct stress *s)
{
	int i, status;

	for (i = 0; i < s->mix->processes; i++) {
		pid_t pid = fork();

		T_MUST(pid >= 0);
		if (pid)
			continue;
		stress_threads(s, i);
		fflush(stdout);
		_exit(0);
	}
	for (i = 0; i < s->mix->processes; i++) {
		T_MUST(wait(&status) > 0);
		T_MUST(WIFEXITED(status) && !WEXITSTATUS(status));
	}
}

/* Now that all is quiet there is one right answer, in the cache and on disk. */
static void stress_last(struct stress *s, int file)
{
	struct stress_task k = { .s = s, .nr = -1 };
	struct stress_window w;
	char *buf = t_alloc(stress_size(s));
	off_t pos;

	stress_open(&k, file);
	T_MUST(pread(k.fd, buf, stress_size(s), 0) == stress_size(s));
	for (pos = 0; pos < stress_size(s); pos += s->grain) {
		stress_peek(&k, pos, &w);
		stress_judge(&k, pos, buf + pos, &w, "at the end");
	}
	T_MUST(!fsync(k.fd));
	t_disk_read(s->t, k.fd, 0, stress_size(s), buf);
	for (pos = 0; pos < stress_size(s); pos += s->grain) {
		stress_peek(&k, pos, &w);
		stress_judge(&k, pos, buf + pos, &w, "on disk at the end");
	}
	munmap(k.map, stress_size(s));
	close(k.fd);
	close(k.direct);
	free(buf);
}

/* Files whose first blocks are holes, as generation 0 says. */
static void stress_files(struct stress *s)
{
	char name[16];
	int i, fd;

	for (i = 0; i < s->mix->files; i++) {
		snprintf(name, sizeof(name), "f%d", i);
		fd = t_open(s->t, name, O_RDWR | O_CREAT | O_TRUNC);
		T_MUST(!ftruncate(fd, stress_size(s)));
		close(fd);
	}
}

static void stress_report(struct stress *s)
{
	size_t i;

	printf("# seed %llu, %d processes with %d threads on %d files, grains "
	       "of %lld bytes:", (unsigned long long)s->t->seed,
	       s->mix->processes, s->mix->threads, s->mix->files, s->grain);
	for (i = 0; i < STRESS_OPS; i++)
		if (s->mix->ops & stress_ops[i].bit)
			printf(" %s %d", stress_ops[i].name,
			       atomic_load(&s->done[i]));
	printf("; disturbed %d times\n", atomic_load(&s->disturbed));
}

static void stress_run(struct t *t, const struct stress_mix *mix)
{
	struct stress *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct stress_task disturber = { .s = s, .nr = -1 };
	pthread_t thread;
	size_t i;

	T_MUST(s != MAP_FAILED);
	s->t = t;
	s->mix = mix;
	s->grain = mix->grain ? mix->grain : t->ps;
	stress_files(s);
	disturber.random = t->seed;
	T_MUST(!pthread_create(&thread, NULL, stress_disturb, &disturber));
	stress_processes(s);
	atomic_store(&s->over, true);
	pthread_join(thread, NULL);
	for (i = 0; i < (size_t)mix->files && !atomic_load(&s->wrong); i++)
		stress_last(s, i);
	stress_report(s);
	T_OK(t, !atomic_load(&s->wrong), "%s", s->why);
	for (i = 0; i < STRESS_OPS && !t->failed; i++)
		T_OK(t, !(mix->ops & stress_ops[i].bit) || s->done[i],
		     "%s: never done", stress_ops[i].name);
	munmap(s, sizeof(*s));
}

/*
 * Direct writes are not among stores to mappings: the kernel does not promise
 * that those see each other, where they share a folio.
 */
#define STRESS_CACHED	(STRESS_LAZY | STRESS_WT | STRESS_ASYNC | STRESS_READ | \
			 STRESS_SYNC | STRESS_PUNCH | STRESS_DROP)

static void stress_one_file(struct t *t)
{
	static const struct stress_mix mix = {
		.ops = STRESS_CACHED | STRESS_STORE | STRESS_LOAD,
		.grain = T_KIB, .files = 1, .processes = 1, .threads = 6,
		.steps = 250, .disturb = STRESS_RECLAIM | STRESS_CUT,
	};

	stress_run(t, &mix);
}

static void stress_many_files(struct t *t)
{
	static const struct stress_mix mix = {
		.ops = STRESS_CACHED | STRESS_STORE | STRESS_LOAD,
		.grain = T_KIB, .files = 3, .processes = 3, .threads = 2,
		.steps = 250,
		.disturb = STRESS_RECLAIM | STRESS_FREEZE | STRESS_HOTPLUG,
	};

	stress_run(t, &mix);
}

static void stress_direct(struct t *t)
{
	static const struct stress_mix mix = {
		.ops = STRESS_CACHED | STRESS_DIRECT | STRESS_DIRECT_READ |
		       STRESS_LOAD,
		.files = 1, .processes = 2, .threads = 3, .steps = 200,
		.disturb = STRESS_RECLAIM | STRESS_CUT,
	};

	stress_run(t, &mix);
}

static const struct t_case cases[] = {
	{ "direct",	stress_direct },
	{ "many-files",	stress_many_files },
	{ "one-file",	stress_one_file },
};

T_GROUP(stress, cases)
