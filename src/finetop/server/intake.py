"""What a worker wrote into events.jsonl, taken into the database: offset and rows in one transaction."""

from __future__ import annotations

import hashlib
import logging
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from finetop.server import events, jobs, metrics, pauses
from finetop.server.durable import whole_file
from finetop.server.jobdir import read_events, sha256_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from finetop.server.database import Database
    from finetop.server.layout import Layout

_log = logging.getLogger(__name__)

RESULTS = {"result_csv": "step_metrics.csv", "examples_csv": "examples.csv"}
"""What a worker writes to be served, in the order in which a job names it, and what it is called there."""
OLDER_RESULTS = {**RESULTS, "result_csv": "compiled_results.csv"}

_LEVELS = {"info": "info", "warn": "warn", "warning": "warn", "error": "error"}


class Intake:
    """Reads each job's events.jsonl on from where it stopped."""

    def __init__(self, database: Database, layout: Layout) -> None:
        self._database = database
        self._layout = layout

    def heard_at(self, job_id: str) -> float:
        """When the worker of a job last wrote a line; 0 if it never did."""
        row = self._database.one("select heard_at from tail where job = ?", (job_id,))
        return row["heard_at"] if row else 0.0

    def drain(self, job_id: str) -> bool:
        """Take in whatever is new; True if there was anything."""
        tail = self._database.one("select offset, seq from tail where job = ?", (job_id,))
        offset, last_seq = (tail["offset"], tail["seq"]) if tail else (0, 0)
        lines, new_offset = read_events(self._layout.job(job_id) / "events.jsonl", offset)
        if new_offset == offset:
            return False
        # Hashing and copying take time and may be repeated; the transaction below only writes rows.
        result = self._result(job_id, lines)
        with self._database.write() as connection:
            for line in lines:
                try:
                    self.take(connection, job_id, line, result)
                except (KeyError, TypeError, ValueError) as error:
                    # A worker of another version: one odd line must not hide the others.
                    _log.warning("%s: event %s cannot be read: %r", job_id, line.get("seq"), error)
                last_seq = max(last_seq, line["seq"])
            heard_at = lines[-1]["t"] if lines else time.time()
            connection.execute(
                "insert into tail (job, offset, seq, heard_at) values (?, ?, ?, ?) "
                "on conflict (job) do update set offset = excluded.offset, seq = excluded.seq, "
                "heard_at = excluded.heard_at",
                (job_id, new_offset, last_seq, heard_at),
            )
        return True

    def take(
        self, connection: sqlite3.Connection, job_id: str, line: dict[str, Any], result: Result | None
    ) -> None:
        """Write what one line of events.jsonl means; `result` is what `succeeded` publishes."""
        kind, at = line["type"], line["t"]
        if kind == "metrics":
            self._take_metrics(connection, job_id, line)
        elif kind == "checkpoint":
            row = connection.execute("select output_model from job where id = ?", (job_id,)).fetchone()
            name = f"{row['output_model']}:ckpt-step-{line['step']}"
            measured = metrics.of_checkpoint({"step": line["step"], **line.get("metrics", {})})
            events.add_checkpoint(connection, job_id, name, line, metrics=measured, at=at)
        elif kind == "artifact":
            connection.execute(
                "insert or replace into artifact (job, kind, path, bytes, sha256) values (?, ?, ?, ?, ?)",
                (job_id, line["kind"], line["path"], line["bytes"], line["sha256"]),
            )
        elif kind == "running":
            self._take_running(connection, job_id, line)
        elif kind == "log":
            level = _LEVELS.get(line.get("level", "info"), "info")
            events.say(connection, job_id, str(line["message"]), level=level, at=at)
        elif kind == "paused":
            pauses.take_in(connection, job_id, line["step"], at)
        elif kind == "cancelled":
            jobs.end(connection, job_id, "cancelled", "The job was cancelled", at=at)
        elif kind == "failed":
            error = {"code": line["code"], "message": line["message"], "param": line.get("param")}
            jobs.end(connection, job_id, "failed", f"The job failed: {line['message']}", error=error, at=at)
        elif kind == "succeeded" and result is not None:
            result.publish(connection, job_id, line)

    def _take_metrics(self, connection: sqlite3.Connection, job_id: str, line: dict[str, Any]) -> None:
        step, total, at = line["step"], line["total_steps"], line["t"]
        events.say(
            connection,
            job_id,
            metrics.sentence(line),
            kind="metrics",
            data=metrics.of_event(line),
            step=step,
            at=at,
        )
        job = connection.execute(
            "select running_at, running_step, estimated_finish from job where id = ?", (job_id,)
        ).fetchone()
        if job["running_at"] is None or step <= job["running_step"]:
            return
        left_s = (at - job["running_at"]) / (step - job["running_step"]) * (total - step)
        finish = int(at + left_s)
        # A guess that wobbles by a second at each step would make every poll news.
        known = job["estimated_finish"]
        if known is None or abs(finish - known) > max(2.0, left_s / 20):
            connection.execute("update job set estimated_finish = ? where id = ?", (finish, job_id))

    def _take_running(self, connection: sqlite3.Connection, job_id: str, line: dict[str, Any]) -> None:
        at, resumed = line["t"], line.get("resume_step") or 0
        connection.execute(
            "update job set status = 'running', running_at = ?, running_step = ? "
            "where id = ? and status in ('queued', 'running')",
            (at, resumed, job_id),
        )
        said = f"Fine-tuning job resumed after step {resumed}" if resumed else "Fine-tuning job started"
        events.say(connection, job_id, said, at=at)

    def _result(self, job_id: str, lines: list[dict[str, Any]]) -> Result | None:
        if not any(line["type"] == "succeeded" for line in lines):
            return None
        rows = self._database.all("select kind, path, sha256 from artifact where job = ?", (job_id,))
        artifacts = {row["kind"]: (row["path"], row["sha256"]) for row in rows}
        artifacts |= {
            line["kind"]: (line["path"], line["sha256"]) for line in lines if line["type"] == "artifact"
        }
        return Result.verified(self._layout, job_id, artifacts)


