"""Writes the README's table of keys from the bindings themselves; with --check only says whether it is so."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from finetop.config.keymap import Keys
from finetop.text.keys import key_word
from finetop.tui.key_table import key_table

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys: written by .github/keys.py -->\n", "<!-- /keys -->"
SELF_EXPLAINING = ("Line", "Dialogs", "Columns", "Views", "Profiles")
"""What says its keys itself, where they are pressed."""


def table() -> str:
    """One row for each action, those of one section together."""
    lines = ["| | key | what it does |", "|---|---|---|"]
    told = [line for line in key_table(Keys()).lines if line.section not in SELF_EXPLAINING]
    for section, rows in itertools.groupby(told, key=lambda line: line.section):
        for place, line in enumerate(rows):
            keys = " ".join(f"`{key_word(key)}`" for key in line.keys[:2])
            does = line.does[:1].lower() + line.does[1:]
            lines.append(f"| {'' if place else section} | {keys} | {does} |")
    return "\n".join(lines) + "\n"


def written(readme: str) -> str:
    """The README with the table as it must be."""
    head, _, rest = readme.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}{table()}{END}{tail}"


def main() -> int:
    """Write, or with --check compare; 1 where they differ."""
    old = README.read_text("utf-8")
    new = written(old)
    if "--check" not in sys.argv:
        README.write_text(new, "utf-8")
    elif old != new:
        sys.stderr.write("README.md: the keys are not those of the bindings; run .github/keys.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
