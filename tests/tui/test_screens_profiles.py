"""The profiles and the settings, seen from the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drivers import fill, house, opened
from finetop.config import Profile
from finetop.config.inventory import Item
from finetop.config.reading import parse
from finetop.store import ProfileState
from finetop.tui.screens.profiles import profile_facts, profile_line
from finetop.tui.screens.settings import Held, settings_lines
from finetop.tui.widgets.runs import plain

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_000_000.0


@pytest.mark.parametrize(
    ("state", "pace_s", "said"),
    [
        (None, None, "all profiles       1,204 jobs"),
        (
            ProfileState("openai", 1, "ok", last_ok_at=NOW - 3),
            15.0,
            "openai             1,204 jobs  live            every 15 s",
        ),
        (
            ProfileState("together", 2, "stale", last_ok_at=NOW - 540, read_only=True),
            20.0,
            "together           1,204 jobs  9 m old !       every 20 s   read-only",
        ),
        (
            ProfileState("shared", 3, "refused", last_ok_at=None, paused=True),
            None,
            "shared             1,204 jobs  paused",
        ),
    ],
)
def test_a_line_of_the_profiles(state: ProfileState | None, pace_s: float | None, said: str) -> None:
    assert plain(profile_line(state, NOW, jobs=1204, pace_s=pace_s)).rstrip() == said


def test_on_a_narrow_screen_nothing_of_it_is_cut_but_how_many_jobs() -> None:
    """A reason takes as many lines as it needs."""
    state = ProfileState("team-of-another-house", 2, "none", message="no fine-tuning " * 9, read_only=True)
    line = plain(profile_line(state, NOW, jobs=1204, pace_s=3600.0, width=52))
    assert "no fine-tuning API !  every 3600 s" in line
    assert line.endswith("read-only")
    told = [plain(line) for line in profile_facts(Profile("team"), state, 44)]
    assert sum(line.count("fine-tuning") for line in told) == 9
    assert max(map(len, told)) <= 54


def test_what_is_told_of_a_profile_is_never_its_key() -> None:
    profile = Profile("work", base_url="https://me:pass@api.test/v1", key_command=("pass", "show", "secret"))
    state = ProfileState("work", 1, "ok", requests_left=4812, requests_limit=5000, poller="box 12 0.4")
    said = "\n".join(plain(line) for line in profile_facts(profile, state))
    assert "https://api.test/v1" in said
    assert "command pass" in said
    assert "4,812 of 5,000 requests left" in said
    assert "box 12 0.4" in said
    assert "secret" not in said
    assert "me:pass" not in said


def test_the_settings_are_told_with_their_mistakes_and_places(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    found = parse(file, '[profiles.work]\nkey_env = "WORK_KEY"\nread_only = true\ncolor = "red"\n')
    settings = {"theme": "dark", "alerts": {"webhook": "***", "ways": ["bell", "title"], "silent": False}}
    items = [Item("store", tmp_path / "finetop.db", 1, 2_100_000), Item("frame", tmp_path / "frame", 0, 0)]
    variables = {"FINETOP_THEME": "dark"}
    lines = settings_lines(
        Held(found.problems, found.profiles, settings, variables, items, {"theme": "light"}), 72
    )
    said = "\n".join(map(plain, lines))
    assert "line 4" in " ".join(said.split())
    assert "color" in said
    assert "dark; on this screen light" in said
    assert "alerts.webhook             ***" in said
    assert "alerts.ways                bell, title" in said
    assert "alerts.silent              no" in said
    assert "key from WORK_KEY read-only" in " ".join(said.split())
    assert "2.1 MB" in said
    assert str(tmp_path / "frame") not in said, "what is not there takes no line"


async def test_choosing_a_profile_and_how_often_it_is_asked(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(100, 30)) as screen:
        await screen.press("P")
        await screen.reads("all profiles")
        await screen.press("j")
        await screen.reads("https://api.openai.com/v1")
        await screen.reads("every 15 s")
        await screen.press("minus")
        await screen.reads("every 30 s")
        assert screen.app.store.pacing.get(1).pace_s == 30
        assert screen.app.store.pacing.get(2).pace_s is None, "the other keeps its pace"
        await screen.press("u")
        await screen.reads("every 15 s")
        await screen.press("p", "escape")
        await screen.reads("polling paused, p resumes")
        await screen.press("comma")
        await screen.reads("Settings in")
        await screen.reads("Places")
        await screen.press("escape", "P", "g", "j", "j", "enter")
        await screen.until(lambda: "support-bot-v3" not in screen.picture, "the jobs of openai are hidden")
        await screen.reads("1 of 2")
        await screen.until(lambda: screen.lines[0].startswith(" finetop   local   2 jobs"), "how many")
        await screen.press("2")
        await screen.until(lambda: "local / rehearsal-3" in screen.lines[0], "where one is")
        await screen.press("1", "P", "g", "enter")
        await screen.reads("1 of 11")
