# SPDX-License-Identifier: GPL-2.0-only
# The build's front door: what it builds, where it goes, and the two commands that matter, run and check.

MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -e -o pipefail -c
.DEFAULT_GOAL := all

# O= as an absolute path or relative to here: everything that is made or fetched goes below it.
O ?= build
build := $(abspath $(O))
export O := $(build)

# Everything for 32-bit Arm is made beside what is for arm64, under names of its own.
ifeq ($(MODE),armv7)
arch := armhf
karch := arm
suffix := -armhf
CROSS_COMPILE ?= arm-linux-gnueabihf-
else
arch := arm64
karch := arm64
suffix :=
CROSS_COMPILE ?= aarch64-linux-gnu-
endif
native := $(if $(filter arm64-aarch64,$(arch)-$(shell uname -m)),yes)
out := $(build)/out$(suffix)

KDIR ?=
JOBS ?= $(shell nproc)

# The rooms that the module is made of, for a build beside the tree or inside a kernel's.
rooms := $(wildcard Kbuild Kconfig include virt arch fallback-nvhe)

help:
	@echo 'make run       boot an emulated Arm host with its kernel in EL2, load Loft, boot Debian on Loft'
	@echo '               (a shell when this is a terminal, else a demonstration that ends in 0 or 1)'
	@echo '               MODE=vhe|nvhe GIC=3|2 VMM=loftvm GUEST=debian|debian-armhf CPU=neoverse-n1 DISK=FILE (keeps the guest'"'"'s disk)'
	@echo 'make check     run all tests on all machines; MODE=vhe|nvhe|armv7 on one, GIC=2 with nvhe; T=PATTERN some of them (T=list names them)'
	@echo 'make check-vmm run programs of others: the kernel'"'"'s KVM selftests, QEMU (fetches 400 MB); same options'
	@echo 'make           build the module and the tools (all), against the stock kernel fetched by setup'
	@echo 'make bench     count the instructions of exits: Loft and upstream KVM, VHE and split, and ARMv7'
	@echo '               KVM=loft MODE=vhe OPS="ipi timer" only some of it (a minute); CHECK=1 fails where Loft got worse than'
	@echo '               bench/figures, UPDATE=1 writes those; Documentation/bench-method.rst'
	@echo 'make bench-long  work of a Debian guest (processes, pipes, disk, network) beside the same on the host itself; KVM=, MODE='
	@echo 'make setup     only install and fetch what the others need'
	@echo 'make module KDIR=DIR [CROSS_COMPILE=...]'
	@echo '               build loft.ko against a kernel build or its headers'
	@echo 'make intree KSRC=DIR'
	@echo '               link Loft into a kernel tree as CONFIG_LOFT'
	@echo 'make clean     remove what was built; distclean also what was fetched (all of $(O)/)'

all: module tools

# --- Fetching ---------------------------------------------------------------------------------------

setup:
	@tools/setup/setup

# --- The module -------------------------------------------------------------------------------------

# Kbuild puts objects beside their sources, so it gets a mirror of the rooms, made of links.
ifeq ($(KDIR),)
mirror := $(build)/module/stock$(suffix)
kdir = $(build)/kernel/$(arch)/root/usr/src/linux-headers-$$(cat $(build)/kernel/$(arch)/version)
module: setup
else
mirror := $(build)/module/kdir
kdir = $(abspath $(KDIR))
endif

module:
	@[ -e Kbuild ] || { echo 'there is no Kbuild here yet' >&2; exit 1; }
	@mkdir -p $(build)/module $(out)
	@flock $(mirror).lock tools/setup/mirror $(mirror) "$(kdir)" $(rooms)
	@+flock $(mirror).lock $(MAKE) -j$(JOBS) -C "$(kdir)" M=$(mirror) ARCH=$(karch) $(if $(native),,CROSS_COMPILE=$(CROSS_COMPILE)) \
		modules CONFIG_DEBUG_INFO_BTF_MODULES= $(if $(V),V=$(V)) 2>&1 | tools/setup/quiet $(mirror) $(if $(V),all)
	@cmp -s $(mirror)/loft.ko $(out)/loft.ko || cp $(mirror)/loft.ko $(out)/loft.ko

intree:
	@[ -n "$(KSRC)" ] || { echo 'give the kernel tree with KSRC=DIR' >&2; exit 2; }
	@tools/setup/intree "$(KSRC)" $(rooms)

# --- Tools and tests --------------------------------------------------------------------------------

sub = $(MAKE) -s -j$(JOBS) -C

# 32-bit Arm's C library has no <linux/kvm.h>: the text is the same for all, but for our own <asm/kvm.h>.
ifeq ($(arch),armhf)
uapi := $(build)/uapi-armhf
kvm_h = $(filter %/linux/kvm.h,$(shell aarch64-linux-gnu-gcc -M -include linux/kvm.h -x c /dev/null))
endif

.PHONY: uapi
uapi: setup
	@[ -z "$(uapi)" ] || { mkdir -p $(uapi)/linux $(uapi)/asm && ln -sf "$(kvm_h)" $(uapi)/linux/kvm.h && \
		ln -sf $(CURDIR)/include/uapi/asm/kvm.h $(uapi)/asm/kvm.h; }

