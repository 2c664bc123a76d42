"""Event logs as a screen reads them: of one job, or of several by time, in full or searched, a million long.

    found = log.newest(query, within=2_000)     at once; `is_whole` says whether it is all there is
    found = log.whole(query, wanted=...)        all there is; in a thread, and for as long as it is wanted
    log.since(query, found, most=2_000)         what was written since
    log.read(found.lines.ids[:64])              the lines themselves

What a query means is held as the numbers of its lines: few bytes, and no statement that counts rows.
"""

from __future__ import annotations

import json
import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop.store.job_rows import JobKey

if TYPE_CHECKING:
    from finetop.query.needle import Needle
    from finetop.store.database import Database

MODERATION = "moderation_checks"
MODERATION_WORD = "moderation"
"""Stands before the message of such a line, and is found there."""
LONGEST = 8_000
"""Characters of a message that a screen shows; what is saved is whole."""
AT_ONCE = 500
"""Lines of one statement when a log is saved."""

# The text of an index: SQLite uses it only where a query says the same word for word.
_PROBLEM = f"(level in ('warn', 'error') or type = '{MODERATION}')"
_LEVELS = {"": "", "warn": _PROBLEM, "error": f"{_PROBLEM} and level = 'error'"}
_TEXT = f"iif(type = '{MODERATION}', '{MODERATION_WORD} ' || message, message)"
_TIME = "coalesce(created_at, 0)"
_ONE_JOB = "account = ? and job = ?"


class Spot(NamedTuple):
    """Where a line stands: logs of several jobs are in the order of times, one job's in the server's."""

    time: float
    id: int


class LogLine(NamedTuple):
    """One line of a log."""

    id: int
    key: JobKey
    created_at: float | None
    level: str
    """info, warn or error; servers have other words too."""
    type: str
    message: str

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(self.created_at or 0.0, self.id)


class Lines:
    """The numbers of lines in the order of their log; a slice of it is a list of them.

    One job's log is mostly runs of numbers without a gap, so runs are what is kept.
    """

    def __init__(self) -> None:
        self._starts = array("I")
        self._places = array("I")
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> list[int]:
        start, stop, _ = part.indices(self._count)
        numbers: list[int] = []
        run = bisect_right(self._places, start) - 1
        while start < stop:
            end = min(stop, self._end(run))
            first = self._starts[run] - self._places[run]
            numbers += range(first + start, first + end)
            start, run = end, run + 1
        return numbers

    def _end(self, run: int) -> int:
        return self._places[run + 1] if run + 1 < len(self._places) else self._count

    def place(self, spot: Spot) -> int:
        """The place of the first line that does not stand before a spot."""
        run = bisect_right(self._starts, max(0, spot.id)) - 1
        if run < 0:
            return 0
        return min(self._places[run] + spot.id - self._starts[run], self._end(run))

    def goes_on_with(self, spot: tuple[float, int]) -> bool:  # noqa: ARG002 - numbers only grow
        """Whether a line belongs after the last one."""
        return True

    def add(self, spots: Sequence[tuple[float, int]]) -> None:
        """Put these after the last one."""
        expected = self._starts[-1] + self._count - self._places[-1] if self._starts else -1
        for _, number in spots:
            if number != expected:
                self._starts.append(number)
                self._places.append(self._count)
                expected = number
            self._count += 1
            expected += 1


class TimedLines(Lines):
    """The same where times make the order, as in the log of several jobs."""

    def __init__(self) -> None:
        super().__init__()
        self._ids = array("I")
        self._times = array("d")

    def __len__(self) -> int:
        return len(self._ids)

    def __getitem__(self, part: slice) -> list[int]:
        return list(self._ids[part])

    def place(self, spot: Spot) -> int:
        """The place of the first line that does not stand before a spot."""
        return bisect_left(
            range(len(self)), spot, key=lambda place: Spot(self._times[place], self._ids[place])
        )

    def goes_on_with(self, spot: tuple[float, int]) -> bool:
        """Whether a line belongs after the last one."""
        return not self._ids or (self._times[-1], self._ids[-1]) < spot

    def add(self, spots: Sequence[tuple[float, int]]) -> None:
        """Put these after the last one."""
        self._ids.extend([number for _, number in spots])
        self._times.extend([time for time, _ in spots])


