// SPDX-License-Identifier: GPL-2.0-only
/*
 * A list as a test in C, to start a case of tests/guest/ from: see fsx.h.
 *
 * In the C of a kind, @p, @l, @a and @g stand for position, length, argument and
 * generation of the data, which is the operation's number; they are what the
 * model says the operation is about.  What is between @{ and @} comes once for
 * each piece of the range.  Each line begins with "# c: ".
 */
#include <stdlib.h>
#include <string.h>

#include "fsx_op.h"

#define FSX_C		"# c: "

/* One character of a template, where lines begin anew. */
static void fsx_c_put(char c)
{
	if (c == '\n')
		printf("\n" FSX_C "\t");
	else
		putchar(c);
}

static void fsx_c_text(const char *c, const char *end, int nr,
		       const struct fsx_op *at)
{
	for (; c < end; c++) {
		if (*c != '@') {
			fsx_c_put(*c);
			continue;
		}
		switch (*++c) {
		case 'p':
			printf("0x%llx", at->pos);
			break;
		case 'l':
			printf("0x%llx", at->len);
			break;
		case 'a':
			printf("0x%llx", at->arg);
			break;
		case 'g':
			printf("%d", nr);
			break;
		}
	}
}

static void fsx_c_pieces(const char *c, const char *end, int nr,
			 const struct fsx_op *at)
{
	long long cuts[FSX_PIECES + 1];
	struct fsx_op piece = *at;
	bool first = true;
	int i;

	fsx_cut(at, cuts);
	for (i = 0; i < at->arg; i++) {
		piece.pos = at->pos + cuts[i];
		piece.len = cuts[i + 1] - cuts[i];
		if (!piece.len)
			continue;
		if (!first)
			fsx_c_put('\n');
		first = false;
		fsx_c_text(c, end, nr, &piece);
	}
}

static void fsx_c_op(const struct fsx_op *op, int nr, const struct fsx_op *at)
{
	const char *c = op->kind->c, *begin, *end;

	printf(FSX_C "\t/* %s */\n" FSX_C "\t", fsx_text(op));
	while ((begin = strstr(c, "@{")) && (end = strstr(begin, "@}"))) {
		fsx_c_text(c, begin, nr, at);
		fsx_c_pieces(begin + 2, end, nr, at);
		c = end + 2;
	}
	fsx_c_text(c, c + strlen(c), nr, at);
	printf("\n");
}

/* Is @word in the C of one of them? */
static bool fsx_c_uses(const struct fsx_op *list, int nr, const char *word)
{
	int i;

	for (i = 1; i <= nr; i++)
		if (strstr(list[i].kind->c, word))
			return true;
	return false;
}

static void fsx_c_begin(struct t *t, const struct fsx_op *list, int nr)
{
	static const struct {
		const char *word;
		const char *c;
	} needs[] = {
		{ "direct,", "int direct = t_open(t, \"f\", O_RDWR | O_DIRECT);" },
		{ "buf,", "uint8_t *buf = t_alloc(0x80000);" },
		{ "&in,", "loff_t in, out;" },
		{ "map", "uint8_t *map = mmap(NULL, 0x80000, PROT_READ | PROT_WRITE,\n"
			 "\tMAP_SHARED, fd, 0);" },
		{ "(aio,", "struct t_async *aio = t_async_open(t, T_AIO);" },
		{ "(uring,", "struct t_async *uring = t_async_open(t, T_URING);" },
	};
	static const char *const headers[] = {
		"fcntl.h", "linux/falloc.h", "linux/fs.h", "stdlib.h",
		"string.h", "sys/ioctl.h", "sys/mman.h", "unistd.h",
	};
	const char *c;
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		printf(FSX_C "#include <%s>\n", headers[i]);
	printf(FSX_C "\n" FSX_C "#include \"t_async.h\"\n" FSX_C "\n"
	       FSX_C "/* By fsx, blocks of %lld: say here what this is about. */\n"
	       FSX_C "static void group_case(struct t *t)\n" FSX_C "{\n"
	       FSX_C "\tint fd = t_open(t, \"f\", O_RDWR | O_CREAT | O_TRUNC);\n",
	       t->bs);
	for (i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		if (!fsx_c_uses(list, nr, needs[i].word))
			continue;
		printf(FSX_C "\t");
		for (c = needs[i].c; *c; c++)
			fsx_c_put(*c);
		printf("\n");
	}
	printf(FSX_C "\n");
}

/* What failed, as far as the library has a check for it. */
static void fsx_c_check(struct fsx *f, const struct fsx_failure *failure)
{
	unsigned int failed = failure->sig.failed;

	printf(FSX_C "\t/* %s */\n", failure->text);
	if (failed & FSX_SIZE)
		printf(FSX_C "\tT_EQ(t, \"size\", 0x%llx, t_size(fd));\n",
		       f->m.eof);
	if (failed & FSX_CLEAN && !failure->sig.kind->args)
		printf(FSX_C "\tT_EQ(t, \"dirty\", 0, t_cachestat(fd, 0, 0).nr_dirty);\n");
	else if (failed & FSX_CLEAN)
		printf(FSX_C "\tT_CLEAN(t, fd, 0x%llx, 0x%llx);\n", f->at,
		       f->wrote);
	if (failed & FSX_DISK && failure->len)
		printf(FSX_C "\tT_DISK(t, fd, 0x%llx, 0x%llx, %d);\n",
		       failure->pos, failure->len, failure->owner);
	if (failed & FSX_DATA && failure->len)
		printf(FSX_C "\tT_READS(t, fd, 0x%llx, 0x%llx, %d);\n",
		       failure->pos, failure->len, failure->owner);
}

void fsx_print_c(struct t *t, const struct fsx_op *list, int nr,
		 const struct fsx_failure *failure)
{
	struct fsx *f = fsx_new(t, nr);
	struct fsx_op at;

	fsx_c_begin(t, list, nr);
	for (f->nr = 1; f->nr <= nr; f->nr++) {
		f->ops[f->nr] = list[f->nr];
		fsx_effect(f, &list[f->nr]);
		if (f->idle)
			continue;
		at = (struct fsx_op) {
			.pos = f->at, .len = f->wrote, .arg = f->from,
		};
		fsx_c_op(&list[f->nr], f->nr, &at);
	}
	fsx_c_check(f, failure);
	printf(FSX_C "}\n");
	fsx_free(f);
}
