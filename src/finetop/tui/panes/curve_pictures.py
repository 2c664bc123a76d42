"""The lines of one picture, or of several side by side, kept until something in them changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
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
        self._shape: object = None
        self._margins = (0, 0)
        """What all of them leave free at their sides; it does not shrink while the same ones are shown."""
        self._lines: list[Line] = []
        self.window: tuple[float, float] | None = None
        """The part of the axis that was drawn last."""

    def lines(self, pictures: Sequence[Picture], width: int, height: int) -> list[Line]:
        """All of them in so many cells and lines."""
        key = (width, height, [picture.key for picture in pictures])
        if key != self._drawn_for:
            shape = (width, height, [picture.name for picture in pictures])
            if shape != self._shape:
                self._shape, self._margins = shape, (0, 0)
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
        sizes = [(wide, height // down + (at // across < height % down)) for at in range(len(shown))]
        drawn = self._lined_up(shown, sizes)
        lines: list[Line] = []
        for row in range(0, len(shown), across):
            rows = zip_longest(*drawn[row : row + across], fillvalue=[(" " * wide, "text")])
            lines += [Line(_beside(parts, wide)) for parts in rows]
        return lines

    def _lined_up(
        self, pictures: Sequence[Picture], sizes: Sequence[tuple[int, int]]
    ) -> list[list[Sequence[Run]]]:
        """Each with its title; the same steps of all stand under each other."""
        for _ in range(2):
            charts = [
                self._chart(place, picture, *size) if picture.steps else None
                for place, (picture, size) in enumerate(zip(pictures, sizes, strict=True))
            ]
            found = [chart.margins for chart in charts if chart is not None]
            widest = (
                max((left for left, _ in found), default=0),
                max((right for _, right in found), default=0),
            )
            if all(margins == widest for margins in found):
                break
            self._margins = widest
        return [
            [title(picture, wide), *(chart.lines if chart is not None else [])]
            for picture, chart, (wide, _) in zip(pictures, charts, sizes, strict=True)
        ]

    def _chart(self, place: int, picture: Picture, width: int, height: int) -> Chart:
        """The picture in one place; what did not change there since the last time is kept."""
        while len(self._drawings) <= place:
            self._drawings.append(Drawing())
        request = replace(picture.request(self.marks), margins=self._margins)
        drawn = self._drawings[place].chart(request, width, max(2, height - 1))
        self.window = drawn.window
        return drawn


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
