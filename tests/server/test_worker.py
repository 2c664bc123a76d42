"""The worker as a process: it can be cancelled, paused, killed and started again without losing a bit."""

from __future__ import annotations

import csv
import hashlib
import json
import random
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from finetop.server.jobdir import EventWriter, read_events, sha256_of
from finetop.server.worker import Cancelled, Heartbeat, Stop
from server.working_job import DEADLINE_S, Job, jobs_in, lesson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def make_job(tmp_path: Path) -> Iterator[Callable[..., Job]]:
    with jobs_in(tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, closed_environment: None) -> Iterator[Job]:
    """A job of 600 steps that nobody disturbed."""
    with jobs_in(tmp_path_factory.mktemp("whole")) as make:
        job = make(examples=200, epochs=3, batch=1)
        job.start()
        assert job.end() == 0, job.dir.log.read_text()
        yield job


def types(job: Job) -> list[str]:
    return [event["type"] for event in job.events if event["type"] != "heartbeat"]


def test_a_job_succeeds(make_job: Callable[..., Job]) -> None:
    job = make_job(examples=60, epochs=4, batch=2)
    job.start()
    assert job.end() == 0, job.dir.log.read_text()
    events = job.events
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert types(job)[:4] == ["phase", "running", "log", "phase"]
    assert types(job)[-5:] == ["phase", *["artifact"] * 3, "succeeded"]
    per_epoch = sum(len(lesson(n)["messages"][1]["content"]) for n in range(60))
    assert events[-1]["trained_tokens"] == 4 * per_epoch

    metrics = [event for event in events if event["type"] == "metrics"]
    assert [event["step"] for event in metrics] == list(range(1, 121))
    assert {event["total_steps"] for event in metrics} == {120}
    assert metrics[0]["train_loss"] == pytest.approx(5.6, abs=0.1)
    assert metrics[-1]["train_loss"] < 2.0
    assert metrics[-1]["epoch"] == 4.0
    assert [event["step"] for event in metrics if "full_valid_loss" in event] == [30, 60, 90, 120]
    assert len([event for event in metrics if "valid_loss" in event]) == 40
    assert metrics[-1]["full_valid_loss"] < metrics[29]["full_valid_loss"] < 5.6

    checkpoints = [event for event in events if event["type"] == "checkpoint"]
    assert [event["step"] for event in checkpoints] == [60, 90, 120]
    files = [*checkpoints, *(event for event in events if event["type"] == "artifact")]
    for file in files:
        content = (job.dir.root / file["path"]).read_bytes()
        assert len(content) == file["bytes"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert checkpoints[-1]["sha256"] == sha256_of(job.dir.weights)
    assert checkpoints[0]["metrics"]["full_valid_loss"] == metrics[59]["full_valid_loss"]
    assert not list(job.dir.resume.iterdir())


def test_the_result_file_has_every_step(make_job: Callable[..., Job]) -> None:
    """Also where events are told more rarely: 1,100 steps make 551 events and 1,100 rows."""
    job = make_job(examples=22, epochs=50, batch=1)
    job.start()
    assert job.end() == 0, job.dir.log.read_text()
    metrics = {event["step"]: event for event in job.events if event["type"] == "metrics"}
    with job.dir.result_csv.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "step",
        "train_loss",
        "train_accuracy",
        "valid_loss",
        "valid_mean_token_accuracy",
        "full_valid_loss",
        "full_valid_mean_token_accuracy",
    ]
    assert [int(row["step"]) for row in rows] == list(range(1, 1101))
    assert set(metrics) == {1} | set(range(2, 1101, 2))
    for row in rows:
        event = metrics.get(int(row["step"]))
        if event is None:
            assert row["valid_loss"] == ""
            continue
        assert float(row["train_loss"]) == event["train_loss"]
        assert row["valid_loss"] == (f"{event['valid_loss']:.5f}" if "valid_loss" in event else "")
        assert row["full_valid_loss"] == (
            f"{event['full_valid_loss']:.5f}" if "full_valid_loss" in event else ""
        )


