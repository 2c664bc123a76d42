"""The server's rows as the objects of OpenAI's API."""

from __future__ import annotations

import json
import secrets
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

ORGANIZATION = "local"
# One read of random bytes for an id, since every step of a job makes one; that eight letters come up
# slightly more often leaves 24 of them as good as unique.
_LETTER_OF = (string.ascii_letters + string.digits).encode() * 4 + b"abcdefgh"


def new_id(prefix: str, length: int = 24) -> str:
    """A fresh random id in the style of the API."""
    return prefix + secrets.token_bytes(length).translate(_LETTER_OF).decode()


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def job_object(row: sqlite3.Row, result_files: list[str], queue_position: int | None) -> dict[str, Any]:
    """A fine_tuning.job; `queue_position`, which OpenAI does not have, is told while there is one."""
    method = job_method(row)
    extra = {} if queue_position is None else {"queue_position": queue_position}
    return extra | {
        "object": "fine_tuning.job",
        "id": row["id"],
        "created_at": row["created_at"],
        "finished_at": row["finished_at"],
        "estimated_finish": row["estimated_finish"],
        "status": row["status"],
        "model": row["model"],
        "fine_tuned_model": row["fine_tuned_model"],
        "organization_id": ORGANIZATION,
        "training_file": row["training_file"],
        "validation_file": row["validation_file"],
        "result_files": result_files,
        # Only supervised jobs have them here as well; the published schema wants an object of every job.
        "hyperparameters": method.get("supervised", {}).get("hyperparameters", {}),
        "method": method,
        "trained_tokens": row["trained_tokens"],
        "error": _loaded(row["error"]),
        "seed": row["seed"],
        "user_provided_suffix": row["suffix"],
        "integrations": _loaded(row["integrations"]) or [],
        "metadata": _loaded(row["metadata"]),
    }


def job_method(row: sqlite3.Row) -> dict[str, Any]:
    """How a job is trained: what was asked for, with numbers in the place of "auto" once they are known."""
    kind = row["method"]
    part: dict[str, Any] = {"hyperparameters": json.loads(row["resolved"] or row["requested"])}
    if kind == "reinforcement":
        part |= {"grader": _loaded(row["grader"]), "response_format": _loaded(row["response_format"])}
    return {"type": kind, kind: part}


def event_object(row: sqlite3.Row) -> dict[str, Any]:
    """A fine_tuning.job.event."""
    return {
        "object": "fine_tuning.job.event",
        "id": row["id"],
        "created_at": row["created_at"],
        "level": row["level"],
        "message": row["message"],
        "type": row["type"],
        "data": json.loads(row["data"]),
    }


def checkpoint_object(row: sqlite3.Row) -> dict[str, Any]:
    """A fine_tuning.job.checkpoint."""
    return {
        "object": "fine_tuning.job.checkpoint",
        "id": row["id"],
        "created_at": row["created_at"],
        "fine_tuning_job_id": row["job"],
        "fine_tuned_model_checkpoint": row["name"],
        "step_number": row["step"],
        "metrics": json.loads(row["metrics"]),
    }


def file_object(row: sqlite3.Row) -> dict[str, Any]:
    """A file."""
    answer = {
        "object": "file",
        "id": row["id"],
        "bytes": row["bytes"],
        "created_at": row["created_at"],
        "filename": row["filename"],
        "purpose": row["purpose"],
        "status": "processed",
    }
    if row["expires_at"] is not None:
        answer["expires_at"] = row["expires_at"]
    return answer


def model_object(name: str, created: int, owner: str) -> dict[str, Any]:
    """A model."""
    return {"object": "model", "id": name, "created": created, "owned_by": owner, "shutdown_date": None}


def permission_object(row: sqlite3.Row) -> dict[str, Any]:
    """A checkpoint.permission."""
    return {
        "object": "checkpoint.permission",
        "id": row["id"],
        "created_at": row["created_at"],
        "project_id": row["project"],
    }


def upload_object(row: sqlite3.Row, file: sqlite3.Row | None) -> dict[str, Any]:
    """An upload, with the file it became once it is complete."""
    return {
        "object": "upload",
        "id": row["id"],
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "filename": row["filename"],
        "purpose": row["purpose"],
        "bytes": row["bytes"],
        "status": row["status"],
        "file": None if file is None else file_object(file),
    }


def part_object(row: sqlite3.Row) -> dict[str, Any]:
    """An upload.part."""
    return {
        "object": "upload.part",
        "id": row["id"],
        "created_at": row["created_at"],
        "upload_id": row["upload"],
    }


def page(
    rows: Sequence[sqlite3.Row], limit: int, make: Callable[[sqlite3.Row], dict[str, Any]]
) -> dict[str, Any]:
    """One page of a list; `rows` holds one row more than `limit` where there is a next page."""
    return {"object": "list", "data": [make(row) for row in rows[:limit]], "has_more": len(rows) > limit}


def with_ends(answer: dict[str, Any], *, empty: str | None) -> dict[str, Any]:
    """A page that also names its first and last id, as files and checkpoints do."""
    data = answer["data"]
    return {
        **answer,
        "first_id": data[0]["id"] if data else empty,
        "last_id": data[-1]["id"] if data else empty,
    }
