"""What the demo shows is real: its files are good, its recordings belong to them and to the base model."""

from __future__ import annotations

import csv
import hashlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from finetop.demo import long_jobs, plans, quick_sample, recorded, recordings, support
from finetop.demo.record import run
from finetop.server.trainers import base_models
from finetop.server.trainers.data import Message, check, kind_for, resolve
from finetop.server.trainers.tiny.sample import reply
from finetop.server.trainers.tiny.weights import load_network

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.demo import PlannedJob

BY_SUFFIX = {recording.job.suffix: recording for recording in recordings()}
EVERY_JOB = (*plans.RECORDED, *plans.LONG)


@pytest.mark.parametrize("job", EVERY_JOB, ids=lambda job: job.suffix)
def test_files_are_good_and_always_the_same(tmp_path: Path, job: PlannedJob) -> None:
    for sample, at_least in ((job.training, 10), (job.validation, 1)):
        if sample is None:
            continue
        path = tmp_path / sample.name
        path.write_bytes(sample.write())
        assert path.read_bytes() == sample.write()
        kind = kind_for(job.method, legacy=job.is_legacy)
        problem = check(path, kind, stop=lambda: False, at_least=at_least).problem
        said = problem.message if problem else None
        assert said == ("line 17: no assistant message" if job.suffix == "reviews" else None)


@pytest.mark.parametrize("suffix", list(BY_SUFFIX))
def test_a_recording_belongs_to_its_plan(suffix: str) -> None:
    """If this fails, run `python -m finetop.demo`: files, plans or base model changed since."""
    recording = BY_SUFFIX[suffix]
    assert recording.training_sha256 == hashlib.sha256(recording.job.training.write()).hexdigest()
    assert recording.base_sha256 == base_models()[0].sha256
    asked = {name: value for name, value in recording.job.hyperparameters.items() if value != "auto"}
    assert asked.items() <= recording.hyperparameters.items()


def test_twelve_jobs_of_the_past_are_told_whole() -> None:
    outcomes = [recording.outcome for recording in recordings()]
    assert sorted(outcomes) == ["cancelled", "failed", "paused", *["succeeded"] * 9]
    ages = [recording.age_s for recording in recordings()]
    assert ages == sorted(ages)
    for recording in recordings():
        steps = [event["step"] for event in recording.events if event["type"] == "metrics"]
        assert [event["seq"] for event in recording.events] == list(range(1, len(recording.events) + 1))
        if recording.outcome != "succeeded":
            assert recording.result_csv == b""
            continue
        rows = list(csv.DictReader(recording.result_csv.decode().splitlines()))
        assert [int(row["step"]) for row in rows] == list(range(1, steps[-1] + 1))
        assert recording.events[-1]["trained_tokens"] > 0


def full_validation(suffix: str) -> list[float]:
    events = BY_SUFFIX[suffix].events
    return [event["full_valid_loss"] for event in events if "full_valid_loss" in event and "lr" in event]


def test_one_job_learns_its_file_by_heart() -> None:
    losses = full_validation("town-hall-40")
    best = min(losses)
    assert losses.index(best) < len(losses) / 2
    assert losses[-1] > best + 0.3
    assert full_validation("town-hall")[-1] < losses[-1]


def test_a_pair_of_jobs_differs_by_its_rate_alone() -> None:
    fast, slow = BY_SUFFIX["labels-lr1"], BY_SUFFIX["labels-lr01"]
    different = {
        name for name in fast.hyperparameters if fast.hyperparameters[name] != slow.hyperparameters[name]
    }
    assert different == {"learning_rate_multiplier"}
    assert fast.job.seed == slow.job.seed
    assert full_validation("labels-lr1")[0] < full_validation("labels-lr01")[0]


def test_one_job_was_paused_midway() -> None:
    told = BY_SUFFIX["town-paused"].events
    metrics = [event for event in told if event["type"] == "metrics"]
    assert 0.3 < metrics[-1]["step"] / metrics[-1]["total_steps"] < 0.9
    assert told[-1]["step"] == metrics[-1]["step"]


def test_the_other_methods_learned() -> None:
    """Pairs from ln 2 on, and a reward that rises."""
    pairs = [event for event in BY_SUFFIX["kind-pairs"].events if event["type"] == "metrics"]
    assert pairs[0]["train_loss"] == 0.69315 > 2 * pairs[-1]["full_valid_loss"]
    rewards = [
        event["full_valid_reward"] for event in BY_SUFFIX["modest"].events if "full_valid_reward" in event
    ]
    assert rewards[-1] > rewards[0]


def test_one_job_was_cancelled_midway() -> None:
    metrics = [event for event in BY_SUFFIX["polite-hot"].events if event["type"] == "metrics"]
    assert 0.4 < metrics[-1]["step"] / metrics[-1]["total_steps"] < 0.9


def test_recordings_are_small() -> None:
    files = list(recorded.DIRECTORY.iterdir())
    assert sorted(file.name for file in files) == sorted(f"{job.suffix}.json.gz" for job in plans.RECORDED)
    assert sum(file.stat().st_size for file in files) <= 300_000


def test_long_jobs_are_long_and_allowed() -> None:
    """Six minutes at 110,000 bytes a second, which one core here does."""
    for job in long_jobs():
        examples = job.training.write().count(b"\n")
        resolved = resolve(job.hyperparameters, examples)
        assert resolved["n_epochs"] <= 50
        assert examples * 100 * resolved["n_epochs"] > 360 * 110_000


@pytest.mark.engine
def test_the_quick_sample_can_be_heard(tmp_path: Path) -> None:
    """Trained as the form offers it, the model knows what the base does not."""
    sample = quick_sample()
    spec = run(plans.PlannedJob("quick", sample.training, sample.validation), tmp_path)
    assert spec["hyperparameters"] == {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 1.0}
    base, tuned = load_network(None), load_network(tmp_path / "weights.npz")
    expected = {ask: answer for answer, asked in support.ANSWERS.items() for ask in asked}
    assert sample.validation.write().count(b"\n") >= 10
    for question in sample.questions:
        asked = (Message("user", question),)
        assert reply(tuned, asked, max_tokens=300).text == expected[question]
        assert reply(base, asked, max_tokens=300).text != expected[question]


def test_the_demo_is_light_to_import() -> None:
    script = (
        "import sys, finetop.demo\n"
        "finetop.demo.recordings(), finetop.demo.long_jobs(), finetop.demo.quick_sample()\n"
        "print([name for name in ('numpy', 'textual', 'httpx', 'starlette') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", script]) == b"[]\n"
