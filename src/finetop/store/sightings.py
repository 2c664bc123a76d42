"""The states in which a job was seen, and when: written as they are met, for no provider keeps them."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from finetop.store.job_rows import FINAL, JobKey

if TYPE_CHECKING:
    from collections.abc import Iterable

    from finetop.models import Job
    from finetop.store.database import Database


class Sighting(NamedTuple):
    """A job was in another state than before."""

    at: float
    """When that was seen, in our wall time."""
    since: float | None
    """When its provider had been heard last before: the change lies between the two."""
    status: str
    raw_status: str


class Sightings:
    """The table of sightings."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, key: JobKey) -> list[Sighting]:
        """A job's states as they were seen, the first one first."""
        found = self._db.connection.execute(
            "select at, since, status, raw_status from sighting where account = ? and job = ? order by seq",
            key,
        )
        return [Sighting(*line) for line in found]

    def chosen(self, key: JobKey) -> frozenset[str]:
        """The settings that were left to the provider: those that were seen as `auto`."""
        found: tuple[str] | None = self._db.connection.execute(
            "select autos from job where account = ? and id = ?", key
        ).fetchone()
        return frozenset() if found is None else frozenset(json.loads(found[0]))


def note(
    connection: sqlite3.Connection, key: JobKey, job: Job, *, was: str | None, seq: int, now: float
) -> None:
    """Keep that a job is in another state, inside the caller's transaction; `was` is its status before.

    A job that had ended when it was first seen was seen in no state worth keeping.
    """
    status = job.status.value
    if was is None and status in FINAL:
        return
    last = connection.execute(
        "select status, raw_status from sighting where account = ? and job = ? order by seq desc limit 1", key
    ).fetchone()
    if last == (status, job.raw_status) or (last is None and status == was and status in FINAL):
        return
    connection.execute(
        """insert or ignore into sighting (account, job, seq, at, since, status, raw_status)
        values (?, ?, ?, ?, (select last_ok_at from contact where account = ?), ?, ?)""",
        (*key, seq, now, key.account, status, job.raw_status),
    )


def autos(settings: Iterable[tuple[str, object]], before: str) -> str:
    """The names of the settings that are `auto`, or were: JSON, as it is kept."""
    named = {name for name, value in settings if value == "auto"}
    return before if named <= set(json.loads(before)) else json.dumps(sorted(named | set(json.loads(before))))
