"""Rows of jobs: created, asked for, and moved from state to state."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finetop.server import events
from finetop.server.wire import new_id

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database

FINAL = frozenset({"succeeded", "failed", "cancelled"})
_UNFINISHED = "status in ('validating_files', 'queued', 'running', 'paused')"
_TURN = "coalesce(resumed_at, created_at)"


@dataclass(frozen=True)
class NewJob:
    """A create request that was found good."""

    model: str
    root: str
    """The base model at the bottom of `model`."""
    training_file: str
    validation_file: str | None
    hyperparameters: dict[str, Any]
    """As asked for: numbers or "auto"."""
    seed: int
    suffix: str | None
    integrations: list[dict[str, Any]] | None
    metadata: dict[str, str] | None
    method: str = "supervised"
    grader: dict[str, Any] | None = None
    response_format: dict[str, Any] | None = None
    """Of the answers a reinforcement job samples; kept and given back, this model follows none."""
    legacy: dict[str, Any] | None = None
    """What only a request for the older fine-tune can say; None for one of today's."""
    unheeded: tuple[str, ...] = ()
    """What was asked for, is kept and given back, and changes nothing here."""


def create(
    database: Database,
    new: NewJob,
    *,
    idempotency_key: str | None = None,
    request_sha256: str | None = None,
    at: float | None = None,
) -> sqlite3.Row:
    """Write the row of a new job and its first events."""
    job_id = new_id("ftjob-" if new.legacy is None else "ft-")
    now = int(time.time() if at is None else at)
    values = {
        "id": job_id,
        "created_at": now,
        "status": "validating_files",
        "model": new.model,
        "root": new.root,
        "output_model": f"ft:{new.root}:local:{new.suffix or ''}:{new_id('', 8)}",
        "training_file": new.training_file,
        "validation_file": new.validation_file,
        "requested": json.dumps(new.hyperparameters),
        "method": new.method,
        "grader": json.dumps(new.grader) if new.grader is not None else None,
        "response_format": json.dumps(new.response_format) if new.response_format is not None else None,
        "legacy": json.dumps(new.legacy) if new.legacy is not None else None,
        "seed": new.seed,
        "suffix": new.suffix,
        "integrations": json.dumps(new.integrations) if new.integrations else None,
        "metadata": json.dumps(new.metadata) if new.metadata is not None else None,
        "idempotency_key": idempotency_key,
        "request_sha256": request_sha256,
    }
    checked = f"Validating training file: {new.training_file}"
    if new.validation_file:
        checked += f" and validation file: {new.validation_file}"
    with database.write() as connection:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(f"insert into job ({names}) values ({marks})", values)
        events.say(connection, job_id, f"Created fine-tuning job: {job_id}", at=at)
        if new.unheeded:
            said = f"Kept, but of no effect on this model: {', '.join(new.unheeded)}"
            events.say(connection, job_id, said, level="warn", at=at)
        events.say(connection, job_id, checked, at=at)
    return get(database, job_id)


def find(database: Database, job_id: str) -> sqlite3.Row | None:
    """One job, or None."""
    return database.one("select * from job where id = ?", (job_id,))


def get(database: Database, job_id: str) -> sqlite3.Row:
    """One job that is known to exist."""
    row = find(database, job_id)
    if row is None:
        raise LookupError(job_id)
    return row


def by_idempotency_key(database: Database, key: str) -> sqlite3.Row | None:
    """The job an earlier request with this key made."""
    return database.one("select * from job where idempotency_key = ?", (key,))


def newest(
    database: Database,
    *,
    limit: int,
    before: int | None,
    metadata: dict[str, str] | None = None,
    without_metadata: bool = False,
) -> list[sqlite3.Row]:
    """Jobs from newest to oldest, one more than `limit` where there are more."""
    conditions = ["1 = 1"]
    values: list[Any] = []
    if before is not None:
        conditions.append("n < ?")
        values.append(before)
    if without_metadata:
        conditions.append("(metadata is null or metadata = '{}')")
    for key, value in (metadata or {}).items():
        conditions.append("exists (select 1 from json_each(metadata) where key = ? and value = ?)")
        values += [key, value]
    where = " and ".join(conditions)
    return database.all(f"select * from job where {where} order by n desc limit ?", (*values, limit + 1))


def in_state(database: Database, *statuses: str) -> list[sqlite3.Row]:
    """Jobs of these statuses, in the order of their turns."""
    marks = ", ".join("?" * len(statuses))
    return database.all(f"select * from job where status in ({marks}) order by {_TURN}, n", statuses)


