"""The whole picture: lines, names at their ends, labels, and the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop.plot.nodes import column_of, sparse_nodes, train_nodes, value_at, value_range
from finetop.plot.raster import Raster, Run, draw_line, draw_raw, line_of
from finetop.plot.request import Chart
from finetop.plot.series import (
    Axis,
    Buckets,
    Node,
    Points,
    bucket,
    round_step,
    x_axis,
    y_axis,
    y_labels,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.plot.request import Curve, Request

LEAST_CELLS: Final = 16
"""A plot narrower than this has no room for names or wide labels."""

EPOCH_CELLS: Final = 6
"""Epoch lines nearer than this on average are a fence before the curve, and are left out."""


@dataclass(slots=True)
class Frame:
    """The raster with its two axes: where a step and a value stand."""

    raster: Raster
    x: Axis
    y: Axis

    def column(self, step: float) -> float:
        """The dot column of a step."""
        return column_of(step, self.x, self.raster.columns)

    def cell(self, step: float) -> int:
        """The cell of a step."""
        return round(self.column(step)) // self.raster.wide

    def row(self, value: float) -> int:
        """The row of a value."""
        return round(line_of(value, self.y, self.raster.height)) // self.raster.tall

    def put(self, cell: int, row: int, mark: Run) -> None:
        """A character over the dots; outside nothing happens."""
        if 0 <= cell < self.raster.cells and 0 <= row < self.raster.rows:
            self.raster.over[row, cell] = mark


class Name(NamedTuple):
    """What stands at the end of a line."""

    words: str
    role: str


def chart(request: Request, width: int, height: int) -> Chart:
    """The chart in so many cells and lines; the last line is the axis."""
    rows = max(1, height - 1)
    last = max((step for curve in request.curves for step in curve.points.steps[-1:]), default=0.0)
    begin = None if request.everything or request.window is not None else 0.1 * last
    names = _names(request)
    right = max((len(name.words) for name in names), default=0) + 2
    if width - right < LEAST_CELLS:
        names, right = [], 0
    # The labels' width depends on the range, the range on the columns: six cells hold nearly every label.
    for gutter in (6, 7, 8, 10, 12):
        raster = Raster(max(1, width - gutter - right), rows, request.marks.mode)
        x = _window(request, last, raster.cells)
        lines = [_line(curve, request, x, raster.columns) for curve in request.curves]
        y = y_axis(*_range(lines, x, raster.columns, begin), y_labels(rows))
        labels = y_words(y)
        if max(map(len, labels)) <= gutter - 2 or width - gutter - right < LEAST_CELLS:
            break
    frame = Frame(raster, x, y)
    for line in lines:
        if line.curve.raw:
            draw_raw(raster, stalks(line.buckets, line.nodes), y, request.marks)
    for line in lines:
        draw_line(raster, line.nodes, y, line.curve.role, request.marks, dashed=line.curve.dashed)
    _mark(frame, request, lines)
    grid = _grid(frame, request, right)
    for name, line in zip(names, [line for line in lines if _last(line.curve) is not None], strict=False):
        _place_name(grid, name, line.nodes, frame)
    drawn = _with_labels(grid, labels, frame, gutter)
    drawn.append([(" " * gutter, "faint"), *axis_runs(x, raster.cells, width - gutter, request)])
    gaps = sum(not math.isfinite(value) for line in lines for value in line.curve.points.values)
    return Chart([_merge(cells) for cells in drawn], gaps, (x.low, x.high))


def _mark(frame: Frame, request: Request, lines: Sequence[Line]) -> None:
    """The best point, and the crosshair's point on each line."""
    if request.best is not None:
        frame.put(
            frame.cell(request.best.step), frame.row(request.best.value), (request.marks.best, "bright")
        )
    if request.crosshair is not None:
        for line in lines:
            value = value_at(line.nodes, frame.column(request.crosshair))
            if value is not None:
                mark = (request.marks.crosshair_point, "accent")
                frame.put(frame.cell(request.crosshair), frame.row(value), mark)


class Drawing:
    """A chart that is drawn again and again: what did not change since the last time is kept."""

    def chart(self, request: Request, width: int, height: int) -> Chart:
        """The chart in so many cells and lines; the same lines as `chart()` gives."""
        return chart(request, width, height)


class Line(NamedTuple):
    """A curve over the dot columns."""

    curve: Curve
    buckets: Buckets
    nodes: list[Node]


def _window(request: Request, last: float, cells: int) -> Axis:
    if request.window is None:
        return x_axis(last, cells)
    low, high = request.window
    return Axis(low, high, round_step((high - low) / max(1, min(cells / 9, 5))))


def _line(curve: Curve, request: Request, x: Axis, columns: int) -> Line:
    buckets = bucket(curve.points, x.low, x.high, columns)
    if not curve.smooth:
        return Line(curve, buckets, sparse_nodes(curve.points, x, columns))
    return Line(curve, buckets, train_nodes(curve.points, request.smoothing, buckets, x, columns))


def _range(lines: Sequence[Line], x: Axis, columns: int, begin: float | None) -> tuple[float, float]:
    ranges = [
        value_range(line.nodes, Points(), line.buckets, x=x, columns=columns, begin=begin)
        for line in lines
        if any(line.nodes)
    ]
    return min((low for low, _ in ranges), default=0.0), max((high for _, high in ranges), default=1.0)


def _last(curve: Curve) -> float | None:
    return next((value for value in reversed(curve.points.values) if math.isfinite(value)), None)


