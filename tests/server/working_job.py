"""A job directory, and a real worker process at work on it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from finetop.server.jobdir import JobDir, read_events, sha256_of
from finetop.server.trainers.tiny.network import Network
from finetop.server.trainers.tiny.weights import save_arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DEADLINE_S = 60.0
PLACES = ["lake", "hill", "road", "quarry", "bridge", "mill", "orchard", "station", "tower", "garden"]
THINGS = ["lamp", "boat", "bench", "well", "clock", "gate", "path", "stone", "kettle", "bell"]


def lesson(number: int) -> dict[str, Any]:
    place, thing = PLACES[number % 10], THINGS[number // 10 % 10]
    return {
        "messages": [
            {"role": "user", "content": f"Is there a {thing} at the {place}, number {number}?"},
            {"role": "assistant", "content": f"Yes, the {thing} stands behind the {place}."},
        ]
    }


@dataclass
class Job:
    """A job directory and whoever works on it."""

    dir: JobDir
    process: subprocess.Popen[bytes] | None = None

    def start(self, attempt: int = 1, *, save_every_s: float = 30.0, largest_file: int | None = None) -> None:
        def limit() -> None:
            if largest_file is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        environment = {
            **os.environ,
            "FINETOP_ATTEMPT": str(attempt),
            "FINETOP_SAVE_EVERY_S": str(save_every_s),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        with self.dir.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "finetop.server.worker", str(self.dir.root)],
                cwd=self.dir.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=limit,  # noqa: PLW1509 - these tests run no other thread
            )

    def end(self) -> int:
        assert self.process is not None
        code = self.process.wait(DEADLINE_S)
        self.process = None
        return code

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def wait_for(self, reached: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait for a condition on the events; the worker must not end before it holds."""
        assert self.process is not None
        deadline = time.monotonic() + DEADLINE_S
        while not reached(self.events):
            assert self.process.poll() is None, self.dir.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)

    @property
    def events(self) -> list[dict[str, Any]]:
        return read_events(self.dir.events, 0)[0]

    @property
    def told(self) -> list[dict[str, Any]]:
        """Events as one who drops replays and heartbeats keeps them."""
        kept: dict[tuple[Any, ...], dict[str, Any]] = {}
        for event in self.events:
            if event["type"] in ("metrics", "checkpoint", "artifact", "succeeded", "cancelled", "failed"):
                passing = ("seq", "attempt", "t", "timing")
                content = {key: value for key, value in event.items() if key not in passing}
                key = (event["type"], event.get("step"), event.get("kind"))
                assert kept.setdefault(key, content) == content, "a replay told something else"
        return list(kept.values())

    def step(self, attempt: int | None = None) -> int:
        """The furthest step that was told, by one attempt or by any."""
        told = (event for event in self.events if attempt in (None, event["attempt"]))
        return max((event["step"] for event in told if event["type"] == "metrics"), default=0)

    @property
    def states(self) -> list[tuple[int, Path]]:
        """The resumable states there are, with their steps."""
        return [(int(path.stem.removeprefix("step-")), path) for path in self.dir.resume.glob("step-*.npz")]

    def saved(self, attempt: int) -> bool:
        """Whether this attempt has left a state behind, further than where it began."""
        begun = [e["resume_step"] for e in self.events if e["type"] == "running" and e["attempt"] == attempt]
        return bool(begun) and any(step > begun[0] for step, _ in self.states)


@contextmanager
def jobs_in(folder: Path) -> Iterator[Callable[..., Job]]:
    """Makes jobs; whoever still works on one at the end is killed."""
    made: list[Job] = []

    def make(examples: int = 60, epochs: int = 4, batch: int = 2, **changes: Any) -> Job:
        root = folder / f"job-{len(made)}"
        root.mkdir()
        spec: dict[str, Any] = {
            "contract": 1,
            "job_id": f"ftjob-{len(made)}",
            "trainer": "tiny",
            "method": "supervised",
            "model": {"name": "tiny-bytes-1", **written_weights(folder / "base.npz")},
            "hyperparameters": {
                "n_epochs": epochs,
                "batch_size": batch,
                "learning_rate_multiplier": 1.0,
            },
            "seed": 42,
            "suffix": None,
            "output_model": "ft:tiny-bytes-1:local::abc",
            "training_file": written_lessons(folder / "train.jsonl", range(examples)),
            "validation_file": written_lessons(folder / "valid.jsonl", range(500, 520)),
            **changes,
        }
        (root / "job.json").write_text(json.dumps(spec))
        made.append(Job(JobDir(root)))
        return made[-1]

    try:
        yield make
    finally:
        for job in made:
            if job.process is not None:
                job.process.kill()
                job.process.wait()


def written_lessons(path: Path, numbers: range) -> dict[str, Any]:
    path.write_text("".join(json.dumps(lesson(number)) + "\n" for number in numbers))
    return {"id": f"file-{path.stem}", "path": str(path), "sha256": sha256_of(path)}


def written_weights(path: Path) -> dict[str, Any]:
    with path.open("wb") as file:
        save_arrays(file, Network.random(1).arrays())
    return {"path": str(path), "sha256": sha256_of(path)}
