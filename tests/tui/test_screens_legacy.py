"""Legacy jobs on the screen: what stands only in the text of their logs is read from row and pane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from drivers import NOW, Driver, Told, fill, house, opened
from finetop.config import Profile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

OLD = Profile("old", dialect="openai-legacy", base_url="https://old.test/v1", key_env="OPENAI_API_KEY")


def fine_tune(id_: str, status: str, *log: str, **more: Any) -> Told:
    """One job as the legacy API tells it."""
    events = [
        {"object": "fine-tune-event", "created_at": NOW - 500 + 10 * place, "level": "info", "message": line}
        for place, line in enumerate(log)
    ]
    told = {"object": "fine-tune", "hyperparams": {"n_epochs": 4}, "method": None, "metadata": None}
    return Told(
        id_, "", status, profile="old", model="curie",
        extra=told | {"user_provided_suffix": None, "updated_at": NOW - 20, "events": events} | more,
    )  # fmt: skip


QUEUED = ("Fine-tune costs $1,234.50", "Fine-tune enqueued. Queue number: 1")
STORY = (
    fine_tune("ft-waiting", "pending", *QUEUED),
    fine_tune("ft-working", "running", *QUEUED, "Fine-tune started", "Completed epoch 1/4"),
    fine_tune("ft-failed", "failed", "Fine-tune failed. Invalid JSONL on line 12."),
    fine_tune("ft-odd", "annealing"),
)


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Driver]:
    paths = house(tmp_path)
    fill(paths, STORY, (OLD,))
    async with opened(paths, profiles=(OLD,)) as driver:
        yield driver


async def test_rows_tell_what_the_log_says(screen: Driver) -> None:
    screen.jobs.expect("ft-waiting", status="queued")
    screen.jobs.expect("ft-failed", status="failed")
    screen.jobs.expect("ft-working", status="running")
    for words in ("2nd in line", " 25 %", "Invalid JSONL on line 12.", "annealing", "legacy"):
        assert words in screen.picture


async def test_the_pane_tells_price_and_place(screen: Driver) -> None:
    await screen.jobs.select("ft-waiting")
    await screen.reads("$1,234.50")
    await screen.reads("2nd in line")


async def test_what_this_api_cannot_do_is_said(screen: Driver) -> None:
    await screen.jobs.select("ft-working")
    assert screen.main.check_action("pause", ()) is not True
    assert screen.main.check_action("cancel", ()) is True
