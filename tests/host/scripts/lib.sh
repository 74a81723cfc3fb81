# SPDX-License-Identifier: GPL-2.0-only
# What the scripts that run inside an emulated host share: load Loft, say what host this is, make a tap.
# shellcheck shell=sh

host_address=192.168.77.1
guest_address=192.168.77.2

# The host's kernel runs where it was entered only if the CPU has VHE; otherwise it stepped down to EL1.
host_exception_level() {
	if ! dmesg | grep -q 'CPU(s) started at EL2'; then
		echo 1
	elif dmesg | grep -q 'detected: Virtualization Host Extensions'; then
		echo 2
	else
		echo 1
	fi
}

host_describe() {
	echo "host: QEMU virt, $(cat /work/cpu 2>/dev/null), $(nproc) CPUs, $(($(sed -n 's/^MemTotal: *\([0-9]*\).*/\1/p' /proc/meminfo) / 1024)) MiB, Linux $(uname -r)"
	echo "host: kernel log: $(dmesg | sed -n 's/.*\(CPU: All CPU(s) started .*\)/\1/p')"
	if [ "$(uname -m)" = armv7l ]; then
		echo "host: the kernel runs at PL1"
	else
		echo "host: the kernel runs at EL$(host_exception_level)"
	fi
}

# Loads Loft unless this boot is for upstream KVM, and shows what the module says about itself.
loft_load() {
	if [ -e /work/loft.ko ]; then
		insmod /work/loft.ko || {
			dmesg | grep 'loft' | tail -n 5
			return 1
		}
		dmesg | sed -n 's/^\[[^]]*\] \(loft: .*\)/\1/p' | grep -v 'module verification failed\|taints kernel'
	else
		dmesg | sed -n 's/^\[[^]]*\] \(kvm .*\(initialized\|Size Limit\).*\)/\1/p'
	fi
	[ -c /dev/kvm ] || {
		echo "host: there is no /dev/kvm"
		return 1
	}
}

tap_up() {
	tunctl -t "$1" >/dev/null && ip address add "$host_address/24" dev "$1" && ip link set "$1" up
}

# nokaslr: see tests/host/run.
# debian WHAT DISK: boots the Debian guest on loftvm; WHAT is report, reboot or nothing for a shell. /work/options is more
# of loftvm's options that this guest wants.
debian() {
	tap_up tap0 || return 1
	loftvm --smp 2 --memory 512M --kernel /work/Image --initrd /work/initrd.cpio --disk "$2" --tap tap0 --rng \
		$(cat /work/options 2>/dev/null) \
		--append "console=ttyAMA0 quiet panic=1 nokaslr loft.ip=$guest_address/24 loft.gw=$host_address loft.do=$1"
	debian_status=$?
	ip link set tap0 down
	tunctl -d tap0 >/dev/null
	return "$debian_status"
}
