"""A line with words at its left end and at its right end: title and keys of screens of their own."""

from __future__ import annotations

from collections.abc import Sequence

from finetop.text import UNICODE, Glyphs
from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import Run, width_of


class Ends(OneLine):
    """Where both ends do not fit, the right one leaves."""

    def __init__(
        self,
        left: Sequence[Run],
        right: Sequence[Run] = (),
        *,
        glyphs: Glyphs = UNICODE,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(glyphs=glyphs, id=id)
        self._left = tuple(left)
        self._right = tuple(right)

    def write(self, left: Sequence[Run], right: Sequence[Run] = ()) -> None:
        """Say something else."""
        self._left, self._right = tuple(left), tuple(right)
        self.redraw()

    def line_runs(self, width: int) -> list[Run]:
        """Both ends, one blank from the edges."""
        room = width - 2 - width_of(self._left) - width_of(self._right)
        right = self._right if room > 0 else ()
        return [(" ", "text"), *self._left, (" " * max(0, room), "muted"), *right, (" ", "muted")]


def key_runs(words: Sequence[tuple[str, str]], gap: str = "   ") -> list[Run]:
    """Keys and what they do, as a footer says it."""
    runs: list[Run] = []
    for key, does in words:
        runs += [(gap if runs else "", "muted"), (key, "key"), (f" {does}", "muted")]
    return runs
