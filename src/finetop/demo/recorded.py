"""Recordings of real runs of the trainer, as they lie in the package."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetop.demo.plans import RECORDED, PlannedJob

DIRECTORY = Path(__file__).with_name("recordings")


@dataclass(frozen=True)
class Recording:
    """What the worker said and wrote when it really ran this job."""

    job: PlannedJob
    hyperparameters: dict[str, Any]
    """The numbers it ran with."""
    events: list[dict[str, Any]]
    """As in a job's events.jsonl, without heartbeats; `t` counts seconds from the first."""
    result_csv: bytes
    """Empty unless the job succeeded."""
    examples_csv: bytes
    """The loss of each example; empty also where the method has none."""
    training_sha256: str
    base_sha256: str

    @property
    def outcome(self) -> str:
        """succeeded, failed or cancelled."""
        return str(self.events[-1]["type"])

    @property
    def duration_s(self) -> float:
        """From the first event to the last."""
        return float(self.events[-1]["t"])

    @property
    def age_s(self) -> int:
        """How long ago it should seem to have begun."""
        return self.job.age_s


def recordings() -> list[Recording]:
    """All recorded jobs, newest first."""
    return sorted((load(job) for job in RECORDED), key=lambda recording: recording.age_s)


def load(job: PlannedJob) -> Recording:
    """The recording of one job."""
    with gzip.open(path_of(job), "rt", encoding="utf-8") as file:
        kept = json.load(file)
    return Recording(
        job,
        kept["hyperparameters"],
        [dict(zip(kept["keys"][number], values, strict=True)) for number, values in kept["events"]],
        kept["result_csv"].encode(),
        kept["examples_csv"].encode(),
        kept["training_sha256"],
        kept["base_sha256"],
    )


def save(recording: Recording) -> None:
    """Write a recording; the names of fields are written once, and no time is in it, to keep it small."""
    shapes: list[list[str]] = []
    events = []
    for event in recording.events:
        names = list(event)
        if names not in shapes:
            shapes.append(names)
        events.append([shapes.index(names), list(event.values())])
    kept = {
        "hyperparameters": recording.hyperparameters,
        "training_sha256": recording.training_sha256,
        "base_sha256": recording.base_sha256,
        "keys": shapes,
        "events": events,
        "result_csv": recording.result_csv.decode(),
        "examples_csv": recording.examples_csv.decode(),
    }
    content = json.dumps(kept, separators=(",", ":")).encode()
    DIRECTORY.mkdir(exist_ok=True)
    path_of(recording.job).write_bytes(gzip.compress(content, mtime=0))


def path_of(job: PlannedJob) -> Path:
    """Where a job's recording lies."""
    return DIRECTORY / f"{job.suffix}.json.gz"
