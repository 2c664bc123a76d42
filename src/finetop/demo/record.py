"""Runs the planned jobs with the real worker, one after the other, and keeps what it said."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finetop.demo.recorded import Recording
from finetop.server.jobdir import JobDir, read_events
from finetop.server.trainers import base_models
from finetop.server.trainers.data import check, kind_for, resolve

if TYPE_CHECKING:
    from finetop.demo.plans import PlannedJob, SampleFile


def record(job: PlannedJob) -> Recording:
    """Run one job to its end, whichever end it comes to."""
    with tempfile.TemporaryDirectory(prefix="finetop-record-") as directory:
        root = Path(directory)
        spec = run(job, root)
        events, _ = read_events(root / "events.jsonl", 0)
        return Recording(
            job,
            spec["hyperparameters"],
            _relative(events),
            _content(root / "result.csv"),
            _content(root / "examples.csv"),
            spec["training_file"]["sha256"],
            spec["model"]["sha256"],
        )


def run(job: PlannedJob, root: Path) -> dict[str, Any]:
    """Let the worker do one job in a directory; what was asked of it."""
    spec = _spec(job, root)
    (root / "job.json").write_text(json.dumps(spec), encoding="utf-8")
    _work(job, root)
    return spec


def _spec(job: PlannedJob, root: Path) -> dict[str, Any]:
    training = _file(job.training, root)
    kind = kind_for(job.method, legacy=job.is_legacy)
    checked = check(Path(training["path"]), kind, stop=lambda: False)
    [base] = [model for model in base_models() if model.name == job.model]
    return {
        "contract": 1,
        "job_id": f"ftjob-{job.suffix}",
        "trainer": base.trainer,
        "method": job.method,
        "format": kind,
        "grader": job.grader,
        "model": {"name": base.name, "path": None, "sha256": base.sha256},
        "hyperparameters": resolve(job.hyperparameters, checked.examples, job.method),
        "seed": job.seed,
        "suffix": job.suffix,
        "output_model": f"ft:{base.name}:local:{job.suffix}:recorded",
        "training_file": training,
        "validation_file": _file(job.validation, root) if job.validation else None,
    }


def _file(sample: SampleFile, root: Path) -> dict[str, Any]:
    content = sample.write()
    path = root / sample.name
    path.write_bytes(content)
    return {"id": f"file-{path.stem}", "path": str(path), "sha256": hashlib.sha256(content).hexdigest()}


def _work(job: PlannedJob, root: Path) -> None:
    command = [sys.executable, "-m", "finetop.server.worker", str(root)]
    with (root / "worker.log").open("wb") as log:
        worker = subprocess.Popen(command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    while worker.poll() is None:
        if job.stopped_at is not None and _progress(JobDir(root)) >= job.stopped_at:
            os.kill(worker.pid, signal.SIGTERM)
        if job.paused_at is not None and _progress(JobDir(root)) >= job.paused_at:
            os.kill(worker.pid, signal.SIGUSR1)
        time.sleep(0.005)


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _progress(job: JobDir) -> float:
    told = [event for event in read_events(job.events, 0)[0] if event["type"] == "metrics"]
    return told[-1]["step"] / told[-1]["total_steps"] if told else 0.0


def _relative(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Events with seconds since the first in place of the time of day."""
    began = events[0]["t"]
    told = (event for event in events if event["type"] != "heartbeat")
    return [
        {**event, "seq": number, "t": round(event["t"] - began, 3)} for number, event in enumerate(told, 1)
    ]
