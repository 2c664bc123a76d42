"""The notice: one line over the footer until the next key, never a floating toast.

    notice.show("The key was refused.", "P chooses another profile.", role="bad")
    notice.clear()      the app calls this before it handles a key

It lies on a layer of its own, so showing it moves nothing. A message that is too long takes more lines: it
may be an address that can be had nowhere else.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.strip import Strip

from finetop import text
from finetop.tui.palette import palette_of
from finetop.tui.widgets.oneline import OneLine
from finetop.tui.widgets.runs import fit

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run

MOST: Final = 3
"""Lines of a message."""


class Notice(OneLine):
    """What happened, then what to do."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "notice") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._message = ""
        self._hint = ""
        self._role = "warn"
        self._high = 1

    @property
    def message(self) -> str:
        """What is said; empty while nothing is."""
        return self._message

    def show(self, message: str, hint: str = "", *, role: str = "warn") -> None:
        """Say something; `role` is warn, bad, good or text."""
        self._message, self._hint, self._role = text.clean(message), text.clean(hint), role
        high = len(self._lines(self.screen.size.width)) if self.is_attached else 1
        if high != self._high:
            self._high = self.styles.height = high
            self.refresh()
        self.set_class(bool(self._message), "-shown")
        self.redraw()

    def clear(self) -> None:
        """Say nothing; free when nothing was said."""
        if self._message:
            self.show("")

    def line_runs(self, width: int) -> list[Run]:
        """The message, or its beginning."""
        return self._lines(width)[0]

    def render_line(self, y: int) -> Strip:
        """What the first line has no room for stands below it."""
        lines = self._lines(self.size.width)
        if not 0 < y < len(lines):
            return super().render_line(y)
        style = palette_of(self.app.theme_variables).style
        runs = fit(lines[y], self.size.width)
        return Strip([Segment(words, style(role, self.GROUND)) for words, role in runs], self.size.width)

    def _lines(self, width: int) -> list[list[Run]]:
        """The message; the hint as far as there is room behind it."""
        room = max(1, width - 4)
        parts = textwrap.wrap(self._message, room, break_on_hyphens=False) or [""]
        if len(parts) > MOST:
            parts[MOST - 1 :] = [text.shorten_end(" ".join(parts[MOST - 1 :]), room, self.glyphs.ellipsis)]
        mark = {"bad": self.glyphs.failed, "good": self.glyphs.succeeded}.get(self._role, "!")
        lead = "" if self._role == "text" else f"{mark} "
        blank = " " * text.cells(lead)
        lines: list[list[Run]] = [
            [(" ", "text"), (blank if place else lead, self._role), (part, self._role)]
            for place, part in enumerate(parts)
        ]
        left = width - 6 - text.cells(parts[-1])
        hint = text.shorten_end(self._hint, left, self.glyphs.ellipsis) if left > 12 else ""
        lines[-1].append((f"  {hint}" if hint else "", "muted"))
        return lines
