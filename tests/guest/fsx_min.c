// SPDX-License-Identifier: GPL-2.0-only
/*
 * Cutting a list that fails down: see fsx.h.
 *
 * A list is run by a process of its own, on a new file.  Of two lists that fail
 * in the same way, three times in a row, the shorter one is kept; what comes
 * after the operation that fails is no part of it.  Most failures need the last
 * few operations and a file that is there: these are tried first, so that the
 * whole list is hardly ever run again.  Then pieces are taken out, from halves
 * down to single operations (delta debugging), and numbers made simple.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fsx.h"

#define FSX_IN_A_ROW	3

static bool fsx_min_late(const struct fsx_min *min)
{
	return t_now() - min->begin > min->seconds * 1000000000LL;
}

/* In a child: its checks and its end are nobody's but ours. */
static _Noreturn void fsx_min_child(struct fsx_min *min,
				    const struct fsx_op *list, int nr,
				    struct fsx_failure *failure)
{
	struct fsx *f = fsx_new(min->t, nr);

	T_MUST(freopen("/dev/null", "w", stdout));
	f->lie = min->lie == FSX_HONEST ? FSX_HUSHED : min->lie;
	f->name = "cut";
	fsx_go(f, list, nr);
	*failure = f->failure;
	_exit(0);
}

/* Run it once.  failure.nr: 0 if it does not fail. */
static struct fsx_failure fsx_min_replay(struct fsx_min *min,
					 const struct fsx_op *list, int nr)
{
	struct fsx_failure *shared, failure;
	int status;
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	T_MUST(shared != MAP_FAILED);
	fflush(stdout);
	pid = fork();
	T_MUST(pid >= 0);
	if (!pid)
		fsx_min_child(min, list, nr, shared);
	T_MUST(waitpid(pid, &status, 0) == pid);
	failure = *shared;
	munmap(shared, sizeof(*shared));
	min->replays++;
	return failure;
}

static bool fsx_min_same(const struct fsx_signature *a,
			 const struct fsx_signature *b)
{
	return a->failed == b->failed && a->line == b->line &&
	       a->kind == b->kind;
}

/* Does it fail in the same way, each time?  Then it is the list. */
static bool fsx_min_try(struct fsx_min *min, const struct fsx_op *list, int nr)
{
	struct fsx_failure failure = { .nr = 0 };
	int i;

	for (i = 0; i < FSX_IN_A_ROW; i++) {
		failure = fsx_min_replay(min, list, nr);
		if (!failure.nr ||
		    !fsx_min_same(&failure.sig, &min->failure.sig))
			return false;
	}
	if (list != min->list)
		memcpy(min->list + 1, list + 1, nr * sizeof(*list));
	min->nr = failure.nr < nr ? failure.nr : nr;
	min->failure = failure;
	return true;
}

/* How long is the file before operation @nr? */
static long long fsx_min_eof(struct fsx_min *min, int nr)
{
	struct fsx *f = fsx_new(min->t, nr);
	long long eof;

	for (f->nr = 1; f->nr < nr; f->nr++) {
		f->ops[f->nr] = min->list[f->nr];
		fsx_effect(f, &f->ops[f->nr]);
	}
	eof = f->m.eof;
	fsx_free(f);
	return eof;
}

/* The last @keep operations, after a file was made for them: does that do? */
static bool fsx_min_last(struct fsx_min *min, struct fsx_op *list, int keep)
{
	int from = min->nr - keep + 1;
	long long eof = fsx_min_eof(min, from);

	memcpy(list + 1, min->list + from, keep * sizeof(*list));
	if (fsx_min_try(min, list, keep))
		return true;
	list[1] = (struct fsx_op) { .kind = fsx_kind("write"), .len = eof };
	list[2] = (struct fsx_op) { .kind = fsx_kind("fsync") };
	memcpy(list + 3, min->list + from, keep * sizeof(*list));
	return eof && fsx_min_try(min, list, keep + 2);
}

static bool fsx_min_start(struct fsx_min *min, struct fsx_op *list)
{
	int keep;

	for (keep = 4; keep + 2 < min->nr; keep *= 4)
		if (fsx_min_last(min, list, keep))
			return true;
	return fsx_min_try(min, min->list, min->nr);
}

