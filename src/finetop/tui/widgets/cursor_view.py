"""Lines with a cursor on one of them.

A subclass says how many lines can have the cursor (`cursor_count`), and hears that it moved
(`cursor_moved`) or that its line was chosen (`picked`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from finetop.text import UNICODE, Glyphs
from finetop.tui.widgets.lines import LineView

if TYPE_CHECKING:
    from textual import events


class CursorView(LineView):
    """A line view whose movements move a cursor, and the view only as far as it must."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", "Open", show=False, id="move.pick", tooltip="Open what the cursor is on"),
    ]

    def __init__(self, *, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self._cursor = 0

    # --- what a subclass says ---------------------------------------------------------------------------

    def cursor_count(self) -> int:
        """How many lines of the body, from the first on, can have the cursor."""
        return self.body_count()

    def cursor_moved(self, before: int) -> None:
        """The cursor is on another line."""

    def picked(self) -> None:
        """The line under the cursor was chosen."""

    # --- the cursor -------------------------------------------------------------------------------------

    @property
    def cursor(self) -> int:
        """The line of the body that it is on; 0 where there is none."""
        return self._cursor

    def move_to(self, place: int) -> None:
        """Put the cursor on a line, and paint the two that changed."""
        count = self.cursor_count()
        if not count:
            return
        before, top = self._cursor, self.top
        self._cursor = max(0, min(place, count - 1))
        self.keep_cursor_in_sight()
        if self.top != top:
            self.redraw()
        else:  # the head may count, the line left and the line reached; all others stand
            head = range(self.head_count)
            self.redraw({*head, *(self.head_count + line - top for line in (before, self._cursor))})
        if self._cursor != before:
            self.cursor_moved(before)

    def keep_cursor_in_sight(self) -> None:
        """Turn half a page when the cursor leaves: cheaper on a slow line than scrolling at each key."""
        height = self.body_height
        if height <= 0 or self.top <= self._cursor < self.top + height:
            return
        step_out = self._cursor in (self.top - 1, self.top + height)
        top = (
            self._cursor - height // 2
            if step_out
            else self._cursor - (height - 1) * (self._cursor > self.top)
        )
        self.scroll_to_line(top)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        super().on_resize()
        self.keep_cursor_in_sight()

    def action_step(self, lines: int) -> None:
        """Move the cursor."""
        self.move_to(self._cursor + lines)

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.move_to(self._cursor + pages * max(1, self.body_height - 1))

    def action_edge(self, side: int) -> None:
        """Move the cursor to the first or the last line."""
        self.move_to(0 if side < 0 else self.cursor_count() - 1)

    def action_pick(self) -> None:
        """Choose the line under the cursor."""
        if self.cursor_count():
            self.picked()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there; a double click on its line chooses it."""
        event.prevent_default()  # Textual would select the whole pane on a double click
        place = event.y - self.head_count + self.top
        if event.y < self.head_count or not 0 <= place < self.cursor_count():
            return
        if place == self._cursor and event.chain > 1:
            self.action_pick()
        else:
            self.move_to(place)
