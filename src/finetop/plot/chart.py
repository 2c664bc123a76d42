"""The whole picture: lines, names at their ends, labels, and the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop.plot.nodes import column_of, sparse_nodes, train_nodes, value_at, value_range
from finetop.plot.raster import Marks, Raster, Run, draw_line, draw_raw, line_of
from finetop.plot.series import (
    Axis,
    Best,
    Buckets,
    Node,
    Points,
    best_point,
    bucket,
    x_axis,
    y_axis,
    y_labels,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LEAST_CELLS: Final = 16
"""A plot narrower than this has no room for names or wide labels."""

EPOCH_CELLS: Final = 6
"""Epoch lines nearer than this on average are a fence before the curve, and are left out."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to draw: one measured line (smoothed, its measurements faint behind it) and one sparse line."""

    train: Points = field(default_factory=Points)
    valid: Points = field(default_factory=Points)
    epochs: Sequence[float] = ()
    names: tuple[str, str] = ("train", "valid")
    lower_is_better: bool = True
    smoothing: str = "mid"
    everything: bool = False
    """Do not leave the first tenth of the steps out of the range."""
    crosshair: float | None = None
    marks: Marks = field(default_factory=Marks)
    value: Callable[[float], str] = "{:.3f}".format
    """A value in words."""


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawn lines, from the upper edge to the axis, and what the picture rests on."""

    lines: list[list[Run]]
    best: Best | None = None
    gaps: int = 0
    """Values that are no number; nothing is drawn for them."""


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
    last = max([*request.train.steps[-1:], *request.valid.steps[-1:]], default=0.0)
    begin = None if request.everything else 0.1 * last
    names = _names(request)
    right = max((len(name.words) for name in names), default=0) + 2
    if width - right < LEAST_CELLS:
        names, right = [], 0
    # The labels' width depends on the range, the range on the columns: six cells hold nearly every label.
    for gutter in (6, 7, 8, 10, 12):
        raster = Raster(max(1, width - gutter - right), rows, request.marks.mode)
        x = x_axis(last, raster.cells)
        buckets = bucket(request.train, x.low, x.high, raster.columns)
        train = train_nodes(request.train, request.smoothing, buckets, x, raster.columns)
        shown = value_range(train, request.valid, buckets, x=x, columns=raster.columns, begin=begin)
        y = y_axis(*shown, y_labels(rows))
        labels = y_words(y)
        if max(map(len, labels)) <= gutter - 2 or width - gutter - right < LEAST_CELLS:
            break
    frame = Frame(raster, x, y)
    valid = sparse_nodes(request.valid, x, raster.columns)
    draw_raw(raster, stalks(buckets, train), y, request.marks)
    draw_line(raster, train, y, "train", request.marks)
    draw_line(raster, valid, y, "valid", request.marks)
    best = best_point(request.valid, lower_is_better=request.lower_is_better)
    if best is not None:
        frame.put(frame.cell(best.step), frame.row(best.value), (request.marks.best, "bright"))
    if request.crosshair is not None:
        for line in (train, valid):
            value = value_at(line, frame.column(request.crosshair))
            if value is not None:
                mark = (request.marks.crosshair_point, "accent")
                frame.put(frame.cell(request.crosshair), frame.row(value), mark)
    grid = _grid(frame, request, right)
    for name in names:
        _place_name(grid, name, valid if name.role == "valid" else train, frame)
    lines = _with_labels(grid, labels, frame, gutter)
    lines.append([(" " * gutter, "faint"), *axis_runs(x, raster.cells, width - gutter, request)])
    gaps = buckets.gaps + sum(not math.isfinite(value) for value in request.valid.values)
    return Chart([_merge(line) for line in lines], best, gaps)


def _names(request: Request) -> list[Name]:
    """Name and last value of each line; valid first, so that it may choose its row."""
    names = []
    for role, points, said in (
        ("valid", request.valid, request.names[1]),
        ("train", request.train, request.names[0]),
    ):
        last = next((value for value in reversed(points.values) if math.isfinite(value)), None)
        if last is not None:
            names.append(Name(f"{said} {request.value(last)}", role))
    return names


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
        words = f" {request.crosshair:g} "
        placed.append((_label_start(request.crosshair, words, x, cells, room), words, "reverse"))
    for tick in x.ticks:
        words = _count(tick)
        start = _label_start(tick, words, x, cells, room)
        if tick == x.ticks[-1]:
            words += " step"
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
