# SPDX-License-Identifier: GPL-2.0-only
"""What the rule checks share: the tree's source files, their code without comments, and TAP."""
import re
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
ROOMS = ("include", "virt", "arch", "fallback-nvhe", "tools", "bench", "tests")


def files(*suffixes, rooms=ROOMS):
    for room in rooms:
        for path in sorted((TOP / room).rglob("*")):
            if path.suffix in suffixes and path.is_file():
                yield path


def name(path):
    return str(path.relative_to(TOP))


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def code(path):
    """The file's text with comments and the inside of strings blanked out, line for line."""
    text = path.read_text(errors="replace")
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''

    def strip(match):
        if match[0][0] in "\"'":
            return match[0][0] + " " * (len(match[0]) - 2) + match[0][0]
        return blank(match)

    return re.sub(pattern, strip, text, flags=re.S)


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def result(self, what, complaints):
        self.count += 1
        self.failed += bool(complaints)
        print(f"{'not ok' if complaints else 'ok'} {self.count} {what}")
        for complaint in complaints:
            print(f"# {complaint}")

    def close(self):
        print(f"1..{self.count}")
        print(f"{self.count - self.failed} passed, {self.failed} failed, 0 skipped")
        sys.exit(1 if self.failed else 0)
