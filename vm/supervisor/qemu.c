// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "qemu.h"

#define QEMU_PROGRAM "qemu-system-x86_64"
#define QEMU_LD "usr/lib64/ld-linux-x86-64.so.2"

/* Append a word, which @a owns from here on. */
static void qemu_push(struct qemu_args *a, char *word)
{
	a->v = ut_grow(a->v, a->n, sizeof(*a->v));
	a->v[a->n++] = word;
	a->v = ut_grow(a->v, a->n, sizeof(*a->v));
	a->v[a->n] = NULL;
}

static void qemu_pushes(struct qemu_args *a, const char *const *words)
{
	while (*words)
		qemu_push(a, ut_strdup(*words++));
}

void qemu_opt(struct qemu_args *a, const char *opt, char *value)
{
	qemu_push(a, ut_strdup(opt));
	qemu_push(a, value);
}

char *qemu_quote(char **argv)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,=:+@%";
	struct ut_buf b = { 0 };

	for (; *argv; argv++) {
		const char *p;

		if (b.len)
			ut_add(&b, " ", 1);
		if (**argv && strspn(*argv, plain) == strlen(*argv)) {
			ut_add(&b, *argv, strlen(*argv));
			continue;
		}
		ut_add(&b, "'", 1);
		for (p = *argv; *p; p++)
			ut_add(&b, *p == '\'' ? "'\\''" : p,
			       *p == '\'' ? 4 : 1);
		ut_add(&b, "'", 1);
	}
	ut_add(&b, "\n", 1);
	return b.s;
}

/* Ask for the version: "QEMU emulator version 11.1.3 (...)". */
static char *qemu_version(char **argv)
{
	char *quoted = qemu_quote(argv);
	char *command, *version = NULL;
	char line[256], *at;
	FILE *f;

	quoted[strlen(quoted) - 1] = '\0';
	command = ut_fmt("%s --version 2>/dev/null </dev/null", quoted);
	f = popen(command, "re");
	if (f) {
		if (fgets(line, sizeof(line), f) &&
		    (at = strstr(line, "version "))) {
			at += strlen("version ");
			at[strspn(at, "0123456789.")] = '\0';
			if (isdigit((unsigned char)*at))
				version = ut_strdup(at);
		}
		pclose(f);
	}
	free(command);
	free(quoted);
	return version;
}

/* Takes @version over; NULL: ask. */
static bool qemu_try(struct qemu *q, struct qemu_args *a, const char *where,
		     char *version)
{
	q->version = version ? version : qemu_version(a->v);
	if (!q->version)
		return false;
	q->argv = a->v;
	q->argc = a->n;
	q->where = ut_strdup(where);
	return true;
}

/*
 * What is in our own root does not change, and to ask takes 0.15 s, twice for
 * each run: the answer is kept in the root, if that can be written.
 */
static bool qemu_try_kept(struct qemu *q, struct qemu_args *a, const char *root)
{
	char *path = ut_fmt("%s/.qemu-version", root);
	char *kept = ut_read(path, NULL);
	bool good;

	good = qemu_try(q, a, "private root",
			kept && isdigit((unsigned char)*kept) ?
			ut_strdup(ut_trim(kept)) : NULL);
	if (good && !kept)
		ut_write(path, q->version);
	free(kept);
	free(path);
	return good;
}

static bool qemu_try_root(struct qemu *q, const char *root)
{
	struct qemu_args a = { 0 };
	char *ld = ut_fmt("%s/%s", root, QEMU_LD);

	if (!ut_exists(ld)) {
		free(ld);
		return false;
	}
	qemu_push(&a, ld);
	qemu_opt(&a, "--library-path",
		 ut_fmt("%s/usr/lib/x86_64-linux-gnu", root));
	qemu_opt(&a, "--argv0", ut_strdup(QEMU_PROGRAM));
	qemu_push(&a, ut_fmt("%s/usr/bin/%s", root, QEMU_PROGRAM));
	qemu_opt(&a, "-L", ut_fmt("%s/usr/share/qemu", root));
	qemu_opt(&a, "-L", ut_fmt("%s/usr/share/seabios", root));
	return qemu_try_kept(q, &a, root);
}

int qemu_find(struct qemu *q, const char *root)
{
	struct qemu_args host = { 0 };
	const char *own = getenv("QEMU");
	struct qemu old = { 0 };

	memset(q, 0, sizeof(*q));
	if (own && *own) {
		qemu_push(&host, ut_strdup(own));
		return qemu_try(q, &host, "QEMU=", NULL) ? 0 : -ENOENT;
	}
	qemu_push(&host, ut_strdup(QEMU_PROGRAM));
	if (qemu_try(&old, &host, "host", NULL) &&
	    prof_vercmp(old.version, QEMU_WANTED) >= 0) {
		*q = old;
		return 0;
	}
	if (qemu_try_root(q, root))
		return 0;
	if (!old.version)
		return -ENOENT;
	*q = old;
	return 0;
}

