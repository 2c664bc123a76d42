"""A log under a rule: it follows its end, stays where one scrolled to, wraps or moves sideways.

view.read(query)            other lines of the log; the view stays as near as it can to where it was
view.look = replace(...)    other looks
view.reveal(spot)           bring a line into sight, and mark it
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

from finetop import text
from finetop.tui.panes.log_lines import Look, row, rows_of
from finetop.tui.panes.log_reading import LogSource, Reading, Told, after, before
from finetop.tui.panes.pane import Pane
from finetop.tui.widgets.rolling import Place, last, moved, showing
from finetop.tui.widgets.runs import Line, Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from textual import events
    from textual.worker import Worker

    from finetop.store.log import Found, LogQuery, Spot


REST_S: Final = 0.05
"""So long nothing else is typed before a long log is looked through."""


class LogView(Pane):
    """Lines of one height or of several; those in sight are all that is ever read."""

    def __init__(self, *, glyphs: text.Glyphs = text.UNICODE, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(glyphs=glyphs, id=id)
        self.follows = True
        """What the user wants; nothing but the key for it changes it."""
        self.source: LogSource | None = None
        self.reading: Reading | None = None
        self._look = Look(glyphs=glyphs)
        self._skip = 0
        self.is_held = False
        """Scrolled up: the end is followed again once one is there again."""
        self.seen = 0
        """So many lines were there when the end was last in sight."""
        self.spot: Spot | None = None
        """The line that was gone to."""
        self.when_whole: Callable[[], None] | None = None
        """What was wanted of lines that are still unknown."""
        self._shown: tuple[object, list[Place]] = ((), [])
        # One thread, for each has a connection and two megabytes of pages.
        self._reader = ThreadPoolExecutor(1, "log")

    # --- what is shown ----------------------------------------------------------------------------------

    @property
    def look(self) -> Look:
        """How lines are drawn."""
        return self._look

    @look.setter
    def look(self, look: Look) -> None:
        if look == self._look:
            return
        at_end, width = self.is_at_end, self.size.width
        stands = (look.wraps, look.room(width)) == (self._look.wraps, self._look.room(width))
        self._look = look
        if not stands:
            self.go(self._end() if at_end else Place(self.top))
        self.redraw()

    @property
    def count(self) -> int:
        """How many lines there are."""
        return 0 if self.reading is None else len(self.reading)

    @property
    def is_following(self) -> bool:
        """Whether news move the view."""
        return self.follows and not self.is_held

    @property
    def is_at_end(self) -> bool:
        """Whether the last line is in sight."""
        return self.place >= self._end()

    def read(self, query: LogQuery | None) -> None:
        """Show other lines."""
        anchor = self._top_spot()
        at_end = self.is_following or anchor is None
        self.reading = None if query is None or self.source is None else Reading(self.source.log, query)
        self.when_whole = None
        self._forget_rows()
        if self.reading is None or anchor is None or at_end:
            self.to_end()
        else:
            self.go(Place(self.reading.place(anchor)))
        self.seen = self.count
        self._complete(self.reading)
        self.redraw()

    def pull(self) -> None:
        """Take in what is new; the view moves only while it follows."""
        reading = self.reading
        if reading is not None and reading.news():
            self._forget_rows()
            self._complete(reading)
        if self.is_following:
            self.to_end()
        self.redraw()

    def _complete(self, reading: Reading | None) -> None:
        """Read the rest of a long log, for as long as it is the one that is shown."""
        if reading is not None:
            self.fetch(reading, lambda: self.reading is reading, self._take, group="log")

    def fetch(
        self, reading: Reading, is_wanted: Callable[[], bool], take: Callable[[Found], None], *, group: str
    ) -> None:
        """Read all that a query means, in a thread, and hand it over if it is still wanted."""

        def wanted() -> bool:
            return self.is_attached and is_wanted()

        async def work() -> None:
            if reading.query.needles:
                await asyncio.sleep(REST_S)
            reading.is_being_read = True
            try:
                found = await asyncio.get_running_loop().run_in_executor(self._reader, reading.fetch, wanted)
            finally:
                reading.is_being_read = False
            if found is not None and wanted():
                take(found)

        if self.is_attached and not reading.is_whole and not reading.is_being_read:
            # As a function: a coroutine that is cancelled before it began complains.
            _: Worker[None] = self.run_worker(work, group=group, exclusive=True, exit_on_error=False)

    def on_unmount(self) -> None:
        """Nobody waits for lines any more."""
        self._reader.shutdown(wait=False, cancel_futures=True)

    def _take(self, found: Found) -> None:
        """All is known; the view stays where it is."""
        if self.reading is None:
            return
        anchor = self._top_spot()
        self.reading.take(found)
        self._forget_rows()
        if self.is_following or anchor is None:
            self.to_end()
        else:
            self.go(Place(self.reading.place(anchor), self._skip))
        self.seen = max(self.seen, self.count)
        waiting, self.when_whole = self.when_whole, None
        if waiting is not None:
            waiting()
        self.redraw()

    # --- where ------------------------------------------------------------------------------------------

    @property
    def place(self) -> Place:
        """The line at the top, and how much of it is above."""
        return Place(self.top, self._skip)

    @property
    def max_scroll_y(self) -> int:
        """The line at the top while the end is in sight."""
        return self._end().thing

    def _height(self, index: int) -> int:
        if not self._look.wraps or self.reading is None or (told := self.reading.told(index)) is None:
            return 1
        return rows_of(told.words, self._look, self.size.width)

    def _end(self) -> Place:
        if not self._look.wraps:
            return Place(max(0, self.count - self.body_height))
        return last(self.body_height, self.count, self._height)

    def go(self, place: Place) -> None:
        """Show the log from this place on, or its end."""
        place = max(Place(), min(place, self._end()))
        changed = place != self.place
        self._skip = place.skip
        self.scroll_target_y = self.scroll_y = place.thing
        if changed:
            self.redraw()

    def _walk(self, place: Place) -> None:
        """Go somewhere at the user's word; away from the end nothing is followed."""
        self.when_whole = None
        self.go(place)
        self.is_held = not self.is_at_end
        if not self.is_held:
            self.seen = self.count
        self.redraw()

    def to_end(self) -> None:
        """Show the end, and follow it where that is wanted."""
        self.is_held = False
        self.seen = self.count
        self.go(self._end())

    def scroll_to_line(self, top: int) -> None:
        """Show the log from this line on."""
        self.go(Place(top))

    def on_resize(self) -> None:
        """Stay at the end while following."""
        if self.is_following:
            self.go(self._end())
        self.redraw()

    def action_step(self, lines: int) -> None:
        """Move by rows of the screen."""
        self._walk(moved(self.place, lines, self.count, self._height))

    def action_page(self, pages: int) -> None:
        """Move by pages, one row of which stays in sight."""
        self.action_step(pages * max(1, self.body_height - 1))

    def action_edge(self, side: int) -> None:
        """Move to the beginning or the end."""
        if side > 0:
            self._walk(self._end())
            return
        self._walk(Place())
        if self.reading is not None and not self.reading.is_whole:
            self.when_whole = partial(self._walk, Place())

    def _wheel(self, event: events.MouseEvent, lines: int) -> None:
        event.stop()
        event.prevent_default()
        self.action_step(lines)

    def reveal(self, spot: Spot) -> None:
        """Bring a line into sight, and mark it."""
        if self.reading is None:
            return
        self.spot = spot
        if self.reading.is_before(spot):
            self.when_whole = partial(self.reveal, spot)
            return
        index = self.reading.place(spot)
        # The last row may lie under the line that one types into.
        if not any(shown.thing == index for shown in self._in_sight()[:-1]):
            self._walk(moved(Place(index), -(self.body_height // 3), self.count, self._height))
        self.redraw()

    def come_back(self, place: Place, *, is_held: bool) -> None:
        """Be where one was."""
        self.go(place)
        self.is_held = is_held
        self.redraw()

    def origin(self, step: int) -> Spot | None:
        """From where on the next line of a kind is looked for: the marked one, else the edge of the view."""
        seen = self._in_sight()
        if self.reading is None or self.spot is None or not seen:
            return self.edge(step)
        here = seen[0].thing <= self.reading.place(self.spot) <= seen[-1].thing
        return self.spot if here else self.edge(step)

    def edge(self, step: int) -> Spot | None:
        """Just before the first line in sight, or just after the last one."""
        seen = self._in_sight()
        told = self.reading.told(seen[0 if step > 0 else -1].thing) if self.reading and seen else None
        if told is None:
            return None
        return before(told.line.spot) if step > 0 else after(told.line.spot)

    def _top_spot(self) -> Spot | None:
        told = None if self.reading is None else self.reading.told(self.top)
        return None if told is None else told.line.spot

    # --- lines ------------------------------------------------------------------------------------------

    def _in_sight(self) -> list[Place]:
        """What each row shows."""
        key = (self.place, self.size, self.count, self._look)
        if self._shown[0] != key:
            self._shown = (key, showing(self.place, self.body_height, self.count, self._height))
        return self._shown[1]

    def lines_in_sight(self) -> list[Told]:
        """The lines of which something is seen, from top to bottom."""
        places = dict.fromkeys(place.thing for place in self._in_sight())
        return [told for at in places if self.reading is not None and (told := self.reading.told(at))]

    def _forget_rows(self) -> None:
        self._shown = ((), [])

    def redraw(self, lines: Iterable[int] | None = None) -> None:
        """Paint what differs; a log that became shorter is shown from its end."""
        if self.is_attached and (place := min(self.place, self._end())) != self.place:
            self._skip = place.skip
            self.scroll_target_y = self.scroll_y = place.thing
        super().redraw(lines)

    def body_count(self) -> int:
        """How many lines there are as far as anybody knows, or the sentence that stands in for them."""
        if not self.count:
            return 1
        return self.top + len(self._in_sight()) if self._look.wraps else self.count

    def body_line(self, index: int, width: int) -> Line:
        """One row: of the view where lines are wrapped, else of the log."""
        if self.reading is None or not self.count:
            return Line(((" ", "text"), (self.stand_in(), "faint")))
        place = Place(index)
        if self._look.wraps:
            seen, at = self._in_sight(), index - self.top
            if not 0 <= at < len(seen):
                return Line()
            place = seen[at]
        told = self.reading.told(place.thing)
        if told is None:
            return Line()
        here = told.line.spot == self.spot
        runs: list[Run] = row(told.line, told.words, self._look, width, part=place.skip, here=here)
        if here:
            ground = "cursor" if self.has_focus else "idle"
            mark = self.glyphs.cursor if self.has_focus and not place.skip else " "
            return Line(((mark, "accent"), (runs[0][0][1:], runs[0][1]), *runs[1:]), ground)
        return Line(tuple(runs))

    def stand_in(self) -> str:
        """What is said where there are no lines."""
        raise NotImplementedError

    def on_click(self, event: events.Click) -> None:
        """A click marks a line."""
        super().on_click(event)
        row_clicked = event.y - self.head_count
        seen = self._in_sight()
        if self.reading is not None and 0 <= row_clicked < len(seen) and self.text_selection is None:
            told = self.reading.told(seen[row_clicked].thing)
            self.spot = None if told is None or told.line.spot == self.spot else told.line.spot
            self.redraw()
