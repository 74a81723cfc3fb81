# SPDX-License-Identifier: GPL-2.0-only
# An apt of our own under build/apt, one per purpose, so that the machine's own configuration and lists stay as they are.
# shellcheck shell=bash

# apt_NAME (native: installs on this machine; arm64, armhf: only download, know of nothing installed).
release=bookworm
# On a terminal apt draws its own progress.
apt_quiet=-q=2
[ ! -t 2 ] || apt_quiet=-q=0
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# The machine's own Debian archive, in whatever form its configuration gives it.
apt_mirror() {
	local uri
	if [ -n "${MIRROR:-}" ]; then
		printf '%s\n' "${MIRROR%/}"
		return
	fi
	uri=$(apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v r="$release" '($2 == r || $2 == "stable" || $2 == "oldstable") && $3 == "main" &&
			$1 ~ /debian\/?$/ { print $1; exit }')
	[ -n "$uri" ] || die "no Debian $release archive in this machine's apt configuration: give one with MIRROR="
	printf '%s\n' "${uri%/}"
}

apt_security() {
	apt-get indextargets 'Created-By: Packages' --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' |
		awk -v r="$release-security" '$2 == r && $3 == "main" { sub(/\/$/, "", $1); print $1; exit }'
}

# apt_sources NAME. What is fetched for armhf only ever runs in emulation: no security suite, which is one list less to
# be caught in the middle of a mirror's update.
apt_sources() {
	local mirror security='' suite
	mirror=$(apt_mirror)
	[ "$1" = armhf ] || security=$(apt_security)
	for suite in "$release" "$release-updates" "$release-backports"; do
		printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite"
	done
	[ -z "$security" ] ||
		printf 'deb [signed-by=%s] %s %s-security main\n' "$keyring" "$security" "$release"
}

# apt_conf NAME ARCH STATUS: writes build/apt/NAME/apt.conf
apt_conf() {
	local dir=$build/apt/$1 arch=$2 status=$3
	mkdir -p "$dir/lists/partial" "$dir/archives/partial" "$dir/etc/none" "$dir/log"
	[ "$status" != none ] || { status=$dir/status; : >"$status"; }
	cat >"$dir/apt.conf" <<-CONF
		APT::Architecture "$arch";
		#clear APT::Architectures;
		APT::Architectures { "$arch"; };
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Get::Assume-Yes "true";
		Acquire::Languages "none";
		Acquire::Retries "3";
		Acquire::http::Timeout "60";
		Dir::State::lists "$dir/lists/";
		Dir::State::status "$status";
		Dir::State::extended_states "$dir/extended_states";
		Dir::Cache "$dir/";
		Dir::Cache::archives "$dir/archives/";
		Dir::Etc::sourcelist "$dir/etc/sources.list";
		Dir::Etc::sourceparts "$dir/etc/none";
		Dir::Etc::preferencesparts "$dir/etc/none";
		Dir::Log "$dir/log";
		#clear DPkg::Post-Invoke;
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
	CONF
	apt_sources "$1" >"$dir/etc/sources.list"
}

# apt_update NAME: reads the package lists, once per setup run and not more often than every six hours.
apt_update() {
	local dir=$build/apt/$1
	if [ -n "$(find "$dir/updated" -mmin -360 2>/dev/null)" ] && [ "$dir/updated" -nt "$dir/etc/sources.list" ]; then
		return
	fi
	say "reading Debian's package lists ($1)"
	retry apt_update_once "$dir" || die "cannot read Debian's package lists; see the messages above"
	: >"$dir/updated"
}

# apt-get update is content when only some lists failed; the strict form is not.
apt_update_once() {
	APT_CONFIG=$1/apt.conf apt-get "$apt_quiet" -o APT::Update::Error-Mode=any update </dev/null >&2
}

apt_ready() {
	case $1 in
	native)	[ -e "$build/apt/native/apt.conf" ] || apt_conf native "$(dpkg --print-architecture)" /var/lib/dpkg/status ;;
	arm64 | armhf)
		[ -e "$build/apt/$1/apt.conf" ] || apt_conf "$1" "$1" none ;;
	*)	die "no apt named $1" ;;
	esac
	apt_update "$1"
}

apt_run() {
	local name=$1
	shift
	APT_CONFIG=$build/apt/$name/apt.conf "$@" </dev/null
}

# apt_depends NAME PACKAGE PATTERN: the package that meta package PACKAGE of backports stands for today.
apt_depends() {
	apt_run "$1" apt-cache show "$2/$release-backports" |
		sed -n 's/^Depends: //p' | tr ',' '\n' | sed 's/^ *//; s/ .*//' | grep -E "$3" | head -n 1
}

# apt_fetch NAME DIR PACKAGE...: downloads exactly these packages into DIR, whole or not at all.
apt_fetch() {
	local name=$1 dir=$2
	shift 2
	mkdir -p "$dir"
	retry apt_fetch_once "$name" "$dir" "$@" || die "cannot fetch: $*"
}

apt_fetch_once() (
	name=$1
	cd "$2"
	shift 2
	apt_run "$name" apt-get "$apt_quiet" download "$@" >&2
)

# apt_closure NAME PACKAGE...: these packages and all they depend on, as name=version.
apt_closure() {
	local name=$1
	shift
	apt_run "$name" apt-get -q=2 -o Debug::NoLocking=1 --simulate install "$@" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p'
}
