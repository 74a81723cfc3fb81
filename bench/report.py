#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` says: ratios, the table beside its limits, build/bench/exits.json; and whether a figure got worse.

  report.py [--check] [--update] [--json FILE] KVM:MODE:CPU:LOG...
"""
import argparse
import json
import sys
from pathlib import Path

FIGURES = Path(__file__).resolve().parent / "figures"

# Operation: Loft's limits (VHE, split), what the value is counted from, and whether Loft's VHE answers it in the switch.
LIMITS = {
    "hypercall_switch": (100, 130),
    "hypercall_runloop": (500, 850),
    "vgic_read": (250, 900),
    "ipi": (1200, 2500),
    "timer": (1500, 2500),
    "idreg_read": (110, 900),
    "mmio_user-null_ioctl": (900, 2400),
    "s2_fault_4k": (1800, 2400),
}
TEXT = {
    "null_ioctl": "null ioctl of the VMM",
    "hypercall_switch": "hypercall, answered in the switch",
    "hypercall_runloop": "hypercall, to the run loop and back",
    "idreg_read": "trapped ID register read",
    "vgic_read": "vGIC distributor read",
    "ipi": "virtual IPI, both running",
    "ipi_idle": "virtual IPI, target idle",
    "eoi": "acknowledge and end of interrupt",
    "timer": "10 ms timer, beyond the due time",
    "mmio_kernel": "ioeventfd write",
    "mmio_user": "MMIO to a trivial VMM and back",
    "mmio_user-null_ioctl": "the same, beyond a null ioctl",
    "wfi_wake": "10 ms timer, guest in WFI",
    "s2_fault_4k": "stage-2 fault, 4 KiB, page present",
    "s2_fault_2m": "stage-2 fault, 2 MiB, page present",
    "vm_switch": "VM switch on one CPU",
}
# What is measured one by one has the grain of the counter, which ticks every 16 instructions.
GRAINY = {"ipi", "ipi_idle", "timer", "wfi_wake", "eoi"}


class Machine:
    """A host's results: op -> {unit, median, p99, min, samples, raw}."""

    def __init__(self, label):
        self.kvm, self.mode, self.cpu, path = label.split(":", 3)
        self.kernel, self.ops = "?", {}
        for line in Path(path).read_text(errors="replace").splitlines():
            words = line.split()
            if words[:1] == ["KERNEL"]:
                self.kernel = words[1]
            if words[:1] == ["BENCH"]:
                self.add(words[1:])

    def add(self, words):
        op, unit = words[:2]
        if unit == "cycles":
            return
        median, p99, least, samples = (float(w) for w in words[2:6])
        self.ops[op] = {"unit": unit, "median": median, "p99": p99, "min": least, "samples": int(samples),
                        "raw": [float(w) for w in words[7:]]}
        if op == "mmio_user" and "null_ioctl" in self.ops:
            self.ops["mmio_user-null_ioctl"] = {"unit": unit, "median": median - self.ops["null_ioctl"]["median"]}

    def value(self, op):
        return self.ops[op]["median"] if op in self.ops else None

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


def number(value):
    return "-" if value is None else f"{value:,.0f}"


def print_ratios(machines):
    pairs = [(find(machines, "upstream", mode), find(machines, "loft", mode)) for mode in ("vhe", "nvhe")]
    pairs = [(u, l) for u, l in pairs if u and l]
    if not pairs:
        return
    print(f"{'upstream over Loft':38}" + "".join(f"{l.mode:>10}" for _, l in pairs))
    for op in operations(machines):
        cells = []
        for u, l in pairs:
            a, b = u.value(op), l.value(op)
            cells.append(f"{a / b:9.1f}x" if a and b and b > 0.5 else f"{'-':>10}")
        if any("x" in c for c in cells):
            print(f"{TEXT.get(op, op):38}" + "".join(cells))
    print()


def print_table(machines):
    unit = next((r["unit"] for m in machines for r in m.ops.values()), "")
    head = [f"{m.kvm} {m.mode}" for m in machines]
    print(f"{unit + ' a round, median':38}" + "".join(f"{h:>15}" for h in head) + "   limits of Loft: VHE, split")
    for op in operations(machines):
        row = f"{TEXT.get(op, op):38}"
        for m in machines:
            limit = LIMITS[op][("vhe", "nvhe").index(m.mode)] if op in LIMITS and m.kvm == "loft" and m.mode != "armv7" \
                else None
            over = limit is not None and m.value(op) is not None and round(m.value(op)) > limit
            row += f"{number(m.value(op)) + ('!' if over else ' '):>15}"
        if op in LIMITS:
            row += f"   {LIMITS[op][0]:,}, {LIMITS[op][1]:,}"
        print(row)
    if any(op in LIMITS for m in machines for op in m.ops):
        print("! above its limit")


def read_figures():
    """(mode, op) -> figure of Loft's."""
    figures = {}
    if FIGURES.exists():
        for line in FIGURES.read_text().splitlines():
            if line and not line.startswith("#"):
                mode, op, value = line.split()
                figures[mode, op] = float(value)
    return figures


def allowed(op, figure):
    """In the switch nothing may be added; elsewhere 1 %, and never less than what the clock can tell apart."""
    if figure <= 150 and op not in GRAINY:
        return 0.49
    return max(figure * 0.01, 16 if op in GRAINY else 0.5)


def check(machines):
    figures, worse, seen = read_figures(), [], 0
    for m in machines:
        for op in m.ops if m.kvm == "loft" else ():
            figure = figures.get((m.mode, op))
            if figure is None:
                continue
            seen += 1
            if m.value(op) > figure + allowed(op, figure):
                worse.append(f"{m.name}: {op}: {m.value(op):.2f}, and {figure:.2f} is committed")
    for line in worse:
        print(f"bench: worse: {line}")
    if not seen:
        print("bench: no committed figure to compare with")
    print(f"bench: {seen - len(worse)} of {seen} figures are as good as the committed ones")
    return not worse and seen > 0


def update(machines):
    figures = read_figures()
    for m in machines:
        for op in m.ops if m.kvm == "loft" else ():
            figures[m.mode, op] = m.value(op)
    text = ["# Loft's figures, that `make bench CHECK=1` compares with and `make bench UPDATE=1` writes: mode, operation,",
            "# instructions (median) on a stock 6.12 kernel under QEMU, neoverse-n1 (armv7: cortex-a15)."]
    text += [f"{mode} {op} {value:.2f}" for (mode, op), value in sorted(figures.items())]
    FIGURES.write_text("\n".join(text) + "\n")
    print(f"bench: wrote {len(figures)} figures to {FIGURES}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--json")
    parser.add_argument("logs", nargs="+")
    args = parser.parse_args()
    machines = [Machine(label) for label in args.logs]
    print_ratios(machines)
    print_table(machines)
    if args.json:
        Path(args.json).parent.mkdir(parents=True, exist_ok=True)
        Path(args.json).write_text(json.dumps([o for m in machines for o in m.objects()]) + "\n")
    if args.update:
        update(machines)
    if args.check and not check(machines):
        sys.exit(1)


main()
