"""When a job's status changed: the ground under alerts and the news of a visit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from finetop.models import Event, Job
from finetop.store import JobKey, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    opened.accounts.ensure(dialect="openai", base_url="https://one.test/v1")
    yield opened
    opened.close()


def seen(store: Store, id_: str, status: str, **more: object) -> None:
    raw = {"id": id_, "object": "fine_tuning.job", "status": status, "model": "m", "created_at": 1000, **more}
    store.jobs.save(1, [(Job.model_validate(raw), repr(raw).encode())], store.ask())


def turns(store: Store, number: int = 0) -> list[tuple[str, str | None, str]]:
    return [(turn.key.id, turn.was, turn.status) for turn in store.turns.since([1], number)]


def test_a_change_of_status_is_a_turn_and_other_news_is_none(store: Store) -> None:
    seen(store, "a", "running")
    assert turns(store) == [("a", None, "running")]
    (first,) = store.turns.since([1], 0)
    seen(store, "a", "running", trained_tokens=9)
    store.events.save(JobKey(1, "a"), [Event(id="e", created_at=1, message="step 1")])
    assert turns(store, first.number) == []
    seen(store, "a", "failed", error={"message": "no"})
    assert turns(store, first.number) == [("a", "running", "failed")]


def test_a_job_goes_back_and_forth_and_only_its_last_turn_counts(store: Store) -> None:
    for status in ("queued", "running", "paused", "running"):
        seen(store, "a", status)
    assert turns(store) == [("a", "paused", "running")]


def test_what_ended_before_the_account_was_known_is_the_past(store: Store) -> None:
    """A job made and ended elsewhere while nobody looked is news; an old one never is."""
    seen(store, "old", "failed", finished_at=1010)
    seen(store, "new", "failed", finished_at=9_000_000_000)
    seen(store, "unsaid", "failed")
    past = {turn.key.id: turn.is_past for turn in store.turns.since([1], 0)}
    assert past == {"old": True, "new": False, "unsaid": True}
    seen(store, "met", "running")
    seen(store, "met", "succeeded", finished_at=1010)  # a server whose clock is years behind
    assert {turn.key.id: turn.is_past for turn in store.turns.since([1], 0)}["met"] is False


def test_a_turn_outlives_the_process(store: Store, tmp_path: Path) -> None:
    seen(store, "a", "running")
    seen(store, "a", "succeeded")
    again = Store(tmp_path / "finetop.db")
    assert turns(again) == [("a", "running", "succeeded")]
    again.close()
