#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench` says: ratios, the table beside its limits, what exits are made of; and whether a figure got worse.

  report.py [--check] [--update] [--json FILE] [--plots DIR] [--figures FILE] [--minimum FILE] KVM:MODE:CPU:PATH...

PATH.log is what a run printed, PATH.plugin what the plugin counted in it.
"""
import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import plot  # noqa: E402
from results import FLOORS, PHASES, TEXT, Machine, find, operations  # noqa: E402

HERE = Path(__file__).resolve().parent

# Loft's limits: VHE, split
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
# What is measured one by one has the grain of the counter, which ticks every 16 instructions.
GRAINY = {"ipi", "ipi_idle", "timer", "wfi_wake", "eoi"}
# What a CPU, other than an emulator, needs to be right; the rest of an exit may be saved.
MAINTENANCE = ("dc", "ic", "tlbi", "dsb", "isb")
SYSREGS = tuple(f"{d}_{c}" for d in ("mrs", "msr") for c in ("gp", "el1", "el2", "gic", "timer", "fp", "debug"))
MAX_SYSREGS = 8


def number(value):
    return "-" if value is None else f"{value:,.0f}"


def print_ratios(machines):
    pairs = [(find(machines, "upstream", mode), find(machines, "loft", mode)) for mode in ("vhe", "nvhe")]
    pairs = [(u, l) for u, l in pairs if u and l]
    if not pairs:
        return
    print(f"{'upstream over Loft':38}" + "".join(f"{l.mode:>10}" for _, l in pairs))
    for op in (op for op in operations(machines) if op not in FLOORS):
        cells = []
        for u, l in pairs:
            a, b = u.value(op), l.value(op)
            cells.append(f"{a / b:9.1f}x" if a and b and min(a, b) >= 20 else f"{'-':>10}")
        if any("x" in c for c in cells):
            print(f"{TEXT.get(op, op):38}" + "".join(cells))
    print()


def limit_of(machine, op):
    if op not in LIMITS or machine.kvm != "loft" or machine.mode == "armv7":
        return None
    return LIMITS[op][machine.mode == "nvhe"]


def print_table(machines):
    unit = next((r["unit"] for m in machines for r in m.ops.values()), "")
    print(f"{unit + ' a round, median':38}" + "".join(f"{m.name:>15}" for m in machines) + "   limits of Loft: VHE, split")
    for op in operations(machines):
        row = f"{TEXT.get(op, op):38}"
        for m in machines:
            limit, value = limit_of(m, op), m.value(op)
            over = limit is not None and value is not None and round(value) > limit
            row += f"{number(value) + ('!' if over else ' '):>15}"
        if op in LIMITS:
            row += f"   {LIMITS[op][0]:,}, {LIMITS[op][1]:,}"
        print(row)
    if any(op in LIMITS for m in machines for op in m.ops):
        print("! above its limit")
    print()


def print_maintenance(machines):
    """What an exit of each operation has of what only hardware needs, and what else costs more than it counts."""
    for m in machines:
        if not m.exits:
            continue
        print(f"{m.name + ', in an exit':38}" + "".join(f"{c:>8}" for c in (*MAINTENANCE, "dmb", "atomic", "sysreg")))
        for op in (op for op in operations([m]) if op in m.exits):
            row = [m.total(op, c) for c in (*MAINTENANCE, "dmb", "atomic")] + [m.total(op, *SYSREGS)]
            print(f"{TEXT.get(op, op):38}" + "".join(f"{n:8,}" for n in row))
        print()


def print_breakdown(machines, ops):
    """The plugin's counts by phase and class, classes that are not there left out."""
    for m in machines:
        for op in ops if m.kvm == "loft" else ():
            for cpu, phases in sorted(m.exits.get(op, {}).items()):
                print(f"{m.name}, {op}, CPU {cpu}:")
                for phase in (p for p in PHASES if p in phases):
                    counts = {k: v for k, v in phases[phase].items() if v}
                    print(f"  {phase:7}{sum(counts.values()):7}: " + " ".join(f"{k} {v}" for k, v in counts.items()))


def read_rows(path):
    for line in path.read_text().splitlines() if path.exists() else ():
        line = line.split("#")[0].split()
        if line:
            yield line


def in_switch(machine, op, figure):
    """Whether this is answered in the switch: the plugin has seen it; where it saw no exit, a small figure tells."""
    if op in machine.exits:
        return all(set(phases) == {"switch"} for phases in machine.exits[op].values())
    return figure <= 150


def allowed(machine, op, figure):
    """In the switch nothing may be added; elsewhere 1 %, and never less than what the clock can tell apart."""
    grain = 16 if op in GRAINY else 0.49
    return grain if in_switch(machine, op, figure) else max(figure * 0.01, grain)


