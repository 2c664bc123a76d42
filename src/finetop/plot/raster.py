"""Dots in cells: braille, blocks or letters, in three layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.plot.series import Axis, Buckets, Node

Run: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters of a chart."""

    mode: str = "braille"
    """braille, block or ascii."""
    best: str = "◊"
    up: str = "▴"
    down: str = "▾"
    epoch: str = "╎"
    crosshair: str = "│"
    crosshair_point: str = "◉"
    rule: str = "─"
    checkpoint: str = "╷"


_BRAILLE: Final = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BLOCKS: Final = " ▀▄█"
_CHARS: Final = {"braille": "".join(map(chr, range(0x2800, 0x2900))), "block": _BLOCKS}
_LETTERS: Final = {"train": "*", "valid": "o", "rate": "*", "raw": "."}
_DOTS: Final = {"braille": (2, 4), "block": (1, 2), "ascii": (1, 1)}


def _bars(columns: tuple[tuple[int, ...], ...]) -> list[list[list[int]]]:
    """The dots from one line of a cell to another, by column, first and last."""
    return [
        [[sum(bits[first : last + 1]) for last in range(len(bits))] for first in range(len(bits))]
        for bits in columns
    ]


_BARS: Final = {"braille": _bars(_BRAILLE), "block": _bars(((1, 2),)), "ascii": _bars(((1,),))}


def _letter(role: str) -> str:
    """What a line is drawn of where there are no dots: an overlaid run by its own letter."""
    return "abcdefgh"[int(role[3:]) % 8] if role.startswith("run") else _LETTERS[role]


class Raster:
    """Cells of dots for three layers, and single characters over them."""

    def __init__(self, cells: int, rows: int, mode: str) -> None:
        self.cells, self.rows, self.mode = cells, rows, mode
        self.wide, self.tall = _DOTS[mode]
        self.columns, self.height = cells * self.wide, rows * self.tall
        self.layers: dict[str, list[list[int]]] = {}
        self.over: dict[tuple[int, int], Run] = {}

    def layer(self, role: str) -> list[list[int]]:
        """The dots of a role; a layer lies before those that were begun earlier."""
        found = self.layers.get(role)
        if found is None:
            found = self.layers[role] = [[0] * self.cells for _ in range(self.rows)]
        return found

    def dot(self, role: str, column: int, line: int) -> None:
        """Set one dot; outside nothing happens."""
        if 0 <= column < self.columns and 0 <= line < self.height:
            cell, dx = divmod(column, self.wide)
            row, dy = divmod(line, self.tall)
            self.layer(role)[row][cell] |= _BRAILLE[dx][dy] if self.mode == "braille" else 1 << dy

    def bar(self, role: str, column: int, top: int, bottom: int) -> None:
        """Set the dots of one column from top to bottom, both included."""
        cell, dx = divmod(column, self.wide)
        layer, tall = self.layer(role), self.tall
        for row in range(top // tall, bottom // tall + 1):
            first, last = max(0, top - row * tall), min(tall - 1, bottom - row * tall)
            layer[row][cell] |= _BARS[self.mode][dx][first][last]

    def row(self, row: int) -> list[Run | None]:
        """What the cells of a row show; None where nothing is."""
        shown: list[Run | None] = []
        chars = _CHARS.get(self.mode)
        roles = [role for role in self.layers if role != "raw"][::-1]
        for cell in range(self.cells):
            bits = 0
            front = ""
            for role in roles:
                dots = self.layers[role][row][cell]
                if dots:
                    bits, front = bits | dots, front or role
            if not bits and "raw" in self.layers:
                bits, front = self.layers["raw"][row][cell], "raw"
            shown.append(((chars[bits] if chars else _letter(front)), front) if bits else None)
        for (at, cell), mark in self.over.items():
            if at == row:
                shown[cell] = mark
        return shown


def line_of(value: float, y: Axis, height: int) -> float:
    """The dot line of a value, counted from the top; outside the range it lies outside the raster."""
    return (y.high - value) / ((y.high - y.low) or 1.0) * (height - 1)


def draw_line(
    raster: Raster, nodes: Sequence[Node], y: Axis, role: str, marks: Marks, *, dashed: bool = False
) -> None:
    """A line through the nodes; dashed means two dots on and one off. Where it leaves, a mark says so."""
    drawn = 0
    bottom = raster.height - 1
    before: tuple[float, float] | None = None
    for node in nodes:
        here = None if node is None else (node[0], line_of(node[1], y, raster.height))
        if here is not None:
            for column, line in _between(before or here, here, raster.height):
                if not dashed or drawn % 3 < 2:
                    raster.dot(role, column, line)
                drawn += 1
            if before is not None and not (0 <= before[1] <= bottom and 0 <= here[1] <= bottom):
                _mark_leaving(raster, before, here, role, marks)
        before = here


def _between(start: tuple[float, float], end: tuple[float, float], height: int) -> list[tuple[int, int]]:
    """The dots from one point (not drawn again) to the next."""
    (x0, y0), (x1, y1) = start, end
    # Far outside the picture nothing is drawn, however high a spike is.
    y0, y1 = (max(-height, min(2.0 * height, line)) for line in (y0, y1))
    count = max(1, round(max(abs(x1 - x0), abs(y1 - y0))))
    first = 0 if start == end else 1
    spots = [
        (round(x0 + (x1 - x0) * part / count), round(y0 + (y1 - y0) * part / count))
        for part in range(first, count + 1)
    ]
    return [*dict.fromkeys(spots)]


def _mark_leaving(
    raster: Raster, before: tuple[float, float], here: tuple[float, float], role: str, marks: Marks
) -> None:
    bottom = raster.height - 1
    for edge, row, mark in ((-0.5, 0, marks.up), (bottom + 0.5, raster.rows - 1, marks.down)):
        outside = [
            line < edge if row == 0 and mark == marks.up else line > edge for line in (before[1], here[1])
        ]
        if outside[0] == outside[1]:
            continue
        share = (edge - before[1]) / (here[1] - before[1])
        cell = round(before[0] + (here[0] - before[0]) * share) // raster.wide
        if 0 <= cell < raster.cells:
            raster.over[row, cell] = (mark, role)


def draw_raw(raster: Raster, buckets: Buckets, y: Axis, marks: Marks) -> None:
    """The measurements of each dot column from the least to the greatest; a spike out of sight is marked."""
    inside = False
    for column, low, high in zip(buckets.columns, buckets.lows, buckets.highs, strict=True):
        top, bottom = line_of(high, y, raster.height), line_of(low, y, raster.height)
        first, last = max(0, round(top)), min(raster.height - 1, round(bottom))
        if first <= last:
            raster.bar("raw", column, first, last)
        if top < -0.5 and (inside or bottom >= -0.5):
            raster.over.setdefault((0, column // raster.wide), (marks.up, "raw"))
        inside = bottom >= -0.5
