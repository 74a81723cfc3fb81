/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of emulated system registers: what its files share.
 */
#ifndef VIRT_SYSREG_H
#define VIRT_SYSREG_H

#include <linux/types.h>
#include <asm/sysreg.h>
#include <loft/vm.h>

struct loft_vcpu;

/**
 * struct sysreg_access - one trapped MSR or MRS
 * @val: what the guest writes, or what it will read
 * @write: MSR
 */
struct sysreg_access {
	u64 val;
	bool write;
};

/**
 * struct sysreg - a system register that traps, or that userspace sees, or both
 * @enc: encoding, as sys_reg() makes it; the table is sorted by it
 * @user: KVM_GET_ONE_REG and friends know it
 * @index: where it lives in regs.sys[]
 * @access: emulates a trapped access; false: the access is UNDEFINED. NULL: all of them are
 * @present: does this machine have it? NULL: always
 * @get: value for userspace. NULL: regs.sys[@index]
 * @set: value from userspace, 0 or -EINVAL. NULL: any value, into regs.sys[@index]
 */
struct sysreg {
	u32 enc;
	bool user;
	u16 index;
	bool (*access)(struct loft_vcpu *vcpu, const struct sysreg *reg, struct sysreg_access *access);
	bool (*present)(const struct sysreg *reg);
	u64 (*get)(struct loft_vcpu *vcpu, const struct sysreg *reg);
	int (*set)(struct loft_vcpu *vcpu, const struct sysreg *reg, u64 val);
};

/* Op2 of breakpoint and watchpoint registers, whose number is CRm */
#define DBG_OP2_BVR		4
#define DBG_OP2_BCR		5
#define DBG_OP2_WVR		6
#define DBG_OP2_WCR		7

u64 sysreg_debug_bits(unsigned int op2);	/* those that a guest, or who debugs it, may set */

extern const struct sysreg sysreg_table[];
extern const unsigned int sysreg_table_size;

/* sysreg.c */
const struct sysreg *sysreg_find(u32 enc);
bool sysreg_emulate(struct loft_vcpu *vcpu, u32 enc, struct sysreg_access *access);
int sysreg_get(struct loft_vcpu *vcpu, u32 enc, u64 *val);	/* 0 or -ENOENT; vCPU evicted */
int sysreg_set(struct loft_vcpu *vcpu, u32 enc, u64 val);	/* 0, -ENOENT or -EINVAL; vCPU evicted */
u32 sysreg_user_enc(unsigned int i);	/* encoding of the i-th register for userspace, 0 past the last */

/**
 * enum cpreg_space - whose registers a coprocessor access numbers
 * @CPREG_CP14: MRC, MCR p14
 * @CPREG_CP14_64: MRRC, MCRR p14
 * @CPREG_CP15: MRC, MCR p15
 * @CPREG_CP15_64: MRRC, MCRR p15
 * @CPREG_CP10: VMRS, VMSR
 */
enum cpreg_space {
	CPREG_CP14,
	CPREG_CP14_64,
	CPREG_CP15,
	CPREG_CP15_64,
	CPREG_CP10,
};

/* An encoding, and that of a 64-bit transfer, which has no CRn and opc2 */
#define CPREG(opc1, crn, crm, opc2)	((opc1) << 11 | (crn) << 7 | (crm) << 3 | (opc2))
#define CPREG64(opc1, crm)		CPREG(opc1, 0, crm, 0)

/* cpreg.c */
bool cpreg_emulate(struct loft_vcpu *vcpu, enum cpreg_space space, u32 cp, struct sysreg_access *access);

/* cacheid.c */
u64 cacheid_clidr(void);
bool cacheid_valid(u32 csselr);		/* does this selection name a cache? */
u64 cacheid_ccsidr(u32 csselr);

/* idreg.c: the ID space, op0=3 op1=0 CRn=0 CRm=1..7, whose every register reads */
#define IDREG_FIRST	sys_reg(3, 0, 0, 1, 0)
#define IDREG_LAST	sys_reg(3, 0, 0, 7, 7)
#define IDREG_COUNT	LOFT_NR_IDREGS

static inline bool idreg_match(u32 enc)
{
	return enc >= IDREG_FIRST && enc <= IDREG_LAST;
}

/* Its registers are consecutive, Op2 is the least significant field of an encoding. */
static inline u32 idreg_enc(unsigned int i)
{
	return IDREG_FIRST + (i << Op2_shift);
}

u64 idreg_read(struct loft_vm *vm, u32 enc);
void idreg_freeze(struct loft_vm *vm);
int idreg_write(struct loft_vm *vm, u32 enc, u64 val);
bool idreg_aarch32_el0(void);
u64 idreg_pstate_bits(void);	/* PSTATE bits, in SPSR format, that exist for an AArch64 guest */

#endif /* VIRT_SYSREG_H */
