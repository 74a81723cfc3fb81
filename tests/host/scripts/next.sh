# SPDX-License-Identifier: GPL-2.0-only
# How a host goes on as another kernel that runs the same script again, and what the tests that span both share.
# shellcheck shell=sh

# In the next kernel: next=1, n, the level and CPUs of the one before, and whether a check failed there.
next='' next_level='' n=0 bad=0
[ ! -e /work/next ] || . /work/next

check() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		bad=1
	fi
}

kexec() {
	/work/kexec/ld-linux-aarch64.so.1 --library-path /work/kexec /work/kexec/kexec "$@"
}

# At which exception level this kernel was started, at which it runs, and on how many CPUs, in a word.
level() {
	echo "$(dmesg | sed -n 's/.*CPU: All CPU(s) started at \(EL[0-9]\).*/\1/p' | head -n 1)-EL$(host_exception_level)-$(nproc)"
}

# next_load -l|-p COMMAND-LINE: loads the kernel that comes next, for a restart or for a crash.
# For a restart it goes far from the memory that is handed out first: for each page that the kernel gets from the place
# of the next one, it looks through all those it has.
next_load() {
	echo "next=1 next_level=$(level) n=$((n + 1)) bad=$bad" >/work/next
	(
		cd / || exit 1
		find work ! -path 'work/kexec*' ! -path work/Image ! -path work/initramfs.cpio | cpio -H newc -o 2>/dev/null
	) >/tmp/work.cpio
	cat /work/initramfs.cpio /tmp/work.cpio >/tmp/initrd
	next_place=
	[ "$1" = -p ] || next_place=--mem-min=0x60000000
	# shellcheck disable=SC2086
	kexec "$1" $next_place --no-checks --command-line="$2" --initrd=/tmp/initrd /work/Image
	next_status=$?
	rm -f /tmp/work.cpio /tmp/initrd
	return $next_status
}

# A machine runs its own tests to their end, on CPU $1 alone if there is one named.
guest() {
	# shellcheck disable=SC2046
	timeout 60 ${1:+taskset -c "$1"} loftvm $(cat /work/smccc.args) --kernel /work/smccc.bin >/tmp/guest 2>&1 && return
	tr -d '\r' </tmp/guest | tail -n 20 | sed 's/^/# /'
	return 1
}

# On every CPU that is up, one after the other.
guests() {
	for guest_cpu in $(sed -n 's/^processor[^0-9]*//p' /proc/cpuinfo); do
		guest "$guest_cpu" || {
			echo "# on CPU $guest_cpu"
			return 1
		}
	done
}

# Guests on every CPU check themselves, before and after a command or under it.
across_run() {
	across "$@" >/tmp/across
	across_status=$?
	sed 's/^/# /' /tmp/across
	return $across_status
}

# A machine without end: timers, SGIs and MMIO for ever on more vCPUs than there are CPUs.
busy() {
	loftvm --smp 3 --memory 128M --testdev --kernel /work/storm.bin </dev/null >/tmp/busy 2>&1 &
	vmm=$!
	sleep 3
	kill -0 "$vmm"
}
