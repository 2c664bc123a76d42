"""The lines through a chart's points: nodes over dot columns, and the range of values that shows them."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from finetop.plot.series import Axis, Buckets, Node, Points, bucket, smooth

if TYPE_CHECKING:
    from collections.abc import Sequence

SMOOTHING: Final = {"off": 0.0, "low": 0.01, "mid": 0.03, "high": 0.08}
"""Half the smoothing window as a share of the line."""


def train_nodes(train: Points, smoothing: str, buckets: Buckets, x: Axis, columns: int) -> list[Node]:
    """The smoothed line: over the points themselves, or over their column means where they are many."""
    share = SMOOTHING[smoothing]
    if len(train.values) > 4 * columns:
        return _smoothed([*zip(buckets.columns, buckets.means, strict=True)], share)
    nodes: list[Node] = []
    part: list[tuple[float, float]] = []
    for node in [*sparse_nodes(train, x, columns), None]:
        if node is not None:
            part.append(node)
        elif part:
            nodes += [*_smoothed(part, share), None]
            part = []
    return nodes


def sparse_nodes(points: Points, x: Axis, columns: int) -> list[Node]:
    """A line through every point, broken where a value is no number; many points give column means."""
    if len(points.values) > 4 * columns:
        buckets = bucket(points, x.low, x.high, columns)
        return [*zip(buckets.columns, buckets.means, strict=True)]
    return [
        (column_of(step, x, columns), value) if math.isfinite(value) else None
        for step, value in zip(*points, strict=True)
    ]


def _smoothed(part: Sequence[tuple[float, float]], share: float) -> list[Node]:
    half = max(1, round(len(part) * share)) if share else 0
    values = smooth([value for _, value in part], half)
    return [(column, value) for (column, _), value in zip(part, values, strict=True)]


def column_of(step: float, x: Axis, columns: int) -> float:
    """The dot column of a step."""
    return (step - x.low) / ((x.high - x.low) or 1.0) * (columns - 1)


def value_range(
    train: Sequence[Node], valid: Points, buckets: Buckets, *, x: Axis, columns: int, begin: float | None
) -> tuple[float, float]:
    """Least and greatest value to show: the lines from `begin` on, and spikes of bearable height.

    Where `begin` is None everything is shown.
    """
    early = 0.0 if begin is None else column_of(begin, x, columns)
    lines = [node for node in train if node] + [
        (column_of(step, x, columns), value)
        for step, value in zip(*valid, strict=True)
        if math.isfinite(value)
    ]
    seen = [value for column, value in lines if column >= early] or [value for _, value in lines]
    if not seen:
        return 0.0, 1.0
    low, high = min(seen), max(seen)
    raw = [at for at, column in enumerate(buckets.columns) if column >= early]
    raw_low = min((buckets.lows[at] for at in raw), default=low)
    raw_high = max((buckets.highs[at] for at in raw), default=high)
    room = max(high - low, 1e-9) * (1e9 if begin is None else 0.5)
    return (
        min(low, raw_low) if raw_low >= low - room else low,
        max(high, raw_high) if raw_high <= high + room else high,
    )


def value_at(nodes: Sequence[Node], column: float) -> float | None:
    """The line's value at a column, between its nodes; None where it is not."""
    known = [node for node in nodes if node is not None]
    place = bisect_left([node[0] for node in known], column)
    if place < len(known) and known[place][0] == column:
        return known[place][1]
    if not 0 < place < len(known):
        return None
    (x0, v0), (x1, v1) = known[place - 1], known[place]
    return v0 + (v1 - v0) * (column - x0) / (x1 - x0)
