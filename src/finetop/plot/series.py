"""Series and axes: what is drawn, over which range, in which order of magnitude."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence


class Points(NamedTuple):
    """A measured series; steps ascend."""

    steps: Sequence[float] = ()
    values: Sequence[float] = ()


Node: TypeAlias = tuple[float, float] | None
"""A dot column and a value; None breaks the line."""


class Best(NamedTuple):
    """The best point of a line, and whether the line has left it for worse since."""

    step: float
    value: float
    worse_since: bool


_X_FACTORS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_Y_FACTORS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def round_step(least: float, factors: Sequence[float] = _X_FACTORS) -> float:
    """The smallest round number (a factor times a power of ten) that is not below `least`."""
    if least <= 0 or not math.isfinite(least):
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in factors if factor * power >= least * (1 - 1e-9)), 10.0 * power)


def y_labels(rows: int) -> int:
    """How many values the y axis names."""
    if rows < 13:
        return 3 if rows > 3 else 2
    return 5 if rows < 20 else 6


@dataclass(frozen=True, slots=True)
class Axis:
    """A range with round ends."""

    low: float
    high: float
    step: float

    @property
    def ticks(self) -> list[float]:
        """The values named, from low to high."""
        count = round((self.high - self.low) / self.step)
        return [self.low + place * self.step for place in range(count + 1)]


def y_axis(low: float, high: float, labels: int) -> Axis:
    """The narrowest range of round steps around the values."""
    if high - low < abs(high) * 1e-6 or high == low:
        spread = abs(high) * 0.1 or 0.1
        low, high = low - spread, high + spread
    step = round_step((high - low) / (labels - 1), _Y_FACTORS)
    while True:
        unit = 10.0 ** math.floor(math.log10(step) + 1e-9) / 2
        base = math.floor(low / unit + 1e-9) * unit
        top = base + step * (labels - 1)
        if top >= high - unit * 1e-6:
            return Axis(base, top, step)
        step = round_step(step * 1.01, _Y_FACTORS)


def x_axis(last: float, cells: int) -> Axis:
    """From 0 to the next round number after the last step."""
    last = max(1.0, last)
    step = max(1.0, round_step(last / max(1, min(cells / 9, 5))))
    if step != int(step):
        step = 5.0 if step < 5 else math.ceil(step)
    return Axis(0.0, math.ceil(last / step - 1e-9) * step, step)


def best_point(points: Points, *, lower_is_better: bool = True) -> Best | None:
    """The best reading; "worse since" needs two later readings and a clear distance."""
    sign = 1 if lower_is_better else -1
    readings = [(sign * v, -i) for i, v in enumerate(points.values) if math.isfinite(v)]
    if not readings:
        return None
    value, place = min(readings)
    later = [v for v, i in readings if -i > -place]
    worse = len(later) >= 2 and later[-1] > value + max(1e-6, 0.01 * abs(value))
    return Best(points.steps[-place], sign * value, worse)


class Buckets(NamedTuple):
    """The measurements of each dot column that has any."""

    columns: list[int]
    lows: list[float]
    highs: list[float]
    means: list[float]
    gaps: int


def bucket(points: Points, low: float, high: float, columns: int) -> Buckets:
    """Least, greatest and mean of every dot column; work is done on slices, so 100k points stay cheap."""
    steps, values = points
    span = (high - low) or 1.0
    drawn = Buckets([], [], [], [], 0)
    gaps = 0
    at = bisect_left(steps, low)
    for column in range(columns):
        limit = low + (column + 0.5) / max(1, columns - 1) * span
        end = bisect_right(steps, limit, at)
        if end == at:
            continue
        part = values[at:end]
        at = end
        total = sum(part)
        if not math.isfinite(total):
            found = [value for value in part if math.isfinite(value)]
            gaps += len(part) - len(found)
            if not found:
                continue
            part, total = found, sum(found)
        drawn.columns.append(column)
        drawn.lows.append(min(part))
        drawn.highs.append(max(part))
        drawn.means.append(total / len(part))
    return drawn._replace(gaps=gaps)


def smooth(values: Sequence[float], half: int) -> list[float]:
    """Centred means over a window that shrinks at the ends, so that the line does not lag."""
    count = len(values)
    if half < 1 or count < 3:
        return list(values)
    sums = list(accumulate(values, initial=0.0))
    smoothed = []
    for place in range(count):
        reach = min(half, place, count - 1 - place)
        smoothed.append((sums[place + reach + 1] - sums[place - reach]) / (2 * reach + 1))
    return smoothed
