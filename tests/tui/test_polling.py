"""How often providers are asked, changed from the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers import fill, house, opened
from finetop.store import Pacing

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
