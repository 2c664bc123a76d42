"""The roster of all jobs: what a list of any length is made of, and what is asked of it at once."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from finetop.names import MARKER
from finetop.store import listing
from finetop.store.job_rows import JobKey, JobRow
from finetop.store.order import FOUND, Asked, Place, asked
from finetop.views import View

if TYPE_CHECKING:
    import sqlite3

    from finetop.store.database import Database

MANY = 500
"""So many changes are better met by reading the whole order anew, on another thread."""
LOOK_EVERY = 2_000
"""Lines read between two looks whether they are wanted still."""
NUMBER = "I"
"""A line's number in an array: four bytes for each job, where a row would be a thousand."""


class Found(NamedTuple):
    """The numbers of the lines that a view shows, in its order."""

    seq: int
    """Of the store's clock: what came later is not among them."""
    numbers: array[int]
    counts: Mapping[str, int]
    """Status -> how many jobs, whatever was typed over the list."""


class News(NamedTuple):
    """What has changed."""

    seq: int
    keys: frozenset[JobKey]
    is_moved: bool
    """True where a line came, went or has another place."""


class Roster:
    """Reads the roster; triggers write it. Any thread may ask."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def counts(self, accounts: Iterable[int]) -> dict[str, int]:
        """Status -> how many jobs these accounts have."""
        return dict(
            self._db.connection.execute(
                f"""select status, sum(n) from tally where n > 0 and account in ({_joined(accounts)})
                group by status"""
            )
        )

    def read(
        self,
        view: View,
        profiles: Mapping[int, str],
        now: float,
        *,
        most: int = -1,
        is_wanted: Callable[[], bool] = lambda: True,
        tell_first: Callable[[array[int]], None] = lambda _first: None,
    ) -> Found | None:
        """The lines that a view shows, or so many of the first; None where they are not wanted any more.

        Where there are many, `tell_first` hears of the first before the others are read.
        """
        question = asked(view, profiles, now)
        with self._looking(question) as connection:
            (seq,) = connection.execute("select n from clock").fetchone()
            lines = connection.execute(
                f"""select n from roster {question.source} where {question.where}
                order by {question.order_by} limit :most""",
                {**question.bound, "most": most},
            )
            numbers = array(NUMBER)
            while some := lines.fetchmany(LOOK_EVERY):
                if not is_wanted():
                    return None
                numbers.extend([n for (n,) in some])
                if len(numbers) == LOOK_EVERY:
                    tell_first(numbers[:])
            return Found(seq, numbers, self._counts(connection, view, profiles, now))

    def renew(
        self, numbers: array[int], view: View, profiles: Mapping[int, str], now: float, since: int
    ) -> News | None:
        """Bring an order up to date; None where so much has changed that it is better read anew."""
        question = asked(view, profiles, now)
        with self._looking(question) as connection:
            (seq,) = connection.execute("select n from clock").fetchone()
            changed = connection.execute(
                f"""select n, account, id, ({question.where}) from roster
                where seq > :since and +account in ({_joined(profiles)}) limit {MANY + 1}""",
                {**question.bound, "since": since},
            ).fetchall()
            if len(changed) > MANY:
                return None
            before = {n: _take_out(numbers, n) for n, *_ in changed}
            wanted = [n for n, _, _, wanted in changed if wanted]
            places = {n: self._enter(connection, numbers, n, question) for n in wanted}
        keys = frozenset(JobKey(account, id_) for _, account, id_, _ in changed)
        return News(seq, keys, any(places.get(n) != place for n, place in before.items()))

    def rows(self, numbers: Iterable[int], profiles: Mapping[int, str], now: float) -> dict[int, JobRow]:
        """Lines by their numbers, as they are drawn."""
        return listing.by_number(self._db.connection, profiles, numbers, now)

    def number(self, key: JobKey) -> int | None:
        """The number of a job's line, which it keeps; None for a job that no list shows."""
        found = self._db.connection.execute(
            "select n from roster where account = ? and id = ? and shown", key
        ).fetchone()
        return None if found is None else found[0]

    def pairs(self, key: JobKey) -> tuple[str, str]:
        """A job's metadata and its settings, as JSON."""
        found = self._db.connection.execute(
            """select coalesce(metadata, '{}'), coalesce(settings, '{}') from roster
            where account = ? and id = ?""",
            key,
        ).fetchone()
        return found or ("{}", "{}")

    def known_pairs(self, profiles: Iterable[int]) -> tuple[list[str], list[str]]:
        """Every key of metadata and every setting that some job has."""
        metadata, settings = (
            [
                key
                for (key,) in self._db.connection.execute(
                    f"""select distinct key from roster, json_each({column})
                    where shown and +account in ({_joined(profiles)}) and key <> ? order by key""",
                    (MARKER,),
                )
            ]
            for column in ("metadata", "settings")
        )
        return metadata, settings

    def has_ends(self) -> bool:
        """True where the last day of any tuned model is known."""
        found = self._db.connection.execute("select 1 from job where ends_at is not null limit 1").fetchone()
        return found is not None

    def _counts(
        self, connection: sqlite3.Connection, view: View, profiles: Mapping[int, str], now: float
    ) -> dict[str, int]:
        if not view.condition:
            return self.counts(profiles)
        question = asked(View(view.condition), profiles, now)
        return dict(
            connection.execute(
                f"""select status, count(*) from roster not indexed
                where {question.where} and pending is null group by status""",
                question.bound,
            )
        )

    @staticmethod
    def _enter(connection: sqlite3.Connection, numbers: array[int], n: int, question: Asked) -> int:
        """Put a line where it belongs among lines that are in order."""
        values = f"select {', '.join(by.sql for by in question.by)} from roster where n = :n"

        def place(number: int) -> Place:
            return question.place(connection.execute(values, {**question.bound, "n": number}).fetchone())

        at = bisect_left(numbers, place(n), key=place)
        numbers.insert(at, n)
        return at

    @contextmanager
    def _looking(self, question: Asked) -> Iterator[sqlite3.Connection]:
        """One moment of the store, whatever is written meanwhile."""
        connection = self._db.connection
        if question.pattern:
            look = re.compile(question.pattern, re.IGNORECASE | re.MULTILINE).search
            connection.create_function(FOUND, 1, lambda words: look(words) is not None)
        connection.execute("begin")
        try:
            yield connection
        finally:
            connection.execute("rollback")


def _joined(accounts: Iterable[int]) -> str:
    return ", ".join(map(str, accounts))


def _take_out(numbers: array[int], n: int) -> int | None:
    """Take a line out of an order; its place, or None where it had none."""
    try:
        at = numbers.index(n)
    except ValueError:
        return None
    numbers.pop(at)
    return at
