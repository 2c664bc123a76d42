"""The jobs that a list shows: their numbers in order, and the rows of those that are looked at.

    listing = Listing(store, session.names, condition, clock=time.time)
    listing.begin(view)                what the first paint shows, at once
    await listing.show(view)           another view, read on another thread; of several, the last counts
    listing.pull()                     what has changed since, put where it belongs
    len(listing), listing.row(3), listing.place(key), listing.get(key), listing.counts

A hundred thousand jobs cost what ten do, but for four bytes each.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from finetop.errors import TryLater
from finetop.spare_memory import give_back
from finetop.store.roster import NUMBER, Found, News
from finetop.views import View

if TYPE_CHECKING:
    from finetop.query import Condition
    from finetop.store import Store
    from finetop.store.rows import JobKey, JobRow

SHORT: Final = 1_000
"""So many jobs are read at once whatever is asked of them: nobody sees the time that takes."""
FIRST: Final = 100
"""Of a longer list so many are there for the first paint."""
BLOCK: Final = 16
"""Rows that are read together."""
KEPT: Final = 512
"""Rows and trends that are kept."""
TREND_POINTS: Final = 32
"""Twice the dots of the column; more would not be seen."""
BETWEEN_LETTERS_S: Final = 0.03
"""Of a word that is typed or pasted at once, only the whole is looked for in a long list."""
Told = TypeVar("Told")
_TIMELY: Final = frozenset({"age", "ends_in", "took", "eta"})
"""What is true of a job in its time, though nobody writes anything."""


class Listing:
    """The lines of a list of jobs."""

    def __init__(
        self,
        store: Store,
        names: Mapping[int, str],
        condition: Condition | None = None,
        *,
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._roster = store.roster
        self._names = names
        self._clock = clock
        self.condition = condition
        """What was asked for on the command line: no view shows other jobs."""
        self.counts: Mapping[str, int] = {}
        """Status -> how many jobs there are, whatever was typed over the list."""
        self.is_whole = False
        """False while only the first lines are known, or none."""
        self.seen: Mapping[int, int] = store.visits.seen(names)
        """Up to where each account had been seen when this visit began."""
        self._began = store.now()
        self._view = View(condition)
        self._found = Found(0, array(NUMBER), {})
        self._rows: dict[int, JobRow] = {}
        self._told: dict[JobKey, tuple[int, Mapping[str, Any]]] = {}
        self._trends: dict[JobKey, tuple[int, Sequence[float]]] = {}
        self._is_behind = False
        self._turn = 0
        self._reading = asyncio.Lock()
        # Always the same thread: each that reads has a connection and a heap of its own.
        self._reader = ThreadPoolExecutor(1, "listing")

    # --- which jobs -------------------------------------------------------------------------------------

    def begin(self, view: View) -> None:
        """Read what the first paint shows: all of a short list, the first lines of a long one."""
        self._view = view
        if self._is_short:
            self._take(self._read(view))
        elif view == View():
            self._take(self._read(view, most=FIRST))
            self.is_whole = False

    async def show(self, view: View, first: Callable[[], None] = lambda: None) -> bool:
        """Read another view; False where yet another has been asked for since.

        `first` is called when the first lines of many are there.
        """
        self._turn += 1
        turn, loop = self._turn, asyncio.get_running_loop()

        def is_wanted() -> bool:
            return turn == self._turn

        if view.filter != self._view.filter and not self._is_short:
            await asyncio.sleep(BETWEEN_LETTERS_S)

        def tell_first(numbers: array[int]) -> None:
            loop.call_soon_threadsafe(take_first, numbers)

        def take_first(numbers: array[int]) -> None:
            if is_wanted():
                self._view, self._found = view, Found(self._found.seq, numbers, {})
                self.is_whole = False
                first()

        async with self._reading:
            if not is_wanted():
                return False
            read = partial(self._roster.read, view, self._names, self._clock())
            found = await loop.run_in_executor(
                self._reader, partial(read, is_wanted=is_wanted, tell_first=tell_first)
            )
        if found is None or not is_wanted():
            return False
        self._view = view
        self._rows.clear()  # it may be older than the order
        self._take(found)
        self.pull()  # what came while it was read
        if len(self) > SHORT:
            loop.run_in_executor(self._reader, self._rest, view)
        return True

    def _rest(self, view: View) -> None:
        """What is done once a long list is shown."""
        give_back()
        with suppress(TryLater):
            self._roster.keep_order(view, self._names, self._clock())

    def pull(self) -> News | None:
        """Put what changed since where it belongs; None where the view is to be read anew."""
        news = self._roster.renew(
            self._found.numbers, self._view, self._names, self._clock(), self._found.seq
        )
        if news is None:
            return None
        for n in news.numbers:
            self._rows.pop(n, None)
        self._found = self._found._replace(seq=news.seq)
        if not news.keys:
            return news
        if self.condition and not self._is_short:
            self._is_behind = True
        else:
            self.counts = self._roster.counts_of(self._view, self._names, self._clock())
        return news

    @property
    def is_timely(self) -> bool:
        """True where a look from time to time is wanted: time alone moves jobs, or the counts are old."""
        if self._is_behind:
            return True
        typed = self._view.filter.condition if self._view.filter else None
        terms = [term for meant in (self._view.condition, typed) if meant for term in meant.terms]
        return self._view.sort.column == "eta" or any(
            term.field is not None and term.field.name in _TIMELY for term in terms
        )

    @property
    def _is_short(self) -> bool:
        return sum(self._roster.counts(self._names).values()) <= SHORT

    def _read(self, view: View, most: int = -1) -> Found:
        found = self._roster.read(view, self._names, self._clock(), most=most)
        assert found is not None  # it was wanted all the time
        return found

    def _take(self, found: Found) -> None:
        self._found, self.counts, self.is_whole = found, found.counts, True
        self._is_behind = False

    # --- lines ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._found.numbers)

    @property
    def total(self) -> int:
        """How many lines there are; of a list that is not read to its end yet, how many jobs."""
        return len(self) if self.is_whole else max(len(self), sum(self.counts.values()))

    def row(self, place: int) -> JobRow:
        """The job on a line."""
        numbers = self._found.numbers
        row = self._rows.get(numbers[place])
        if row is not None:
            return row
        start = place - place % BLOCK
        if len(self._rows) > KEPT:
            near = numbers[max(0, place - KEPT // 4) : place + KEPT // 4]
            self._rows = {n: self._rows[n] for n in near if n in self._rows}
        wanted = [n for n in numbers[start : start + BLOCK] if n not in self._rows]
        self._rows |= self._roster.rows(wanted, self._names, self._clock())
        return self._rows[numbers[place]]

    def first_rows(self) -> list[JobRow]:
        """The lines that decide on the widths of columns: those of the first screen, or about so many."""
        return [self.row(place) for place in range(min(2 * BLOCK, len(self)))]

    def prepare(self, first: int, last: int) -> None:
        """Read the lines that will be looked at next, before somebody waits for them."""
        for place in range(max(0, first), min(last, len(self))):
            self.row(place)

    def place(self, key: JobKey) -> int | None:
        """The line of a job; None where it has none."""
        n = self._roster.number(key)
        if n is None:
            return None
        return self._roster.place(self._found.numbers, n, self._view, self._names, self._clock())

    def keys(self, first: int, last: int) -> list[JobKey]:
        """The jobs on these lines and those between them."""
        return self._roster.keys(self._found.numbers[first : last + 1])

    def get(self, key: JobKey) -> JobRow | None:
        """Any job of these accounts, shown or not."""
        n = self._roster.number(key)
        if n is None or key.account not in self._names:
            return None
        return self._rows.get(n) or self._roster.rows([n], self._names, self._clock())[n]

    # --- what a row does not tell -----------------------------------------------------------------------

    def extra(self, key: JobKey, column: str) -> object:
        """The value of a job in a column such as `metadata.team`; None where it has none."""
        told = _kept(self._told, key, self._seq(key), lambda: self._roster.told(key))
        return told.get(column)

    def trend(self, row: JobRow) -> Sequence[float]:
        """The course of a job's loss."""
        return _kept(self._trends, row.key, row.seq, lambda: self._store.events.course(row.key, TREND_POINTS))

    def is_news(self, row: JobRow) -> bool:
        """True of a job whose status has changed since the last visit, or since this one began.

        A job that is seen for the first time is news, unless that is so of its whole account.
        """
        seen = self.seen.get(row.key.account)
        if seen is None:
            return row.turned > self._began and not row.is_first_sight
        return row.turned > seen

    @property
    def has_ends(self) -> bool:
        """True where the last day of any tuned model is known."""
        return self._roster.has_ends()

    def _seq(self, key: JobKey) -> int:
        row = self.get(key)
        return 0 if row is None else row.seq


def _kept(known: dict[JobKey, tuple[int, Told]], key: JobKey, seq: int, read: Callable[[], Told]) -> Told:
    """What was read of a job, read again where the job has changed since."""
    kept = known.get(key)
    if kept is None or kept[0] != seq:
        if len(known) >= KEPT:
            known.clear()
        kept = known[key] = (seq, read())
    return kept[1]
