# SPDX-License-Identifier: GPL-2.0-only
# How an initramfs is put together: modules in load order, and a cpio archive that is the same for the same content.
# shellcheck shell=bash

# initramfs_deps MODDIR NAME: the module's path after those of all it needs (modules.dep lists the nearest first).
initramfs_deps() {
	local name=${2//_/[-_]}
	awk -v name="/$name\\.ko:$" '$1 ~ name {
		sub(/:$/, "", $1)
		for (i = NF; i > 0; i--)
			print $i
	}' "$1/modules.dep"
}

# initramfs_modules MODDIR STAGE "NAME...": copies them to STAGE/lib/modules, and their order to STAGE/lib/modules/order.
initramfs_modules() {
	local name path paths
	for name in $3; do
		paths=$(initramfs_deps "$1" "$name")
		[ -n "$paths" ] || { echo "the kernel package has no module $name" >&2; return 1; }
		for path in $paths; do
			[ -e "$2/lib/modules/${path##*/}" ] && continue
			cp "$1/$path" "$2/lib/modules/"
			echo "${path##*/}" >>"$2/lib/modules/order"
		done
	done
}

# initramfs_pack DIR OUT
initramfs_pack() {
	find "$1" -exec touch -h -d @0 {} +
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet --reproducible -H newc -R 0:0 -o) >"$2.new"
	mv "$2.new" "$2"
}
