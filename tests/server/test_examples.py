"""Why this loss: what each example costs the finished model, measured one by one within a bound."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from finetop.server.jobdir import EventWriter, JobDir, read_events, sha256_of
from finetop.server.trainers import base_models
from finetop.server.trainers.tiny import examples
from finetop.server.trainers.tiny.train import Training

if TYPE_CHECKING:
    from pathlib import Path

    from finetop.server.trainers.tiny.objective import Wish

BASE = {"name": "base", "path": None, "sha256": base_models()[0].sha256}
RIGHT, WRONG = "Yes, gladly.", "%&/ qXz 0101 ~~ Jp"


def chat(number: int, answer: str = RIGHT) -> dict[str, Any]:
    asked = {"role": "user", "content": f"Do you open at {number}?"}
    return {"messages": [asked, {"role": "assistant", "content": answer}]}


def pair(number: int) -> dict[str, Any]:
    said = ({"role": "assistant", "content": words} for words in (RIGHT, f"No, {number} is no hour."))
    liked, other = ([one] for one in said)
    return {
        "input": {"messages": chat(number)["messages"][:1]},
        "preferred_output": liked,
        "non_preferred_output": other,
    }


def written(path: Path, lines: list[dict[str, Any] | None]) -> dict[str, Any]:
    """A training file; None is a blank line."""
    path.write_text("".join(("" if line is None else json.dumps(line)) + "\n" for line in lines))
    return {"path": str(path), "sha256": sha256_of(path)}


def spec_of(folder: Path, method: str, train: list[Any], valid: list[Any]) -> dict[str, Any]:
    """What a job.json says."""
    return {
        "seed": 7,
        "method": method,
        "model": BASE,
        "hyperparameters": {
            "n_epochs": 3,
            "batch_size": 2,
            "learning_rate_multiplier": 1.0,
            "beta": 0.1,
        },
        "training_file": written(folder / "train.jsonl", train),
        "validation_file": written(folder / "valid.jsonl", valid) if valid else None,
    }


def trained(
    folder: Path, method: str, train: list[Any], valid: list[Any]
) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The rows of a job's file of examples, and its events."""
    job = JobDir(folder / "job")
    job.root.mkdir()
    events = EventWriter(job.events, 1)
    spec = spec_of(folder, method, train, valid)
    training = Training(job, spec, events, wish=lambda: None, save_every_s=60.0)
    assert training.run() is None
    training.finish()
    events.close()
    with job.examples_csv.open(newline="") as file:
        return list(csv.DictReader(file)), read_events(job.events, 0)[0]


def test_each_example_is_told_by_its_line_and_the_odd_one_is_worst(tmp_path: Path) -> None:
    """Blank lines count; the mean over all held-out bytes, however long an answer and however many an example
    has, is the loss that the last step told.
    """
    train = [None, *(chat(number) for number in range(8)), chat(8, WRONG), None, chat(9)]
    valid = [chat(number, RIGHT * (1 + number % 2 * 70)) for number in range(20, 25)]
    valid[2]["messages"] += chat(30)["messages"]
    rows, events = trained(tmp_path, "supervised", train, valid)
    assert [(row["split"], int(row["line"])) for row in rows] == [
        *(("valid", line) for line in range(1, 6)),
        *(("train", line) for line in (*range(2, 11), 12)),
    ]
    worst = max(rows, key=lambda row: float(row["loss"]))
    assert (worst["split"], worst["line"], worst["bytes"]) == ("train", "10", str(len(WRONG)))
    ends = {"3": 2}  # each answer has an end that is learned, too
    held_out = [
        (float(row["loss"]), int(row["bytes"]) + ends.get(row["line"], 1))
        for row in rows
        if row["split"] == "valid"
    ]
    mean = sum(loss * size for loss, size in held_out) / sum(size for _, size in held_out)
    [*_, last] = [event for event in events if event["type"] == "metrics"]
    assert mean == pytest.approx(last["full_valid_loss"], abs=2e-5)
    assert [event["kind"] for event in events if event["type"] == "artifact"][-1] == "examples_csv"


def test_pairs_have_a_loss_each(tmp_path: Path) -> None:
    rows, events = trained(tmp_path, "dpo", [pair(n) for n in range(6)], [pair(n) for n in range(20, 24)])
    losses = [float(row["loss"]) for row in rows if row["split"] == "valid"]
    [*_, last] = [event for event in events if event["type"] == "metrics"]
    assert sum(losses) / 4 == pytest.approx(last["full_valid_loss"], abs=2e-5)
    assert len(rows) == 10


@pytest.mark.parametrize("most", ["UNNOTICED_ROWS", "MOST_EXAMPLES"])
def test_of_many_examples_some_are_measured_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    """The held-out ones first; of the others those that were hard to learn, the same each time."""
    monkeypatch.setattr(examples, "UNNOTICED_ROWS", 20)
    monkeypatch.setattr(examples, "SHARE", 0.2 if most == "UNNOTICED_ROWS" else 9)
    monkeypatch.setattr(examples, "MOST_EXAMPLES", 50_000 if most == "UNNOTICED_ROWS" else 12)
    found = []
    for place in "ab":
        (tmp_path / place).mkdir()
        rows, events = trained(
            tmp_path / place,
            "supervised",
            [chat(n, WRONG if n == 31 else RIGHT) for n in range(40)],
            [chat(n) for n in range(50, 53)],
        )
        found.append(rows)
    assert found[0] == found[1]
    splits = [row["split"] for row in rows]
    assert splits[:3] == ["valid"] * 3
    assert 3 < len(rows) < 43
    lines = [int(row["line"]) for row in rows[3:]]
    assert lines == sorted(set(lines))
    assert 32 in lines
    said = [event["message"] for event in events if event["type"] == "log"]
    assert said == [
        f"The losses of {len(rows)} of 43 examples were measured, the hardest to learn among them"
    ]


def test_what_was_hard_is_judged_among_what_was_met_with_it() -> None:
    """Everything costs more at the beginning; an odd example stands out wherever it was met."""
    order = np.random.default_rng(1).permutation(400)
    met = np.empty(400, np.float32)
    met[order] = np.linspace(5, 1, 400)
    met[order[390]] = 3
    assert examples.hardest(met, order)[0] == order[390]
    met[order[7]] = np.nan
    assert list(examples.hardest(met, order)[:2]) == [order[7], order[390]], "what is not known comes first"
    assert sorted(examples.hardest(met, order)) == list(range(400))


def test_a_wish_is_heard_before_the_file_is_written(tmp_path: Path) -> None:
    """Whoever pauses after the last step gets the same file later; whoever cancels gets none."""
    spec = spec_of(tmp_path, "supervised", [chat(number) for number in range(6)], [])

    def run(place: str, wish: Wish | None, after: int) -> tuple[Wish | None, Path]:
        job = JobDir(tmp_path / place)
        job.root.mkdir(exist_ok=True)
        events = EventWriter(job.events, 1)
        asked = iter(range(100))  # the loop asks before each step, then the file asks
        training = Training(
            job, spec, events, wish=lambda: wish if next(asked) >= after else None, save_every_s=60.0
        )
        granted = training.run()
        events.close()
        return granted, job.examples_csv

    steps = 9
    granted, whole = run("whole", None, 0)
    assert granted is None
    granted, later = run("paused", "pause", steps)
    assert (granted, later.exists()) == ("pause", False)
    granted, later = run("paused", None, 0)
    assert (granted, later.read_bytes()) == (None, whole.read_bytes())
    granted, never = run("cancelled", "cancel", steps)
    assert (granted, never.exists()) == ("cancel", False)
