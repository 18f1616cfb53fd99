// SPDX-License-Identifier: GPL-2.0-only
/*
 * The words of a configuration.  Sizes take K, M, G; times ns, us, ms, s; what is
 * counted from zero in identify is given so here.
 *
 *	serial=vnvme size=256M lba=4096 cache=yes poison=no mdts=7 seed=1
 *	awun=7 awupf=7 nawun=31 nawupf=31 nabsn=63 nabspf=63 nabo=8 mam=yes
 *	reorder=yes hold=8 lies=flush+fua+atomic log=1G
 *	latency=read+write,10us,2ms	one time, or the least and the most
 *	error=write,lba=64+8,skip=2,count=1,chance=500000,status=0x280,retry=yes
 *
 * Of commands: read write flush zeroes dsm, or all.  An error's status is the
 * type and code (0x280: Write Fault); Do Not Retry is set unless retry=yes.  `log` is
 * the memory that a recording may take (vendor.h); the explorer takes more: some 16
 * bytes for each block in it, and 8 for each of the disk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg.h"
#include "nvme.h"
#include "vendor.h"

#define CFG_SIZE_MAX	(1ull << 40)
#define CFG_TIME_MAX	10000000000ull	/* the guest gives up after 30 s */
#define CFG_HOLD_MAX	1024
#define CFG_LOG		(1ull << 30)
#define CFG_LOG_MIN	(1ull << 20)

/* Room for a part of a word. */
#define CFG_PART	64

struct cfg_name {
	const char *name;
	uint32_t bit;
};

static const struct cfg_name cfg_ops[] = {
	{ "read", 1 << CFG_READ },
	{ "write", 1 << CFG_WRITE },
	{ "flush", 1 << CFG_FLUSH },
	{ "zeroes", 1 << CFG_ZEROES },
	{ "dsm", 1 << CFG_DSM },
	{ "all", (1 << CFG_OPS) - 1 },
	{ }
};

static const struct cfg_name cfg_lies[] = {
	{ "flush", VNVME_LIE_FLUSH },
	{ "fua", VNVME_LIE_FUA },
	{ "atomic", VNVME_LIE_ATOMIC },
	{ }
};

static const struct cfg_name cfg_size_units[] = {
	{ "", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { }
};

static const struct cfg_name cfg_time_units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 }, { }
};

static const struct cfg_name cfg_no_units[] = { { "", 1 }, { } };

struct cfg_why {
	char *text;
	size_t size;
};

__attribute__((format(printf, 2, 3)))
static int cfg_bad(const struct cfg_why *why, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why->text, why->size, fmt, args);
	va_end(args);
	return -EINVAL;
}

/* All of @s is a number, with one of @units, up to @max. */
static bool cfg_number(const char *s, const struct cfg_name *units,
		       uint64_t max, uint64_t *out)
{
	unsigned long long n;
	char *end;

	if (*s < '0' || *s > '9')
		return false;
	errno = 0;
	n = strtoull(s, &end, 0);
	if (errno)
		return false;
	for (; units->name; units++)
		if (!strcmp(end, units->name))
			break;
	if (!units->name || n > max / units->bit)
		return false;
	*out = n * units->bit;
	return true;
}

static bool cfg_bool(const char *s, bool *out)
{
	*out = !strcmp(s, "yes");
	return *out || !strcmp(s, "no");
}

/* The next part of *@s, up to one of @ends or the end of the word. */
static bool cfg_part(const char **s, const char *ends, char part[CFG_PART])
{
	size_t len = strcspn(*s, ends);

	if (len >= CFG_PART)
		return false;
	memcpy(part, *s, len);
	part[len] = '\0';
	*s += len;
	if (**s)
		++*s;
	return true;
}

/* Names with + between them. */
static bool cfg_names(const char *s, const struct cfg_name *names,
		      uint32_t *out)
{
	char part[CFG_PART];
	const struct cfg_name *n;
	size_t len = strlen(s);

	*out = 0;
	if (len && s[len - 1] == '+')
		return false;
	do {
		if (!cfg_part(&s, "+", part))
			return false;
		for (n = names; n->name && strcmp(n->name, part); n++)
			;
		if (!n->name)
			return false;
		*out |= n->bit;
	} while (*s);
	return true;
}

