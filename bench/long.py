#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What `make bench-long` says: instructions of a unit of work in a guest, beside the same on the host itself.

  long.py JSON PATH/long-KVM-MODE...
"""
import json
import sys
from pathlib import Path

# What a unit is
UNITS = {
    "sha256": "sha256sum, a MiB",
    "process": "fork, exec and end of a process",
    "hackbench": "hackbench, a message by a pipe",
    "disk_read": "disk, 4 KiB read, O_DIRECT",
    "disk_write": "disk, 4 KiB written, O_DIRECT",
    "ping": "network, a ping and its answer",
}


def read_run(path):
    """where -> work -> instructions a unit, the median of the measured runs."""
    found, where = {}, None
    for words in (line.split() for line in path.read_text(errors="replace").splitlines()):
        if words[:1] == ["WHERE"]:
            where = found.setdefault(words[1], {})
        elif words[:1] == ["WORK"] and where is not None:
            times = sorted(int(w) for w in words[3:])
            where[words[1]] = times[len(times) // 2] * 1000 / int(words[2])
    return found


def missing(runs):
    return [f"{name}: there is no {work} of the {where}"
            for name, run in runs.items() for where in ("host", "guest")
            for work in UNITS if work not in run.get(where, {})]


def print_table(runs):
    first = next(iter(runs.values())).get("host", {})
    print(f"{'instructions a unit':32}{'host itself':>13}" + "".join(f"{name:>14}{'ratio':>7}" for name in runs))
    for work, text in UNITS.items():
        row = f"{text:32}" + (f"{first[work]:13,.0f}" if work in first else f"{'-':>13}")
        for run in runs.values():
            host, guest = (run.get(where, {}).get(work) for where in ("host", "guest"))
            row += f"{guest:14,.0f}{guest / host:6.2f}x" if host and guest else f"{'-':>21}"
        print(row)
    print("a guest's with host and VMM; ratio: over the same machine's host itself, of which the first is shown")
    for mode in ("vhe", "nvhe"):
        loft, kvm = (runs.get(f"{k}-{mode}", {}).get("guest", {}) for k in ("loft", "upstream"))
        added = [f"{work} {kvm[work] / loft[work]:.2f}x" for work in UNITS if work in loft and work in kvm]
        if added:
            print(f"upstream over Loft, in the guest, {mode}: {', '.join(added)}")


def objects(runs):
    """What long.json has."""
    for name, run in runs.items():
        kvm, mode = name.split("-")
        for where, works in run.items():
            for work, value in works.items():
                yield {"impl": "loft" if kvm == "loft" else "kvm", "mode": mode, "where": where, "work": work,
                       "unit": "instructions", "value": value}


def main():
    out, *paths = sys.argv[1:]
    runs = {Path(p).name.removeprefix("long-"): read_run(Path(p + ".log")) for p in paths}
    print_table(runs)
    Path(out).write_text(json.dumps(list(objects(runs))) + "\n")
    wrong = missing(runs)
    for line in wrong:
        print(f"bench-long: not good: {line}")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
