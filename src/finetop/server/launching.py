"""What a worker finds in its directory when it starts, and what it leaves when it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.server import models
from finetop.server.durable import whole_file
from finetop.server.jobdir import CONTRACT
from finetop.server.trainers import data

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database
    from finetop.server.layout import Layout

TRAINER = "tiny"
_LAST_BYTES = 4096
_LAST_LINES = 5


def write_spec(database: Database, layout: Layout, job: sqlite3.Row) -> Path:
    """Make the directory of a job and its job.json; both are written once."""
    job_dir = layout.job(job["id"])
    job_dir.mkdir(mode=0o700, exist_ok=True)
    spec_path = job_dir / "job.json"
    if not spec_path.exists():
        spec = json.dumps(_spec(database, layout, job), indent=1)
        with whole_file(spec_path) as stream:
            stream.write(spec.encode())
    return job_dir


def _spec(database: Database, layout: Layout, job: sqlite3.Row) -> dict[str, Any]:
    model = models.known(database, layout, job["model"])
    return {
        "contract": CONTRACT,
        "job_id": job["id"],
        "trainer": TRAINER,
        "method": job["method"],
        "format": data.kind_for(job["method"], legacy=job["legacy"] is not None),
        "grader": None if job["grader"] is None else json.loads(job["grader"]),
        "model": {
            "name": model.name,
            "path": None if model.path is None else str(model.path),
            "sha256": model.sha256,
        },
        "hyperparameters": json.loads(job["resolved"]),
        "seed": job["seed"],
        "suffix": job["suffix"],
        "output_model": job["output_model"],
        "training_file": _file(database, layout, job["training_file"]),
        "validation_file": _file(database, layout, job["validation_file"]),
    }


def _file(database: Database, layout: Layout, file_id: str | None) -> dict[str, str] | None:
    if file_id is None:
        return None
    row = database.one("select sha256 from file where id = ?", (file_id,))
    if row is None:
        raise FileNotFoundError(f"{file_id} was deleted")
    return {"id": file_id, "path": str(layout.file(file_id)), "sha256": row["sha256"]}


def last_words(job_dir: Path) -> str:
    """The end of a worker's log, for the message of a job it failed."""
    try:
        with (job_dir / "worker.log").open("rb") as log:
            log.seek(max(0, log.seek(0, 2) - _LAST_BYTES))
            lines = log.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ""
    lines = [line for line in lines if line.strip()][-_LAST_LINES:]
    return "Its last lines: " + " | ".join(lines) if lines else ""
