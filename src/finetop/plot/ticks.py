"""The words of axes: steps, tokens, durations, epochs, values."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from finetop.plot.axes import Axis


def x_tick(value: float, unit: str, step: float) -> str:
    """A label of the x axis; `step` is the distance to the next one."""
    if unit == "seconds":
        return duration(value, exact=step < 60) if value else "0"
    if unit == "number":
        return f"{value:g}" if abs(value) < 1e5 else count(value, step)
    return count(value, step)


def x_point(value: float, unit: str) -> str:
    """A place between the labels, as exactly as one reads it."""
    if unit == "seconds":
        return duration(value, exact=True)
    if unit == "number":
        return f"{value:.2f}"
    return f"{value:.0f}"


def count(value: float, step: float) -> str:
    """A count as short as its neighbours allow: 50, 100 k, 2.5 M."""
    if abs(value) < 100_000 or step < 1000:
        return f"{value:.0f}"
    for size, letter in ((1e9, "G"), (1e6, "M")):
        if abs(value) >= size and step >= size / 100:
            return f"{value / size:.6g} {letter}"
    return f"{value / 1000:.6g} k"


def duration(seconds: float, *, exact: bool = False) -> str:
    """At most two units: 30 s, 1 h 30 m, 2 d; seconds beside hours only where they are asked for exactly."""
    left = round(seconds)
    if left < 60:
        return f"{left} s"
    parts = []
    for size, letter in ((86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount} {letter}")
    return " ".join(parts[: 3 if exact and len(parts) == 3 and parts[0].endswith("h") else 2])


def y_words(y: Axis) -> list[str]:
    """The labels of a y axis: two decimals, more where the steps need them, none where they are large."""
    if y.log:
        return [_short(tick) for tick in y.ticks]
    most = max(map(abs, y.ticks))
    if most < 1e-3 or most >= 1e6:
        return [_scientific(tick) for tick in y.ticks]
    for decimals in range(0 if most >= 100 else 2, 9):
        if all(abs(tick - round(tick, decimals)) < y.step * 1e-3 for tick in y.ticks):
            break
    words = [f"{tick:.{decimals}f}" for tick in y.ticks]
    return words if max(map(len, words)) <= 10 else [f"{tick:.1e}" for tick in y.ticks]


def _short(value: float) -> str:
    return f"{value:g}" if value == 0 or 1e-3 <= abs(value) < 1e5 else _scientific(value)


def _scientific(value: float) -> str:
    """5e-5 instead of 5.00e-05."""
    if value == 0:
        return "0"
    mantissa, _, power = f"{value:.2e}".partition("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(power)}"
