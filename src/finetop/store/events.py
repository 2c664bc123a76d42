"""Event logs and measurements: appended in the server's order, read in pages."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from finetop.store.jobs import touch
from finetop.store.rows import Curves, EventRow, JobKey, Series

if TYPE_CHECKING:
    from finetop.models import Event, Metric
    from finetop.store.schema import Database

BATCH = 500
"""Rows per write transaction, so that no other writer waits for long."""

_METRICS = (
    "train_loss",
    "valid_loss",
    "full_valid_loss",
    "train_accuracy",
    "valid_accuracy",
    "full_valid_accuracy",
    "rate",
)


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
            for metric in metrics:
                _save_metric(connection, key, metric)
            _show_last(connection, key)
            touch(connection, key)

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

    def count(self, key: JobKey) -> int:
        """How many events a job has."""
        found: tuple[int] = self._db.connection.execute(
            "select count(*) from event where account = ? and job = ?", key
        ).fetchone()
        return found[0]

    def page(self, key: JobKey, start: int, size: int) -> list[EventRow]:
        """`size` events from the `start`-th on, oldest first."""
        found = self._db.connection.execute(
            """select rowid, coalesce(created_at, 0), level, message, type, id from event
            where account = ? and job = ? order by rowid limit ? offset ?""",
            (*key, size, start),
        )
        return [EventRow(*line) for line in found]

    def curves(self, key: JobKey) -> Curves:
        """Everything measured of a job."""
        lines = self._db.connection.execute(
            f"""select step, epoch, {", ".join(_METRICS)} from metric
            where account = ? and job = ? order by step""",
            key,
        ).fetchall()
        head = self._db.connection.execute(
            "select seq, total_steps from job where account = ? and id = ?", key
        ).fetchone() or (0, None)
        columns = (
            dict(zip(("step", "epoch", *_METRICS), zip(*lines, strict=True), strict=False)) if lines else {}
        )
        steps = columns.get("step", ())

        def series(*names: str) -> Series:
            for name in names:
                pairs = [(s, v) for s, v in zip(steps, columns.get(name, ()), strict=False) if v is not None]
                if pairs:
                    return Series(*map(tuple, zip(*pairs, strict=True)))
            return Series()

        return Curves(
            key=key,
            seq=head[0],
            total_steps=head[1],
            epoch_steps=_epoch_ends(steps, columns.get("epoch", ())),
            train_loss=series("train_loss"),
            valid_loss=series("full_valid_loss", "valid_loss")
            if not _dense(columns)
            else series("valid_loss"),
            train_accuracy=series("train_accuracy"),
            valid_accuracy=series("valid_accuracy", "full_valid_accuracy"),
            rate=series("rate"),
        )


def _dense(columns: dict[str, tuple[float | None, ...]]) -> bool:
    """True when the small validation was measured more often than the whole one, so shows more."""
    small = sum(value is not None for value in columns.get("valid_loss", ()))
    return small > sum(value is not None for value in columns.get("full_valid_loss", ()))


def _epoch_ends(steps: Sequence[int], epochs: Sequence[float | None]) -> tuple[int, ...]:
    """The steps at which the epoch passed a whole number."""
    ends, before = [], 0
    for step, epoch in zip(steps, epochs, strict=False):
        if epoch is not None and int(epoch) > before:
            before = int(epoch)
            ends.append(step)
    return tuple(ends)


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
    for event in events:
        metric = Metric.from_event(event)
        if metric is None:
            if event.created_at is not None and "started" in event.message.lower():
                connection.execute(
                    "update job set started_at = coalesce(started_at, ?) where account = ? and id = ?",
                    (event.created_at, *key),
                )
            continue
        _save_metric(connection, key, metric)
        connection.execute(
            """update job set total_steps = coalesce(?, total_steps), started_at = coalesce(started_at, ?),
            first_step_at = iif(first_step is null, ?, first_step_at), first_step = coalesce(first_step, ?),
            last_step_at = ? where account = ? and id = ?""",
            (metric.total_steps, event.created_at, event.created_at, metric.step, event.created_at, *key),
        )
    _show_last(connection, key)


def _hear(connection: sqlite3.Connection, key: JobKey, events: Sequence[Event]) -> None:
    """Keep what stands only in the text of events: place in line, price, epochs, the reason of a failure."""
    from finetop.models.sayings import Said, said_by_all  # noqa: PLC0415 - as in `_measure`

    news = said_by_all(events)
    row = connection.execute("select said from job where account = ? and id = ?", key).fetchone()
    if row is None or news == Said():
        return
    told = Said.from_json(row[0]).then(news).to_json()
    connection.execute("update job set said = ? where account = ? and id = ?", (told, *key))


def _save_metric(connection: sqlite3.Connection, key: JobKey, metric: Metric) -> None:
    values = [metric.values.get(name) for name in _METRICS]
    updates = ", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in ("epoch", *_METRICS))
    connection.execute(
        f"""insert into metric (account, job, step, epoch, {", ".join(_METRICS)})
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update set {updates}""",
        (*key, metric.step, metric.epoch, *values),
    )


def _show_last(connection: sqlite3.Connection, key: JobKey) -> None:
    """Copy the newest measurements to the job's row, which the list draws."""
    connection.execute(
        """update job set
        (step, epoch) = (select step, epoch from metric m where m.account = job.account and m.job = job.id
            order by step desc limit 1),
        train_loss = (select train_loss from metric m where m.account = job.account and m.job = job.id
            and train_loss is not null order by step desc limit 1),
        valid_loss = (select coalesce(full_valid_loss, valid_loss) from metric m where m.account = job.account
            and m.job = job.id and coalesce(full_valid_loss, valid_loss) is not null
            order by step desc limit 1)
        where account = ? and id = ?""",
        key,
    )
