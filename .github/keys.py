"""Writes the README's table of keys from the bindings themselves; with --check only says whether it is so."""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode

import finetop.tui
from finetop.tui.screens.help import key_rows

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys: written by .github/keys.py -->\n", "<!-- /keys -->"
SELF_EXPLAINING = {"finetop.tui.screens.first_run", "finetop.tui.screens.confirm"}
"""What is asked once, or says its keys on its own buttons."""


def bindings() -> Iterator[ActiveBinding]:
    """Every key that finetop itself binds, wherever it does so."""
    anywhere = DOMNode()  # rows are made of what is bound, not of where
    for found in sorted(
        pkgutil.walk_packages(finetop.tui.__path__, "finetop.tui."), key=lambda one: one.name
    ):
        if found.name in SELF_EXPLAINING:
            continue
        module = importlib.import_module(found.name)
        for _, owner in inspect.getmembers(module, inspect.isclass):
            if owner.__module__ == found.name and issubclass(owner, DOMNode):
                for binding in Binding.make_bindings(vars(owner).get("BINDINGS", ())):
                    yield ActiveBinding(anywhere, binding, enabled=True, tooltip=binding.tooltip)


def table() -> str:
    """One row for each binding, those of one section together."""
    lines = ["| | key | what it does |", "|---|---|---|"]
    for section, rows in itertools.groupby(key_rows(bindings()), key=lambda row: row.section):
        for place, row in enumerate(rows):
            keys = " ".join(f"`{key}`" for key in row.keys.split())
            lines.append(f"| {'' if place else section} | {keys} | {row.does} |")
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
