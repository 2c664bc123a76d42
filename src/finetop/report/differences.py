"""What a report of several jobs says first: what differs between them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.report.blocks import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finetop.comparing import Cell, Comparison, Field
    from finetop.report.blocks import Block
    from finetop.report.leaving_out import LeavingOut

_LOCAL: Final = "created_at"
"""Told in the time of whoever reads; each job's facts tell it in UTC."""
_KINDS: Final = {
    "profile": ("names",),
    "reason": ("messages",),
    "grader": ("messages",),
    "response_format": ("messages",),
    "cost": ("prices",),
}
_FILES: Final = ("training_file", "validation_file")
_BEST: Final = " (best)"


def differences(found: Comparison, out: LeavingOut) -> Iterator[Block]:
    """Only what differs, a table for each group."""
    for title, fields in found.groups():
        kept = [one for one in fields if _is_shown(one, out)]
        if kept:
            yield _table(title, kept, found.letters, out)


def _is_shown(one: Field, out: LeavingOut) -> bool:
    if one.name.startswith("metadata."):
        return out.shows("metadata")
    return one.name != _LOCAL and out.shows(*_KINDS.get(one.name, ()))


def _table(title: str, fields: list[Field], letters: tuple[str, ...], out: LeavingOut) -> Table:
    with_against = any(one.against for one in fields)
    heads = (title or "Job", *letters, *(["A against B"] if with_against else []))
    rows = tuple(
        (
            text.clean(one.label),
            *(_cell(one, cell, place in one.best, out) for place, cell in enumerate(one.cells)),
            *([out.free(one.against)] if with_against else []),
        )
        for one in fields
    )
    return Table(heads, rows)


def _cell(one: Field, cell: Cell, is_best: bool, out: LeavingOut) -> str:
    words = cell.words
    if one.name in _FILES and cell.value:
        words = ", ".join(out.name(file["name"]) or out.id(file["id"]) or "one file" for file in cell.value)
    elif one.name == "model":
        words = out.base(words)
    else:
        words = out.free(words)
    note = f", {out.free(cell.note)}" if cell.note and words else ""
    return f"{words}{note}{_BEST if is_best else ''}"
