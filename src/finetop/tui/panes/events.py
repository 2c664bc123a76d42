"""The events pane: a job's log, read from the store in pages as it is scrolled.

EventsPane(glyphs=UNICODE)
pane.show(source, now=...)      another job; None without one
pane.news(now=...)              the source may have more events
pane.tick(now)                  the day may have changed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Protocol

from textual.binding import Binding, BindingType

from finetop import text
from finetop.tui.panes.pane import Pane
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finetop.store.rows import EventRow

PAGE: Final = 64
PAGES_KEPT: Final = 32
_LEVELS: Final = {"warn": "warn", "warning": "warn", "error": "bad"}


class EventSource(Protocol):
    """The events of one job, oldest first."""

    def count(self) -> int:
        """How many there are."""

    def page(self, start: int, size: int) -> Sequence[EventRow]:
        """So many from a place on."""


class EventsPane(Pane):
    """Follows the end until it is scrolled up."""

    NAME = "Events"
    NUMBER = 4
    PLACE = "the events"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "follow", "Follow", id="events.follow", tooltip="Follow new events, or stay here"),
    ]

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = "events") -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.following = True
        self._source: EventSource | None = None
        self._count = 0
        self._seen = 0
        self._pages: dict[int, Sequence[EventRow]] = {}
        self._now = 0.0

    def show(self, source: EventSource | None, *, now: float) -> None:
        """Show the events of another job, from their end."""
        self._source, self._now = source, now
        self.following = True
        self._count = self._seen = 0
        self._pages.clear()
        self.news(now=now)

    def news(self, *, now: float) -> None:
        """Read what is new; the view moves only while it follows."""
        self._now = now
        count = self._source.count() if self._source is not None else 0
        if count != self._count:
            # Only the last page could grow; a shorter log is another log.
            self._pages.pop(self._count // PAGE, None)
            if count < self._count:
                self._pages.clear()
            self._count = count
        if self.following:
            self._seen = count
            self.scroll_to_line(self.max_scroll_y)
        self.redraw()

    def tick(self, now: float) -> None:
        """Today may have become yesterday."""
        self._now = now
        self.redraw()

    def on_resize(self) -> None:
        """Stay at the end while following."""
        super().on_resize()
        if self.following:
            self.scroll_to_line(self.max_scroll_y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up stops following, scrolling to the end follows again."""
        at_end = round(new_value) >= self.max_scroll_y
        if at_end:
            self._seen = self._count
        self.following = at_end
        super().watch_scroll_y(old_value, new_value)

    def action_follow(self) -> None:
        """Follow new events, or stay here."""
        self.following = not self.following
        if self.following:
            self._seen = self._count
            self.scroll_to_line(self.max_scroll_y)
        self.redraw()

    # --- lines ------------------------------------------------------------------------------------------

    def facts(self) -> tuple[Run, ...]:
        """Following, or how many are new; and how many there are."""
        if not self._count:
            return ()
        total: Run = (text.count(self._count), "muted")
        if self.following:
            return (("following", "text"), total)
        new = self._count - self._seen
        return ((f"{text.count(new)} new", "accent"), total) if new else (("not following", "faint"), total)

    def body_count(self) -> int:
        """One line for each event; one for the sentence that stands in for them."""
        return self._count or 1

    def body_line(self, index: int, width: int) -> Line:
        """Time, mark and message."""
        if not self._count:
            words = "No job yet." if self._source is None else "No events yet."
            return Line(((" ", "text"), (words, "faint")))
        event = self._event(index)
        if event is None:
            return Line()
        role = _LEVELS.get(event.level, "text")
        mark = {"warn": "!", "bad": self.glyphs.failed}.get(role, " ")
        stamp = self._stamp_width()
        when = text.clock(event.created_at, self._now).rjust(stamp)
        room = width - stamp - 6
        message = text.shorten_end(text.clean(event.message), room, self.glyphs.ellipsis)
        return Line(((f" {when}  ", "faint"), (f"{mark} ", role), (message, role)))

    def _event(self, index: int) -> EventRow | None:
        number, place = divmod(index, PAGE)
        page = self._pages.get(number)
        if page is None and self._source is not None:
            page = self._source.page(number * PAGE, PAGE)
            while len(self._pages) >= PAGES_KEPT:
                self._pages.pop(next(iter(self._pages)))
            self._pages[number] = page
        return page[place] if page is not None and place < len(page) else None

    def _stamp_width(self) -> int:
        """Wide enough for the oldest: the first event tells whether days are shown at all."""
        first = self._event(0)
        return 8 if first is None else len(text.clock(first.created_at, self._now))
