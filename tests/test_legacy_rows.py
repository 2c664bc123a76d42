"""What a screen shows of a legacy job, most of which stands only in the text of its log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from finetop import text
from finetop.models import Job
from finetop.names import suffix_in
from finetop.store import JobKey, JobRow, Store
from finetop.tui.panes.detail_model import detail_model
from finetop.tui.panes.job_cells import story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START = 1000.0
WAITING = ["Created fine-tune: ft-1", "Fine-tune costs $1,234.50", "Fine-tune enqueued. Queue number: 3"]
WORKING = [*WAITING, "Fine-tune started", "Completed epoch 1/4"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    opened.accounts.ensure(dialect="openai-legacy", base_url="https://old.test/v1")
    yield opened
    opened.close()


def told(status: str, *log: str, failed: str = "", **more: Any) -> Job:
    events = [
        {"object": "fine-tune-event", "created_at": START + 10 * place, "level": "info", "message": line}
        for place, line in enumerate(log)
    ]
    if failed:
        events.append({"created_at": START + 999, "level": "error", "message": failed})
    return Job.model_validate(
        {
            "id": "ft-1",
            "object": "fine-tune",
            "status": status,
            "model": "curie",
            "created_at": START,
            "updated_at": START + 100,
            "events": events,
            **more,
        }
    )


def keep(store: Store, job: Job) -> JobRow:
    store.jobs.save(1, [(job, b"{}")], store.ask())
    (row,) = store.jobs.rows({1: "old"})
    return row


def overview(store: Store, row: JobRow) -> str:
    model = detail_model(row, now=START + 500, job=store.jobs.get(row.key))
    return "\n".join(
        f"{entry.label}: {''.join(words for words, _ in entry.runs)}" for entry in model.overview
    )


def test_a_waiting_job_shows_its_place_and_its_price(store: Store) -> None:
    row = keep(store, told("pending", *WAITING))
    assert (row.status, row.place, row.cost, row.method) == ("queued", 4, 1234.5, "legacy")
    assert story(row, 20) == "4th in line"
    row = keep(store, told("pending", *WAITING, "Fine-tune is in the queue. Queue number: 0"))
    assert story(row, 20) == "1st in line"
    assert "Cost: $1,234.50" in overview(store, row)
    assert "1st in line" in overview(store, row)


def test_a_working_job_shows_its_epochs_as_progress(store: Store) -> None:
    row = keep(store, told("running", *WORKING))
    assert (row.place, row.epoch, row.n_epochs, row.done, row.started_at) == (None, 1, 4, 0.25, START + 30)
    assert row.eta_s == 30, "one epoch took ten seconds, three are left"
    row = keep(store, told("running", *WORKING, "Completed epoch 2/4"))
    assert (row.done, row.eta_s) == (0.5, 20)


def test_a_failed_job_shows_why(store: Store) -> None:
    job = told("failed", *WAITING, failed="Fine-tune failed. Invalid JSONL on line 12.")
    row = keep(store, job)
    assert (row.reason, row.ended_at) == ("Invalid JSONL on line 12.", START + 100)
    assert job.reason == "Invalid JSONL on line 12."
    assert "Reason: " in overview(store, row)


def test_a_complaint_of_a_job_that_goes_on_is_no_reason(store: Store) -> None:
    job = told("running", *WORKING, failed="The result file could not be written, trying again")
    assert (keep(store, job).reason, job.reason) == (None, None)


def test_an_error_of_its_own_is_worth_more_than_words(store: Store) -> None:
    job = told("failed", failed="Fine-tune failed. Oh.", error={"message": "no money"})
    assert keep(store, job).reason == job.reason == "no money"


def test_a_finished_job_is_called_by_the_suffix_in_its_models_name(store: Store) -> None:
    name = "curie:ft-acme:intent-2023-04-18-09-53-20"
    row = keep(store, told("succeeded", *WORKING, f"Uploaded model: {name}", fine_tuned_model=None))
    assert (row.name, row.fine_tuned_model) == ("intent", name)
    job = told("succeeded", fine_tuned_model=name)
    assert job.name == "intent"


def test_a_stopped_job_says_how_far_it_came(store: Store) -> None:
    assert story(keep(store, told("cancelled", *WORKING)), 30) == "stopped after epoch 1"
    assert story(keep(store, told("cancelled", *WAITING, id="ft-1")), 30) == "stopped after epoch 1"


def test_a_log_inside_a_job_goes_where_logs_are(store: Store) -> None:
    row = keep(store, told("running", *WORKING))
    key = JobKey(1, "ft-1")
    assert [event.message for event in store.events.whole(key)] == WORKING
    kept = store.jobs.get(key)
    assert kept is not None
    assert kept.events == ()
    assert keep(store, told("running")).seq == row.seq, "a listing without it is no news"
    assert keep(store, told("running", *WORKING)).seq == row.seq
    assert keep(store, told("running", *WORKING, "Completed epoch 2/4")).seq > row.seq


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("ft:gpt-4o-mini:acme:haiku:9aXb", "haiku"),
        ("ft:gpt-4o-mini:acme::9aXb", ""),
        ("curie:ft-acme:intent-2023-04-18-09-53-20", "intent"),
        ("curie:ft-acme:a-b:c-2023-04-18-09-53-20", "a-b:c"),
        ("ada:ft-acme-2023-04-18-09-53-20", ""),
        ("curie", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_the_suffix_in_a_models_name(name: str | None, suffix: str) -> None:
    assert suffix_in(name) == suffix


@pytest.mark.parametrize(
    ("sum_", "words"), [(0.36, "$0.36"), (1234.5, "$1,234.50"), (0.001, "under $0.01"), (0, "$0.00")]
)
def test_a_sum_as_it_is_read(sum_: float, words: str) -> None:
    assert text.dollars(sum_) == words
