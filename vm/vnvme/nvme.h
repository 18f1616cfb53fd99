/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and layouts of the NVM Express Base Specification 2.0 and the NVM
 * Command Set Specification 1.0, as far as this device knows them.  Section and
 * figure titles are theirs.  All fields are little-endian, as the host is.
 */
#ifndef VNVME_NVME_H
#define VNVME_NVME_H

#include <stdint.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "vnvme reads the guest's memory as it is: little-endian"
#endif

/* "Controller Properties": offsets in BAR 0. */
enum {
	NVME_CAP = 0x00,
	NVME_VS = 0x08,
	NVME_INTMS = 0x0c,
	NVME_INTMC = 0x10,
	NVME_CC = 0x14,
	NVME_CSTS = 0x1c,
	NVME_NSSR = 0x20,
	NVME_AQA = 0x24,
	NVME_ASQ = 0x28,
	NVME_ACQ = 0x30,
	NVME_CRTO = 0x68,
	NVME_DOORBELLS = 0x1000,
};

/* "Offset 14h: CC" and "Offset 1Ch: CSTS". */
#define NVME_CC_EN		0x00000001u
#define NVME_CC_CSS(cc)		((cc) >> 4 & 7)
#define NVME_CC_MPS(cc)		((cc) >> 7 & 15)
#define NVME_CC_AMS(cc)		((cc) >> 11 & 7)
#define NVME_CC_SHN(cc)		((cc) >> 14 & 3)
#define NVME_CC_IOSQES(cc)	((cc) >> 16 & 15)
#define NVME_CC_IOCQES(cc)	((cc) >> 20 & 15)
#define NVME_CSTS_RDY		0x01u
#define NVME_CSTS_CFS		0x02u
#define NVME_CSTS_SHST_DONE	0x08u
#define NVME_CSTS_SHST		0x0cu

#define NVME_VERSION		0x00020000u	/* CNS 08h: Linux rescans */

/* "Common Command Format" */
struct nvme_cmd {
	uint8_t opcode;
	uint8_t flags;		/* FUSE, PSDT */
	uint16_t cid;
	uint32_t nsid;
	uint32_t cdw2;
	uint32_t cdw3;
	uint64_t mptr;
	uint64_t prp1;
	uint64_t prp2;
	uint32_t cdw10;
	uint32_t cdw11;
	uint32_t cdw12;
	uint32_t cdw13;
	uint32_t cdw14;
	uint32_t cdw15;
};

#define NVME_FUSE(flags)	((flags) & 3)
#define NVME_PSDT(flags)	((flags) >> 6)

/* "Common Completion Queue Entry Layout" */
struct nvme_cqe {
	uint32_t result;
	uint32_t reserved;
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t cid;
	uint16_t status;	/* bit 0: phase tag; 15:1 the status field */
};

_Static_assert(sizeof(struct nvme_cmd) == 64, "a submission queue entry");
_Static_assert(sizeof(struct nvme_cqe) == 16, "a completion queue entry");

/* "Opcodes for Admin Commands" */
enum {
	NVME_ADM_DELETE_SQ = 0x00,
	NVME_ADM_CREATE_SQ = 0x01,
	NVME_ADM_GET_LOG = 0x02,
	NVME_ADM_DELETE_CQ = 0x04,
	NVME_ADM_CREATE_CQ = 0x05,
	NVME_ADM_IDENTIFY = 0x06,
	NVME_ADM_ABORT = 0x08,
	NVME_ADM_SET_FEATURES = 0x09,
	NVME_ADM_GET_FEATURES = 0x0a,
	NVME_ADM_ASYNC_EVENT = 0x0c,
};

/* "Opcodes for NVM Commands" */
enum {
	NVME_NVM_FLUSH = 0x00,
	NVME_NVM_WRITE = 0x01,
	NVME_NVM_READ = 0x02,
	NVME_NVM_ZEROES = 0x08,
	NVME_NVM_DSM = 0x09,
};

/* CDW12 of reads, writes, write zeroes; CDW11 of dataset management */
#define NVME_RW_NLB(cdw12)	(((cdw12) & 0xffff) + 1)
#define NVME_RW_DEAC		(1u << 25)
#define NVME_RW_PRINFO		(0xfu << 26)
#define NVME_RW_FUA		(1u << 30)
#define NVME_DSM_AD		(1u << 2)

/* "Range" of "Dataset Management command" */
struct nvme_range {
	uint32_t attributes;
	uint32_t blocks;
	uint64_t lba;
};

/*
 * "Status Code": type in bits 10:8, code in 7:0, DNR in 14.  Linux retries what
 * comes without DNR.
 */
#define NVME_SC_DNR		0x4000
enum {
	NVME_SC_OK = 0x000,
	NVME_SC_OPCODE = 0x001,
	NVME_SC_FIELD = 0x002,
	NVME_SC_CID = 0x003,
	NVME_SC_TRANSFER = 0x004,
	NVME_SC_INTERNAL = 0x006,
	NVME_SC_ABORTED = 0x007,
	NVME_SC_NSID = 0x00b,
	NVME_SC_SEQUENCE = 0x00c,
	NVME_SC_PRP_OFFSET = 0x013,
	NVME_SC_LBA_RANGE = 0x080,
	NVME_SC_NS_NOT_READY = 0x082,
	NVME_SC_CQ = 0x100,
	NVME_SC_QID = 0x101,
	NVME_SC_QUEUE_SIZE = 0x102,
	NVME_SC_AER_LIMIT = 0x105,
	NVME_SC_VECTOR = 0x108,
	NVME_SC_LOG_PAGE = 0x109,
	NVME_SC_QUEUE_DELETION = 0x10c,
	NVME_SC_NOT_SAVEABLE = 0x10d,
	NVME_SC_NOT_CHANGEABLE = 0x10e,
	NVME_SC_NOT_PER_NS = 0x10f,
	NVME_SC_SIZE_LIMIT = 0x183,
};

/* "Feature Identifiers" */
enum {
	NVME_FEAT_ARBITRATION = 0x01,
	NVME_FEAT_POWER = 0x02,
	NVME_FEAT_TEMPERATURE = 0x04,
	NVME_FEAT_ERROR_RECOVERY = 0x05,
	NVME_FEAT_CACHE = 0x06,
	NVME_FEAT_QUEUES = 0x07,
	NVME_FEAT_COALESCING = 0x08,
	NVME_FEAT_VECTOR = 0x09,
	NVME_FEAT_ATOMICITY = 0x0a,
	NVME_FEAT_ASYNC_EVENT = 0x0b,
	NVME_FEAT_TIMESTAMP = 0x0e,
};

/* "Log Page Identifiers" */
enum {
	NVME_LOG_SUPPORTED = 0x00,
	NVME_LOG_ERROR = 0x01,
	NVME_LOG_SMART = 0x02,
	NVME_LOG_FIRMWARE = 0x03,
	NVME_LOG_CHANGED_NS = 0x04,
	NVME_LOG_EFFECTS = 0x05,
};

/* "Asynchronous Event Configuration", and what is supported of it (OAES) */
#define NVME_AEC_NS_CHANGED	(1u << 8)

#endif
