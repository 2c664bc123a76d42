"""Many points in few columns: the least, the greatest and the mean of each."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.plot.series import Points


@dataclass(slots=True)
class Buckets:
    """The measurements of each dot column that has any; lows and highs only where they were asked for."""

    columns: list[int] = field(default_factory=list)
    lows: list[float] = field(default_factory=list)
    highs: list[float] = field(default_factory=list)
    means: list[float] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    """Columns that hold nothing but gaps: the line breaks there."""
    gaps: int = 0


def bucket(points: Points, low: float, high: float, columns: int) -> Buckets:
    """The columns of a range, from scratch."""
    return Tower(low, high, columns).fill(points)


class Tower:
    """The buckets of a series that grows: a point added at its end costs one column.

    `margin` columns are counted beyond each end, for smoothing that must not change at the edge of a window.
    Without `extremes` there are means alone, at a third of the time.
    """

    def __init__(
        self, low: float, high: float, columns: int, margin: int = 0, *, extremes: bool = True
    ) -> None:
        self._low, self._columns, self._margin = low, columns, margin
        self._extremes = extremes
        self._step = ((high - low) or 1.0) / max(1, columns - 1)
        self._points: Points | None = None
        self._count = 0
        self._buckets = Buckets()
        self._reset()

    def _reset(self) -> None:
        self._buckets = Buckets()
        # Where the last column that holds a point begins, for more may come into it.
        self._column, self._at, self._gaps = -self._margin, -1, 0

    def fill(self, points: Points) -> Buckets:
        """The buckets of these points; what the last call was given is looked at no more."""
        count = len(points.values)
        if self._points is None or not _goes_on(self._points, self._count, points):
            self._reset()
        elif count == self._count:
            return self._buckets
        else:
            self._drop_last()
        self._points, self._count = points, count
        self._add(points, count)
        return self._buckets

    def _drop_last(self) -> None:
        """Take the last column away, to count it again."""
        found = self._buckets
        found.gaps = self._gaps
        if found.columns and found.columns[-1] == self._column:
            found.columns.pop()
            found.means.pop()
            if self._extremes:
                found.lows.pop()
                found.highs.pop()
        elif found.broken and found.broken[-1] == self._column:
            found.broken.pop()

    def _add(self, points: Points, count: int) -> None:
        steps, values = points
        found, low, step = self._buckets, self._low, self._step
        at = self._at if self._at >= 0 else bisect_left(steps, low - (self._margin + 0.5) * step)
        column, last = self._column, self._columns + self._margin
        while column < last and at < count:
            end = bisect_right(steps, low + (column + 0.5) * step, at)
            if end == at:
                # Nothing here: on to the column of the next point, but never back by a rounding.
                column = max(column + 1, math.floor((steps[at] - low) / step + 0.5) - 1)
                continue
            self._column, self._at, self._gaps = column, at, found.gaps
            part = values[at:end]
            total = sum(part)
            at, column = end, column + 1
            if not math.isfinite(total):
                kept = [value for value in part if math.isfinite(value)]
                found.gaps += len(part) - len(kept)
                if not kept:
                    found.broken.append(self._column)
                    continue
                part, total = kept, math.fsum(value / len(kept) for value in kept) * len(kept)
            found.columns.append(self._column)
            if self._extremes:
                found.lows.append(min(part))
                found.highs.append(max(part))
            found.means.append(total / len(part))


def _goes_on(before: Points, count: int, points: Points) -> bool:
    """Whether these points begin with those."""
    if len(points.values) < count:
        return False
    if points.steps is before.steps and points.values is before.values:
        return True
    return all(now is then or now[:count] == then[:count] for now, then in zip(points, before, strict=True))
