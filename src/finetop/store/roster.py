"""The roster of all jobs: what a list of any length is made of, and what is asked of it at once."""

from __future__ import annotations

import json
import re
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop.names import MARKER
from finetop.store import listing
from finetop.store.job_rows import JobKey, JobRow
from finetop.store.order import FOUND, SORTED, Asked, Place, asked
from finetop.views import View

if TYPE_CHECKING:
    from finetop.store.database import Database

MANY = 500
"""So many changes are better met by reading the whole order anew, on another thread."""
TOGETHER = 2_000
"""Lines that are taken at once."""
LOOK_EVERY = 10_000
"""Steps of SQLite between two looks whether the answer is wanted still: half a millisecond or less."""
ORDERS_KEPT = 4
"""Indexes of orders that somebody asked for; each is some megabytes, and work at every change of a job."""
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
    numbers: frozenset[int]
    """Of their lines."""
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
        try:
            with self._looking(question, is_wanted) as connection:
                (seq,) = connection.execute("select n from clock").fetchone()
                lines = connection.execute(
                    f"""select n from roster {self._source(question)} where {question.where}
                    order by {question.order_by} limit :most""",
                    {**question.bound, "most": most},
                )
                numbers = array(NUMBER)
                while some := lines.fetchmany(TOGETHER):
                    numbers.extend([n for (n,) in some])
                    if len(numbers) == TOGETHER:
                        tell_first(numbers[:])
                return Found(seq, numbers, self.counts_of(view, profiles, now))
        except sqlite3.OperationalError:
            if is_wanted():
                raise
            return None

    def keep_order(self, view: View, profiles: Mapping[int, str], now: float) -> None:
        """Make an index of a view's order, so that the next list in it is there at once.

        Raises TryLater while the store cannot be written.
        """
        question = asked(view, profiles, now)
        if not view.sort.column or not question.index_name or question.index_name in self._indexes():
            return
        with self._db.write() as connection:
            connection.execute(
                f"""create index if not exists {question.index_name}
                on roster ({question.order_by}, account) where shown"""
            )
            for name in self._indexes()[:-ORDERS_KEPT]:
                connection.execute(f"drop index {name}")

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
            places = {n: self._enter(numbers, n, question) for n in wanted}
        keys = frozenset(JobKey(account, id_) for _, account, id_, _ in changed)
        is_moved = any(places.get(n) != place for n, place in before.items())
        return News(seq, keys, frozenset(before), is_moved)

    def place(
        self, numbers: array[int], n: int, view: View, profiles: Mapping[int, str], now: float
    ) -> int | None:
        """Where a line stands among lines that are in a view's order; None where it does not."""
        question = asked(view, profiles, now)
        at = bisect_left(numbers, self._key(n, question), key=lambda number: self._key(number, question))
        if at < len(numbers) and numbers[at] == n:
            return at
        try:
            return numbers.index(n)  # it has changed since the order was read
        except ValueError:
            return None

    def rows(self, numbers: Iterable[int], profiles: Mapping[int, str], now: float) -> dict[int, JobRow]:
        """Lines by their numbers, as they are drawn."""
        return listing.by_number(self._db.connection, profiles, numbers, now)

    def number(self, key: JobKey) -> int | None:
        """The number of a job's line, which it keeps; None for a job that no list shows."""
        found = self._db.connection.execute(
            "select n from roster where account = ? and id = ? and shown", key
        ).fetchone()
        return None if found is None else found[0]

    def keys(self, numbers: Sequence[int]) -> list[JobKey]:
        """Whose lines these are, in the same order."""
        found: dict[int, JobKey] = {}
        for start in range(0, len(numbers), MANY):
            some = _joined(numbers[start : start + MANY])
            lines = self._db.connection.execute(f"select n, account, id from roster where n in ({some})")
            found |= {n: JobKey(account, id_) for n, account, id_ in lines}
        return [found[n] for n in numbers if n in found]

    def told(self, key: JobKey) -> dict[str, Any]:
        """What a job tells besides its row, by the names of columns that show it."""
        found = self._db.connection.execute(
            """select tokens, seed, organization, suffix, coalesce(metadata, '{}'), coalesce(settings, '{}'),
            coalesce(json_extract(form, '$.training_files[0].filename'),
                json_extract(form, '$.training_files[0].id')),
            coalesce(json_extract(form, '$.result_files[0].filename'),
                json_extract(form, '$.result_files[0].id'))
            from roster left join job using (account, id) where account = ? and id = ?""",
            key,
        ).fetchone()
        if found is None:
            return {}
        names = ("tokens", "seed", "organization", "suffix", "metadata", "settings", "file", "result_file")
        told = dict(zip(names, found, strict=True))
        metadata, settings = json.loads(told.pop("metadata")), json.loads(told.pop("settings"))
        told["tag"] = metadata.get("tag", metadata.get("tags"))
        told |= {f"metadata.{name}": value for name, value in metadata.items() if name != MARKER}
        return told | {f"setting.{name}": value for name, value in settings.items()}

    def has_ends(self) -> bool:
        """True where the last day of any tuned model is known."""
        found = self._db.connection.execute("select 1 from job where ends_at is not null limit 1").fetchone()
        return found is not None

    def counts_of(self, view: View, profiles: Mapping[int, str], now: float) -> dict[str, int]:
        """Status -> how many jobs there are, whatever was typed over the list."""
        if not view.condition:
            return self.counts(profiles if view.account is None else (view.account,))
        question = asked(View(view.condition, account=view.account), profiles, now)
        return dict(
            self._db.connection.execute(
                f"""select status, count(*) from roster not indexed
                where {question.where} and pending is null group by status""",
                question.bound,
            )
        )

    def _source(self, question: Asked) -> str:
        is_kept = question.is_everything and question.index_name in self._indexes()
        return f"indexed by {question.index_name}" if is_kept else question.source

    def _indexes(self) -> list[str]:
        """Of orders that somebody asked for; the latest last."""
        names = "select name from sqlite_master where type = 'index' and name glob ? order by rowid"
        return [name for (name,) in self._db.connection.execute(names, (f"{SORTED}*",))]

    def _enter(self, numbers: array[int], n: int, question: Asked) -> int:
        """Put a line where it belongs among lines that are in order."""
        at = bisect_left(numbers, self._key(n, question), key=lambda number: self._key(number, question))
        numbers.insert(at, n)
        return at

    def _key(self, n: int, question: Asked) -> Place:
        values = f"select {', '.join(by.sql for by in question.by)} from roster where n = :n"
        bound = {**question.bound, "n": n}
        return question.place(self._db.connection.execute(values, bound).fetchone())

    @contextmanager
    def _looking(
        self, question: Asked, is_wanted: Callable[[], bool] = lambda: True
    ) -> Iterator[sqlite3.Connection]:
        """One moment of the store, whatever is written meanwhile, for as long as that is wanted."""
        connection = self._db.connection
        if question.pattern:
            look = re.compile(question.pattern, re.IGNORECASE | re.MULTILINE).search
            connection.create_function(FOUND, 1, lambda words: look(words) is not None)
        connection.execute("begin")
        connection.set_progress_handler(lambda: not is_wanted(), LOOK_EVERY)
        try:
            yield connection
        finally:
            connection.set_progress_handler(None, 0)
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
