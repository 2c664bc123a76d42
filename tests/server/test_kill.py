"""Server and worker are killed at twenty seeded moments; their jobs end as if nobody had been.

All twenty are for who asks for the engine's tests; every run takes a third of them.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import random
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from server.running_server import PATIENCE_S, RunningServer, ServerDiedError, examples, serving, workers

SEED = 20
KILLING = Path(__file__).parent / "killing"
TRAINING = examples(12)
WANTED: dict[str, Any] = {"seed": 5, "hyperparameters": {"n_epochs": 4, "batch_size": 2}}
Moment = dict[str, Any]


def moments(calls: dict[str, int], count: int, seed: int) -> list[Moment]:
    """Seeded moments; each kind of call comes up, with a number it surely reaches."""
    draw = random.Random(seed)
    kinds = [name for _ in range(count) for name in calls][:count]
    return [
        {"call": call, "when": draw.choice(["before", "after"]), "n": draw.randint(1, calls[call])}
        for call in kinds
    ]


# Appending an event, bringing it to disk, renaming a checkpoint, a resumable state or the result.
WORKER_MOMENTS = moments({"write": 30, "fsync": 6, "replace": 5}, 10, SEED)
# Storing an upload and job.json, starting a worker, an event's row, the offset after the rows, the commit.
SERVER_MOMENTS = moments(
    {
        "insert into event": 20,
        "insert into tail": 1,
        "commit": 6,
        "replace": 3,
        "fsync": 5,
        "start": 1,
        "update job set handle": 1,
    },
    10,
    SEED,
)


@dataclass(frozen=True)
class Outcome:
    """All of a job that must not depend on who was killed."""

    steps: list[tuple[str, int]]
    results: list[bytes]
    weights: str
    trained_tokens: int
    checkpoints: list[tuple[int, dict[str, float]]]


def outcome(server: RunningServer, job_id: str) -> Outcome:
    """What came of a job."""
    job = server.job(job_id)
    assert job["status"] == "succeeded", job["error"]
    result_files = job["result_files"]
    pages = server.get(f"/fine_tuning/jobs/{job_id}/checkpoints")["data"]
    return Outcome(
        [
            (event["type"], event["data"]["step"])
            for event in server.events(job_id)
            if "step" in event["data"]
        ],
        [server.http.get(f"/files/{file}/content").content for file in result_files],
        hashlib.sha256((server.data_dir / "jobs" / job_id / "weights.npz").read_bytes()).hexdigest(),
        job["trained_tokens"],
        [(item["step_number"], item["metrics"]) for item in pages],
    )


@pytest.fixture(scope="module")
def undisturbed(server: RunningServer) -> Outcome:
    """The run that nobody killed."""
    job_id = server.create(server.upload(TRAINING), **WANTED)["id"]
    server.wait(job_id)
    return outcome(server, job_id)


def environment(plan: Path) -> dict[str, str]:
    """What makes the processes under test load the killer, and save as often as they can."""
    return {
        "PYTHONPATH": str(KILLING),
        "FINETOP_TEST_KILLS": str(plan),
        "FINETOP_SAVE_EVERY_S": "0.001",
    }


def assert_sound(data_dir: Path) -> None:
    """The database is whole, no lock is held, no process is left."""
    connection = sqlite3.connect(data_dir / "server.db")
    assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
    connection.close()
    assert workers(data_dir) == []
    for path in [data_dir / "server.lock", *data_dir.glob("jobs/*/lock")]:
        with path.open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert not list(data_dir.rglob("*.part"))
    assert not list(data_dir.glob("jobs/*/resume/*"))


def some_and_all(moments: list[Moment]) -> list[Any]:
    """A third of the moments in every run, all of them where there is time."""
    return [pytest.param(moments[::3], id="some"), pytest.param(moments, id="all", marks=pytest.mark.engine)]


@pytest.mark.parametrize("moments", some_and_all(WORKER_MOMENTS))
def test_a_killed_worker_leaves_no_trace(tmp_path: Path, undisturbed: Outcome, moments: list[Moment]) -> None:
    """As many jobs as moments; each worker is killed once and replaced."""
    plan, data_dir = tmp_path / "plan.json", tmp_path / "data"
    kills = {
        f"kill-{place}": {**moment, "mark": str(tmp_path / f"kill-{place}")}
        for place, moment in enumerate(moments)
    }
    plan.write_text(json.dumps(kills))
    with serving(data_dir, "--slots", "2", environment=environment(plan)) as server:
        file_id = server.upload(TRAINING)
        made = {suffix: server.create(file_id, suffix=suffix, **WANTED)["id"] for suffix in kills}
        for suffix, job_id in made.items():
            server.wait(job_id)
            assert (tmp_path / suffix).exists(), f"{kills[suffix]} was never reached"
            assert outcome(server, job_id) == undisturbed, kills[suffix]
            said = [event["message"] for event in server.events(job_id)]
            assert sum("ended unexpectedly (signal 9)" in message for message in said) == 1
        assert server.end() == 0
    assert_sound(data_dir)


class Intent:
    """A client that wants one job, and asks again with the same words until it has an answer."""

    def __init__(self, key: str) -> None:
        self._headers = {"Idempotency-Key": key}
        self._file_id: str | None = None

    def carry_out(self, server: RunningServer) -> str:
        """Upload and create; the job, however often it was asked for."""
        self._file_id = self._file_id or server.upload(TRAINING)
        job_id: str = server.create(self._file_id, headers=self._headers, **WANTED)["id"]
        return job_id


@pytest.mark.parametrize("moments", some_and_all(SERVER_MOMENTS))
def test_a_killed_server_leaves_no_trace(tmp_path: Path, undisturbed: Outcome, moments: list[Moment]) -> None:
    """One server's many lives; every other time the worker dies with it."""
    data_dir = tmp_path / "data"
    for place, moment in enumerate(moments):
        plan, mark = tmp_path / f"{place}.json", tmp_path / f"mark-{place}"
        plan.write_text(json.dumps({"server": {**moment, "mark": str(mark)}}))
        intent = Intent(f"intent-{place}")
        with (
            contextlib.suppress(httpx.TransportError, ServerDiedError),
            serving(data_dir, leave_workers=place % 2 == 0, environment=environment(plan)) as doomed,
        ):
            doomed.wait(intent.carry_out(doomed))
            # Its last word may have come before the last of its moments.
            doomed.process.wait(PATIENCE_S)
        assert mark.exists(), f"{moment} was never reached"
        with serving(data_dir, environment=environment(plan)) as server:
            job_id = intent.carry_out(server)
            server.wait(job_id)
            assert outcome(server, job_id) == undisturbed, moment
            jobs = server.get("/fine_tuning/jobs", limit=100)["data"]
            assert len(jobs) == place + 1
            assert {job["status"] for job in jobs} == {"succeeded"}
            assert len(list((data_dir / "files").iterdir())) >= 2 * len(jobs)
    assert_sound(data_dir)
