"""What is read out of the text of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.models import Event
from finetop.models.sayings import Said, dollars, said, said_by_all


def told(message: str, level: str = "info") -> Said:
    return said(Event(message=message, level=level, created_at=5))


@pytest.mark.parametrize(
    ("message", "place"),
    [
        ("Fine-tune enqueued. Queue number: 3", 4),
        ("Fine-tune is in the queue. Queue number: 0", 1),
        ("fine-tune enqueued, queue number 12", 13),
        ("Queue position #4", 4),
        ("Job queued (queue place = 7)", 7),
        ("Queue position: 0", None),
        ("Fine-tune is in the queue.", None),
        ("Queue number: unknown", None),
        ("Queue number: -1", None),
        ("Enqueued 3 files", None),
    ],
)
def test_the_place_in_line(message: str, place: int | None) -> None:
    assert told(message).place == place


@pytest.mark.parametrize(
    ("message", "cost"),
    [
        ("Fine-tune costs $0.36", 0.36),
        ("Fine-tune costs $1,234.50.", 1234.5),
        ("Fine-tune cost: US$ 12", 12.0),
        ("The price is 7.25 USD", 7.25),
        ("Fine-tune costs USD 1,000,000", 1_000_000.0),
        ("This job costs 3 dollars", 3.0),
        ("Fine-tune costs €0.36", None),
        ("Fine-tune costs 5 EUR", None),
        ("Fine-tune costs A$5", None),
        ("Fine-tune costs $1.234,56", None),
        ("Fine-tune costs $12,34", None),
        ("Fine-tune costs $1 to $2", None),
        ("Fine-tune costs nothing", None),
        ("The variable $5 is not set", None),
    ],
)
def test_the_price(message: str, cost: float | None) -> None:
    assert told(message).cost == cost


@pytest.mark.parametrize(
    ("message", "epoch"),
    [
        ("Completed epoch 2/4", (2, 4)),
        ("completed epoch 2 of 4", (2, 4)),
        ("Finished epoch 3", (3, None)),
        ("Epoch 1/4 completed", (1, 4)),
        ("Epoch 12 out of 50 done", (12, 50)),
        ("Starting epoch 2/4", (None, None)),
        ("Completed epoch 5/4", (None, None)),
        ("Completed epochs", (None, None)),
    ],
)
def test_the_epoch_that_is_complete(message: str, epoch: tuple[int | None, int | None]) -> None:
    found = told(message)
    assert (found.epoch, found.epochs) == epoch
    assert found.epoch_at == (5 if epoch[0] else None)


@pytest.mark.parametrize(
    ("message", "level", "reason"),
    [
        ("Fine-tune failed. Invalid JSONL on line 12.", "error", "Invalid JSONL on line 12."),
        ("Fine-tune failed: the file is empty", "info", "the file is empty"),
        ("Job ft-A1 failed with error: out of memory", "error", "out of memory"),
        ("Fine-tuning job failed", "error", None),
        ("The fine-tune has failed because the file is gone", "info", "the file is gone"),
        ("Invalid JSONL on line 12.", "error", "Invalid JSONL on line 12."),
        ("Upload of the result file failed, trying again", "info", None),
        ("Fine-tune cancelled", "info", None),
        ("", "error", None),
    ],
)
def test_why_a_job_failed(message: str, level: str, reason: str | None) -> None:
    assert told(message, level).reason == reason


def test_beginnings_and_models() -> None:
    assert told("Fine-tune started").has_started
    assert told("Fine-tuning job started").has_started
    assert not told("Fine-tune will be started").has_started
    assert told("Uploaded model: curie:ft-acme:x-2023-04-18-09-53-20").model == (
        "curie:ft-acme:x-2023-04-18-09-53-20"
    )
    assert told("Uploaded result file: file-R1") == Said()


def test_a_log_tells_the_last_word_on_each_thing() -> None:
    lines = [
        "Created fine-tune: ft-1",
        "Fine-tune costs $0.36",
        "Fine-tune enqueued. Queue number: 3",
        "Fine-tune is in the queue. Queue number: 0",
    ]
    waiting = said_by_all(Event(message=line) for line in lines)
    assert (waiting.place, waiting.cost, waiting.has_started) == (1, 0.36, False)
    working = said_by_all(
        Event(message=line, created_at=9) for line in [*lines, "Fine-tune started", "Completed epoch 1/4"]
    )
    assert (working.place, working.cost, working.epoch, working.epochs) == (None, 0.36, 1, 4)
    assert Said.from_json(waiting.to_json()) == waiting
    assert Said.from_json(working.to_json()) == working
    assert Said.from_json("{}") == Said()


@given(st.text(max_size=80), st.sampled_from(["info", "error"]))
def test_no_sentence_is_too_odd(message: str, level: str) -> None:
    found = told(message, level)
    assert Said.from_json(found.to_json()) == found


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_every_sum_is_read_as_it_is_written(whole: int, cents: int) -> None:
    for grouped in (f"{whole}", f"{whole:,}"):
        assert dollars(f"Fine-tune costs ${grouped}.{cents:02}") == float(f"{whole}.{cents:02}")