class Kept(NamedTuple):
    """A result file where files are served."""

    kind: str
    id: str
    bytes: int
    sha256: str


class Result:
    """What a worker says it made, looked at before it is believed."""

    def __init__(self, problem: str | None, *, files: Sequence[Kept] = ()) -> None:
        self.problem = problem
        self._files = files

    @classmethod
    def verified(cls, layout: Layout, job_id: str, artifacts: dict[str, tuple[str, str]]) -> Result:
        """Compare the files with their hashes and copy the result files to where files are served."""
        for kind in ("weights", "result_csv"):
            if kind not in artifacts:
                return cls(f"the worker named no {kind}")
        for path, sha256 in artifacts.values():
            if not (layout.job(job_id) / path).is_file():
                return cls(f"{path} is missing")
            if sha256_of(layout.job(job_id) / path) != sha256:
                return cls(f"{path} is not what the worker wrote")
        found = {
            kind: (layout.job(job_id) / artifacts[kind][0]).read_bytes()
            for kind in RESULTS
            if kind in artifacts
        }
        return cls.kept(layout, job_id, found)

    @classmethod
    def kept(cls, layout: Layout, job_id: str, contents: Mapping[str, bytes]) -> Result:
        """Put result files where files are served."""
        files = []
        for kind, content in contents.items():
            # The id follows from the job, so that keeping it again after a crash makes no second file.
            file_id = "file-" + hashlib.sha256(f"{job_id} {kind}".encode()).hexdigest()[:24]
            with whole_file(layout.file(file_id)) as target:
                target.write(content)
            files.append(Kept(kind, file_id, len(content), hashlib.sha256(content).hexdigest()))
        return cls(None, files=files)

    def publish(self, connection: sqlite3.Connection, job_id: str, line: dict[str, Any]) -> None:
        """End the job: its result files, its model, its last checkpoint's plain name, its last events."""
        at = line["t"]
        if self.problem is not None:
            error = {"code": "result_missing", "message": self.problem, "param": None}
            jobs.end(connection, job_id, "failed", f"The job failed: {self.problem}", error=error, at=at)
            return
        question = "select output_model, root, legacy from job where id = ?"
        job = connection.execute(question, (job_id,)).fetchone()
        for file in self._files:
            name = RESULTS[file.kind] if job["legacy"] is None else OLDER_RESULTS[file.kind]
            connection.execute(
                "insert or ignore into file (id, created_at, filename, purpose, bytes, sha256) "
                "values (?, ?, ?, 'fine-tune-results', ?, ?)",
                (file.id, int(at), name, file.bytes, file.sha256),
            )
            connection.execute(
                "insert or ignore into result_file (job, file) values (?, ?)", (job_id, file.id)
            )
        weights = connection.execute(
            "select path, sha256 from artifact where job = ? and kind = 'weights'", (job_id,)
        ).fetchone()
        model = job["output_model"]
        connection.execute(
            "insert or ignore into model (id, created_at, job, root, path, sha256) values (?, ?, ?, ?, ?, ?)",
            (model, int(at), job_id, job["root"], weights["path"], weights["sha256"]),
        )
        connection.execute(
            "update checkpoint set name = ? where job = ? and step = "
            "(select max(step) from checkpoint where job = ?)",
            (model, job_id, job_id),
        )
        connection.execute(
            "update job set fine_tuned_model = ?, trained_tokens = ? where id = ?",
            (model, line["trained_tokens"], job_id),
        )
        events.say(connection, job_id, f"New fine-tuned model created: {model}", at=at)
        jobs.end(connection, job_id, "succeeded", "The job has successfully completed", at=at)
