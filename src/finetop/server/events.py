"""Rows of events and checkpoints; their order is the order in which they were written."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from finetop.server.wire import new_id

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database


def say(
    connection: sqlite3.Connection,
    job_id: str,
    message: str,
    *,
    level: str = "info",
    kind: str = "message",
    data: dict[str, Any] | None = None,
    step: int | None = None,
    at: float | None = None,
) -> None:
    """Add one event inside a transaction; one that was already said for this step is left out."""
    connection.execute(
        "insert into event (id, job, created_at, level, message, type, data, step) "
        "values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (job, type, step) where step is not null do nothing",
        (
            new_id("ftevent-"),
            job_id,
            int(time.time() if at is None else at),
            level,
            message,
            kind,
            json.dumps(data or {}),
            step,
        ),
    )


def newest(database: Database, job_id: str, *, limit: int, before: int | None) -> list[sqlite3.Row]:
    """Events of a job from newest to oldest, one more than `limit` where there are more."""
    return _newest(database, "event", job_id, limit=limit, before=before)


def newest_checkpoints(
    database: Database, job_id: str, *, limit: int, before: int | None
) -> list[sqlite3.Row]:
    """Checkpoints of a job from newest to oldest, one more than `limit` where there are more."""
    return _newest(database, "checkpoint", job_id, limit=limit, before=before)


def _newest(
    database: Database, table: str, job_id: str, *, limit: int, before: int | None
) -> list[sqlite3.Row]:
    if before is None:
        before = 1 << 62
    return database.all(
        f"select * from {table} where job = ? and n < ? order by n desc limit ?", (job_id, before, limit + 1)
    )


def add_checkpoint(
    connection: sqlite3.Connection,
    job_id: str,
    name: str,
    line: dict[str, Any],
    *,
    metrics: dict[str, Any],
    at: float,
) -> None:
    """Add one usable checkpoint and the event that tells of it."""
    step = line["step"]
    connection.execute(
        "insert into checkpoint (id, job, created_at, name, step, metrics, path, bytes, sha256) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (job, step) do update set "
        "path = excluded.path, bytes = excluded.bytes, sha256 = excluded.sha256",
        (
            new_id("ftckpt_"),
            job_id,
            int(at),
            name,
            step,
            json.dumps(metrics),
            line["path"],
            line["bytes"],
            line["sha256"],
        ),
    )
    say(connection, job_id, f"Checkpoint created at step {step}", data={"step": step}, step=step, at=at)
