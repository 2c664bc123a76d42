"""The notice: one line over the footer until the next key, never a floating toast.

    notice.show("The key was refused.", "P chooses another profile.", role="bad")
    notice.clear()      the app calls this before it handles a key

It lies on a layer of its own, so showing it moves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop import text
from finetop.tui.widgets.oneline import OneLine

if TYPE_CHECKING:
    from finetop.tui.widgets.runs import Run


class Notice(OneLine):
    """What happened, then what to do."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "notice") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._message = ""
        self._hint = ""
        self._role = "warn"

    @property
    def message(self) -> str:
        """What is said; empty while nothing is."""
        return self._message

    def show(self, message: str, hint: str = "", *, role: str = "warn") -> None:
        """Say something; `role` is warn, bad, good or text."""
        self._message, self._hint, self._role = text.clean(message), text.clean(hint), role
        self.set_class(bool(self._message), "-shown")
        self.redraw()

    def clear(self) -> None:
        """Say nothing; free when nothing was said."""
        if self._message:
            self.show("")

    def line_runs(self, width: int) -> list[Run]:
        """The message; the hint as far as there is room."""
        mark = {"bad": self.glyphs.failed, "good": self.glyphs.succeeded}.get(self._role, "!")
        lead = [] if self._role == "text" else [(f"{mark} ", self._role)]
        message = text.shorten_end(self._message, width - 4, self.glyphs.ellipsis)
        left = width - 6 - text.cells(message)
        hint = text.shorten_end(self._hint, left, self.glyphs.ellipsis) if left > 12 else ""
        return [(" ", "text"), *lead, (message, self._role), (f"  {hint}" if hint else "", "muted")]
