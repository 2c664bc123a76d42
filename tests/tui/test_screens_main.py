"""The main screen as a person uses it, over a store with a story in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers import Driver, fill, house, opened


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Driver]:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as driver:
        yield driver


async def test_what_the_store_knows_is_there_at_once(screen: Driver) -> None:
    screen.jobs.expect("support-bot-v3", status="running")
    screen.jobs.expect("faq-1", status="failed")
    assert "line 17: no assistant message" in screen.picture


async def test_answering_no_leaves_the_job_running(screen: Driver) -> None:
    await screen.jobs.select("support-bot-v3")
    await screen.press("x")
    await screen.reads("Cancel this job?")
    await screen.press("n")
    assert screen.app.screen is screen.main
    screen.jobs.expect("support-bot-v3", status="running")


async def test_enter_on_the_question_is_harmless(screen: Driver) -> None:
    await screen.jobs.select("support-bot-v3")
    await screen.press("x")
    await screen.reads("Keep running")
    await screen.press("enter")
    assert screen.app.screen is screen.main
    assert not screen.main._settling


async def test_the_question_says_what_is_done_kept_and_lost(screen: Driver) -> None:
    await screen.jobs.select("support-bot-v3")
    await screen.press("x")
    await screen.reads("186 of 300 steps")
    assert "checkpoint 120" in screen.picture
    assert "steps 181 to 186" in screen.picture


@pytest.mark.parametrize("name", ["support-bot-v2", "faq-1", "tone-hot"])
async def test_an_ended_job_cannot_be_cancelled(screen: Driver, name: str) -> None:
    await screen.jobs.select(name)
    await screen.press("x")
    assert screen.app.screen is screen.main
    assert not screen.main.active_bindings["x"].enabled


async def test_help_shows_the_keys_that_work_here(screen: Driver) -> None:
    await screen.press("question_mark")
    await screen.reads("Keys in the jobs list")
    for words in ("create a job", "cancel this job", "one line down", "show the keys"):
        assert words in screen.picture
    await screen.press("escape")
    assert screen.app.screen is screen.main