static void qemu_channels(struct qemu_args *a)
{
	qemu_opt(a, "-chardev", ut_fmt("socket,id=con,fd=%d", QEMU_FD_CON));
	qemu_opt(a, "-serial", ut_strdup("chardev:con"));
	qemu_opt(a, "-chardev", ut_fmt("socket,id=ktap,fd=%d", QEMU_FD_KTAP));
	qemu_opt(a, "-device", ut_strdup("virtio-serial-pci"));
	qemu_opt(a, "-device",
		 ut_strdup("virtserialport,chardev=ktap,name=wt.ktap"));
	qemu_opt(a, "-chardev", ut_fmt("socket,id=qmp,fd=%d", QEMU_FD_QMP));
	qemu_opt(a, "-qmp", ut_strdup("chardev:qmp"));
}

static void qemu_port(struct qemu_args *a, const char *name, int fd)
{
	qemu_opt(a, "-chardev", ut_fmt("socket,id=%s,fd=%d", name, fd));
	qemu_opt(a, "-device", ut_fmt("virtserialport,chardev=%s,name=wt.%s",
				      name, name));
}

static void qemu_extras(struct qemu_args *a, unsigned int extras)
{
	if (extras & QEMU_SHELL) {
		qemu_opt(a, "-chardev", ut_fmt("socket,id=shell,fd=%d",
					       QEMU_FD_SHELL));
		qemu_opt(a, "-device", ut_strdup("virtconsole,chardev=shell"));
	}
	if (extras & QEMU_OUT) {
		qemu_port(a, "out", QEMU_FD_OUT);
		qemu_port(a, "err", QEMU_FD_ERR);
	}
	if (extras & QEMU_TRACE)
		qemu_port(a, "trace", QEMU_FD_TRACE);
	if (extras & QEMU_GDB) {
		qemu_opt(a, "-chardev",
			 ut_fmt("socket,id=gdb,fd=%d,server=on,wait=off",
				QEMU_FD_GDB));
		qemu_opt(a, "-gdb", ut_strdup("chardev:gdb"));
	}
	if (extras & QEMU_WAIT)
		qemu_push(a, ut_strdup("-S"));
}

static void qemu_accel(struct qemu_args *a, const char *accel)
{
	bool kvm = !strcmp(accel, "kvm");
	bool icount = !strcmp(accel, "icount");

	qemu_opt(a, "-smp", ut_strdup(icount ? "1" : "2"));
	qemu_opt(a, "-accel", ut_strdup(kvm ? "kvm" : icount ?
					"tcg,thread=single" :
					"tcg,thread=multi"));
	if (icount)
		qemu_opt(a, "-icount", ut_strdup("shift=0,sleep=on"));
	qemu_opt(a, "-cpu", ut_strdup(kvm ? "host" : "max"));
}

/*
 * Programs that are too many for the guest's memory.  The path may have a comma,
 * which ends a value unless it is doubled.
 */
static void qemu_image(struct qemu_args *a, const char *path)
{
	struct ut_buf b = { 0 };

	for (; *path; path++)
		ut_add(&b, *path == ',' ? ",," : path, 1 + (*path == ','));
	qemu_opt(a, "-blockdev",
		 ut_fmt("driver=raw,node-name=programs,read-only=on,"
			"file.driver=file,file.locking=off,file.filename=%s",
			ut_str(&b)));
	qemu_opt(a, "-device", ut_strdup("virtio-blk-pci,drive=programs"));
	ut_free(&b);
}

char **qemu_argv(const struct qemu *q, const struct qemu_machine *m)
{
	static const char *const fixed[] = {
		"-name", "wt", "-nodefaults", "-no-user-config",
		"-nic", "none", "-display", "none", "-no-reboot", "-sandbox",
		"on,obsolete=deny,elevateprivileges=deny,spawn=deny,"
		"resourcecontrol=deny",
		NULL
	};
	struct qemu_args a = { 0 };
	size_t i;

	for (i = 0; i < q->argc; i++)
		qemu_push(&a, ut_strdup(q->argv[i]));
	qemu_pushes(&a, fixed);
	backend_machine(&a, m->prof);
	qemu_accel(&a, m->accel);
	qemu_channels(&a);
	qemu_extras(&a, m->extras);
	if (m->prof)
		backend_disk(&a, m->prof, m->log);
	if (m->image)
		qemu_image(&a, m->image);
	if (m->plan)
		qemu_opt(&a, "-fw_cfg", ut_fmt("name=opt/wt/plan,file=%s",
					       m->plan));
	if (m->input)
		qemu_opt(&a, "-fw_cfg", ut_fmt("name=opt/wt/input,file=%s",
					       m->input));
	qemu_opt(&a, "-kernel", ut_strdup(m->kernel));
	if (m->initrd)
		qemu_opt(&a, "-initrd", ut_strdup(m->initrd));
	if (m->append)
		qemu_opt(&a, "-append", ut_strdup(m->append));
	return a.v;
}