def _names(request: Request) -> list[Name]:
    """Name and last value of each line."""
    return [
        Name(f"{curve.name} {request.value(last)}", curve.role)
        for curve in request.curves
        if (last := _last(curve)) is not None
    ]


def y_words(y: Axis) -> list[str]:
    """The labels of the y axis: two decimals, more where the steps need them."""
    for decimals in range(2, 9):
        if all(abs(tick - round(tick, decimals)) < y.step * 1e-3 for tick in y.ticks):
            break
    words = [f"{tick:.{decimals}f}" for tick in y.ticks]
    return words if max(map(len, words)) <= 10 else [f"{tick:.1e}" for tick in y.ticks]


def stalks(buckets: Buckets, nodes: Sequence[Node]) -> Buckets:
    """The measurements reaching to the line, so that one that stands alone is seen as high as it is."""
    known = [node for node in nodes if node is not None]
    lows, highs = [*buckets.lows], [*buckets.highs]
    place = 0
    for at, column in enumerate(buckets.columns):
        while place + 1 < len(known) and known[place + 1][0] <= column + 0.5:
            place += 1
        lows[at] = min(lows[at], known[place][1])
        highs[at] = max(highs[at], known[place][1])
    return buckets._replace(lows=lows, highs=highs)


def _grid(frame: Frame, request: Request, right: int) -> list[list[Run]]:
    """The cells of the plot and the room for names at its right."""
    raster, x = frame.raster, frame.x
    blank: Run = (" ", "text")
    grid = [[blank] * (raster.cells + right) for _ in range(raster.rows)]
    epochs = [step for step in request.epochs if x.low < step < x.high]
    if len(epochs) * EPOCH_CELLS > raster.cells:
        epochs = []
    upright = [(step, request.marks.epoch, "grid") for step in epochs]
    if request.crosshair is not None:
        upright.append((request.crosshair, request.marks.crosshair, "accent"))
    for step, mark, role in upright:
        cell = frame.cell(step)
        if 0 <= cell < raster.cells:
            for line in grid:
                line[cell] = (mark, role)
    for row, line in enumerate(grid):
        for cell, shown in enumerate(raster.row(row)):
            if shown is not None:
                line[cell] = shown
    return grid


def _place_name(grid: list[list[Run]], name: Name, nodes: Sequence[Node], frame: Frame) -> None:
    """A name stands one cell behind the end of its line, or in the nearest row where there is room."""
    end = next((node for node in reversed(nodes) if node), None)
    if end is None:
        return
    words, rows = name.words, len(grid)
    start = max(0, min(round(end[0]) // frame.raster.wide + 2, len(grid[0]) - len(words)))
    wanted = max(0, min(rows - 1, frame.row(end[1])))
    for row in sorted(range(rows), key=lambda row: abs(row - wanted)):
        around = grid[row][max(0, start - 1) : start + len(words) + 1]
        if all(char == " " or role in ("grid", "raw") for char, role in around):
            grid[row][start : start + len(words)] = [(char, name.role) for char in words]
            if start:
                grid[row][start - 1] = (" ", "text")  # a faint measurement would touch the name
            return


def _with_labels(grid: list[list[Run]], labels: Sequence[str], frame: Frame, gutter: int) -> list[list[Run]]:
    named = {frame.row(tick): words for tick, words in zip(frame.y.ticks, labels, strict=True)}
    return [
        [(named.get(row, "").rjust(gutter - 1)[: gutter - 1] + " ", "faint"), *cells]
        for row, cells in enumerate(grid)
    ]


def axis_runs(x: Axis, cells: int, room: int, request: Request) -> list[Run]:
    """The x axis: a rule in which the labels stand; the crosshair's label pushes its neighbours out."""
    placed: list[tuple[int, str, str]] = []
    if request.crosshair is not None:
        words = (
            f" {request.x_words(request.crosshair) if request.x_words else format(request.crosshair, 'g')} "
        )
        placed.append((_label_start(request.crosshair, words, x, cells, room), words, "reverse"))
    for tick in x.ticks:
        words = request.x_words(tick) if request.x_words else _count(tick)
        start = _label_start(tick, words, x, cells, room)
        if tick == x.ticks[-1]:
            words = f"{words} {request.x_name}".rstrip()
            start = min(start, room - len(words))
        if 0 <= start <= room - len(words) and all(
            start > at + len(other) + 1 or start + len(words) + 1 < at for at, other, _ in placed
        ):
            placed.append((start, words, "faint"))
    runs: list[Run] = []
    at = 0
    for start, words, role in sorted(placed):
        gap = start - at
        if gap:
            lead = " " if at else ""
            runs.append((lead + request.marks.rule * (gap - 1 - len(lead)) + " ", "line"))
        runs.append((words, role))
        at = start + len(words)
    return [*runs, (" " * max(0, room - at), "text")]


def _label_start(step: float, words: str, x: Axis, cells: int, room: int) -> int:
    centre = round((step - x.low) / (x.high - x.low) * (cells - 1))
    return max(0, min(room - len(words), centre - len(words) // 2))


def _count(step: float) -> str:
    return f"{step:.0f}" if step < 100_000 else f"{step / 1000:g} k"


def _merge(cells: Sequence[Run]) -> list[Run]:
    """Neighbours of one role as one run; blanks join the run before them."""
    merged: list[Run] = []
    part: list[str] = []
    current = ""
    for words, role in cells:
        if role == current or (words == " " and current and current != "reverse"):
            part.append(words)
            continue
        if part:
            merged.append(("".join(part), current))
        part, current = [words], role
    return [*merged, ("".join(part), current)]
