"""Training by preference and by reward: the right gradient, the right beginning, and exact resuming."""

from __future__ import annotations

import csv
import json
import random
import signal
from math import log
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from finetop.server.jobdir import EventWriter, JobDir, read_events, sha256_of
from finetop.server.trainers import CannotTrainError
from finetop.server.trainers.data import Message, Pair
from finetop.server.trainers.tiny.batches import LARGEST_PIECE
from finetop.server.trainers.tiny.encode import BUCKETS, END
from finetop.server.trainers.tiny.network import Gradient, Network
from finetop.server.trainers.tiny.preference import corpus_of, follow, log_likelihoods
from finetop.server.trainers.tiny.reinforcement import Reinforcement, advantages
from finetop.server.trainers.tiny.sampling import Asked, sampled
from finetop.server.trainers.tiny.train import Training
from server.method_lines import GRADER, THINGS, pair, question
from server.working_job import Job, jobs_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BASE = {"name": "tiny-bytes-1", "path": None}
DPO = {"n_epochs": 3, "batch_size": 2, "learning_rate_multiplier": 1.0, "beta": 0.1}
RL = {
    "n_epochs": 2,
    "batch_size": 1,
    "learning_rate_multiplier": 3.0,
    "reasoning_effort": "default",
    "compute_multiplier": 1.0,
    "eval_interval": 10,
    "eval_samples": 1,
}


def written(path: Path, lines: list[dict[str, Any]]) -> dict[str, Any]:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {"id": f"file-{path.stem}", "path": str(path), "sha256": sha256_of(path)}


def preferences(folder: Path, pairs: int = 40) -> dict[str, Any]:
    """What a preference job's job.json says."""
    return {
        "method": "dpo",
        "model": BASE,
        "hyperparameters": DPO,
        "training_file": written(folder / "pairs.jsonl", [pair(number) for number in range(pairs)]),
        "validation_file": written(folder / "held.jsonl", [pair(number) for number in range(500, 510)]),
    }


def rewards(folder: Path, questions: int = 30) -> dict[str, Any]:
    """What a reinforcement job's job.json says."""
    return {
        "method": "reinforcement",
        "model": BASE,
        "grader": GRADER,
        "hyperparameters": RL,
        "training_file": written(folder / "asked.jsonl", [question(number) for number in range(questions)]),
        "validation_file": written(folder / "held.jsonl", [question(number) for number in range(10)]),
    }