def test_the_same_job_tells_the_same_and_every_hyperparameter_acts(make_job: Callable[..., Job]) -> None:
    def told(**changes: Any) -> tuple[list[dict[str, Any]], str]:
        job = make_job(examples=18, epochs=2, **changes)
        job.start()
        assert job.end() == 0, job.dir.log.read_text()
        return job.told, sha256_of(job.dir.weights)

    def chosen(epochs: int, batch: int, multiplier: float) -> dict[str, Any]:
        numbers = {"n_epochs": epochs, "batch_size": batch, "learning_rate_multiplier": multiplier}
        return {"hyperparameters": numbers}

    plain = told()
    assert told(**chosen(2, 2, 1.0)) == plain
    others = [
        told(seed=43),
        *(told(**chosen(*numbers)) for numbers in ((2, 2, 0.5), (2, 3, 1.0), (3, 2, 1.0))),
    ]
    assert len({plain[1], *(weights for _, weights in others)}) == 5


@pytest.mark.parametrize("foreign", [ImportError, KeyError, None])
def test_a_cancel_is_not_lost_in_foreign_code(foreign: type[Exception] | None) -> None:
    """C code that imports makes an ImportError of whatever a signal raised, or drops it."""
    stop = Stop()

    def load() -> None:
        with stop.at_once():
            try:
                stop._cancel(signal.SIGTERM, None)
            except Cancelled:
                if foreign is not None:
                    raise foreign from None

    with pytest.raises(Cancelled):
        load()


def test_a_failure_while_loading_stays_one() -> None:
    with pytest.raises(KeyError), Stop().at_once():
        raise KeyError


def test_a_cancel_while_loading_works_at_once(make_job: Callable[..., Job]) -> None:
    """A file of 40,000 examples takes longer to load than the signal takes to come."""
    job = make_job(examples=40_000)
    job.start()
    job.wait_for(bool)
    job.signal(signal.SIGTERM)
    assert job.end() == 0, job.dir.log.read_text()
    assert types(job) == ["phase", "cancelled"]


def test_a_cancel_while_training_ends_the_job(make_job: Callable[..., Job]) -> None:
    job = make_job(examples=300, epochs=50, batch=1)
    job.start()
    job.wait_for(lambda _: job.step() > 20)
    job.signal(signal.SIGTERM)
    job.signal(signal.SIGTERM)  # always safe to repeat
    assert job.end() == 0, job.dir.log.read_text()
    assert types(job)[-1] == "cancelled"
    assert not job.dir.weights.exists()
    before = job.events
    job.start(attempt=2)
    assert job.end() == 0
    assert job.events == before, "a job that has come to its end stays there"


def test_a_paused_job_goes_on_bit_for_bit(make_job: Callable[..., Job], whole: Job) -> None:
    halved = make_job(examples=200, epochs=3, batch=1)
    halved.start()
    halved.wait_for(lambda _: halved.step() > 100)
    halved.signal(signal.SIGUSR1)
    assert halved.end() == 0, halved.dir.log.read_text()
    assert types(halved)[-1] == "paused"
    paused_at = halved.events[-1]["step"]
    assert 100 < paused_at < 600
    halved.start(attempt=2)
    assert halved.end() == 0, halved.dir.log.read_text()
    assert [e["resume_step"] for e in halved.events if e["type"] == "running"] == [0, paused_at]
    assert halved.told == whole.told
    assert halved.dir.result_csv.read_bytes() == whole.dir.result_csv.read_bytes()
    assert halved.dir.examples_csv.read_bytes() == whole.dir.examples_csv.read_bytes()


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.engine) for seed in (2, 3))])
def test_a_killed_job_goes_on_bit_for_bit(make_job: Callable[..., Job], whole: Job, seed: int) -> None:
    """Killed three times at seeded places, once with a torn line and a half-written state left behind."""
    rng = random.Random(seed)
    killed = make_job(examples=200, epochs=3, batch=1)
    attempts = 0
    for place in sorted(rng.sample(range(30, 150), 3)):
        attempts += 1
        killed.start(attempts, save_every_s=0.05)
        killed.wait_for(lambda _, at=attempts, place=place: killed.step(at) > place and killed.saved(at))  # type: ignore[misc]
        killed.signal(signal.SIGKILL)
        assert killed.end() == -signal.SIGKILL
        with killed.dir.events.open("ab") as file:
            file.write(b'{"seq": 100000, "type": "succ')
        if attempts == 2:
            newest = max(killed.states)[1]
            newest.write_bytes(newest.read_bytes()[:1000])
    killed.start(attempts + 1, save_every_s=0.05)
    assert killed.end() == 0, killed.dir.log.read_text()
    assert killed.told == whole.told
    assert [event["seq"] for event in killed.events] == list(range(1, len(killed.events) + 1))
    resumed = [event["resume_step"] for event in killed.events if event["type"] == "running"]
    assert len(resumed) == 4
    assert resumed[0] == 0
    assert all(step > 0 for step in resumed[1:]), "also the attempt that found half a state"
    assert killed.dir.result_csv.read_bytes() == whole.dir.result_csv.read_bytes()
    assert killed.dir.examples_csv.read_bytes() == whole.dir.examples_csv.read_bytes()
    assert sha256_of(killed.dir.weights) == sha256_of(whole.dir.weights)


