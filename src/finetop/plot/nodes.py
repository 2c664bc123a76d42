"""The lines through a chart's points: nodes over dot columns."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finetop.plot.axes import Axis
    from finetop.plot.buckets import Buckets
    from finetop.plot.series import Points

Node: TypeAlias = tuple[float, float] | None
"""A dot column and a value; None breaks the line."""

SMOOTHING: Final = {"off": 0.0, "low": 0.01, "mid": 0.03, "high": 0.08}
"""Half the smoothing window as a share of the axis."""

DENSE: Final = 4
"""With more points a column than this, a line goes by columns."""

_NEAR: Final = 0.5
"""A point this near to a line's end is at it: columns are rounded."""


def between(points: Points, low: float, high: float) -> tuple[int, int]:
    """Which points are in a range."""
    return bisect_left(points.steps, low), bisect_right(points.steps, high)


def sparse_nodes(points: Points, x: Axis, columns: int, share: float, *, margin: float = 0.0) -> list[Node]:
    """A line through every point, smoothed, broken where a value is no number."""
    low, width = x.low, (x.high - x.low) or 1.0
    first, end = between(points, x.low - margin, x.high + margin)
    first, end = max(0, first - 1), end + 1  # the line goes on to what is out of sight
    scale = (columns - 1) / width
    placed = zip(points.steps[first:end], points.values[first:end], strict=True)
    nodes: list[Node] = []
    for part in _parts(placed):
        values = [value for _, value in part]
        apart = (part[-1][0] - part[0][0]) / max(1, len(part) - 1)
        values = smooth(values, half_of(share * width / apart if apart else 0.0, share))
        nodes += [((step - low) * scale, value) for (step, _), value in zip(part, values, strict=True)]
        nodes.append(None)
    return nodes[:-1]


def dense_nodes(buckets: Buckets, columns: int, share: float) -> list[Node]:
    """A line through the means of columns, broken at those that hold gaps alone."""
    half = half_of(share * columns, share)
    nodes: list[Node] = []
    begin = 0
    for stop in [*(bisect_left(buckets.columns, column) for column in buckets.broken), len(buckets.columns)]:
        if stop > begin:
            values = smooth(buckets.means[begin:stop], half)
            nodes += zip(buckets.columns[begin:stop], values, strict=True)
            nodes.append(None)
            begin = stop
    return nodes[:-1]


def spread_nodes(buckets: Buckets) -> list[Node]:
    """A line that goes from the least to the greatest of each column: nothing is smoothed away."""
    broken = {*(bisect_left(buckets.columns, column) for column in buckets.broken)}
    nodes: list[Node] = []
    last = math.inf
    for place, column in enumerate(buckets.columns):
        if place in broken and nodes:
            nodes.append(None)
        low, high = buckets.lows[place], buckets.highs[place]
        ends = (low, high) if abs(low - last) <= abs(high - last) else (high, low)
        nodes += [(column, value) for value in ends]
        last = ends[1]
    return nodes


def half_of(wanted: float, share: float) -> int:
    """Points to each side that smoothing takes in."""
    return max(1, round(wanted)) if share else 0


def _parts(placed: Iterable[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Points between gaps."""
    part: list[tuple[float, float]] = []
    for point in placed:
        if math.isfinite(point[1]):
            part.append(point)
        elif part:
            yield part
            part = []
    if part:
        yield part


def smooth(values: Sequence[float], half: int) -> list[float]:
    """Centred means over a window that shrinks at the ends, so that the line does not lag."""
    count = len(values)
    if half < 1 or count < 3:
        return list(values)
    sums = list(accumulate(values, initial=0.0))
    if not math.isfinite(sums[-1]):
        return list(values)  # finite each, beyond all numbers together
    half = min(half, (count - 1) // 2)
    full = 2 * half + 1
    head = [(sums[2 * place + 1]) / (2 * place + 1) for place in range(half)]
    body = [(after - before) / full for before, after in zip(sums, sums[full:], strict=False)]
    tail = [(sums[-1] - sums[-2 - 2 * place]) / (2 * place + 1) for place in reversed(range(half))]
    return head + body + tail


def value_at(nodes: Sequence[Node], column: float) -> float | None:
    """The line's value at a column, between its nodes; None where it is not, or broken."""
    before: Node = None
    for node in nodes:
        if node is not None and node[0] >= column:
            if before is None:
                return node[1] if node[0] - column <= _NEAR else None
            (x0, v0), (x1, v1) = before, node
            return v0 + (v1 - v0) * (column - x0) / ((x1 - x0) or 1.0)
        if node is None and before is not None and column - before[0] <= _NEAR:
            return before[1]
        before = node
    return before[1] if before is not None and column - before[0] <= _NEAR else None
