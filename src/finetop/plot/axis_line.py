"""The line below a plot: a rule with the labels in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.plot.ticks import x_point, x_tick

if TYPE_CHECKING:
    from finetop.plot.axes import Axis
    from finetop.plot.raster import Run
    from finetop.plot.request import Request


def axis_runs(x: Axis, cells: int, room: int, request: Request) -> list[Run]:
    """The x axis; the crosshair's label pushes its neighbours out."""
    placed: list[tuple[int, str, str]] = []
    point = request.crosshair
    if point is not None and x.low <= point <= x.high:
        told = request.x_words(point) if request.x_words else x_point(point, request.x_unit)
        words = f" {told} "
        placed.append((_start(point, words, x, cells, room), words, "reverse"))
    for tick in x.ticks:
        words = request.x_words(tick) if request.x_words else x_tick(tick, request.x_unit, x.step)
        start = _start(tick, words, x, cells, room)
        if tick == x.ticks[-1] and request.x_name:
            words = f"{words} {request.x_name}"
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


def _start(step: float, words: str, x: Axis, cells: int, room: int) -> int:
    centre = round(x.place(step) * (cells - 1))
    return max(0, min(room - len(words), centre - len(words) // 2))