tools: setup uapi
	@mkdir -p $(out)
	@+$(sub) tools/loftvm O=$(out) CROSS_COMPILE=$(CROSS_COMPILE) SYSROOT=$(build)/sysroot-$(arch) UAPI=$(uapi)

tests: tools
	@+$(sub) tools/loftvm O=$(build)/out $(build)/out/loftvm.d/devices
	@+if [ -e tests/guest/Makefile ]; then $(sub) tests/guest O=$(build)/guest$(suffix) ARCH=$(arch) CROSS_COMPILE=$(CROSS_COMPILE); fi
	@+$(sub) tests/abi O=$(build)/abi$(suffix) ARCH=$(arch) CROSS_COMPILE=$(CROSS_COMPILE) UAPI=$(uapi)
	@+$(sub) bench O=$(build)/bench$(suffix) ARCH=$(arch) CROSS_COMPILE=$(CROSS_COMPILE) UNIT=$(build)/unit
	@+if [ -e tests/unit/Makefile ]; then $(sub) tests/unit O=$(build)/unit CROSS_COMPILE=; fi
	@tools/setup/mirror $(build)/hostcall$(suffix) "$(kdir)" include fallback-nvhe tests/host/hostcall
	@+$(MAKE) -s -C "$(kdir)" M=$(build)/hostcall$(suffix)/tests/host/hostcall ARCH=$(karch) $(if $(native),,CROSS_COMPILE=$(CROSS_COMPILE)) \
		modules CONFIG_DEBUG_INFO_BTF_MODULES= 2>&1 | tools/setup/quiet $(build)/hostcall$(suffix)/tests/host/hostcall

# KVM=upstream runs the same on upstream KVM, to tell a fault of Loft from one of the tests.
ifneq ($(KVM),upstream)
run check check-vmm: module
endif

# All the machines that there are: one of them is a 32-bit host.
ifeq ($(MODE)$(CPU)$(GIC)$(KVM),)
.PHONY: check-armv7
check-armv7: tests
	@+$(MAKE) MODE=armv7 module tests
check: check-armv7
endif

run: tools
	@MODE='$(MODE)' VMM='$(VMM)' GUEST='$(GUEST)' CPU='$(CPU)' GIC='$(GIC)' KVM='$(KVM)' DISK='$(DISK)' tests/host/run

check: tests
	@T='$(T)' MODE='$(MODE)' CPU='$(CPU)' GIC='$(GIC)' KVM='$(KVM)' tests/host/check

# Programs of others. What they are is fetched by this target alone.
check-vmm: tests
	@tools/setup/vmm
	@tests/host/mkvmm
	@T='$(T)' MODE='$(MODE)' CPU='$(CPU)' GIC='$(GIC)' KVM='$(KVM)' tests/host/check-vmm

# MODE and KVM choose among the machines, which want both architectures.
bench:
ifneq ($(filter-out armv7,$(or $(MODE),all)),)
	@+$(MAKE) MODE= bench-build
endif
ifneq ($(filter armv7,$(or $(MODE),armv7)),)
	@+$(if $(filter upstream,$(KVM)),,$(MAKE) MODE=armv7 bench-build)
endif
	@MODE='$(MODE)' CPU='$(CPU)' KVM='$(KVM)' OPS='$(OPS)' BREAKDOWN='$(BREAKDOWN)' CHECK='$(CHECK)' UPDATE='$(UPDATE)' tests/host/bench

bench-build: all
	@+$(sub) bench O=$(build)/bench$(suffix) ARCH=$(arch) CROSS_COMPILE=$(CROSS_COMPILE) UNIT=$(build)/unit UAPI=$(uapi)
ifeq ($(arch),arm64)
	@tools/setup/mirror $(build)/floor "$(kdir)" bench/floor
	@+$(MAKE) -s -C "$(kdir)" M=$(build)/floor/bench/floor ARCH=$(karch) $(if $(native),,CROSS_COMPILE=$(CROSS_COMPILE)) \
		modules CONFIG_DEBUG_INFO_BTF_MODULES= 2>&1 | tools/setup/quiet $(build)/floor/bench/floor
	@cp $(build)/floor/bench/floor/bench-floor.ko $(build)/bench/
endif

# The application view, on VHE and in split mode. What it runs beyond Debian's guest is fetched by this target alone.
bench-long: all
	@tools/setup/long
	@mkdir -p $(build)/bench
	@MODE='$(MODE)' CPU='$(CPU)' KVM='$(KVM)' tests/host/bench-long

# --- Away with it -----------------------------------------------------------------------------------

clean:
	rm -rf $(build)/out $(build)/out-armhf $(build)/uapi-armhf $(build)/guest-armhf $(build)/abi-armhf $(build)/bench-armhf $(build)/module $(build)/guest $(build)/hostcall $(build)/hostcall-armhf $(build)/abi $(build)/unit $(build)/bench $(build)/floor $(build)/host \
		$(build)/debian $(build)/debian-armhf $(build)/log $(build)/boot.* $(build)/host.?????? $(build)/guest.??????

distclean:
	rm -rf $(build)

.PHONY: help all setup module intree tools tests run check check-vmm bench bench-build bench-long clean distclean
