"""The last days of tuned models, kept on their jobs' rows: lists and rules look for them by the thousand."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from finetop.shutdown import Shutdowns
from finetop.store.database import Database, tick

if TYPE_CHECKING:
    from finetop.models import Job

BATCH = 500
"""Rows per write transaction, so that no other writer waits for long."""


class Endings:
    """The last days of one account's models, by its list of models as it is in the store."""

    def __init__(self, connection: sqlite3.Connection, account: int) -> None:
        self._connection = connection
        self._account = account

    def keep(self, job: Job) -> None:
        """Put the last day of the job's tuned model on its row, inside the caller's transaction."""
        if job.fine_tuned_model is None or not self._shutdowns:
            return  # without a day in the list there is none on any row
        ending = self._shutdowns.of(job.fine_tuned_model, job.model)
        at = None if ending is None else ending.at
        self._connection.execute(
            "update job set ends_at = ? where account = ? and id = ? and ends_at is not ?",
            (at, self._account, job.id, at),
        )

    @cached_property
    def _shutdowns(self) -> Shutdowns:
        """Read when the first job asks: most that is saved has no tuned model."""
        return Shutdowns(told(self._connection, self._account))


def told(connection: sqlite3.Connection, account: int) -> dict[str, str | None]:
    """Every listed model of an account and its last day."""
    return dict(
        connection.execute(
            "select id, json_extract(form, '$.shutdown_date') from model where account = ?", (account,)
        )
    )


def renew(database: Database, account: int, days: Mapping[str, str | None]) -> bool:
    """Put the last days that a new list of models tells on the jobs' rows; True where any has changed."""
    shutdowns = Shutdowns(days)
    found = database.connection.execute(
        """select id, json_extract(form, '$.fine_tuned_model') tuned, json_extract(form, '$.model'), ends_at
        from job where account = ? and tuned is not null""",
        (account,),
    ).fetchall()
    changed = []
    for id_, tuned, base, before in found:
        ending = shutdowns.of(tuned, base)
        at = None if ending is None else ending.at
        if at != before:
            changed.append((at, id_))
    for start in range(0, len(changed), BATCH):
        with database.write() as connection:
            seq = tick(connection)
            connection.executemany(
                "update job set ends_at = ?, seq = ? where account = ? and id = ?",
                [(at, seq, account, id_) for at, id_ in changed[start : start + BATCH]],
            )
    return bool(changed)
