"""Ranges with ends and ticks that a person would choose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_X_FACTORS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)
_Y_FACTORS: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LOG_ENDS: Final = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LOG_TICKS: Final = (1.0, 2.0, 5.0)
_DURATIONS: Final = (
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800,
    3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000,
)  # fmt: skip
"""Seconds between two ticks of a time axis, up to five days; above, round numbers of days."""

_MOST: Final = 1e300
"""Beyond it the ends of an axis would be infinite."""
_LEAST: Final = 1e-280
"""A narrower range could not be told from nothing."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A range with the values it names."""

    low: float
    high: float
    step: float
    """Between two ticks, where they are evenly apart."""
    ticks: tuple[float, ...] = ()
    log: bool = False

    def place(self, value: float) -> float:
        """Where a value is: 0 at the low end, 1 at the high one."""
        if self.log:
            value = max(value, 1e-300)
            least = math.log(self.low)  # a quotient of such numbers may be too small to be one
            return (math.log(value) - least) / (math.log(self.high) - least)
        return (value - self.low) / ((self.high - self.low) or 1.0)


def round_step(least: float, factors: Sequence[float] = _X_FACTORS) -> float:
    """The smallest round number (a factor times a power of ten) that is not below `least`."""
    if least <= 0 or not math.isfinite(least):
        return 1.0
    power = 10.0 ** math.floor(math.log10(least))
    return next((factor * power for factor in factors if factor * power >= least * (1 - 1e-9)), 10.0 * power)


def x_step(least: float, unit: str) -> float:
    """The distance of ticks on an x axis: whole for counts, by the clock for seconds."""
    if unit == "seconds":
        found = next((seconds for seconds in _DURATIONS if seconds >= least * (1 - 1e-9)), 0)
        return float(found) or 86_400 * round_step(least / 86_400)
    step = round_step(least)
    if unit == "number":
        return step
    step = max(1.0, step)
    return step if step == int(step) else (5.0 if step < 5 else float(math.ceil(step)))


def x_axis(last: float, cells: int, unit: str = "count") -> Axis:
    """From 0 to the next round number after the last step."""
    last = last if math.isfinite(last) and last > 0 else 0.0
    last = max(1e-3, last) if unit == "number" and last else max(1.0, last)
    step = x_step(last / max(1, min(cells / 9, 5)), unit)
    count = math.ceil(last / step - 1e-9)
    return Axis(0.0, count * step, step, tuple(place * step for place in range(count + 1)))


def x_window(low: float, high: float, cells: int, unit: str = "count") -> Axis:
    """Exactly this range, with the round numbers in it."""
    if not high > low:
        high = low + 1.0
    step = x_step((high - low) / max(1, min(cells / 9, 5)), unit)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return Axis(low, high, step, tuple(place * step for place in range(first, last + 1)))


def y_labels(rows: int) -> int:
    """How many values the y axis names."""
    if rows < 13:
        return 3 if rows > 3 else 2
    return 5 if rows < 20 else 6


def y_axis(low: float, high: float, labels: int) -> Axis:
    """The narrowest range of round steps around the values."""
    low, high = max(-_MOST, min(_MOST, low)), max(-_MOST, min(_MOST, high))
    if high - low < max(abs(high) * 1e-6, _LEAST):
        spread = abs(high) * 0.1 if abs(high) > _LEAST else 0.1
        low, high = low - spread, high + spread
    step = round_step((high - low) / (labels - 1), _Y_FACTORS)
    while True:
        unit = 10.0 ** math.floor(math.log10(step) + 1e-9) / 2
        base = math.floor(low / unit + 1e-9) * unit
        top = base + step * (labels - 1)
        if top >= high - unit * 1e-6:
            return Axis(base, top, step, tuple(base + place * step for place in range(labels)))
        step = round_step(step * 1.01, _Y_FACTORS)


def log_axis(low: float, high: float, labels: int) -> Axis:
    """A logarithmic range around positive values: decades where they are many, 1 2 5 where they are few."""
    low, high = max(1e-290, min(_MOST, low)), max(1e-290, min(_MOST, high))
    if high < low * 1.01:
        low, high = low / 1.1, high * 1.1
    low, high = _end(low, down=True), _end(high, down=False)
    decades = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1)
    fine = [f * 10.0**power for power in decades for f in _LOG_TICKS]
    found = _inside(fine, low, high)
    if len(found) < 3 and labels > 2:
        # Less than a decade: round numbers, evenly apart.
        even = y_axis(low, high, labels)
        found = [tick for tick in even.ticks if low * (1 - 1e-9) <= tick <= high * (1 + 1e-9)] or found
    elif len(found) > labels:
        found = _inside([10.0**power for power in decades], low, high)
        every = max(1, math.ceil(len(found) / labels))
        found = found[::every]
    return Axis(low, high, 0.0, tuple(found), log=True)


def _end(value: float, *, down: bool) -> float:
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    ends = [factor * power for factor in _LOG_ENDS]
    if down:
        return max(end for end in ends if end <= value * (1 + 1e-9))
    return min(end for end in ends if end >= value * (1 - 1e-9))


def _inside(values: Sequence[float], low: float, high: float) -> list[float]:
    return [value for value in values if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