/* Take out pieces of @size, the last first.  Was there one? */
static bool fsx_min_pieces(struct fsx_min *min, struct fsx_op *list, int size)
{
	bool any = false;
	int at, n;

	for (at = min->nr - size; at > 0 && !fsx_min_late(min); at -= size) {
		n = min->nr - size;
		if (at > n)
			continue;
		memcpy(list + 1, min->list + 1, (at - 1) * sizeof(*list));
		memcpy(list + at, min->list + at + size,
		       (n - at + 1) * sizeof(*list));
		any |= fsx_min_try(min, list, n);
	}
	return any;
}

static void fsx_min_fewer(struct fsx_min *min, struct fsx_op *list)
{
	int size = min->nr / 2;

	while (size && !fsx_min_late(min))
		if (!fsx_min_pieces(min, list, size) || size > 1)
			size = size / 2 < min->nr / 2 ? size / 2 : min->nr / 2;
}

enum { FSX_POS, FSX_LEN, FSX_ARG };

static long long *fsx_min_field(struct fsx_op *op, int field)
{
	return field == FSX_POS ? &op->pos :
	       field == FSX_LEN ? &op->len : &op->arg;
}

static bool fsx_min_number(struct fsx_min *min, struct fsx_op *list, int at,
			   int field, long long value)
{
	memcpy(list + 1, min->list + 1, min->nr * sizeof(*list));
	*fsx_min_field(&list[at], field) = value;
	return fsx_min_try(min, list, min->nr);
}

/* Nothing or little; a block; a page; some; whole ones; half of it. */
static void fsx_min_simpler(struct fsx_min *min, struct fsx_op *list, int at,
			    int field)
{
	struct fsx_op *op = &min->list[at];
	long long old = *fsx_min_field(op, field);
	long long least = field == FSX_POS ? 0 :
			  field == FSX_LEN ? 1 : op->kind->pieces;
	const long long tries[] = {
		least, min->t->bs, min->t->ps, 4 * min->t->ps,
		fsx_down(old, 16 * min->t->ps), fsx_down(old, min->t->ps),
		fsx_down(old, min->t->bs), old / 2,
	};
	size_t i;

	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (tries[i] >= least && tries[i] < old &&
		    !fsx_min_late(min) &&
		    fsx_min_number(min, list, at, field, tries[i]))
			return;
}

static void fsx_min_numbers(struct fsx_min *min, struct fsx_op *list)
{
	int at, field;

	for (at = 1; at <= min->nr; at++)
		for (field = 0; at <= min->nr && field < 3; field++)
			if (field < min->list[at].kind->args)
				fsx_min_simpler(min, list, at, field);
}

/* A plain WT write instead of another one, a write instead of that. */
static void fsx_min_kinds(struct fsx_min *min, struct fsx_op *list)
{
	static const char *const plain[] = { "write", "wt" };
	const struct fsx_kind *kind;
	size_t i;
	int at;

	for (at = 1; at < min->nr; at++) {
		kind = min->list[at].kind;
		for (i = 0; i < 2 && !fsx_min_late(min); i++) {
			if (strncmp(kind->name, "wt", 2) ||
			    kind == fsx_kind(plain[i]))
				break;
			memcpy(list + 1, min->list + 1,
			       min->nr * sizeof(*list));
			list[at].kind = fsx_kind(plain[i]);
			if (fsx_min_try(min, list, min->nr))
				break;
		}
	}
}

bool fsx_minimise(struct fsx_min *min)
{
	struct fsx_op *list = calloc(min->nr + 3 + FSX_LAST, sizeof(*list));
	bool fails;

	T_MUST(list);
	min->begin = t_now();
	if (!min->failure.nr)
		min->failure = fsx_min_replay(min, min->list, min->nr);
	if (min->failure.nr && min->failure.nr < min->nr)
		min->nr = min->failure.nr;
	fails = min->failure.nr && fsx_min_start(min, list);
	if (fails) {
		fsx_min_fewer(min, list);
		fsx_min_kinds(min, list);
		fsx_min_numbers(min, list);
		fsx_min_fewer(min, list);
	} else {
		printf("# it does not fail in the same way three times in a row\n");
	}
	free(list);
	return fails;
}

void fsx_min_print(struct fsx_min *min)
{
	int i;

	printf("# cut down by %d replays in %.1f s%s\n", min->replays,
	       (t_now() - min->begin) / 1e9,
	       fsx_min_late(min) ? ", all there were: fsx/minimise has more" :
				   "");
	for (i = 1; i <= min->nr; i++)
		printf("# op: %s\n", fsx_text(&min->list[i]));
	fsx_print_c(min->t, min->list, min->nr, &min->failure);
}