def trained(folder: Path, spec: dict[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The metrics and the rows of the result file of a job that is done here and now."""
    root = folder / "job"
    root.mkdir()
    job, events = JobDir(root), EventWriter(root / "events.jsonl", 1)
    training = Training(job, {"seed": 7, **spec}, events, wish=lambda: None, save_every_s=60.0)
    assert training.run() is None
    training.finish()
    events.close()
    with job.result_csv.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [event for event in read_events(job.events, 0)[0] if event["type"] == "metrics"], rows


def test_a_preference_job_begins_at_ln_2_and_ranks_unseen_pairs(tmp_path: Path) -> None:
    metrics, rows = trained(tmp_path, preferences(tmp_path))
    first, last = metrics[0], metrics[-1]
    assert first["train_loss"] == round(log(2), 5)
    assert (first["train_accuracy"], first["train_margin"]) == (0.0, 0.0)
    assert last["train_loss"] < 0.3
    assert last["full_valid_loss"] < 0.3
    assert (last["full_valid_accuracy"], last["train_accuracy"]) == (1.0, 1.0)
    assert last["full_valid_margin"] > 1
    assert [float(row["train_loss"]) for row in rows] == [event["train_loss"] for event in metrics]
    assert float(rows[-1]["full_valid_reward_margin"]) == last["full_valid_margin"]


def test_the_reward_of_unseen_questions_rises(tmp_path: Path) -> None:
    metrics, rows = trained(tmp_path, rewards(tmp_path))
    held_out = [event["full_valid_reward"] for event in metrics if "full_valid_reward" in event]
    early = [event["train_reward"] for event in metrics[:10]]
    late = [event["train_reward"] for event in metrics[-10:]]
    assert 0.2 < sum(early) / 10 < 0.7, "the base model does it now and then"
    assert sum(late) / 10 > sum(early) / 10 + 0.2
    assert held_out[-1] >= 0.8
    assert "train_loss" not in metrics[0], "there is none, and it is not made up"
    assert set(metrics[0]["timing"]) == {"sampling", "training", "eval", "full_iteration"}
    assert [event["step"] for event in metrics if "valid_reward" in event] == [10, 20, 30, 40, 50, 60]
    assert [float(row["train_reward_mean"]) for row in rows] == [event["train_reward"] for event in metrics]
    assert rows[0]["valid_reward_mean"] == ""


def test_a_fine_tune_of_the_older_kind_writes_the_older_columns(tmp_path: Path) -> None:
    lines = [
        {"prompt": f"Where is the {thing}? ->", "completion": f" By the {thing} stairs."} for thing in THINGS
    ]
    file = written(tmp_path / "older.jsonl", lines)
    metrics, rows = trained(
        tmp_path,
        {
            "method": "supervised",
            "format": "completions",
            "model": BASE,
            "hyperparameters": {"n_epochs": 40, "batch_size": 4, "learning_rate_multiplier": 1.0},
            "training_file": file,
            "validation_file": file,
        },
    )
    assert list(rows[0])[:4] == ["step", "elapsed_tokens", "elapsed_examples", "training_loss"]
    per_epoch = sum(len(line["completion"]) for line in lines)
    assert [row["elapsed_examples"] for row in rows[:4]] == ["4", "8", "10", "14"]
    assert int(rows[2]["elapsed_tokens"]) == per_epoch
    assert int(rows[-1]["elapsed_tokens"]) == 40 * per_epoch
    assert float(rows[-1]["training_loss"]) == metrics[-1]["train_loss"] < 0.1
    assert (rows[-1]["training_sequence_accuracy"], rows[0]["validation_loss"]) == ("1.00000", "")
    assert float(rows[-1]["validation_sequence_accuracy"]) == 1


def test_the_gradient_of_preferences_is_that_of_finite_differences() -> None:
    """The start is another network, pairs differ in weight, and one answer is cut over two pieces."""
    long = "ab " * (LARGEST_PIECE // 2)
    said = [("Yes.", "No."), (long, "Perhaps."), ("Tomorrow", "Never, I fear.")]
    pairs = corpus_of(
        [
            Pair(
                (Message("user", f"Question {number}?"),),
                *(Message("assistant", text, trained=True) for text in texts),
            )
            for number, texts in enumerate(said)
        ],
        np.float64,
    )
    batch, beta = [2, 0, 1], 0.3
    assert len(list(pairs.pieces(batch))) > 1
    network, start = Network.random(7, np.float64), Network.random(8, np.float64)
    network.bag[:] = np.random.default_rng(7).normal(0, 0.3, network.bag.shape)

    def margins() -> Any:
        moved = log_likelihoods(network, pairs, batch) - log_likelihoods(start, pairs, batch)
        return beta * (moved[:, 0] - moved[:, 1])

    gradient = Gradient(network.dense.dtype)
    follow(network, pairs, batch, margins(), gradient, beta=beta)
    buckets, rows = gradient.bag()
    bag = np.zeros((BUCKETS, rows.shape[1]))
    bag[buckets] = rows
    rng = np.random.default_rng(3)
    for name, weights in network.arrays().items():
        slopes = (bag if name == "bag" else getattr(gradient, name)).ravel()
        flat = weights.reshape(-1)
        for place in rng.choice(np.flatnonzero(np.abs(slopes) > 1e-4), 4):
            old = flat[place]
            flat[place] = old + 1e-5
            above = np.logaddexp(0, -margins()).mean()
            flat[place] = old - 1e-5
            below = np.logaddexp(0, -margins()).mean()
            flat[place] = old
            measured = (above - below) / 2e-5
            assert abs(measured - slopes[place]) <= 1e-3 * abs(measured), (name, place)


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [
        ([1.0, 0.0], [1.0, -1.0]),
        ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
        ([0.0, 0.0], [0.0, 0.0]),
        ([1.0, 0.0, 0.0, 0.0], [3**0.5, -(3**-0.5), -(3**-0.5), -(3**-0.5)]),
        ([1e9, -1e9], [1.0, -1.0]),
    ],
)
def test_an_answer_is_judged_against_its_own_group(rewards: list[float], expected: list[float]) -> None:
    alone = advantages(np.array([rewards]))
    assert alone[0].tolist() == pytest.approx(expected)
    beside = advantages(np.array([rewards, [5.0] * len(rewards)]))
    assert beside[0].tolist() == alone[0].tolist()


def test_samples_are_drawn_by_their_likelihood() -> None:
    """Many first bytes of a network that knows nothing but three of them."""
    network = Network.random(1)
    network.out[:] = 0
    network.out_bias[:] = -30
    for symbol, share in ((ord("a"), 0.6), (ord("b"), 0.3), (END, 0.1)):
        network.out_bias[symbol] = log(share)
    asked = [Asked.of([Message("user", "Which?")])] * 2000
    said = sampled(network, asked, np.random.default_rng(5))
    firsts = [sample.text[:1] for sample in said]
    shares = [firsts.count(letter) / 2000 for letter in ("a", "b", "")]
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
    assert {letter for sample in said for letter in sample.text} == {"a", "b"}
    again = sampled(network, asked, np.random.default_rng(5))
    assert [sample.symbols for sample in again] == [sample.symbols for sample in said]


def test_a_cancel_does_not_wait_for_all_samples(tmp_path: Path) -> None:
    """Eighty answers to each of a hundred questions: only the first part of them is sampled."""
    spec = rewards(tmp_path, questions=100)
    spec["hyperparameters"] = {**RL, "batch_size": 100, "compute_multiplier": 10.0, "eval_samples": 10**6}
    looks = 0

    def wish() -> Any:
        nonlocal looks
        looks += 1
        return "cancel" if looks > 1 else None

    objective = Reinforcement({"seed": 1, **spec}, wish)
    network = Network.random(1)
    network.out_bias[END] = 20  # says nothing, to be quick
    assert objective.learn(network, range(100), 1, Gradient(network.dense.dtype)) is None
    assert objective.measure(network, 1, whole=False) is None
    assert looks == 3


def test_a_grader_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotTrainError, match="string_check") as caught:
        trained(tmp_path, {**rewards(tmp_path), "grader": {"type": "python", "name": "x", "source": ""}})
    assert caught.value.code == "invalid_grader"


@pytest.fixture
def make_job(tmp_path: Path) -> Iterator[Callable[..., Job]]:
    with jobs_in(tmp_path) as make:
        yield make


@pytest.mark.parametrize(("wanted", "examples"), [(preferences, 90), (rewards, 20)])
def test_a_killed_job_goes_on_bit_for_bit(
    make_job: Callable[..., Job], tmp_path: Path, wanted: Callable[..., dict[str, Any]], examples: int
) -> None:
    """Killed once and paused once; what it tells and makes is that of a job left in peace."""
    spec = wanted(tmp_path, examples)
    whole, killed = make_job(**spec), make_job(**spec)
    whole.start()
    assert whole.end() == 0, whole.dir.log.read_text()
    at = random.Random(3).randint(5, 15)
    killed.start(save_every_s=0.1)
    killed.wait_for(lambda _: killed.step() > at and killed.saved(1))
    killed.signal(signal.SIGKILL)
    assert killed.end() == -signal.SIGKILL
    killed.start(2)
    killed.wait_for(lambda _: killed.step(2) > 0)
    killed.signal(signal.SIGUSR1)
    assert killed.end() == 0
    assert killed.events[-1]["type"] == "paused"
    killed.start(3)
    assert killed.end() == 0, killed.dir.log.read_text()
    resumed = [event["resume_step"] for event in killed.events if event["type"] == "running"]
    assert resumed[0] == 0 < resumed[1] < resumed[2]
    assert killed.told == whole.told
    assert killed.dir.result_csv.read_bytes() == whole.dir.result_csv.read_bytes()
    assert killed.dir.examples_csv.exists() == whole.dir.examples_csv.exists()
    if whole.dir.examples_csv.exists():
        assert killed.dir.examples_csv.read_bytes() == whole.dir.examples_csv.read_bytes()
    assert sha256_of(killed.dir.weights) == sha256_of(whole.dir.weights)
