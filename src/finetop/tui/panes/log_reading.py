"""A query over logs as a view holds it: at once where it is short, its end at once where it is long.

reading = Reading(log, query)
if not reading.is_whole: found = log.whole(query, ...); reading.take(found)     (in a thread)
reading.news()                  lines written since
reading.told(place)             a line and its words, from a page that stays for a while
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from finetop.store.log import Found, Log, LogLine, LogQuery, Spot
from finetop.tui.panes.log_lines import words_of

if TYPE_CHECKING:
    from finetop.store import JobKey

AT_ONCE: Final = 1_000
"""Lines of a job that are read on the thread that draws: two milliseconds at most."""
PAGE: Final = 64
PAGES: Final = 16
"""Pages that stay in memory; a screen shows two."""


class LogSource(NamedTuple):
    """Whose log is shown."""

    log: Log
    jobs: tuple[JobKey, ...]
    names: Mapping[JobKey, str]
    """What the jobs are called."""
    words: Callable[[], str]
    """What stands there while nothing does."""


class Told(NamedTuple):
    """A line of a log, and its words as they are drawn."""

    line: LogLine
    words: str


class Reading:
    """The lines that a query means, as far as they are known."""

    def __init__(self, log: Log, query: LogQuery) -> None:
        self.log = log
        self.query = query
        self._found = log.newest(query, within=AT_ONCE)
        self._pages: dict[int, list[Told]] = {}
        self.is_being_read = False
        """A thread reads all there is."""

    def __len__(self) -> int:
        return len(self._found.lines)

    @property
    def is_whole(self) -> bool:
        """False while older lines are unknown."""
        return self._found.is_whole

    @property
    def last(self) -> int:
        """The highest number that was looked at."""
        return self._found.last

    def fetch(self, wanted: Callable[[], bool]) -> Found | None:
        """All there is; for a thread."""
        return self.log.whole(self.query, wanted=wanted)

    def take(self, found: Found) -> None:
        """Know it all."""
        self._found = found
        self._pages.clear()
        self.news()

    def news(self) -> bool:
        """Take in what was written since; True where there is anything."""
        before, count = self._found, len(self)
        self._found = self.log.since(self.query, before, most=AT_ONCE)
        self._pages.pop(count // PAGE, None)  # only the last page can grow
        return self._found is not before

    def place(self, spot: Spot) -> int:
        """The place of the first line that does not stand before a spot."""
        return self._found.lines.place(spot)

    def told(self, place: int) -> Told | None:
        """The line at a place."""
        number, at = divmod(place, PAGE)
        page = self._pages.get(number)
        if page is None:
            ids = self._found.lines[number * PAGE : (number + 1) * PAGE]
            page = [Told(line, words_of(line)) for line in self.log.read(ids)]
            while len(self._pages) >= PAGES:
                self._pages.pop(next(iter(self._pages)))
            self._pages[number] = page
        return page[at] if 0 <= at < len(page) else None

    def near(self, spot: Spot, step: int) -> Spot | None:
        """The next line after a spot or the one before, round and round; 0: the one before or the first."""
        place = self.place(after(spot)) if step > 0 else self.place(spot) - 1
        told = self.told((place if step else max(0, place)) % len(self)) if len(self) else None
        return None if told is None else told.line.spot

    def is_before(self, spot: Spot) -> bool:
        """Whether a spot lies where lines are still unknown."""
        return not self.is_whole and self.place(spot) == 0


def after(spot: Spot) -> Spot:
    """Just behind a line."""
    return Spot(spot.time, spot.id + 1)


def before(spot: Spot) -> Spot:
    """Just in front of a line."""
    return Spot(spot.time, spot.id - 1)
