"""Columns: which of them fit a width, how wide each is, and a row of cells as runs.

Pure; the pane that owns the rows says what stands in the cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from finetop import text
from finetop.tui.widgets.runs import Run, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping

GUTTER: Final = 3
"""Cursor, marked or changed, blank."""
GAP: Final = 2
EDGE: Final = 1
STEPS: Final = (60, 72, 100, 140)
"""From these screen widths on a column may have another width."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `widths` are its widths from 60, 72, 100 and 140 on, 0 where it is not shown."""

    name: str
    head: str
    widths: tuple[int, int, int, int]
    align: str = "left"
    leaves: int = 99
    """The lowest number leaves first when the columns do not fit."""
    share: int = 0
    """Flexible: its part of what is left, in percent; `widths` are then its least."""
    most: int = 34
    optional: bool = False
    """Leaves while no row has a value for it."""
    fits: bool = False
    """As wide as its longest value, be it more or less than `widths`."""
    exact: bool = False
    """As wide as `widths` say, whatever stands in it."""
    short_head: str = ""
    """Stands where `head` would not fit."""

    def at(self, width: int) -> int:
        """Its width on a screen of this width."""
        return self.widths[max(0, sum(width >= step for step in STEPS) - 1)]


class Slot(NamedTuple):
    """A column in its place."""

    column: Column
    x: int
    width: int

    @property
    def end(self) -> int:
        """The first column after it."""
        return self.x + self.width


Draw: TypeAlias = Callable[[int, int], Sequence[Run]]
"""Draws a cell, given the width of its slot and the room up to the next cell that is not empty."""


def arrange(columns: Sequence[Column], width: int, longest: Mapping[str, int]) -> list[Slot]:
    """The columns that fit, from left to right. `longest` is the longest value of each by name."""
    shown = [
        column
        for column in columns
        if column.at(width) and (not column.optional or longest.get(column.name, 0))
    ]
    while True:
        taken = sum(_fixed(column, width, longest) for column in shown)
        room = width - GUTTER - EDGE - GAP * (len(shown) - 1) - taken
        flexible = [column for column in shown if column.share]
        if room >= sum(column.at(width) for column in flexible) or len(shown) <= 2:
            break
        shown.remove(min(shown, key=lambda column: column.leaves))
    widths = _flexible(flexible, max(0, room), width, longest)
    slots: list[Slot] = []
    x = GUTTER
    for column in shown:
        wide = widths[column.name] if column.share else _fixed(column, width, longest)
        slots.append(Slot(column, x, wide))
        x += wide + GAP
    return slots


def _fixed(column: Column, width: int, longest: Mapping[str, int]) -> int:
    """Width of a column that does not flex. On wide screens it gives back what nobody needs."""
    if column.share:
        return 0
    wide = column.at(width)
    if column.fits:
        return max(text.cells(column.head), longest.get(column.name, 0))
    if column.exact or width < STEPS[-1]:
        return wide
    return min(wide, max(len(column.head), longest.get(column.name, 0) + GAP))


def _flexible(columns: Sequence[Column], room: int, width: int, longest: Mapping[str, int]) -> dict[str, int]:
    """Shares of the room; what one column does not need, the next may have."""
    wants = {
        column.name: min(column.most, max(len(column.head), longest.get(column.name, 0)))
        for column in columns
    }
    total = sum(column.share for column in columns) or 1
    shares = {column.name: min(column.most, round(room * column.share / total)) for column in columns}
    if columns:
        last = columns[-1]
        shares[last.name] = min(last.most, room - sum(shares[column.name] for column in columns[:-1]))
    for taker, want in wants.items():
        for giver, need in wants.items():
            given = min(want - shares[taker], shares[giver] - need)
            if given > 0:
                shares[giver] -= given
                shares[taker] += given
    if width >= STEPS[-1]:
        return {name: min(share, wants[name]) for name, share in shares.items()}
    return shares


def head_runs(
    slots: Sequence[Slot], role: str = "faint", *, sorted_by: str = "", mark: str = ""
) -> list[Run]:
    """The column heads, with a mark at the one that the list is sorted by."""
    runs: list[Run] = []
    at = 0
    for slot in slots:
        here = slot.column.name == sorted_by
        head = _head(slot, mark if here else "")
        x = max(at, slot.end - text.cells(head)) if slot.column.align == "right" else slot.x
        runs += [(" " * (x - at), role), (head, "text" if here else role)]
        at = x + text.cells(head)
    return runs


def _head(slot: Slot, mark: str) -> str:
    """A head cut to its slot; its mark may use the gap before or after it."""
    column = slot.column
    words = column.head
    if text.cells(words) > slot.width:
        words = column.short_head or text.cut(words, slot.width)
    if not mark:
        return words
    if column.align == "right":
        return f"{mark}{words}"
    return f"{words} {mark}" if text.cells(words) + 2 <= slot.width + 1 else f"{words}{mark}"


def row_runs(slots: Sequence[Slot], cells: Mapping[str, Draw], gutter: Sequence[Run]) -> list[Run]:
    """A row: the gutter, then each cell in its slot. A cell that is not given stays blank."""
    runs: list[Run] = [*gutter]
    at = width_of(runs)
    for place, slot in enumerate(slots):
        draw = cells.get(slot.column.name)
        if draw is None:
            continue
        drawn = draw(slot.width, _room(slots[place:], cells))
        taken = width_of(drawn)
        # A right-aligned value one cell too wide uses the gap before it.
        x = max(at, slot.end - taken) if slot.column.align == "right" else slot.x
        runs += [(" " * (x - at), "text"), *drawn]
        at = x + taken
    return runs


def _room(slots: Sequence[Slot], cells: Mapping[str, Draw]) -> int:
    """The cells from the beginning of the first slot over all empty slots after it."""
    end = slots[0].end
    for follower in slots[1:]:
        if follower.column.name in cells:
            break
        end = follower.end
    return end - slots[0].x
