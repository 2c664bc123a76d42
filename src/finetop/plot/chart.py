"""The whole picture: lines, names at their ends, labels, and the axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finetop.plot.axes import x_axis
from finetop.plot.axis_line import axis_runs
from finetop.plot.grid import Grid, Row
from finetop.plot.lines import Line, Lines, last_place, last_value, named, x_of, y_of
from finetop.plot.names import Name, write_names
from finetop.plot.nodes import value_at
from finetop.plot.raster import DOTS, RAW, Raster, raster_for
from finetop.plot.request import Chart
from finetop.plot.strokes import lines_of, stalks, stroke
from finetop.plot.ticks import y_words

if TYPE_CHECKING:
    from finetop.plot.axes import Axis
    from finetop.plot.raster import Run
    from finetop.plot.request import Request
    from finetop.plot.strokes import Stroke

LEAST_CELLS: Final = 16
"""A plot narrower than this has no room for names or wide labels."""

EPOCH_CELLS: Final = 6
"""Epoch lines nearer than this on average are a fence before the curve, and are left out."""


@dataclass(slots=True)
class Frame:
    """The two axes over the cells: where a step and a value stand."""

    x: Axis
    y: Axis
    labels: list[str]
    cells: int
    rows: int
    mode: str
    gutter: int
    right: int
    lines: list[Line]

    def column(self, step: float) -> float:
        """The dot column of a step."""
        return self.x.place(step) * (self.cells * DOTS[self.mode][0] - 1)

    def cell(self, step: float) -> int:
        """The cell of a step."""
        return math.floor(self.column(step) + 0.5) // DOTS[self.mode][0]

    def row(self, value: float) -> int:
        """The row of a value; outside the range it is beyond the rows."""
        tall = DOTS[self.mode][1]
        return math.floor(lines_of([value], self.y, self.rows * tall)[0] + 0.5) // tall


def chart(request: Request, width: int, height: int) -> Chart:
    """The chart in so many cells and lines; the last line is the axis."""
    return Drawing().chart(request, width, height)


class Drawing:
    """A chart that is drawn again and again: what did not change since the last time is kept."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._raster: Raster | None = None
        self._strokes: list[tuple[Line, Axis, Stroke]] = []
        self._rows: dict[Row, list[Run]] = {}

    def chart(self, request: Request, width: int, height: int) -> Chart:
        """The chart in so many cells and lines; the same lines as `chart()` gives."""
        rows = max(1, height - 1)
        frame = self._frame(request, width, rows)
        over = self._draw(frame)
        grid = Grid(self._raster or Raster(1, 1, frame.mode), frame.right)
        _upright(grid, frame, request)
        for row, cell, mark, role in over:
            grid.put(row, cell, getattr(request.marks, mark), role)
        _mark(grid, frame, request)
        if frame.right:
            write_names(grid, _placed_names(frame, request, width))
        lines = self._labelled(grid, frame)
        axis = axis_runs(frame.x, frame.cells, width - frame.gutter, request)
        lines.append([(" " * frame.gutter, "faint"), *axis])
        whole = x_axis(last_place(request), frame.cells, request.x_unit)
        gaps = sum(line.gaps for line in frame.lines)
        margins = (frame.gutter, frame.right)
        return Chart(lines, gaps, (frame.x.low, frame.x.high), (whole.low, whole.high), margins)

    def _frame(self, request: Request, width: int, rows: int) -> Frame:
        """Both axes: labels are as wide as the range wants, which follows from the columns beside them."""
        least, right = request.margins
        right = max(right, max((len(words) for words in _names(request, width)), default=-2) + 2)
        mode = request.marks.mode
        # Six cells hold nearly every label.
        for gutter in (wide for wide in (6, 7, 8, 10, 12) if wide >= least):
            cells = max(1, width - gutter - right)
            columns = cells * DOTS[mode][0]
            x = x_of(request, cells)
            lines = self._lines.over(request, x, columns)
            y = y_of(request, lines, x, columns, rows)
            labels = y_words(y)
            if max(map(len, labels), default=0) <= gutter - 2 or cells < LEAST_CELLS:
                break
        self._lines.forget()
        return Frame(x, y, labels, cells, rows, mode, gutter, right, lines)

    def _draw(self, frame: Frame) -> list[tuple[int, int, str, str]]:
        """Put the lines on the raster; the marks where they leave it, those of the lines last."""
        behind = [line for line in frame.lines if line.has_stalks]
        roles = [RAW] * len(behind) + [line.curve.role for line in frame.lines]
        raster = self._raster = raster_for(self._raster, frame.cells, frame.rows, frame.mode, roles)
        marks: list[tuple[int, int, str, str]] = []
        for place, line in enumerate(behind):
            masks, spikes = stalks(line.buckets, line.nodes, frame.y, raster.columns, raster.height)
            raster.draw(place, masks)
            marks += [(0, column // raster.wide, "up", RAW) for column in spikes]
        self._strokes = [self._stroke(place, line, frame) for place, line in enumerate(frame.lines)]
        for place, (line, _, drawn) in enumerate(self._strokes, len(behind)):
            raster.draw(place, drawn.masks)
            for row, columns, mark in ((0, drawn.over, "up"), (raster.rows - 1, drawn.under, "down")):
                marks += [(row, column // raster.wide, mark, line.curve.role) for column in columns]
        return marks

    def _stroke(self, place: int, line: Line, frame: Frame) -> tuple[Line, Axis, Stroke]:
        """The dots of a line, those of the last frame where it runs as it did."""
        wide, tall = DOTS[frame.mode]
        columns, height = frame.cells * wide, frame.rows * tall
        if place < len(self._strokes):
            before, y, drawn = self._strokes[place]
            same = len(drawn.masks) == columns and drawn.height == height and y == frame.y
            if same and before.curve.dashed == line.curve.dashed and before.nodes == line.nodes:
                return line, y, drawn
        return line, frame.y, stroke(line.nodes, frame.y, columns, height, dashed=line.curve.dashed)

    def _labelled(self, grid: Grid, frame: Frame) -> list[list[Run]]:
        """The rows with the labels of the y axis; one that is as it was is the same list."""
        named = {frame.row(tick): words for tick, words in zip(frame.y.ticks, frame.labels, strict=True)}
        room = frame.gutter - 1
        before, self._rows = self._rows, {}
        lines = []
        for row in range(len(grid.rows)):
            line, key = grid.runs(row, named.get(row, "").rjust(room)[:room] + " ", before)
            self._rows[key] = line
            lines.append(line)
        return lines


def _names(request: Request, width: int) -> list[str]:
    """Name and last value of each line; the name alone where the picture is narrow, and then nothing."""
    whole = [named(curve, request) for curve in request.curves]
    short = ["" if last_value(curve, request) is None else curve.name for curve in request.curves]
    for words in (whole, short):
        if width - max(map(len, words), default=0) - 2 - 6 >= LEAST_CELLS - 6:
            return words
    return []


def _placed_names(frame: Frame, request: Request, width: int) -> list[Name]:
    names = []
    tall = DOTS[frame.mode][1]
    last = frame.cells * DOTS[frame.mode][0] - 0.5
    for line, words in zip(frame.lines, _names(request, width), strict=False):
        shown = (node for node in reversed(line.nodes) if node and -0.5 <= node[0] <= last)
        end = next(shown, None)
        if end is not None and words:
            where = lines_of([end[1]], frame.y, frame.rows * tall)[0]
            cell = math.floor(end[0] + 0.5) // DOTS[frame.mode][0]
            row = math.floor(where + 0.5) // tall
            names.append(Name(words, line.curve.role, cell, where, row))
    return names


def _upright(grid: Grid, frame: Frame, request: Request) -> None:
    """Epochs, checkpoints and the crosshair, behind the lines."""
    if request.crosshair is not None:
        cell = frame.cell(request.crosshair)
        if cell < frame.cells:
            grid.upright(cell, request.marks.crosshair, "accent")
    epochs = [step for step in request.epochs if frame.x.low < step < frame.x.high]
    if len(epochs) * EPOCH_CELLS <= frame.cells:
        for step in epochs:
            grid.upright(frame.cell(step), request.marks.epoch, "grid")
    for step in request.checkpoints:
        if frame.x.low <= step <= frame.x.high:
            mark = request.marks.checkpoint
            grid.put(frame.rows - 1, frame.cell(step), mark, "muted", over=("grid", RAW))


def _mark(grid: Grid, frame: Frame, request: Request) -> None:
    """The best point, and the crosshair's point on each line."""
    best = request.best
    if best is not None and frame.x.low <= best.step <= frame.x.high:
        grid.put(frame.row(best.value), frame.cell(best.step), request.marks.best, "bright")
    if request.crosshair is not None and frame.x.low <= request.crosshair <= frame.x.high:
        for line in frame.lines:
            value = value_at(line.nodes, frame.column(request.crosshair))
            if value is not None:
                cell = frame.cell(request.crosshair)
                grid.put(frame.row(value), cell, request.marks.crosshair_point, "accent")
