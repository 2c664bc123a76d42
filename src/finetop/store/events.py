"""Event logs and measurements: appended in the server's order, read in pages."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from finetop.store import judged, measured
from finetop.store.jobs import touch

if TYPE_CHECKING:
    from finetop.models import Event, Metric
    from finetop.store.database import Database
    from finetop.store.rows import Curves, JobKey

EDGE = 48
"""So many lines at each end of a log may tell what became of its job."""
BATCH = 500
"""Rows per write transaction, so that no other writer waits for long."""


class Events:
    """The event and metric tables."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def save(self, key: JobKey, events: Sequence[Event]) -> int:
        """Append events given oldest first; those already known are skipped. Returns how many were new.

        Events without ids are taken for a log from its beginning on, and known again as `Naming` says.
        """
        from finetop.models import Naming  # noqa: PLC0415 - pydantic must not load before the first paint

        naming = Naming()
        told = [naming.named(event) for event in events]
        news: list[Event] = []
        for start in range(0, len(told), BATCH):
            batch = told[start : start + BATCH]
            known = self.known(key, [event.id or "" for event in batch])
            news += [event for event in batch if event.id not in known]
        new = 0
        for start in range(0, len(news), BATCH):  # asking in vain writes nothing
            with self._db.write() as connection:
                fresh = [event for event in news[start : start + BATCH] if _append(connection, key, event)]
                if fresh:
                    _measure(connection, key, fresh)
                    touch(connection, key)
            new += len(fresh)
        return new

    def save_metrics(self, key: JobKey, metrics: Iterable[Metric]) -> None:
        """Keep measurements that came without events, such as those of a result file."""
        with self._db.write() as connection:
            found = list(metrics)
            measured.note_old(connection, key, found)
            for metric in found:
                measured.keep(connection, key, metric)
            measured.show_last(connection, key)
            judged.note(connection, key, judged.watched(found))
            touch(connection, key)

    def judge_waiting(self, account: int, limit: int) -> int:
        """Judge some jobs that were measured before there was an overfit watch; how many those were."""
        waiting = judged.waiting(self._db.connection, account, limit)
        if waiting:
            with self._db.write() as connection:
                for key in waiting:
                    judged.judge(connection, key)
                    touch(connection, key)
        return len(waiting)

    def known(self, key: JobKey, ids: Sequence[str]) -> set[str]:
        """Those of these event ids that are in the store."""
        known: set[str] = set()
        for start in range(0, len(ids), 500):  # a server may send any number; a statement takes so many
            some = ids[start : start + 500]
            marks = ", ".join("?" * len(some))
            found = self._db.connection.execute(
                f"select id from event where account = ? and job = ? and id in ({marks})", (*key, *some)
            )
            known |= {row[0] for row in found}
        return known

    def count_to(self, key: JobKey, most: int) -> int:
        """How many events a job has, or one more than `most`: counting a million would hold a screen up."""
        found: tuple[int] = self._db.connection.execute(
            "select count(*) from (select 1 from event where account = ? and job = ? limit ?)",
            (*key, most + 1),
        ).fetchone()
        return found[0]

    def edges(self, key: JobKey) -> list[tuple[float, str]]:
        """Those of a log's first and last lines that measure nothing, and when they were said."""
        ends = " union ".join(
            f"""select * from (select rowid, created_at, message, type from event
            where account = :account and job = :job order by rowid {order} limit {EDGE})"""
            for order in ("asc", "desc")
        )
        found = self._db.connection.execute(
            f"""select created_at, message from ({ends}) where type <> 'metrics' and created_at is not null
            order by rowid""",
            {"account": key.account, "job": key.id},
        )
        return list(found)

    def mark_read(self, key: JobKey) -> None:
        """A job's log was read to its end, whether or not it says anything."""
        if self.was_read(key):
            return
        with self._db.write() as connection:
            done = connection.execute(
                "update job set read_at = ? where account = ? and id = ?", (time.time(), *key)
            )
            if done.rowcount:
                touch(connection, key)

    def was_read(self, key: JobKey) -> bool:
        """True where a job's log was ever read to its end."""
        found = self._db.connection.execute(
            "select read_at is not null or whole from job where account = ? and id = ?", key
        ).fetchone()
        return found is not None and bool(found[0])

    def told(self, key: JobKey) -> list[dict[str, Any]]:
        """The whole log, oldest first, in our normal form as plain values."""
        lines = self._db.connection.execute(
            """select id, created_at, level, message, type, data from event
            where account = ? and job = ? order by rowid""",
            key,
        )
        names = ("id", "created_at", "level", "message", "type", "data")
        return [{**dict(zip(names, line, strict=True)), "data": json.loads(line[-1])} for line in lines]

    def measured(self, key: JobKey) -> list[dict[str, float]]:
        """What each step measured, by our names, in the order of steps; what was not sent is left out."""
        return measured.by_step(self._db.connection, key)

    def whole(self, key: JobKey) -> list[Event]:
        """A job's log, oldest first, with all that its lines carry."""
        from finetop.models import Event  # noqa: PLC0415 - as in `save`

        found = self._db.connection.execute(
            """select id, created_at, level, type, message, data from event
            where account = ? and job = ? order by rowid""",
            key,
        )
        names = ("id", "created_at", "level", "type", "message")
        return [Event(**dict(zip(names, line, strict=False)), data=json.loads(line[5])) for line in found]

    def curves(self, key: JobKey, before: Curves | None = None) -> Curves:
        """Everything measured of a job; what was read `before` need not be read again."""
        return measured.curves(self._db.connection, key, before)

    def course(self, key: JobKey, points: int) -> list[float]:
        """The course of a job's training loss, at about so many steps."""
        return measured.course(self._db.connection, key, points)

    def is_measured(self, key: JobKey) -> bool:
        """True where any measurement of a job is known."""
        found = self._db.connection.execute(
            "select 1 from metric where account = ? and job = ? limit 1", key
        ).fetchone()
        return found is not None