def test_a_worker_says_that_it_lives(tmp_path: Path) -> None:
    events = EventWriter(tmp_path / "events.jsonl", attempt=1)
    heartbeat = Heartbeat(events, every_s=0.01)
    deadline = time.monotonic() + DEADLINE_S
    while len(read_events(tmp_path / "events.jsonl", 0)[0]) < 3:
        assert time.monotonic() < deadline
    heartbeat.stop()
    events.write("succeeded", trained_tokens=1)
    events.close()
    told = [event["type"] for event in read_events(tmp_path / "events.jsonl", 0)[0]]
    assert set(told[:-1]) == {"heartbeat"}
    assert told[-1] == "succeeded"


def test_a_second_worker_leaves_at_once(make_job: Callable[..., Job]) -> None:
    job = make_job(examples=300, epochs=50, batch=1)
    job.start()
    job.wait_for(lambda _: job.step() > 5)
    second = Job(job.dir)
    second.start(attempt=2)
    assert second.end() == 3
    job.signal(signal.SIGTERM)
    assert job.end() == 0
    assert {event["attempt"] for event in job.events} == {1}


def test_a_bad_line_fails_the_job_by_its_number(make_job: Callable[..., Job]) -> None:
    job = make_job()
    spec = job.dir.read_spec()
    path = job.dir.root / "bad.jsonl"
    lines = [json.dumps(lesson(number)) for number in range(30)]
    lines[16] = '{"messages": [{"role": "user", "content": "Hello?"}]}'
    path.write_text("\n".join(lines))
    spec["training_file"] = {"id": "file-bad", "path": str(path), "sha256": sha256_of(path)}
    job.dir.spec.write_text(json.dumps(spec))
    job.start()
    assert job.end() == 1
    assert job.told == [
        {
            "type": "failed",
            "code": "no_assistant_message",
            "message": "line 17: no assistant message",
            "param": "training_file",
        }
    ]


def test_a_file_that_changed_fails_the_job(make_job: Callable[..., Job], tmp_path: Path) -> None:
    job = make_job()
    (tmp_path / "train.jsonl").write_text("something else")
    job.start()
    assert job.end() == 1
    assert job.told[-1]["code"] == "file_changed"


def test_a_full_disk_fails_the_job_in_plain_words(make_job: Callable[..., Job]) -> None:
    """A limit on the size of files stands in for the disk; the checkpoint is what does not fit."""
    job = make_job()
    job.start(largest_file=1_000_000)
    assert job.end() == 1
    assert job.told[-1]["code"] == "disk_full"
    assert "no room left on the disk while writing" in job.told[-1]["message"]
    assert not list(job.dir.checkpoints.iterdir())


def test_an_unknown_trainer_fails_the_job(make_job: Callable[..., Job]) -> None:
    job = make_job(method="guesswork")
    job.start()
    assert job.end() == 1
    assert job.told[-1]["code"] == "unknown_trainer"
