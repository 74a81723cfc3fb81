# SPDX-License-Identifier: GPL-2.0-only
"""The results of one machine's run: what bench/vmm printed, and what the plugin counted."""
from pathlib import Path

# What the host does without a guest, measured before anything else
FLOORS = ("floor_ipi", "floor_timer")
PHASES = ("out", "host", "in", "switch")

TEXT = {
    "null_ioctl": "null ioctl of the VMM",
    "hypercall_switch": "hypercall, answered in the switch",
    "hypercall_runloop": "hypercall, to the run loop and back",
    "idreg_read": "trapped ID register read",
    "vgic_read": "vGIC distributor read",
    "ipi": "virtual IPI, both running",
    "floor_ipi": "  floor: the host's reschedule IPI",
    "ipi_idle": "virtual IPI, target idle",
    "eoi": "acknowledge and end of interrupt",
    "timer": "10 ms timer, beyond the due time",
    "floor_timer": "  floor: the host's timer interrupt",
    "mmio_kernel": "ioeventfd write",
    "mmio_user": "MMIO to a trivial VMM and back",
    "mmio_user-null_ioctl": "the same, beyond a null ioctl",
    "wfi_wake": "10 ms timer, guest in WFI",
    "s2_fault_4k": "stage-2 fault, 4 KiB, page present",
    "s2_fault_2m": "stage-2 fault, 2 MiB, page present",
    "vm_switch": "VM switch on one CPU",
    "hypercall_unknown": "hypercall that nobody knows",
    "hypercall_psci": "PSCI version",
    "mmio_user_write": "MMIO write to a trivial VMM",
    "mmio_loftvm": "MMIO to loftvm and back",
    "sgi_none": "SGI without a target",
    "timer_program": "virtual timer set",
    "ptimer_read": "physical timer read",
    "wfi_pending": "WFI, interrupt pending",
    "guest_pagetable": "guest changes a page table",
    "guest_context": "guest switches contexts",
}


class Machine:
    """A host's results. ops: name -> unit, median, p99, min, samples, raw; exits: name -> {cpu: {phase: {class: n}}}."""

    def __init__(self, label):
        self.kvm, self.mode, self.cpu, path = label.split(":", 3)
        self.kernel, self.ops, self.exits = "?", {}, {}
        for line in Path(path + ".log").read_text(errors="replace").splitlines():
            words = line.split()
            if words[:1] == ["KERNEL"]:
                self.kernel = words[1]
            if words[:1] == ["BENCH"] and words[2] != "cycles":
                self.add(words[1:])
        if Path(path + ".plugin").exists():
            self.add_exits(Path(path + ".plugin").read_text())

    def add(self, words):
        op, unit = words[:2]
        median, p99, least, samples = (float(w) for w in words[2:6])
        self.ops[op] = {"unit": unit, "median": median, "p99": p99, "min": least, "samples": int(samples),
                        "raw": [float(w) for w in words[7:]]}
        if op == "mmio_user" and "null_ioctl" in self.ops:
            self.ops["mmio_user-null_ioctl"] = {"unit": unit, "median": median - self.ops["null_ioctl"]["median"]}

    def add_exits(self, text):
        """The plugin numbers operations as they come: those of the payload, in the order of their lines."""
        names = [op for op, r in self.ops.items() if "samples" in r and op not in (*FLOORS, "null_ioctl")]
        for line in text.splitlines():
            _, op, cpu, _, phase, *counts = line.split()
            if 1 <= int(op) <= len(names):
                cpus = self.exits.setdefault(names[int(op) - 1], {})
                cpus.setdefault(int(cpu), {})[phase] = {k: int(v) for k, v in (c.split("=") for c in counts)}

    def value(self, op):
        return self.ops[op]["median"] if op in self.ops else None

    def total(self, op, *classes):
        """Instructions of these classes in an exit of this operation, all CPUs and phases together."""
        return sum(n for phases in self.exits[op].values() for counts in phases.values()
                   for name, n in counts.items() if name in classes)

    @property
    def name(self):
        return f"{self.kvm} {self.mode}"

    def objects(self):
        for op, r in self.ops.items():
            if "samples" in r:
                yield {"impl": "loft" if self.kvm == "loft" else "kvm", "mode": self.mode, "cpu": self.cpu,
                       "kernel": self.kernel, "op": op, "unit": r["unit"], "median": r["median"], "p99": r["p99"],
                       "min": r["min"], "samples": r["samples"], "raw": r["raw"]}


def find(machines, kvm, mode):
    return next((m for m in machines if m.kvm == kvm and m.mode == mode), None)


def operations(machines):
    seen = dict.fromkeys(op for m in machines for op in m.ops)
    return [op for op in TEXT if op in seen] + [op for op in seen if op not in TEXT]
