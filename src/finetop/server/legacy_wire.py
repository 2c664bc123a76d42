"""The server's rows as the older API's fine-tune objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from finetop.server import jobs, legacy_events, wire

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from finetop.server.database import Database

_STATUSES = {"running": "running", "succeeded": "succeeded", "failed": "failed", "cancelled": "cancelled"}
"""Everything else waits for something, which that API calls pending."""


def fine_tune_object(database: Database, job: sqlite3.Row, *, with_events: bool) -> dict[str, Any]:
    """A fine-tune; a listing leaves the events out."""
    last = database.one("select created_at from event where job = ? order by n desc limit 1", (job["id"],))
    updated_at = max(job["created_at"], job["finished_at"] or 0, last["created_at"] if last else 0)
    answer = {
        "object": "fine-tune",
        "id": job["id"],
        "model": job["model"],
        "created_at": job["created_at"],
        "updated_at": updated_at,
        "fine_tuned_model": job["fine_tuned_model"],
        "organization_id": wire.ORGANIZATION,
        "status": _STATUSES.get(job["status"], "pending"),
        "hyperparams": _hyperparams(job),
        "training_files": _files(database, job, [job["training_file"]]),
        "validation_files": _files(database, job, [job["validation_file"]]),
        "result_files": _files(database, job, jobs.result_files(database, job["id"])),
    }
    if with_events:
        answer["events"] = [item.object() for item in legacy_events.said(database, job)]
    return answer


def _hyperparams(job: sqlite3.Row) -> dict[str, Any]:
    """Numbers once they are known, null before; and whatever only this API can ask for."""
    numbers = json.loads(job["resolved"] or job["requested"])
    known = {
        name: None if numbers.get(name) == "auto" else numbers.get(name)
        for name in ("n_epochs", "batch_size", "learning_rate_multiplier")
    }
    # A prompt gives no loss here, unless somebody asked for another weight.
    return {**known, "prompt_loss_weight": 0.0, **json.loads(job["legacy"] or "{}")}


def _files(database: Database, job: sqlite3.Row, file_ids: Sequence[str | None]) -> list[dict[str, Any]]:
    return [_file(database, job, file_id) for file_id in file_ids if file_id is not None]


def _file(database: Database, job: sqlite3.Row, file_id: str) -> dict[str, Any]:
    row = database.one("select * from file where id = ?", (file_id,))
    if row is not None:
        return wire.file_object(row)
    return {
        "object": "file",
        "id": file_id,
        "bytes": 0,
        "created_at": job["created_at"],
        "filename": file_id,
        "purpose": "fine-tune",
        "status": "deleted",
    }