def queue_position(database: Database, job: sqlite3.Row) -> int | None:
    """A waiting job's place in the line, from 1; None for any other, and once its worker is starting."""
    if job["status"] != "queued" or job["handle"] is not None:
        return None
    row = database.one(
        "select count(*) places from job where status = 'queued' and handle is null "
        f"and ({_TURN}, n) <= (?, ?)",
        (job["resumed_at"] or job["created_at"], job["n"]),
    )
    return None if row is None else int(row["places"])


def unfinished(database: Database) -> list[sqlite3.Row]:
    """Jobs that are still to end, oldest first."""
    return database.all(f"select * from job where {_UNFINISHED} order by n")


def going_on(database: Database) -> bool:
    """Whether there is a job that trains or waits for its turn; a paused one waits for its user."""
    question = "select 1 from job where status in ('validating_files', 'queued', 'running') limit 1"
    return database.one(question) is not None


def using_file(database: Database, file_id: str) -> sqlite3.Row | None:
    """An unfinished job that needs this file."""
    return database.one(
        f"select * from job where {_UNFINISHED} and (training_file = ? or validation_file = ?)",
        (file_id, file_id),
    )


def using_model(database: Database, name: str) -> sqlite3.Row | None:
    """An unfinished job that starts from this tuned model."""
    return database.one(f"select * from job where {_UNFINISHED} and model = ?", (name,))


def result_files(database: Database, job_id: str) -> list[str]:
    """The ids of the files a job wrote, the measurements of its steps first."""
    rows = database.all("select file from result_file where job = ? order by rowid", (job_id,))
    return [row["file"] for row in rows]


def queue(
    database: Database,
    job_id: str,
    resolved: dict[str, int | float],
    work_s: float,
    *,
    at: float | None = None,
) -> None:
    """The files are good: show the numbers in the place of "auto", and wait for a slot."""
    with database.write() as connection:
        moved = connection.execute(
            "update job set status = 'queued', resolved = ?, work_s = ? "
            "where id = ? and status = 'validating_files'",
            (json.dumps(resolved), work_s, job_id),
        )
        if moved.rowcount:
            events.say(connection, job_id, "Files validated, moving job to queued state", at=at)


def begin_attempt(database: Database, job_id: str) -> int:
    """Count one more start of a worker, before it starts."""
    with database.write() as connection:
        connection.execute(
            "update job set attempt = attempt + 1, handle = null, pausing = 0 where id = ?", (job_id,)
        )
        row = connection.execute("select attempt from job where id = ?", (job_id,)).fetchone()
    attempt: int = row["attempt"]
    return attempt


def set_handle(database: Database, job_id: str, handle: str) -> None:
    """Remember which process works on a job."""
    with database.write() as connection:
        connection.execute("update job set handle = ? where id = ?", (handle, job_id))


def mark(database: Database, job_id: str, *, cancelling: bool = False, pausing: bool = False) -> None:
    """Remember what a worker is about to be asked, before it is asked."""
    with database.write() as connection:
        if cancelling:
            connection.execute("update job set cancelling = 1 where id = ?", (job_id,))
        if pausing:
            connection.execute("update job set pausing = 1 where id = ?", (job_id,))


def requeue(database: Database, job_id: str, said: str, *, crashed: bool) -> None:
    """Let a job whose worker is gone wait for a new one."""
    with database.write() as connection:
        connection.execute(
            "update job set status = 'queued', handle = null, pausing = 0, estimated_finish = null, "
            f"crashes = crashes + ? where id = ? and {_UNFINISHED}",
            (int(crashed), job_id),
        )
        events.say(connection, job_id, said, level="warn" if crashed else "info")


def end(
    connection: sqlite3.Connection,
    job_id: str,
    status: str,
    said: str,
    *,
    error: dict[str, Any] | None = None,
    at: float | None = None,
) -> bool:
    """Give a job its last status inside a transaction; False if it already had one."""
    moved = connection.execute(
        "update job set status = ?, finished_at = ?, error = ?, estimated_finish = null, cancelling = 0, "
        f"pausing = 0 where id = ? and {_UNFINISHED}",
        (status, int(at or time.time()), json.dumps(error) if error else None, job_id),
    )
    if moved.rowcount:
        events.say(connection, job_id, said, level="error" if status == "failed" else "info", at=at)
    return bool(moved.rowcount)


def fail(
    database: Database,
    job_id: str,
    code: str,
    message: str,
    param: str | None = None,
    *,
    at: float | None = None,
) -> None:
    """End a job that cannot be done."""
    error = {"code": code, "message": message, "param": param}
    with database.write() as connection:
        end(connection, job_id, "failed", f"The job failed: {message}", error=error, at=at)


def cancelled(database: Database, job_id: str) -> None:
    """End a job that was asked to stop and has stopped."""
    with database.write() as connection:
        end(connection, job_id, "cancelled", "The job was cancelled")
