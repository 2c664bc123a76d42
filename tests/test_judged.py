"""The overfit watch as the store keeps it: on the row of each job, and not read over and over."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from finetop.models import Checkpoint, Event, Job, Metric
from finetop.store import JobKey, Store, judged

CLEAN = [2.1, 1.0, 0.62, 0.55, 0.58, 0.66, 0.75, 0.85, 0.97, 1.1]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    yield opened
    opened.close()


def job(store: Store) -> JobKey:
    account = store.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
    raw = {"id": "a", "object": "fine_tuning.job", "status": "running", "model": "small", "created_at": 1}
    store.jobs.save(account, [(Job.model_validate(raw), b"{}")], store.ask())
    return JobKey(account, "a")


def validate(store: Store, key: JobKey, values: Sequence[float], *, begin: int = 1) -> None:
    events = [
        Event(id=f"e{step}", created_at=step, type="metrics", data={"step": step, "valid_loss": value})
        for step, value in enumerate(values, begin)
    ]
    store.events.save(key, events)


def mark(store: Store, key: JobKey) -> str | None:
    row = store.jobs.row(key, "mine", now=0)
    assert row is not None
    return row.overfit


def test_a_row_says_how_sure_it_is_as_checks_come(store: Store) -> None:
    key = job(store)
    said = []
    for step, value in enumerate(CLEAN, 1):
        validate(store, key, [value], begin=step)
        said.append(mark(store, key))
    assert said == [None] * 4 + ["unsure"] * 2 + ["likely"] * 2 + ["sure"] * 2
    row = store.jobs.row(key, "mine", now=0)
    assert row is not None
    assert row.has_turned
    store.jobs.save_checkpoints(key, [Checkpoint(id="c", step_number=4, fine_tuned_model_checkpoint="ft:c")])
    told = store.jobs.overfit(key)
    assert told is not None
    assert (told["turned_step"], told["checkpoint"]) == (4, {"step": 4, "model": "ft:c"})
    validate(store, key, [0.4], begin=11)  # and it was not the end
    assert (mark(store, key), store.jobs.overfit(key)) == (None, None)


def test_a_result_file_is_judged_and_what_is_not_validation_is_not(store: Store) -> None:
    key = job(store)
    store.events.save_metrics(key, [Metric(step=step, values={"train_loss": 1.0}) for step in range(9)])
    assert mark(store, key) is None
    metrics = [Metric(step=step, values={"full_valid_loss": value}) for step, value in enumerate(CLEAN)]
    store.events.save_metrics(key, metrics)
    assert mark(store, key) == "sure"


def test_a_long_series_is_read_seldom_and_whole_at_the_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = job(store)
    read: list[JobKey] = []
    judge = judged.judge

    def counted(connection: sqlite3.Connection, one: JobKey) -> None:
        read.append(one)
        judge(connection, one)

    monkeypatch.setattr(judged, "judge", counted)
    validate(store, key, [2.0 - step * 0.001 for step in range(600)])
    before = len(read)
    for step in range(600, 660):
        validate(store, key, [1.4], begin=step + 1)
    assert len(read) - before <= 3
    store.jobs.mark_whole(key)
    store.jobs.mark_whole(key)
    assert len(read) - before <= 4


def test_what_an_older_finetop_has_measured_is_judged_late_and_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = job(store)
    validate(store, key, CLEAN)
    with store.database.write() as connection:
        connection.execute("update job set overfit = null, judged = 0, unjudged = 1")
    assert mark(store, key) is None
    before = store.now()
    assert store.events.judge_waiting(key.account, 5) == 1
    assert mark(store, key) == "sure"
    assert [row.key for row in store.jobs.rows({key.account: "mine"}, since=before)] == [key]
    assert store.events.judge_waiting(key.account, 5) == 0
