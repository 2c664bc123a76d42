"""How often providers are asked, changed from the screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from drivers import fill, house, opened
from finetop.store import Pacing
from finetop.store.rows import ProfileState
from finetop.tui.screens.polling import why_no_jobs

if TYPE_CHECKING:
    from pathlib import Path


async def test_p_pauses_and_p_resumes(tmp_path: Path) -> None:
    """Every profile; the title line says so in place of the ages, also on the next screen."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as screen:
        await screen.press("p")
        await screen.reads("polling paused, p resumes")
        assert {screen.app.store.pacing.get(account) for account in (1, 2)} == {Pacing(paused=True)}
    async with opened(paths, size=(80, 24)) as screen:
        assert "polling paused, p resumes" in screen.lines[0]
        await screen.press("p")
        await screen.reads("Polling goes on.")
        assert "paused, p" not in screen.lines[0]
        assert "live" in screen.lines[0]


async def test_one_paused_profile_is_named(tmp_path: Path) -> None:
    """The others keep their ages."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as screen:
        screen.app.store.pacing.set_paused(1, paused=True)
        screen.main.look()
        await screen.reads("openai paused")
        assert "local live" in screen.lines[0]
        await screen.press("p")
        await screen.reads("openai live")


async def test_the_pace_is_found_by_name(tmp_path: Path) -> None:
    """Each profile keeps its own, slower or faster."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths) as screen:
        for words, said, paces in (
            ("half", "openai every 30 s, local every 4 s", (30, 4)),
            ("half", "openai every 60 s, local every 8 s", (60, 8)),
            ("twice", "openai every 30 s, local every 4 s", (30, 4)),
            ("as usual", "openai every 15 s, local every 2 s", (None, None)),
        ):
            await screen.press("colon")
            await screen.type(words)
            await screen.press("enter")
            await screen.reads(f"Running jobs are asked about: {said}.")
            assert tuple(screen.app.store.pacing.get(account).pace_s for account in (1, 2)) == paces


NEW = ProfileState("openai", 1, "never")
EMPTY = ProfileState("team", 2, "ok", last_ok_at=1.0)
DEAD = ProfileState("dead", 3, "offline")
OURS = ProfileState("local", 4, "not started")


@pytest.mark.parametrize(
    ("states", "create", "said"),
    [
        ([], "c", "No jobs yet. c creates one."),
        ([EMPTY], "", "No jobs yet."),
        ([OURS], "c", "No jobs yet. c creates one."),
        ([NEW, EMPTY], "c", "Asking openai."),
        ([NEW] * 4, "c", "Asking 4 profiles."),
        ([replace(NEW, paused=True)], "c", "No answer from openai yet. P tells why."),
        ([DEAD, OURS], "c", "No answer from dead yet. P tells why."),
        ([DEAD, EMPTY], "c", "No jobs yet. c creates one."),
    ],
)
def test_nobody_says_that_there_are_no_jobs_who_was_not_told(
    states: list[ProfileState], create: str, said: str
) -> None:
    assert why_no_jobs(states, create, "P") == said
