# SPDX-License-Identifier: GPL-2.0-only
"""The plots: exit cost by mode, and what exits are made of, as SVG."""
from html import escape

from results import TEXT, find

FONT = 'font-family="sans-serif" font-size="11"'
COLOURS = {"upstream nvhe": "#c9a0a0", "upstream vhe": "#a04040", "loft nvhe": "#9fb8d8", "loft vhe": "#2f5f9f"}
NAMES = {"upstream nvhe": "upstream KVM, split mode", "upstream vhe": "upstream KVM, VHE", "loft nvhe": "Loft, split mode",
         "loft vhe": "Loft, VHE"}
SHOWN = ("hypercall_switch", "hypercall_runloop", "idreg_read", "vgic_read", "ipi", "timer", "mmio_kernel", "mmio_user",
         "s2_fault_4k", "vm_switch")
# Classes of the plugin that are drawn as one
GROUPS = (
    ("general", ("general", "entry", "return"), "#b8b8b8"),
    ("load, store", ("load", "store", "atomic"), "#7a9cc6"),
    ("GP and EL1 registers", ("mrs_gp", "msr_gp", "mrs_el1", "msr_el1"), "#e0a458"),
    ("EL2 configuration", ("mrs_el2", "msr_el2"), "#c8553d"),
    ("GIC, timer, FP, debug", ("mrs_gic", "msr_gic", "mrs_timer", "msr_timer", "mrs_fp", "msr_fp", "mrs_debug", "msr_debug"),
     "#6a994e"),
    ("barriers, TLB, cache", ("dsb", "dmb", "isb", "tlbi", "dc", "ic", "at"), "#3d348b"),
)
PHASE_TEXT = {"out": "out of the guest", "host": "host", "in": "into the guest", "switch": "in the switch"}


class Drawing:
    def __init__(self, width, height, title):
        self.parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
                      f'height="{height}" {FONT}>', f"<title>{escape(title)}</title>",
                      f'<rect width="{width}" height="{height}" fill="#fff"/>']
        self.text(8, 18, title, 'font-weight="bold" font-size="13"')

    def rect(self, x, y, width, height, colour, extra=""):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{height:.1f}" '
                          f'fill="{colour}" {extra}/>')

    def text(self, x, y, text, extra=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" fill="#222" {extra}>{escape(text)}</text>')

    def save(self, path):
        path.write_text("\n".join([*self.parts, "</svg>"]) + "\n")


def by_mode(machines, path):
    """A group of bars for each operation, with its figure behind each bar."""
    shown = [m for name in COLOURS for m in machines if m.name == name]
    ops = [op for op in SHOWN if any(op in m.ops for m in shown)]
    if not ops:
        return
    group, left, width = 11 * len(shown) + 9, 216, 760
    most = max(m.value(op) or 0 for m in shown for op in ops)
    d = Drawing(width, 44 + group * len(ops), "Instructions of an exit (median, emulated neoverse-n1)")
    x = 8
    for m in shown:
        d.rect(x, 26, 9, 9, COLOURS[m.name])
        d.text(x + 13, 35, NAMES[m.name])
        x += 26 + 6.2 * len(NAMES[m.name])
    for i, op in enumerate(ops):
        top = 44 + i * group
        d.text(8, top + group / 2, TEXT[op])
        for k, m in enumerate(shown):
            if m.value(op) is None:
                continue
            length = m.value(op) / most * (width - left - 60)
            d.rect(left, top + 11 * k, length, 10, COLOURS[m.name])
            d.text(left + length + 4, top + 11 * k + 9, f"{m.value(op):,.0f}", 'font-size="10"')
    d.save(path)


def bars(machines):
    """(machine, op, [(phase, counts), ...]) of the exits that are drawn stacked: what happens on the vCPU that exits."""
    for op in ("hypercall_switch", "hypercall_runloop", "vgic_read", "mmio_user", "s2_fault_4k"):
        for name in ("upstream vhe", "loft vhe", "upstream nvhe", "loft nvhe"):
            m = find(machines, *name.split())
            if m and m.exits.get(op):
                phases = m.exits[op][min(m.exits[op])]
                yield m, op, [(p, phases[p]) for p in PHASE_TEXT if p in phases]


def by_class(machines, path):
    """A bar for each operation and machine: its phases one after the other, in each the classes."""
    rows = list(bars(machines))
    if not rows:
        return
    left, width, height = 300, 900, 15
    most = max(sum(sum(c.values()) for _, c in phases) for _, _, phases in rows)
    d = Drawing(width, 62 + height * len(rows), "What an exit is made of: instructions by class; gaps part out, host and in")
    x = 8
    for text, _, colour in GROUPS:
        d.rect(x, 30, 9, 9, colour)
        d.text(x + 13, 39, text)
        x += 30 + 6 * len(text)
    for i, (m, op, phases) in enumerate(rows):
        y, x = 52 + i * height, left
        d.text(8, y + 10, f"{TEXT[op]}: {m.name}", 'font-size="10"')
        for phase, counts in phases:
            for text, classes, colour in GROUPS:
                n = sum(counts[c] for c in classes)
                length = n / most * (width - left - 70)
                if n:
                    d.rect(x, y, length, height - 4, colour)
                    d.parts[-1] = d.parts[-1].replace("/>", f"><title>{escape(PHASE_TEXT[phase])}: {n} {text}</title></rect>")
                x += length
            x += 4
        d.text(x + 2, y + 10, f"{sum(sum(c.values()) for _, c in phases):,}", 'font-size="10"')
    d.save(path)


def write(machines, where):
    by_mode(machines, where / "exits-by-mode.svg")
    by_class(machines, where / "exits-by-class.svg")
