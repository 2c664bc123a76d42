"""A job's events in the words of the older API, oldest first, made from today's rows.

That API knows no steps and no checkpoints, but the place in the queue and the epochs, each in one sentence.
Every sentence hangs on a row of the table, so that a list and a stream, now or later, tell the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finetop.server import jobs

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database

_CREATED = "Created fine-tuning job: "
_QUEUED = "Files validated, moving job to queued state"
_STARTED = "Fine-tuning job started"
_MODEL = "New fine-tuned model created: "
_SUCCEEDED = "The job has successfully completed"
_CANCELLED = "The job was cancelled"
_FAILED = "The job failed: "
_LEAVES = f"(message in ('{_STARTED}', '{_CANCELLED}') or message glob '{_FAILED}*')"


@dataclass(frozen=True)
class Said:
    """One sentence; `n` is the row it hangs on."""

    n: int
    created_at: int
    message: str
    level: str = "info"

    def object(self) -> dict[str, Any]:
        """A fine-tune-event."""
        return {
            "object": "fine-tune-event",
            "created_at": self.created_at,
            "level": self.level,
            "message": self.message,
        }


def newest_row(database: Database) -> int:
    """The number of the last event of all jobs."""
    row = database.one("select max(n) n from event")
    return row["n"] or 0 if row is not None else 0


def said(database: Database, job: sqlite3.Row, after: int = 0) -> list[Said]:
    """What happened to a job after a row."""
    found = [*_told(database, job, after), *_epochs(database, job, after), *_places(database, job, after)]
    return sorted(found, key=lambda item: item.n)


def _told(database: Database, job: sqlite3.Row, after: int) -> list[Said]:
    """Everything in words; what belongs to a step is left out, and the queue is told with its places."""
    rows = database.all(
        "select n, created_at, level, message from event where job = ? and n > ? and type = 'message' "
        "and step is null order by n",
        (job["id"], after),
    )
    return [
        Said(row["n"], row["created_at"], sentence, row["level"])
        for row in rows
        if row["message"] != _QUEUED
        for sentence in _sentences(database, job, row["message"])
    ]


def _sentences(database: Database, job: sqlite3.Row, message: str) -> list[str]:
    if message.startswith(_CREATED):
        return [f"Created fine-tune: {job['id']}"]
    if message.startswith(_MODEL):
        files = jobs.result_files(database, job["id"])
        model = message.removeprefix(_MODEL)
        return [f"Uploaded model: {model}", *(f"Uploaded result file: {file}" for file in files)]
    if message.startswith(_FAILED):
        return [f"Fine-tune failed. {message.removeprefix(_FAILED)}"]
    words = {
        _STARTED: "Fine-tune started",
        _SUCCEEDED: "Fine-tune succeeded",
        _CANCELLED: "Fine-tune cancelled",
    }
    return [words.get(message, message)]


def _epochs(database: Database, job: sqlite3.Row, after: int) -> list[Said]:
    """The ends of epochs; the last step of each has an event of its own."""
    first = database.one(
        "select data from event where job = ? and type = 'metrics' order by n limit 1", (job["id"],)
    )
    if first is None or job["resolved"] is None:
        return []
    total, epochs = json.loads(first["data"]).get("total_steps"), json.loads(job["resolved"])["n_epochs"]
    if not total or total % epochs:
        return []
    ends = range(total // epochs, total + 1, total // epochs)
    marks = ", ".join("?" for _ in ends)
    rows = database.all(
        "select n, created_at, step from event where job = ? and type = 'metrics' "
        f"and step in ({marks}) and n > ?",
        (job["id"], *ends, after),
    )
    return [
        Said(row["n"], row["created_at"], f"Completed epoch {row['step'] * epochs // total}/{epochs}")
        for row in rows
    ]


def _places(database: Database, job: sqlite3.Row, after: int) -> list[Said]:
    """How many jobs were ahead when this one queued up, and each change of that until it started."""
    queued = _next(database, job["id"], 0, f"message = '{_QUEUED}'")
    if queued is None:
        return []
    left = _next(database, job["id"], queued["n"], _LEAVES)
    last = left["n"] if left is not None else newest_row(database) + 1
    if last <= after:
        return []
    changes = [(queued["n"], queued["created_at"], 0)]
    for other in _ahead(database, job):
        came = _next(database, other["id"], 0, f"message = '{_QUEUED}'")
        if came is None or came["n"] > last:
            continue
        went = _next(database, other["id"], came["n"], _LEAVES)
        changes.append((came["n"], came["created_at"], 1))
        if went is not None:
            changes.append((went["n"], went["created_at"], -1))
    place, found = 0, []
    for n, at, change in sorted(changes):
        place += change
        if n == queued["n"]:
            found.append(Said(n, at, f"Fine-tune enqueued. Queue number: {place}"))
        elif queued["n"] < n < last:
            found.append(Said(n, at, f"Fine-tune is in the queue. Queue number: {place}"))
    return [item for item in found if item.n > after]


def _ahead(database: Database, job: sqlite3.Row) -> list[sqlite3.Row]:
    """The jobs whose turn is before this one's, but for those that had ended before it was made."""
    return database.all(
        "select id from job where (coalesce(resumed_at, created_at), n) < (?, ?) "
        "and (finished_at is null or finished_at >= ?)",
        (job["resumed_at"] or job["created_at"], job["n"], job["created_at"]),
    )


def _next(database: Database, job_id: str, after: int, condition: str) -> sqlite3.Row | None:
    return database.one(
        "select n, created_at from event where job = ? and n > ? and type = 'message' "
        f"and {condition} order by n limit 1",
        (job_id, after),
    )