def _append(connection: sqlite3.Connection, key: JobKey, event: Event) -> bool:
    """Insert one named event; False when it is known."""
    done = connection.execute(
        """insert or ignore into event (account, job, id, created_at, level, type, message, data)
        values (?, ?, ?, ?, ?, ?, ?, ?)""",
        (*key, event.id, event.created_at, event.level, event.type, event.message, json.dumps(event.data)),
    )
    return done.rowcount > 0


def _measure(connection: sqlite3.Connection, key: JobKey, events: Sequence[Event]) -> None:
    """Keep what new events measured and said, and show the newest of it on the job's row."""
    from finetop.models import Metric  # noqa: PLC0415 - pydantic must not load before the first paint

    _hear(connection, key, events)
    found = [(event, Metric.from_event(event)) for event in events]
    told = [metric for _, metric in found if metric is not None]
    measured.note_old(connection, key, told)
    for event, metric in found:
        if metric is None:
            if event.created_at is not None and "started" in event.message.lower():
                connection.execute(
                    "update job set started_at = coalesce(started_at, ?) where account = ? and id = ?",
                    (event.created_at, *key),
                )
            continue
        measured.keep(connection, key, metric, event.created_at)
        connection.execute(
            """update job set total_steps = coalesce(?, total_steps), started_at = coalesce(started_at, ?),
            first_step_at = iif(first_step is null, ?, first_step_at), first_step = coalesce(first_step, ?),
            last_step_at = ?, step_s = coalesce(?, step_s), left_s = ? where account = ? and id = ?""",
            (
                metric.total_steps,
                event.created_at,
                event.created_at,
                metric.step,
                event.created_at,
                metric.step_s,
                metric.left_s,
                *key,
            ),
        )
    measured.show_last(connection, key)
    judged.note(connection, key, judged.watched(told))


def _hear(connection: sqlite3.Connection, key: JobKey, events: Sequence[Event]) -> None:
    """Keep what stands only in the text of events: place in line, price, epochs, the reason of a failure."""
    from finetop.models.sayings import Said, said_by_all  # noqa: PLC0415 - as in `_measure`

    news = said_by_all(events)
    row = connection.execute("select said from job where account = ? and id = ?", key).fetchone()
    if row is None or news == Said():
        return
    told = Said.from_json(row[0]).then(news).to_json()
    connection.execute("update job set said = ? where account = ? and id = ?", (told, *key))
