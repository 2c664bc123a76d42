"""What a request comes to over so many columns: its lines and its two axes, for dots and for SVG."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from finetop.plot.axes import Axis, log_axis, x_axis, x_window, y_axis, y_labels
from finetop.plot.buckets import Buckets, Tower
from finetop.plot.extent import extent
from finetop.plot.nodes import (
    DENSE,
    SMOOTHING,
    Node,
    between,
    dense_nodes,
    sparse_nodes,
    spread_nodes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.plot.request import Curve, Request

BEGINNING: Final = 0.1
"""The share of the steps whose values do not count for the range."""

_Key: TypeAlias = tuple[int, float, float, int, int, bool]


@dataclass(slots=True)
class Line:
    """A curve over the columns."""

    curve: Curve
    buckets: Buckets
    nodes: list[Node]
    has_stalks: bool
    """Its measurements are drawn behind it."""
    gaps: int


class Lines:
    """Makes the lines of one frame after the other; the buckets of the last one are kept."""

    def __init__(self) -> None:
        self._kept: dict[_Key, Tower] = {}
        self._used: dict[_Key, Tower] = {}

    def over(self, request: Request, x: Axis, columns: int) -> list[Line]:
        """The lines of a request."""
        return [self._line(place, request, x, columns) for place in range(len(request.curves))]

    def forget(self) -> None:
        """Keep nothing but what was used since the last call."""
        self._kept, self._used = self._used, {}

    def _line(self, place: int, request: Request, x: Axis, columns: int) -> Line:
        curve = request.curves[place]
        share = SMOOTHING[request.smoothing] if curve.smooth else 0.0
        first, end = between(curve.points, x.low, x.high)
        dense = end - first > DENSE * columns
        has_stalks = curve.raw and bool(share)
        buckets = Buckets()
        margin = round(columns * share) + 1 if request.window is not None else 0
        if dense or has_stalks:
            extremes = has_stalks or not share
            key = (place, x.low, x.high, columns, margin if dense else 0, extremes)
            buckets = self._tower(key).fill(curve.points)
        if not dense:
            gaps = sum(not math.isfinite(value) for value in curve.points.values[first:end])
            beyond = margin * (x.high - x.low) / columns
            nodes = sparse_nodes(curve.points, x, columns, share, margin=beyond)
        elif share:
            gaps, nodes = buckets.gaps, dense_nodes(buckets, columns, share)
        else:
            gaps, nodes = buckets.gaps, spread_nodes(buckets)
        return Line(curve, buckets, nodes, has_stalks, gaps)

    def _tower(self, key: _Key) -> Tower:
        _, low, high, columns, margin, extremes = key
        found = self._used.get(key) or self._kept.get(key)
        found = found or Tower(low, high, columns, margin, extremes=extremes)
        self._used[key] = found
        return found


def last_place(request: Request) -> float:
    """The last place on the x axis that was measured."""
    return max((step for curve in request.curves for step in curve.points.steps[-1:]), default=0.0)


def x_of(request: Request, cells: int) -> Axis:
    """The x axis."""
    if request.window is None:
        return x_axis(last_place(request), cells, request.x_unit)
    return x_window(*request.window, cells, request.x_unit)


def y_of(request: Request, lines: Sequence[Line], x: Axis, columns: int, rows: int) -> Axis:
    """The y axis around the lines; logarithmic only where something is above zero."""
    whole = request.everything or request.window is not None
    early = -0.5 if whole else x.place(BEGINNING * last_place(request)) * (columns - 1)
    found = [(line.nodes, line.buckets if line.has_stalks else None) for line in lines]
    log = request.log and any(node and node[1] > 0 for line in lines for node in line.nodes)
    low, high = extent(found, columns, early, everything=request.everything, log=log)
    return (log_axis if log else y_axis)(low, high, y_labels(rows))


def last_value(curve: Curve, request: Request) -> float | None:
    """The last value that is shown."""
    steps, values = curve.points
    end = len(values) if request.window is None else bisect_right(steps, request.window[1])
    return next((values[at] for at in reversed(range(end)) if math.isfinite(values[at])), None)


def named(curve: Curve, request: Request) -> str:
    """What stands at a line's end: its name and the last value that is shown; nothing without one."""
    last = last_value(curve, request)
    return "" if last is None else f"{curve.name} {request.value(last)}".strip()
