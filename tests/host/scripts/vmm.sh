# SPDX-License-Identifier: GPL-2.0-only
# What the scripts of `make check-vmm` share: the disk with the programs of others, entered by chroot.
# shellcheck shell=sh

# The disk, with what programs expect around them; guest images are under /work there too.
vmm_mount() {
	[ -e /mnt/usr ] && return
	mkdir -p /mnt
	mount -o ro /dev/vda /mnt || return 1
	mount -t tmpfs tmp /mnt/tmp
	mount -t tmpfs tmp /mnt/var/tmp
	mount -t tmpfs run /mnt/run
	mount -t proc proc /mnt/proc
	mount -t sysfs sysfs /mnt/sys
	mount -t devtmpfs devtmpfs /mnt/dev
	mount -t tmpfs work /mnt/work
	cp /work/* /mnt/work
}

vmm() {
	chroot /mnt /usr/bin/env -i PATH=/usr/sbin:/usr/bin HOME=/tmp LC_ALL=C "$@"
}
