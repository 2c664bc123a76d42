"""From nodes to dots: what each dot column of a line holds, as the bits of one number (bit 0 is the top)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.plot.axes import Axis
    from finetop.plot.buckets import Buckets
    from finetop.plot.nodes import Node

_DASHES: Final = int("011" * 1366, 2)
_DOWN: Final = tuple(_DASHES >> phase for phase in range(3))
_UP: Final = tuple(_DASHES >> ((1 - phase) % 3) for phase in range(3))
"""Two dots on, one off, counted along the line: downward from its first dot, upward from its last."""


@dataclass(slots=True)
class Stroke:
    """The dots of a line by column, and the columns where it leaves the picture."""

    masks: list[int]
    height: int
    over: list[int] = field(default_factory=list)
    under: list[int] = field(default_factory=list)


class Pen:
    """Draws connected lines, one column after the other; a line is one dot thick."""

    def __init__(self, columns: int, height: int) -> None:
        self.columns, self.height = columns, height
        self.tops: list[int] = [height * 4] * (columns + 2)
        self.bottoms: list[int] = [-height * 4] * (columns + 2)
        self.rising: list[bool] = [False] * (columns + 2)
        self.over: list[int] = []
        self.under: list[int] = []

    # The lists have one place more at each end, so that a line may come from outside and go there.

    def dot(self, column: int, line: int) -> None:
        """A line begins."""
        if -1 <= column <= self.columns:
            self._span(column + 1, line, line)

    def _span(self, place: int, top: int, bottom: int) -> None:
        self.tops[place] = min(self.tops[place], top)
        self.bottoms[place] = max(self.bottoms[place], bottom)

    def join(self, column: int, before: int, line: int) -> None:
        """Go from `before` in the column at the left to `line` in this one; half of a leap lies in each."""
        place, apart = column + 1, line - before
        tops, bottoms = self.tops, self.bottoms
        if apart > 1:
            middle = (before + line) // 2
            bottoms[place - 1] = max(bottoms[place - 1], middle)
            tops[place], bottoms[place] = middle + 1, line
        elif apart < -1:
            middle = (before + line + 1) // 2
            tops[place - 1] = min(tops[place - 1], middle)
            tops[place], bottoms[place] = line, middle - 1
            self.rising[place] = True
        else:
            tops[place] = bottoms[place] = line
            self.rising[place] = apart < 0
        if before < 0 or line < 0 or before >= self.height or line >= self.height:
            self._leave(column, before, line)

    def _leave(self, column: int, before: int, line: int) -> None:
        """Remember where a line leaves the picture, or comes back."""
        last = self.height - 1
        if (before < 0) != (line < 0):
            self.over.append(column if line >= 0 else column - 1)
        if (before > last) != (line > last):
            self.under.append(column if line <= last else column - 1)

    def line_to(self, before: tuple[float, float], here: tuple[float, float]) -> None:
        """A straight line from one place to another, each a column and a line."""
        (x0, y0), (x1, y1) = before, here
        first, last = math.floor(x0 + 0.5), math.floor(x1 + 0.5)
        at = math.floor(y0 + 0.5)
        if last < 0:
            self.dot(last, math.floor(y1 + 0.5))
            return
        if first == last:
            if -1 <= first <= self.columns:
                end = math.floor(y1 + 0.5)
                self._span(first + 1, min(at, end), max(at, end))
                self.rising[first + 1] = end < at
                self._cross(first, at, end)
            return
        slope = (y1 - y0) / (x1 - x0)
        if first < -1:
            first, at = -1, self._clamped(y0 + slope * (-1 - x0))
            self._span(0, at, at)
        for column in range(first + 1, min(last, self.columns + 1)):
            line = self._clamped(y0 + slope * (column - x0))
            self.join(column, at, line)
            at = line
        if last <= self.columns:
            self.join(last, at, math.floor(y1 + 0.5))

    def _cross(self, column: int, before: int, line: int) -> None:
        if (before < 0) != (line < 0):
            self.over.append(column)
        if (before >= self.height) != (line >= self.height):
            self.under.append(column)

    def _clamped(self, line: float) -> int:
        return math.floor(max(-self.height, min(2.0 * self.height, line)) + 0.5)

    def stroke(self, *, dashed: bool) -> Stroke:
        """What was drawn, cut to the picture."""
        masks, counted = [], 0
        full = (1 << self.height) - 1
        for place in range(1, self.columns + 1):
            top, bottom = self.tops[place], self.bottoms[place]
            size = bottom - top + 1
            if size <= 0:
                masks.append(0)
                continue
            mask = (1 << size) - 1
            if dashed:
                phases = _UP if self.rising[place] else _DOWN
                mask &= phases[(counted + (size - 1 if self.rising[place] else 0)) % 3]
                counted += size
            masks.append((mask << top if top >= 0 else mask >> -top) & full)
        return Stroke(masks, self.height, self.over, self.under)


def lines_of(values: Sequence[float], y: Axis, height: int) -> list[float]:
    """The dot lines of values, counted from the top, not much further outside than the picture is high."""
    least, most = -float(height), 2.0 * height
    if y.log:
        scale = (height - 1) / math.log(y.high / y.low)
        high = math.log(y.high)
        found = [(high - math.log(value)) * scale if value > 0 else most for value in values]
    else:
        scale = (height - 1) / ((y.high - y.low) or 1.0)
        high = y.high
        found = [(high - value) * scale for value in values]
    if found and (math.isnan(sum(found)) or min(found) < least or max(found) > most):
        found = [max(least, min(most, line)) for line in found]
    return found


def stroke(nodes: Sequence[Node], y: Axis, columns: int, height: int, *, dashed: bool = False) -> Stroke:
    """The line through the nodes."""
    pen = Pen(columns, height)
    begin = 0
    for stop in [*(place for place, node in enumerate(nodes) if node is None), len(nodes)]:
        part = nodes[begin:stop]
        begin = stop + 1
        if part:
            _draw(pen, [node[0] for node in part if node], [node[1] for node in part if node], y)
    return pen.stroke(dashed=dashed)


def _draw(pen: Pen, columns: list[float], values: list[float], y: Axis) -> None:
    """One piece without a gap."""
    lines = lines_of(values, y, pen.height)
    places = [math.floor(column + 0.5) for column in columns]
    rows = [math.floor(line + 0.5) for line in lines]
    pen.dot(places[0], rows[0])
    inside = range(pen.columns)
    for at in range(1, len(places)):
        # Most nodes are one column apart: no slope is needed.
        if places[at] - places[at - 1] == 1 and places[at] in inside:
            pen.join(places[at], rows[at - 1], rows[at])
        else:
            pen.line_to((columns[at - 1], lines[at - 1]), (columns[at], lines[at]))


def stalk_ends(buckets: Buckets, nodes: Sequence[Node]) -> tuple[list[float], list[float]]:
    """The measurements of each column from the least to the greatest.

    They reach to the line, so that one that stands alone is seen as high as it is.
    """
    known = [node for node in nodes if node is not None]
    lows, highs = [*buckets.lows], [*buckets.highs]
    place = 0
    for at, column in enumerate(buckets.columns if known else ()):
        while place + 1 < len(known) and known[place + 1][0] <= column + 0.5:
            place += 1
        value = known[place][1]
        if value < lows[at]:
            lows[at] = value
        elif value > highs[at]:
            highs[at] = value
    return lows, highs


def stalks(
    buckets: Buckets, nodes: Sequence[Node], y: Axis, columns: int, height: int
) -> tuple[list[int], list[int]]:
    """The dots of the measurements of each column, and the columns of spikes out of sight."""
    masks = [0] * columns
    lows, highs = stalk_ends(buckets, nodes)
    tops, bottoms = lines_of(highs, y, height), lines_of(lows, y, height)
    spikes, inside, last = [], False, height - 1
    for column, high, low in zip(buckets.columns, tops, bottoms, strict=True):
        if not 0 <= column < columns:
            continue
        top, bottom = math.floor(high + 0.5), math.floor(low + 0.5)
        if top < 0 and (inside or bottom >= 0):
            spikes.append(column)
        inside = bottom >= 0
        top, bottom = max(0, top), min(last, bottom)
        if top <= bottom:
            masks[column] = ((1 << (bottom - top + 1)) - 1) << top
    return masks, spikes
