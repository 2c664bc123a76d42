"""The first line of a screen beside the main one: where one is at the left, how old that is at the right.

line = PlaceLine(glyphs=UNICODE)
line.show([("Files", "bright"), ("   214 files", "muted")], [[("openai ", "muted"), ("4 m", "text")]])
"""

from __future__ import annotations

from collections.abc import Sequence

from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import Run, fit, width_of


class PlaceLine(OneLine):
    """Of the facts at the right the first leave first, so the worst is given last."""

    _place: tuple[Run, ...] = ()
    _facts: tuple[tuple[Run, ...], ...] = ()

    def show(self, place: Sequence[Run], facts: Sequence[Sequence[Run]] = ()) -> None:
        """Say where one is, and what there is to know of it."""
        self._place = tuple(place)
        self._facts = tuple(tuple(fact) for fact in facts)
        self.redraw()

    def line_runs(self, width: int) -> list[Run]:
        """The name of the program, the place, and as many facts as fit."""
        gap = "  " if width < 100 else "   "
        left: list[Run] = [(" ", "text"), ("finetop", "key"), (gap, "text"), *self._place]
        for first in range(len(self._facts) + 1):
            right: list[Run] = []
            for fact in self._facts[first:]:
                right += [(gap if right else "", "muted"), *fact]
            room = width - 1 - width_of(left) - width_of(right)
            if room >= len(gap):
                break
        if room < 0:
            left = list(fit(left, width - 1))
        return [*left, (" " * max(0, room), "text"), *right, (" ", "text")]
