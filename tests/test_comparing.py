"""What differs between jobs, and what can be said of which is better."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.comparing import MOST, Comparison, Field, compare, files_in_doubt, told
from finetop.dossier import Dossier
from finetop.models import Checkpoint, File, Job
from finetop.stays import Stay
from finetop.store.rows import Curves, JobKey, JobRow, Series
from stage import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Mapping

NOW = 10_000.0
FALLS = (2.0, 1.4, 1.0, 0.8, 0.7, 0.6)
TURNS = (2.0, 1.4, 1.0, 0.7, 0.5, 0.55, 0.63, 0.72, 0.83, 0.95)


def job(
    id_: str = "ftjob-a",
    *,
    account: int = 1,
    valid: tuple[float, ...] = (),
    settings: Mapping[str, Any] | None = None,
    files: Mapping[str, File] | None = None,
    hashes: Mapping[str, str] | None = None,
    autos: frozenset[str] = frozenset(),
    train: str = "file-1",
    valid_file: str | None = "file-v",
    curves: Mapping[str, Any] | None = None,
    **row: Any,
) -> Dossier:
    """A succeeded job, with whatever a test is about."""
    raw = {
        "id": id_,
        "object": "fine_tuning.job",
        "model": "tiny",
        "status": "succeeded",
        "training_file": train,
        "validation_file": valid_file,
        "hyperparameters": settings or {},
    }
    shown = JobRow(JobKey(account, id_), 1, "p", "succeeded", "succeeded", id_, "tiny", "sft")
    steps = tuple(range(10, 10 * len(valid) + 1, 10))
    return Dossier(
        shown._replace(**row),
        Job.model_validate(raw),
        Curves(valid_loss=Series(steps, valid), **(curves or {})),
        [
            Checkpoint(id=f"c{step}", step_number=step, fine_tuned_model_checkpoint=f"ft:{id_}:{step}")
            for step in steps
        ],
        files or {},
        hashes or {},
        autos,
    )


def of(comparison: Comparison, name: str) -> Field:
    return next(field for field in comparison.fields if field.name == name)


def words(comparison: Comparison, name: str) -> list[str]:
    return [" ".join(filter(None, (cell.words, cell.note))) for cell in of(comparison, name).cells]


def test_the_same_twice_differs_in_nothing() -> None:
    one = job(valid=FALLS, settings={"n_epochs": 3, "batch_size": 8})
    assert compare([one, one], now=NOW).differing == ()


FILE = File(id="file-1", filename="train.jsonl", bytes=1900)
COPY = File(id="file-2", filename="copy.jsonl", bytes=1900)
SECOND = File(id="file-2", filename="train.jsonl", bytes=1900)


@pytest.mark.parametrize(
    ("account", "theirs", "hashes", "says"),
    [
        (1, FILE, ("", ""), ""),
        (2, FILE, ("", ""), "same name and size"),
        (1, COPY, ("aa", "aa"), "same content, other id"),
        (1, SECOND, ("aa", "bb"), "other content"),
        (1, SECOND, ("aa", ""), "same name and size"),
        (1, COPY, ("", ""), "unknown if the same"),
        (1, File(id="file-2"), ("", ""), "unknown if the same"),
        (1, File(id="file-2", bytes=1500), ("", ""), "other content, 400 B more"),
    ],
)
def test_whether_two_files_are_the_same(
    account: int, theirs: File, hashes: tuple[str, str], says: str
) -> None:
    """By their id at one account, else by their bytes; what is not known is not claimed."""
    mine, others = hashes
    one = job(files={FILE.id: FILE}, hashes={FILE.id: mine} if mine else {})
    other = job(
        account=account,
        train=theirs.id,
        files={theirs.id: theirs},
        hashes={theirs.id: others} if others else {},
    )
    found = of(compare([one, other], now=NOW), "training_file")
    assert (found.against, found.differs) == (says, bool(says))
    assert [cell.copied for cell in found.cells] == [FILE.id, theirs.id]
    unknown = [file.id for _, file in files_in_doubt([one, other])]
    assert (FILE.id in unknown) == (not mine and ("unknown" in says or "name" in says))


def test_only_one_has_a_validation_file() -> None:
    found = of(compare([job(), job("ftjob-b", valid_file=None)], now=NOW), "validation_file")
    assert (found.cells[1].words, found.against) == ("none", "only A has one")


def test_defaults_against_what_was_asked_for() -> None:
    """A number that the provider chose is told apart from one that somebody asked for."""
    one = job(settings={"n_epochs": 3, "batch_size": 8, "beta": "auto"}, autos=frozenset({"batch_size"}))
    other = job("ftjob-b", settings={"n_epochs": 6, "batch_size": 8, "beta": 0.2})
    found = compare([one, other], now=NOW)
    assert words(found, "batch_size") == ["8 chosen by the provider", "8"]
    assert of(found, "batch_size").against == "same value"
    assert of(found, "n_epochs").against == "1/2"
    assert words(found, "beta") == ["auto what it became was not told", "0.2"]
    assert of(found, "beta").against == "unknown if the same"


def test_a_multiplier_and_a_rate_are_not_put_side_by_side_as_numbers() -> None:
    rate = {"rate": Series((1, 2), (1e-5, math.nan))}
    one = job(settings={"learning_rate_multiplier": 1.8}, curves=rate)
    other = job("ftjob-b", settings={"learning_rate": 2e-5}, curves={"rate": Series((1,), (2e-5,))})
    found = compare([one, other], now=NOW)
    assert words(found, "learning_rate") == ["1.8 times the provider's own rate", "2e-05"]
    assert of(found, "learning_rate").against == "a multiplier and a rate do not compare"
    assert of(found, "peak_learning_rate").against == "1/2"
    assert not [field for field in found.fields if field.name == "learning_rate_multiplier"]


def test_times_of_two_jobs() -> None:
    states = (Stay("queued", 0.0, 60.0), Stay("running", 60.0, 660.0))
    one = replace(job(created_at=0.0, ended_at=660.0), states=states)
    grows = (Stay("running", NOW - 3700, None),)
    other = replace(
        job("ftjob-b", created_at=NOW - 3700, status="running", step=5, total_steps=9), states=grows
    )
    found = compare([one, other], now=NOW)
    assert words(found, "trained_s") == ["10 m", "1 h so far"]
    assert words(found, "waited_s") == ["1 m", ""]
    assert words(found, "status") == ["succeeded", "running 55 %"]
    assert of(found, "created_at").against == "1 h 45 m earlier"


def test_the_better_one_and_its_checkpoint() -> None:
    one, other = job(valid=TURNS), job("ftjob-b", valid=FALLS, fine_tuned_model="ft:b")
    found = compare([one, other], now=NOW)
    best = of(found, "best_valid_loss")
    assert (best.best, best.against) == ((0,), "-0.100 better")
    assert of(found, "last_valid_loss").against.endswith("worse")
    assert found.best == 0
    assert found.sentence == (
        "A is better: validation loss 0.500 against 0.600; "
        "it has turned since, and the checkpoint of step 50 is to use."
    )
    assert found.model_to_use(0) == "ft:ftjob-a:50"
    assert found.model_to_use(1) == "ft:b"


@pytest.mark.parametrize(
    ("other", "says", "against"),
    [
        (
            job("b", valid=FALLS, valid_file="file-w"),
            "If the data is the same, A is better",
            "better, if the",
        ),
        (
            job("b", valid=FALLS, valid_file=None),
            "They were tried on other data",
            "other data",
        ),
        (job("b", valid=FALLS, model="big"), "Their base models differ", "other model"),
        (job("b", valid=FALLS, method="dpo"), "Their methods differ", "other method"),
        (job("b", valid=(*FALLS[:-1], 0.5)), "A and B are as good: validation loss 0.500.", ""),
        (job("b", valid=(*TURNS[:4], 0.501, *TURNS[5:])), "A and B are about as good", "within the noise"),
        (job("b"), "Only A was measured, so nothing tells which is better.", ""),
    ],
)
def test_what_cannot_be_compared_is_not(other: Dossier, says: str, against: str) -> None:
    found = compare([job(valid=TURNS), other], now=NOW)
    assert found.sentence.startswith(says)
    measured = of(found, "best_valid_loss")
    assert against in measured.against
    if "other" in against:
        assert not measured.best


def test_the_end_of_training_counts_and_not_its_luckiest_batch() -> None:
    def train(end: float, luck: float) -> dict[str, Any]:
        values = [end + (0.1 if step % 2 else -0.1) for step in range(100)]
        values[50] = luck
        return {"train_loss": Series(tuple(range(100)), tuple(values))}

    found = compare([job(curves=train(0.5, 0.0)), job("b", curves=train(2.0, 2.0))], now=NOW)
    assert words(found, "end_train_loss") == ["0.500 mean of 10", "2.000 mean of 10"]
    assert found.sentence == "A has the better training loss, 0.500 against 2.000, on what it has learned."
    alike = compare([job(curves=train(0.52, 0.0)), job("b", curves=train(0.5, 0.5))], now=NOW)
    assert alike.sentence.startswith("A and B are about as good: training loss 0.520 against 0.500")
    assert of(alike, "end_train_loss").best == ()


def test_rewards_go_the_other_way() -> None:
    def rewards(*values: float) -> dict[str, Any]:
        return {"more": {"valid_reward": Series(tuple(range(len(values))), values)}}

    one, other = job(curves=rewards(0.1, 0.3)), job("b", curves=rewards(0.1, 0.8))
    found = compare([one, other], now=NOW)
    assert of(found, "best_valid_reward").best == (1,)
    assert of(found, "best_valid_reward").against.endswith("worse")
    assert found.sentence.startswith("B is better: validation reward 0.800 against 0.300")


def test_several_jobs_have_a_column_each() -> None:
    jobs = [
        job(f"ftjob-{number}", valid=(2.0, 1.0, 0.9 - number / 10), cost=2.0 - number) for number in range(3)
    ]
    found = compare(jobs, now=NOW)
    assert found.letters == ("A", "B", "C")
    assert of(found, "best_valid_loss").best == (2,)
    assert of(found, "cost").best == (2,)
    assert not any(field.against for field in found.fields)


def test_what_programs_are_told() -> None:
    found = told(compare([job(valid=TURNS), job("ftjob-b", valid=FALLS)], now=NOW))
    assert json.loads(json.dumps(found)) == found
    assert found["better"] == "A"
    assert found["jobs"][0]["best_model"] == "ft:ftjob-a:50"
    best = next(field for field in found["fields"] if field["name"] == "best_valid_loss")
    assert best["values"] == {"A": 0.5, "B": 0.6}
    assert (best["best"], best["group"], best["differs"]) == (["A"], "result", True)


def test_nothing_of_a_provider_is_more_than_text() -> None:
    evil = HOSTILE.replace("\ud800", "")
    names = {evil: evil}
    one = job(
        settings={evil: evil, "n_epochs": evil},
        files={FILE.id: File(id=FILE.id, filename=evil)},
        name=evil, model=evil, profile=evil, reason=evil, status="unknown", raw_status=evil,
        fine_tuned_model=evil,
    )  # fmt: skip
    assert one.job is not None
    one = replace(one, job=one.job.model_copy(update={"metadata": names, "grader": {"type": evil}}))
    found = compare([one, job("b")], now=NOW)
    drawn = [found.sentence]
    for field in found.fields:
        drawn += [
            field.label,
            field.against,
            *(part for cell in field.cells for part in (cell.words, cell.note)),
        ]
    assert any("red" in words for words in drawn)
    assert "".join(drawn).isprintable()


@given(
    st.lists(
        st.sampled_from([job(), job("b", valid=TURNS), job("c", valid=FALLS, settings={"n_epochs": 2})]),
        min_size=2,
        max_size=MOST,
    )
)
def test_any_jobs_in_any_order(jobs: list[Dossier]) -> None:
    """Each field has a cell for each job, and whether it differs does not depend on their order."""
    found, turned = compare(jobs, now=NOW), compare(jobs[::-1], now=NOW)
    assert all(len(field.cells) == len(jobs) for field in found.fields)
    assert {field.name for field in found.differing} == {field.name for field in turned.differing}
    assert all(0 <= place < len(jobs) for field in found.fields for place in field.best)


@pytest.mark.parametrize("count", [1, MOST + 1])
def test_too_few_or_too_many(count: int) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        compare([job()] * count, now=NOW)