class LogQuery(NamedTuple):
    """Which lines of which logs are wanted."""

    jobs: tuple[JobKey, ...]
    needles: tuple[Needle, ...] = ()
    """Each must be in a line's text."""
    level: str = ""
    """`warn` for warnings, errors and moderation checks, `error` for errors; empty for all."""
    after: int = 0
    """Only lines with higher numbers."""

    @property
    def by_time(self) -> bool:
        """Whether the order is that of times."""
        return len(self.jobs) > 1

    def no_lines(self) -> Lines:
        """What its lines are put into."""
        return TimedLines() if self.by_time else Lines()


class Found(NamedTuple):
    """What a query meant when it was asked."""

    lines: Lines
    last: int
    """The highest number that was looked at; later lines have higher ones."""
    is_whole: bool
    """False where older lines were not looked at."""


class Log:
    """The event table, as it is read."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def began(self, jobs: Sequence[JobKey]) -> float | None:
        """The time of the oldest line that has one."""
        said = (
            f"select created_at from event where {_ONE_JOB} and created_at is not null order by rowid limit 1"
        )
        times = [row[0] for key in jobs for row in self._db.connection.execute(said, key)]
        return min(times, default=None)

    def newest(self, query: LogQuery, *, within: int) -> Found:
        """What is wanted of the last so many lines of each job."""
        spots: list[tuple[float, int]] = []
        last, is_whole = query.after, True
        for key in query.jobs:
            newest = self._numbers(key, f"rowid > ? order by rowid desc limit {within + 1}", query.after)
            if newest:
                last = max(last, newest[0])
            first = newest[within - 1] if len(newest) > within else query.after + 1
            is_whole &= len(newest) <= within
            if not (query.needles or query.level or query.by_time):
                spots = [(0.0, number) for number in reversed(newest[:within])]
                continue
            spots += self._spots(query._replace(after=first - 1), (key,), up_to=last)
        lines = query.no_lines()
        lines.add(sorted(spots) if query.by_time else spots)
        return Found(lines, last, is_whole)

    def whole(self, query: LogQuery, *, wanted: Callable[[], bool]) -> Found | None:
        """All that is wanted; None once nobody waits for it any more."""
        connection = self._db.connection
        connection.set_progress_handler(lambda: not wanted(), 100_000)
        connection.execute("pragma cache_size = -256")  # who walks through once keeps no pages
        try:
            last = max((self._last(key) for key in query.jobs), default=0)
            lines = query.no_lines()
            spots = self._spots(query, query.jobs, up_to=last)
            while part := spots.fetchmany(2_000):
                lines.add(part)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
        finally:
            connection.set_progress_handler(None, 0)
            connection.execute("pragma cache_size = -2000")
        return Found(lines, last, is_whole=True)

    def since(self, query: LogQuery, found: Found, *, most: int) -> Found:
        """The same with the lines written since.

        Where these are more than `most`, or do not belong at the end, it is no longer whole.
        """
        news = [
            number
            for key in query.jobs
            for number in self._numbers(key, f"rowid > ? order by rowid limit {most + 1}", found.last)
        ]
        if not news:
            return found
        last = max(news)
        spots = list(self._spots(query._replace(after=found.last), query.jobs, up_to=last))
        fits = len(news) <= most and (not spots or found.lines.goes_on_with(spots[0]))
        if fits:
            found.lines.add(spots)
        return Found(found.lines, last if fits else found.last, found.is_whole and fits)

    def read(self, ids: Sequence[int]) -> list[LogLine]:
        """Lines by their numbers, in the order given."""
        marks = ", ".join("?" * len(ids))
        rows = self._db.connection.execute(
            f"""select rowid, account, job, created_at, level, type, substr(message, 1, {LONGEST})
            from event where rowid in ({marks})""",
            tuple(ids),
        )
        found = {id_: LogLine(id_, JobKey(account, job), *rest) for id_, account, job, *rest in rows}
        return [found[id_] for id_ in ids if id_ in found]

    def problem(self, query: LogQuery, spot: Spot, step: int) -> Spot | None:
        """The next warning, error or moderation check from a spot on, or the one before it."""
        sign, way, best = (">", "asc", min) if step > 0 else ("<", "desc", max)
        order = f"{_TIME} {way}, rowid {way}" if query.by_time else f"rowid {way}"
        beyond = f"({_TIME}, rowid) {sign} (?, ?)" if query.by_time else f"rowid {sign} ?"
        bound = spot if query.by_time else spot[1:]
        where, words = self._where(query)
        found = [
            Spot(*row)
            for key in query.jobs
            for row in self._db.connection.execute(
                f"""select {_TIME}, rowid from event where {_ONE_JOB} and {_PROBLEM} and {where}
                and {beyond} order by {order} limit 1""",
                (*key, *words, *bound),
            )
        ]
        return best(found, default=None)

    def told(self, ids: Sequence[int] | Lines) -> Iterator[dict[str, Any]]:
        """Lines by their numbers, whole, in our normal form as plain values."""
        names = ("job", "id", "created_at", "level", "message", "type", "data")
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            rows = self._db.connection.execute(
                f"""select rowid, job, id, created_at, level, message, type, data from event
                where rowid in ({", ".join("?" * len(some))})""",
                tuple(some),
            )
            found = {row[0]: row[1:] for row in rows}
            for id_ in some:
                told = dict(zip(names, found[id_], strict=True))
                yield {**told, "data": json.loads(told["data"])}

    # --- SQL --------------------------------------------------------------------------------------------

    def _last(self, key: JobKey) -> int:
        found: tuple[int | None] = self._db.connection.execute(
            f"select max(rowid) from event where {_ONE_JOB}", key
        ).fetchone()
        return found[0] or 0

    def _numbers(self, key: JobKey, rest: str, number: int) -> list[int]:
        """Numbers of a job's lines, whatever they say."""
        found = self._db.connection.execute(
            f"select rowid from event where {_ONE_JOB} and {rest}", (*key, number)
        )
        return [row[0] for row in found]

    def _spots(self, query: LogQuery, jobs: Sequence[JobKey], *, up_to: int) -> sqlite3.Cursor:
        """Where the wanted lines of some of the jobs stand, in order."""
        where, words = self._where(query)
        # Of one job's log the times are not wanted, and without them its index tells all.
        time = _TIME if query.by_time else "0.0"
        part = f"select {time} as time, rowid as id from event where {_ONE_JOB} and {where} and rowid <= ?"
        order = "time, id" if query.by_time else "id"
        return self._db.connection.execute(
            f"{' union all '.join([part] * len(jobs))} order by {order}",
            [value for key in jobs for value in (*key, *words, up_to)],
        )

    def _where(self, query: LogQuery) -> tuple[str, list[object]]:
        """What a line must be, with what is bound to it."""
        terms = ["rowid > ?"]
        words: list[object] = [query.after]
        if level := _LEVELS[query.level]:
            terms.append(level)
        for place, needle in enumerate(query.needles):
            said, value = self._holds(needle, f"needle_{place}")
            terms.append(f"not {said}" if needle.inverse else said)
            words += value
        return " and ".join(terms), words

    def _holds(self, needle: Needle, name: str) -> tuple[str, list[object]]:
        """Whether a line's text has what is looked for; SQLite compares faster than Python does."""
        if needle.words.isascii() and not needle.pattern:
            if needle.case_counts:
                return f"(instr({_TEXT}, ?) > 0)", [needle.words]
            plain = needle.words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            return f"({_TEXT} like ? escape '\\')", [f"%{plain}%"]
        seeks = replace(needle, inverse=False)
        self._db.connection.create_function(name, 1, seeks.holds, deterministic=True)
        return f"{name}({_TEXT})", []
