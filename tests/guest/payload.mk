# SPDX-License-Identifier: GPL-2.0-only
# How one payload is compiled and linked against the payload library; bench/ uses it too.
# The includer sets out, obj, CC and OBJCOPY, and ARCH=armhf for AArch32. lib/ is for both architectures, and knows the one
# that it is on by the headers in lib/arm64 or lib/arm.

Q := $(if $(V),,@)

guestdir := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

guest_arch := $(if $(filter armhf,$(ARCH)),arm,arm64)

# AArch32's zImage stands at a fixed address, and 64-bit division is the compiler's library's.
machine_arm64 := -fpie -mcpu=generic -mno-outline-atomics -mstrict-align -fno-jump-tables
machine_arm := -fno-pie -march=armv7ve+fp -marm -mfloat-abi=hard -mno-unaligned-access -Wa,-mno-warn-deprecated
link_arm64 := -static-pie -Wl,--no-dynamic-linker -Wl,-z,norelro -Wl,-z,max-page-size=4096
link_arm := -static -no-pie
libs_arm := -lgcc

GUEST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror=implicit-function-declaration \
	-ffreestanding -fno-common -fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables \
	-mgeneral-regs-only $(machine_$(guest_arch)) -fno-tree-loop-distribute-patterns -I$(guestdir) -I$(guestdir)/lib -I$(guestdir)/lib/$(guest_arch)
GUEST_LDFLAGS := -nostdlib $(link_$(guest_arch)) -Wl,--build-id=none -Wl,-T,$(guestdir)/lib/$(guest_arch)/payload.lds
ifeq ($(shell $(CC) -Wl,--no-warn-rwx-segments -nostdlib -x c -shared /dev/null -o /dev/null 2>/dev/null && echo y),y)
GUEST_LDFLAGS += -Wl,--no-warn-rwx-segments
endif

guest_lib := $(patsubst $(guestdir)/lib/%,$(obj)/lib/%.o,$(wildcard $(addprefix $(guestdir)/lib/, *.c $(guest_arch)/*.c $(guest_arch)/*.S)))
guest_hdr := $(wildcard $(addprefix $(guestdir)/, *.h lib/*.h lib/$(guest_arch)/*.h)) $(guestdir)/lib/$(guest_arch)/payload.lds \
	$(guestdir)/payload.mk

$(obj)/lib/%.o: $(guestdir)/lib/% $(guest_hdr)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

$(obj)/%.o: % $(guest_hdr)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

.SECONDEXPANSION:
# A payload is NAME.c, with NAME-asm.S, NAME-lines.c and NAME-v2.c beside it where it needs them, and what is the architecture's in its
# folder: NAME.c, NAME-asm.S. One of both is all that some have.
$(obj)/%.elf: $$(addsuffix .o,$$(addprefix $(obj)/,$$(wildcard $$*.c $$*-asm.S $$*-lines.c $$*-v2.c \
		$$(addprefix $(guest_arch)/,$$*.c $$*-asm.S)))) $(guest_lib)
	$(Q)$(CC) $(GUEST_LDFLAGS) $^ $(libs_$(guest_arch)) -o $@

$(out)/%.bin: $(obj)/%.elf
	@echo '  PAYLOAD $(@F)'
	$(Q)$(OBJCOPY) -O binary $< $@

.SECONDARY:
