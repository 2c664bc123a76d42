"""The names of lines, at their ends, none over another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.plot.grid import Grid


class Name(NamedTuple):
    """What stands at the end of a line, and where that is."""

    words: str
    role: str
    cell: int
    line: float
    """The dot line of the end, by which names keep the order of their lines."""
    row: int


def write_names(grid: Grid, names: Sequence[Name]) -> None:
    """Each name one cell behind the end of its line, or in the nearest row where there is room.

    Names of lines that end close together stand in the order of the lines.
    """
    order = sorted(names, key=lambda name: name.line)
    rows = len(grid.rows)
    wanted = _apart([max(0, min(rows - 1, name.row)) for name in order], rows)
    placed: list[tuple[int, int]] = []
    for name, row in zip(order, wanted, strict=True):
        start = max(0, min(name.cell + 2, grid.width - len(name.words)))
        above = max((other for other, begin in placed if abs(begin - start) < len(name.words)), default=-1)
        candidates = sorted(range(rows), key=lambda at: (at <= above, abs(at - row), at < row))
        for at in candidates:
            if grid.is_free(at, start - 1, len(name.words) + 2):
                grid.write(at, start, name.words, name.role)
                if abs(at - name.row) > 1:
                    # Too far from its line to be taken for its name: the first letter stands at the end.
                    grid.put(name.row, name.cell, name.words[0], name.role)
                placed.append((at, start))
                break


def _apart(wanted: list[int], rows: int) -> list[int]:
    """Ascending rows moved as little as it takes for each to have its own, around where they crowd."""
    groups: list[tuple[list[int], float]] = []
    for row in wanted:
        members = [row]
        while True:
            begin = sum(members) / len(members) - (len(members) - 1) / 2
            begin = max(0.0, min(float(rows - len(members)), begin))
            if not groups or groups[-1][1] + len(groups[-1][0]) <= begin + 1e-9:
                break
            members = [*groups.pop()[0], *members]
        groups.append((members, begin))
    return [
        max(0, min(rows - 1, int(begin + 0.5) + place))
        for members, begin in groups
        for place in range(len(members))
    ]