static int cfg_latency(struct cfg *cfg, const char *s,
		       const struct cfg_why *why)
{
	char ops[CFG_PART], least[CFG_PART], most[CFG_PART];
	struct cfg_latency l;
	uint32_t mask;
	int op;

	if (!cfg_part(&s, ",", ops) || !cfg_names(ops, cfg_ops, &mask))
		return cfg_bad(why, "latency of what?");
	if (!cfg_part(&s, ",", least) ||
	    !cfg_number(least, cfg_time_units, CFG_TIME_MAX, &l.least))
		return cfg_bad(why, "latency: no time up to 10s");
	l.most = l.least;
	if (*s && (!cfg_part(&s, "", most) ||
		   !cfg_number(most, cfg_time_units, CFG_TIME_MAX, &l.most) ||
		   l.most < l.least))
		return cfg_bad(why, "latency: no time from the least to 10s");
	for (op = 0; op < CFG_OPS; op++)
		if (mask & 1u << op)
			cfg->latency[op] = l;
	return 0;
}

/* One key=value of an error. */
static bool cfg_error_part(struct cfg_error *e, const char *s, bool *retry)
{
	char key[CFG_PART], value[CFG_PART], first[CFG_PART];
	uint64_t n;

	if (!cfg_part(&s, "=", key) || !cfg_part(&s, "", value))
		return false;
	s = value;
	if (!strcmp(key, "lba"))
		return cfg_part(&s, "+", first) &&
		       cfg_number(first, cfg_no_units, INT64_MAX, &e->lba) &&
		       cfg_number(s, cfg_no_units, INT64_MAX, &e->blocks) &&
		       e->blocks;
	if (!strcmp(key, "skip"))
		return cfg_number(value, cfg_no_units, UINT64_MAX, &e->skip);
	if (!strcmp(key, "count"))
		return cfg_number(value, cfg_no_units, UINT64_MAX, &e->count);
	if (!strcmp(key, "retry"))
		return cfg_bool(value, retry);
	if (!strcmp(key, "chance")) {
		if (!cfg_number(value, cfg_no_units, 1000000, &n) || !n)
			return false;
		e->per_million = n;
		return true;
	}
	if (!strcmp(key, "status")) {
		if (!cfg_number(value, cfg_no_units, 0x7ff, &n) || !n)
			return false;
		e->status = n;
		return true;
	}
	return false;
}

static int cfg_error(struct cfg *cfg, const char *s, const struct cfg_why *why)
{
	struct cfg_error e = { .status = NVME_SC_INTERNAL };
	char part[CFG_PART];
	bool retry = false;
	uint32_t mask;
	int op;

	if (cfg->nr_errors == CFG_ERRORS)
		return cfg_bad(why, "more than %d errors", CFG_ERRORS);
	if (!cfg_part(&s, ",", part) || !cfg_names(part, cfg_ops, &mask))
		return cfg_bad(why, "error of what?");
	while (*s)
		if (!cfg_part(&s, ",", part) || !cfg_error_part(&e, part, &retry))
			return cfg_bad(why, "error: `%s` is not valid", part);
	for (op = 0; op < CFG_OPS; op++)
		e.ops[op] = mask & 1u << op;
	if (!retry)
		e.status |= NVME_SC_DNR;
	cfg->errors[cfg->nr_errors++] = e;
	return 0;
}

/* Keys that are numbers.  Yes or no counts as one: @unit is NULL. */
struct cfg_key {
	const char *key;
	size_t offset;
	size_t bytes;
	const struct cfg_name *units;
	uint64_t max;
};

#define CFG_NUM(field, units, max) \
	offsetof(struct cfg, field), sizeof(((struct cfg *)0)->field), units, max
