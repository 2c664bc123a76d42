"""The lines of one picture, or of several side by side, kept until something in them changes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from finetop.plot import Drawing, Marks
from finetop.tui.panes.curve_words import LEFT, readout, sentence, title
from finetop.tui.widgets.runs import Line, fit

if TYPE_CHECKING:
    from finetop.plot import Chart
    from finetop.text import Glyphs
    from finetop.tui.panes.curve_drawing import Picture
    from finetop.tui.widgets.runs import Run

NARROWEST: Final = 38
LOWEST: Final = 6
"""Cells and lines in which a small picture still shows something."""
GAP: Final = 2


class Pictures:
    """Draws, and remembers what it has drawn."""

    def __init__(self, marks: Marks, glyphs: Glyphs) -> None:
        self.marks, self._glyphs = marks, glyphs
        self._drawings: list[Drawing] = []
        self._drawn_for: object = None
        self._lines: list[Line] = []
        self.window: tuple[float, float] | None = None
        """The part of the axis that was drawn last."""

    def lines(self, pictures: Sequence[Picture], width: int, height: int) -> list[Line]:
        """All of them in so many cells and lines."""
        key = (width, height, [picture.key for picture in pictures])
        if key != self._drawn_for:
            many = len(pictures) > 1
            self._lines = (
                self._side_by_side(pictures, width, height) if many else self._one(pictures[0], width, height)
            )
            self._drawn_for = key
        return self._lines

    def _one(self, picture: Picture, width: int, height: int) -> list[Line]:
        drawn = self._chart(0, picture, width, height)
        if picture.look.point is None:
            over = sentence(picture, self._glyphs, gaps=drawn.gaps, width=width)
        else:
            over = readout(picture, width)
        return [Line(((" " * LEFT, "text"), *over)), *(Line(tuple(line)) for line in drawn.lines)]

    def _side_by_side(self, pictures: Sequence[Picture], width: int, height: int) -> list[Line]:
        across, down = _grid(len(pictures), width, height)
        shown = pictures[: across * down]
        wide = (width - GAP * (across - 1)) // across
        lines: list[Line] = []
        for row in range(0, len(shown), across):
            high = height // down + (row // across < height % down)
            cells = [
                self._small(place, picture, wide, high)
                for place, picture in enumerate(shown[row : row + across], row)
            ]
            rows = zip_longest(*cells, fillvalue=[(" " * wide, "text")])
            lines += [Line(_beside(parts, wide)) for parts in rows]
        return lines

    def _chart(self, place: int, picture: Picture, width: int, height: int) -> Chart:
        """The picture in one place; what did not change there since the last time is kept."""
        while len(self._drawings) <= place:
            self._drawings.append(Drawing())
        drawn = self._drawings[place].chart(picture.request(self.marks), width, max(2, height - 1))
        self.window = drawn.window
        return drawn

    def _small(self, place: int, picture: Picture, width: int, height: int) -> list[Sequence[Run]]:
        if not picture.steps:
            return [title(picture, width), *([[(" ", "text")]] * (height - 1))]
        drawn = self._chart(place, picture, width, height)
        return [title(picture, width), *drawn.lines]


def _grid(count: int, width: int, height: int) -> tuple[int, int]:
    """How many stand beside and below each other: as square as there is room for."""
    most_across, most_down = max(1, (width + GAP) // (NARROWEST + GAP)), max(1, height // LOWEST)
    for across in range(1, most_across + 1):
        down = -(-count // across)
        if down <= most_down and (across == most_across or height / down >= LOWEST * 1.5):
            return across, down
    return most_across, most_down


def _beside(parts: Sequence[Sequence[Run]], wide: int) -> tuple[Run, ...]:
    runs: list[Run] = []
    for place, part in enumerate(parts):
        runs += [(" " * GAP, "text")] if place else []
        runs += fit(part, wide)
    return tuple(runs)