def check_figures(machines, path):
    figures = {(mode, op): float(value) for mode, op, value in read_rows(path)}
    worse, seen = [], 0
    for m in machines:
        for op in m.ops if m.kvm == "loft" else ():
            figure = figures.get((m.mode, op))
            if figure is None:
                continue
            seen += 1
            if m.value(op) > figure + allowed(m, op, figure):
                worse.append(f"{m.name}: {op}: {m.value(op):.2f}, and {figure:.2f} is committed")
    print(f"bench: {seen - len(worse)} of {seen} figures are as good as the committed ones")
    return worse if seen else ["there is no committed figure to compare with"]


def check_minimum(machines, path):
    """No number is bought by leaving out what hardware needs."""
    wrong = []
    for mode, op, *counts in read_rows(path):
        m = find(machines, "loft", mode)
        if not m or op not in m.ops:
            continue
        if op not in m.exits:
            wrong.append(f"{m.name}: {op}: the plugin counted nothing")
            continue
        for name, least in (c.split("=") for c in counts):
            if m.total(op, name) < int(least):
                wrong.append(f"{m.name}: {op}: {m.total(op, name)} {name} in an exit, and {least} are needed")
    return wrong


def check_switch(machines):
    """The VHE hypercall that is answered in the switch."""
    m, op = find(machines, "loft", "vhe"), "hypercall_switch"
    if not m or op not in m.exits:
        return []
    wrong = [f"{m.name}: {op}: {m.total(op, c)} {c} in the switch" for c in ("dsb", "isb", "dmb") if m.total(op, c)]
    if m.total(op, *SYSREGS) > MAX_SYSREGS:
        wrong.append(f"{m.name}: {op}: {m.total(op, *SYSREGS)} system register accesses, more than {MAX_SYSREGS}")
    return wrong


README_OPS = (*(op for op in LIMITS if op != "mmio_user-null_ioctl"), "mmio_user", "mmio_user-null_ioctl", "mmio_kernel",
              "ipi_idle", "wfi_wake", "s2_fault_2m", "vm_switch")
MARKS = ("<!-- figures of make bench UPDATE=1 -->", "<!-- end of figures -->")


def readme_rows(machines):
    yield "| instructions | upstream, VHE | Loft, VHE | | upstream, split | Loft, split | | Loft, ARMv7 |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    for op in README_OPS:
        cells = [TEXT[op] if "-" not in op else "MMIO to a trivial VMM, beyond a null ioctl"]
        for mode in ("vhe", "nvhe"):
            a, b = (find(machines, kvm, mode).value(op) for kvm in ("upstream", "loft"))
            cells += [number(a), number(b), f"{a / b:.1f}x" if a and b else "-"]
        yield f"| {' | '.join([*cells, number(find(machines, 'loft', 'armv7').value(op))])} |"


def update_readme(machines, path):
    """The table between its marks, of a run of all machines."""
    before, rest = path.read_text().split(MARKS[0])
    path.write_text("\n".join([before + MARKS[0], *readme_rows(machines), MARKS[1]]) + rest.split(MARKS[1])[1])


def update(machines, path):
    figures = {(mode, op): float(value) for mode, op, value in read_rows(path)}
    for m in machines:
        for op in (op for op in m.ops if m.kvm == "loft" and op not in FLOORS):
            figures[m.mode, op] = m.value(op)
    text = ["# Loft's figures, that `make bench CHECK=1` compares with and `make bench UPDATE=1` writes: mode, operation,",
            "# instructions (median) on a stock 6.12 kernel under QEMU, neoverse-n1 (armv7: cortex-a15)."]
    text += [f"{mode} {op} {value:.2f}" for (mode, op), value in sorted(figures.items())]
    path.write_text("\n".join(text) + "\n")
    print(f"bench: wrote {len(figures)} figures to {path}")
    if path == HERE / "figures" and len(machines) == 5:
        update_readme(machines, HERE.parent / "README.md")
        plot.write(machines, HERE.parent / "Documentation")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plots", type=Path)
    parser.add_argument("--breakdown", default="")
    parser.add_argument("--figures", type=Path, default=HERE / "figures")
    parser.add_argument("--minimum", type=Path, default=HERE / "minimum")
    parser.add_argument("runs", nargs="+")
    return parser.parse_args()


def main():
    args = arguments()
    machines = [Machine(label) for label in args.runs]
    print_ratios(machines)
    print_table(machines)
    print_maintenance(machines)
    print_breakdown(machines, args.breakdown.split())
    if args.json:
        args.json.parent.mkdir(parents=True, exist_ok=True)
        args.json.write_text(json.dumps([o for m in machines for o in m.objects()]) + "\n")
    if args.plots:
        plot.write(machines, args.plots)
    if args.update:
        update(machines, args.figures)
    wrong = check_minimum(machines, args.minimum) + check_switch(machines)
    if args.check:
        wrong += check_figures(machines, args.figures)
    for line in wrong:
        print(f"bench: not good: {line}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
