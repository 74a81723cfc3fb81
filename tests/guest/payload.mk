# SPDX-License-Identifier: GPL-2.0-only
# How one payload is compiled and linked against the payload library; bench/ uses it too.
# The includer sets out, obj, CC and OBJCOPY.

Q := $(if $(V),,@)

guestdir := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))

GUEST_CFLAGS := -std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers -Werror=implicit-function-declaration \
	-ffreestanding -fno-common -fpie -fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables \
	-mgeneral-regs-only -mcpu=generic -mno-outline-atomics -mstrict-align -fno-jump-tables \
	-fno-tree-loop-distribute-patterns -I$(guestdir)/lib
GUEST_LDFLAGS := -nostdlib -static-pie -Wl,--no-dynamic-linker -Wl,--build-id=none -Wl,-z,norelro \
	-Wl,-z,max-page-size=4096 -Wl,-T,$(guestdir)/payload.lds
ifeq ($(shell $(CC) -Wl,--no-warn-rwx-segments -nostdlib -x c -shared /dev/null -o /dev/null 2>/dev/null && echo y),y)
GUEST_LDFLAGS += -Wl,--no-warn-rwx-segments
endif

guest_lib := $(patsubst $(guestdir)/lib/%,$(obj)/lib/%.o,$(wildcard $(guestdir)/lib/*.c $(guestdir)/lib/*.S))
guest_hdr := $(wildcard $(guestdir)/lib/*.h) $(guestdir)/payload.lds $(guestdir)/payload.mk

$(obj)/lib/%.o: $(guestdir)/lib/% $(guest_hdr)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

$(obj)/%.o: % $(guest_hdr)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c $< -o $@

.SECONDEXPANSION:
# A payload is NAME.c, with NAME-asm.S, NAME-lines.c and NAME-v2.c beside it where it needs them.
$(obj)/%.elf: $(obj)/%.c.o $$(addsuffix .o,$$(addprefix $(obj)/,$$(wildcard $$*-asm.S $$*-lines.c $$*-v2.c))) $(guest_lib)
	$(Q)$(CC) $(GUEST_LDFLAGS) $^ -o $@

$(out)/%.bin: $(obj)/%.elf
	@echo '  PAYLOAD $(@F)'
	$(Q)$(OBJCOPY) -O binary $< $@

.SECONDARY:
