# SPDX-License-Identifier: GPL-2.0-only
# What every setup script shares: where things go, how to speak, how to retry, how to become root.
# shellcheck shell=bash

set -euo pipefail
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${O:-$top/build}
stamps=$build/stamp

say() {
	printf 'setup: %s\n' "$*" >&2
}

die() {
	printf 'setup: error: %s\n' "$*" >&2
	exit 1
}

# A mirror in the middle of an update answers wrong sizes and hashes for some minutes: wait longer each time.
retry() {
	local try delay=3
	for try in 1 2 3 4 5 6; do
		if "$@"; then
			return 0
		fi
		[ "$try" = 6 ] && break
		say "'${1##*/}' failed (try $try of 6), again in $delay s"
		sleep "$delay"
		delay=$((delay * 2))
	done
	return 1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "need to be root, or sudo, for: $*"
	fi
}

# stamp_fresh NAME FILE...: has step NAME run since the given files last changed?
stamp_fresh() {
	local stamp=$stamps/$1 file
	shift
	[ -e "$stamp" ] || return 1
	for file in "$@"; do
		[ "$file" -nt "$stamp" ] && return 1
	done
	return 0
}

stamp_set() {
	mkdir -p "$stamps"
	: >"$stamps/$1"
}
