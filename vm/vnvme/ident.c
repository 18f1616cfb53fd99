// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Identify command".  Structures are written field by field at the offsets of
 * their figures; what is not written is zero: not supported, or no limit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

static void ident_16(struct ctrl *c, unsigned int at, uint16_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

static void ident_32(struct ctrl *c, unsigned int at, uint32_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

static void ident_64(struct ctrl *c, unsigned int at, uint64_t value)
{
	memcpy(c->page + at, &value, sizeof(value));
}

/* "ASCII data": padded with blanks. */
static void ident_text(struct ctrl *c, unsigned int at, const char *s,
		       size_t size)
{
	size_t len = strlen(s);

	memset(c->page + at, ' ', size);
	memcpy(c->page + at, s, len < size ? len : size);
}

/* 128 bits that belong to the serial number alone. */
static void ident_hash(const struct ctrl *c, uint64_t hash[2])
{
	const char *s;
	uint64_t x = 0;

	for (s = c->cfg->serial; *s; s++) {
		x ^= (uint8_t)*s;
		fault_random(&x);
		x = fault_random(&x);
	}
	hash[0] = fault_random(&x);
	hash[1] = fault_random(&x);
}

static void ident_nqn(struct ctrl *c)
{
	uint64_t h[2];

	ident_hash(c, h);
	snprintf((char *)c->page + 768, 256,
		 "nqn.2014-08.org.nvmexpress:uuid:%08" PRIx32 "-%04x-4%03x-8%03x-%012"
		 PRIx64, (uint32_t)h[0], (unsigned int)(h[0] >> 32 & 0xffff),
		 (unsigned int)(h[0] >> 48 & 0xfff), (unsigned int)(h[1] & 0xfff),
		 h[1] >> 16);
}

/* "Identify Controller Data Structure" */
static void ident_ctrl(struct ctrl *c)
{
	const struct cfg *cfg = c->cfg;

	ident_16(c, 0, CTRL_PCI_VENDOR);
	ident_16(c, 2, CTRL_PCI_VENDOR);
	ident_text(c, 4, cfg->serial, 20);
	ident_text(c, 24, "vnvme", 40);
	ident_text(c, 64, "1", 8);
	c->page[77] = cfg->mdts;
	ident_16(c, 78, 1);			/* CNTLID */
	ident_32(c, 80, NVME_VERSION);
	/* OAES: only the vendor's command changes anything */
	ident_32(c, 92, c->vendor ? NVME_AEC_NS_CHANGED : 0);
	c->page[111] = 1;			/* CNTRLTYPE: I/O */
	c->page[258] = 3;			/* ACL, from zero */
	c->page[259] = CTRL_EVENTS - 1;		/* AERL */
	c->page[260] = 1 << 1 | 1;		/* FRMW: one slot, read-only */
	c->page[261] = 1 << 2 | 1 << 1;		/* LPA: offsets; effects log */
	c->page[262] = CTRL_ERRORS - 1;		/* ELPE */
	ident_16(c, 266, 343);			/* WCTEMP, Kelvin */
	ident_16(c, 268, 353);			/* CCTEMP */
	c->page[512] = 6 << 4 | 6;		/* SQES: 64 bytes */
	c->page[513] = 4 << 4 | 4;		/* CQES: 16 bytes */
	ident_32(c, 516, 1);			/* NN */
	/* ONCS: dataset management, write zeroes, select, timestamp */
	ident_16(c, 520, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 6);
	/* VWC: there is a cache; a flush may be for all namespaces */
	c->page[525] = 3 << 1 | c->media->cache;
	ident_16(c, 526, cfg->awun);
	ident_16(c, 528, cfg->awupf);
	ident_nqn(c);
	ident_16(c, 2048, 2500);		/* PSD0, MP: 25 W */
}

/*
 * NSFEAT: NSABP in bit 1, as Linux reads it.  MAM in bit 6, which version 2.0 reserves:
 * so nvme-cli 2.13 prints it ("[6:6]: Multiple Atomicity Mode applies to write
 * operations", above OPTPERF in 5:4); Linux 7.3 and libnvme 1.16 do not know it.
 */
static uint8_t ident_nsfeat(const struct cfg *cfg)
{
	return (cfg->ns_atomics ? 1 << 1 : 0) | (cfg->mam ? 1 << 6 : 0);
}

/*
 * "Identify Namespace Data Structure, NVM Command Set".  NPWG and its like stay
 * out (OPTPERF): Linux would make a stripe unit of it.
 */
static void ident_ns(struct ctrl *c)
{
	const struct cfg *cfg = c->cfg;
	uint64_t blocks = cfg->size / cfg->lba_size, hash[2];

	ident_64(c, 0, blocks);			/* NSZE */
	ident_64(c, 8, blocks);			/* NCAP */
	ident_64(c, 16, blocks);		/* NUSE */
	c->page[24] = ident_nsfeat(cfg);
	/* DLFEAT: write zeroes may deallocate; what is deallocated is zero */
	c->page[33] = 1 << 3 | !cfg->poison;
	if (cfg->ns_atomics) {
		ident_16(c, 34, cfg->nawun);
		ident_16(c, 36, cfg->nawupf);
		ident_16(c, 40, cfg->nabsn);
		ident_16(c, 42, cfg->nabo);
		ident_16(c, 44, cfg->nabspf);
	}
	ident_hash(c, hash);
	memcpy(c->page + 104, hash, 16);	/* NGUID */
	c->page[130] = cfg->lba_size == 512 ? 9 : 12;	/* LBAF0, LBADS */
}

/* "Namespace Identification Descriptor": NGUID, then the command set. */
static void ident_descriptors(struct ctrl *c)
{
	uint64_t hash[2];

	ident_hash(c, hash);
	c->page[0] = 2;
	c->page[1] = 16;
	memcpy(c->page + 4, hash, 16);
	c->page[20] = 4;
	c->page[21] = 1;
	c->page[24] = 0;			/* NVM */
}

/* "I/O Command Set Independent Identify Namespace Data Structure" */
static void ident_independent(struct ctrl *c)
{
	c->page[0] = c->media->cache ? 0 : 1 << 5;	/* VWCNP */
	c->page[14] = 1;			/* NSTAT: ready */
}

/* "I/O Command Set Specific Identify Controller Data Structure, NVM" */
static void ident_ctrl_nvm(struct ctrl *c)
{
	uint64_t blocks = c->cfg->size / c->cfg->lba_size;

	/* DMRL, from one: as many ranges as there is room for in 8 bits. */
	c->page[3] = 255;
	ident_32(c, 4, blocks < UINT32_MAX ? blocks : UINT32_MAX);	/* DMRSL */
	ident_64(c, 8, blocks);						/* DMSL */
}

/* "Active Namespace ID list": those above @nsid. */
static uint16_t ident_list(struct ctrl *c, uint32_t nsid)
{
	if (nsid >= 0xfffffffe)
		return NVME_SC_NSID;
	if (nsid < CTRL_NSID)
		ident_32(c, 0, CTRL_NSID);
	return NVME_SC_OK;
}

static uint16_t ident_of_ns(struct ctrl *c, uint32_t nsid,
			    void (*fill)(struct ctrl *c))
{
	if (nsid != CTRL_NSID)
		return NVME_SC_NSID;
	fill(c);
	return NVME_SC_OK;
}

static void ident_nothing(struct ctrl *c)
{
	(void)c;
}

static uint16_t ident_fill(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint8_t cns = cmd->cdw10 & 0xff, csi = cmd->cdw11 >> 24;

	/* These are of one command set each; there is only NVM. */
	if ((cns == 0x05 || cns == 0x06 || cns == 0x07) && csi)
		return NVME_SC_FIELD;
	switch (cns) {
	case 0x00:
		return ident_of_ns(c, cmd->nsid, ident_ns);
	case 0x01:
		ident_ctrl(c);
		return NVME_SC_OK;
	case 0x02:
	case 0x07:
		return ident_list(c, cmd->nsid);
	case 0x03:
		return ident_of_ns(c, cmd->nsid, ident_descriptors);
	case 0x05:
		return ident_of_ns(c, cmd->nsid, ident_nothing);
	case 0x06:
		ident_ctrl_nvm(c);
		return NVME_SC_OK;
	case 0x08:
		return ident_of_ns(c, cmd->nsid, ident_independent);
	default:
		return NVME_SC_FIELD;
	}
}

uint16_t ident_run(struct ctrl *c, const struct nvme_cmd *cmd)
{
	uint16_t status;

	memset(c->page, 0, sizeof(c->page));
	status = ident_fill(c, cmd);
	return status ? status : prp_reply(c, cmd, c->page, sizeof(c->page));
}
