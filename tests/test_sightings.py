"""In which states a job was seen, and what of its settings was left to the provider."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from finetop.models import Job
from finetop.store import Contact, JobKey, Store
from finetop.store.jobs import Jobs
from finetop.store.schema import MIGRATIONS

KEY = JobKey(1, "a")


class Clock:
    now = 5_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    opened.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
    opened.jobs = Jobs(opened.database, opened.events.save, clock)
    yield opened
    opened.close()


def told(store: Store, clock: Clock, at: float, status: str, **more: object) -> None:
    clock.now = at
    raw = {"id": "a", "object": "fine_tuning.job", "status": status, "model": "m", "created_at": 1000, **more}
    store.jobs.save(1, [(Job.model_validate(raw), repr(raw).encode())], store.ask())


def test_each_new_state_is_kept_with_the_time_between_which_it_came(store: Store, clock: Clock) -> None:
    told(store, clock, 5_000, "queued")
    store.accounts.save_contact(1, Contact(state="ok", last_ok_at=5_000))
    told(store, clock, 5_010, "queued", trained_tokens=1)
    told(store, clock, 9_000, "running")
    told(store, clock, 9_010, "compressing")
    told(store, clock, 9_020, "completed", finished_at=9_015)
    told(store, clock, 9_030, "completed", trained_tokens=2)
    assert [tuple(seen) for seen in store.sightings.of(KEY)] == [
        (5_000, None, "queued", "queued"),
        (9_000, 5_000, "running", "running"),
        (9_010, 5_000, "running", "compressing"),
        (9_020, 5_000, "succeeded", "completed"),
    ]


def test_a_job_that_had_ended_before_was_seen_in_no_state(store: Store, clock: Clock) -> None:
    told(store, clock, 5_000, "succeeded")
    told(store, clock, 6_000, "succeeded", trained_tokens=3)
    assert store.sightings.of(KEY) == []


def test_what_was_auto_once_stays_known(store: Store, clock: Clock) -> None:
    asked = {"n_epochs": "auto", "batch_size": 8, "learning_rate_multiplier": "auto"}
    told(store, clock, 5_000, "queued", hyperparameters=asked)
    told(store, clock, 5_010, "running", hyperparameters=asked | {"n_epochs": 3})
    told(store, clock, 5_020, "succeeded", hyperparameters={"n_epochs": 3, "learning_rate_multiplier": 1.8})
    assert store.sightings.chosen(KEY) == {"n_epochs", "learning_rate_multiplier"}
    assert store.sightings.chosen(JobKey(1, "nobody")) == frozenset()


def test_a_store_of_before_knows_what_it_had_seen_last(tmp_path: Path) -> None:
    path = tmp_path / "finetop.db"
    before = next(at for at, script in enumerate(MIGRATIONS) if "create table sighting" in script)
    with closing(sqlite3.connect(path)) as old, old:
        for script in MIGRATIONS[:before]:
            for statement in filter(str.strip, script.split(";")):
                old.execute(statement)
        old.execute(
            "insert into account values (1, 'openai', 'https://one.test', '', '', '', 0, 0, null, '')"
        )
        old.executemany(
            """insert into job (account, id, seq, asked, status, form, raw, was, turned, turned_at)
            values (1, ?, 1, 1, ?, '{"raw_status": "RUNNING"}', x'', ?, ?, 70)""",
            [("a", "running", None, 3), ("b", "succeeded", "running", 4), ("c", "failed", None, 5)],
        )
        old.execute(f"pragma user_version = {before}")
    store = Store(path)
    kept = {id_: [tuple(seen) for seen in store.sightings.of(JobKey(1, id_))] for id_ in "abc"}
    store.close()
    assert kept == {"a": [(70, None, "running", "RUNNING")], "b": [], "c": []}