#define CFG_U16(field) \
	{ #field, CFG_NUM(field, cfg_no_units, UINT16_MAX) }
#define CFG_BOOL(field) \
	{ #field, CFG_NUM(field, NULL, 1) }

static const struct cfg_key cfg_keys[] = {
	CFG_U16(awun), CFG_U16(awupf), CFG_U16(nabo), CFG_U16(nabsn),
	CFG_U16(nabspf), CFG_U16(nawun), CFG_U16(nawupf),
	CFG_BOOL(cache), CFG_BOOL(mam), CFG_BOOL(poison), CFG_BOOL(reorder),
	{ "hold", CFG_NUM(hold, cfg_no_units, CFG_HOLD_MAX) },
	{ "lba", CFG_NUM(lba_size, cfg_no_units, 4096) },
	{ "log", CFG_NUM(log_max, cfg_size_units, CFG_SIZE_MAX) },
	{ "mdts", CFG_NUM(mdts, cfg_no_units, CFG_MDTS_MAX) },
	{ "seed", CFG_NUM(seed, cfg_no_units, UINT64_MAX) },
	{ "size", CFG_NUM(size, cfg_size_units, CFG_SIZE_MAX) },
	{ }
};

static bool cfg_key(struct cfg *cfg, const struct cfg_key *k, const char *value)
{
	uint64_t n;
	bool yes;

	if (!k->units) {
		if (!cfg_bool(value, &yes))
			return false;
		n = yes;
	} else if (!cfg_number(value, k->units, k->max, &n)) {
		return false;
	}
	/* Fields are little-endian numbers of 1 to 8 bytes, as the host is. */
	memcpy((char *)cfg + k->offset, &n, k->bytes);
	if (!strncmp(k->key, "na", 2))
		cfg->ns_atomics = true;
	return true;
}

static int cfg_serial(struct cfg *cfg, const char *s, const struct cfg_why *why)
{
	size_t i, len = strlen(s);

	for (i = 0; i < len; i++)
		if (s[i] < '!' || s[i] > '~')
			break;
	if (len > CFG_SERIAL || i < len)
		return cfg_bad(why, "serial: up to %d printable characters",
			       CFG_SERIAL);
	memcpy(cfg->serial, s, len + 1);
	return 0;
}

int cfg_word(struct cfg *cfg, const char *word, char *why, size_t size)
{
	const struct cfg_why w = { why, size };
	const struct cfg_key *k;
	const char *value = word;
	char key[CFG_PART];

	if (!cfg_part(&value, "=", key) || !*value)
		return cfg_bad(&w, "`%s` is no key=value", word);
	if (!strcmp(key, "latency"))
		return cfg_latency(cfg, value, &w);
	if (!strcmp(key, "error"))
		return cfg_error(cfg, value, &w);
	if (!strcmp(key, "lies"))
		return cfg_names(value, cfg_lies, &cfg->lies) ? 0 :
		       cfg_bad(&w, "no such lie: `%s`", value);
	if (!strcmp(key, "serial"))
		return cfg_serial(cfg, value, &w);
	for (k = cfg_keys; k->key; k++)
		if (!strcmp(k->key, key))
			return cfg_key(cfg, k, value) ? 0 :
			       cfg_bad(&w, "%s: `%s` is not valid", key, value);
	return cfg_bad(&w, "unknown key `%s`", key);
}

void cfg_default(struct cfg *cfg)
{
	*cfg = (struct cfg){
		.serial = "vnvme",
		.size = 256ull << 20,
		.lba_size = 512,
		.cache = true,
		.mdts = 7,
		.seed = 1,
		.log_max = CFG_LOG,
	};
}

/* NVM Command Set Specification, "Atomic Operations" and its boundaries. */
static int cfg_check_atomics(const struct cfg *cfg, const struct cfg_why *why)
{
	if (cfg->awupf > cfg->awun)
		return cfg_bad(why, "awupf exceeds awun");
	if (cfg->mam && !cfg->ns_atomics)
		return cfg_bad(why, "mam without nawupf");
	if (!cfg->ns_atomics)
		return 0;
	if (cfg->nawun < cfg->awun || cfg->nawupf < cfg->awupf)
		return cfg_bad(why, "less than the controller: awun, awupf");
	if (cfg->nawupf > cfg->nawun)
		return cfg_bad(why, "nawupf exceeds nawun");
	if ((cfg->nabsn && cfg->nabsn < cfg->nawun) ||
	    (cfg->nabspf && cfg->nabspf < cfg->nawupf))
		return cfg_bad(why, "a boundary below the unit");
	if (cfg->nabo && (cfg->nabo > cfg->nabsn || cfg->nabo > cfg->nabspf))
		return cfg_bad(why, "nabo exceeds the boundary");
	if (cfg->mam && !cfg->nabspf)
		return cfg_bad(why, "mam without nabspf");
	return 0;
}

int cfg_check(const struct cfg *cfg, char *why, size_t size)
{
	const struct cfg_why w = { why, size };

	if (cfg->lba_size != 512 && cfg->lba_size != 4096)
		return cfg_bad(&w, "lba is 512 or 4096");
	if (!cfg->size || cfg->size % 4096)
		return cfg_bad(&w, "size is no multiple of 4096");
	if (cfg->log_max < CFG_LOG_MIN)
		return cfg_bad(&w, "log is less than 1M");
	return cfg_check_atomics(cfg, &w);
}
