"""While you were away, and what the screen tells unasked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers import NOW, PROFILES, STORY, Driver, Told, fill, house, opened
from finetop.models import Job
from finetop.session import Session
from finetop.store import JobKey, Raised, Store
from finetop.tui.screens import telling
from stage import Repaints

if TYPE_CHECKING:
    from finetop.config import Paths

RUNNING = [told for told in STORY if told.status in {"running", "queued", "validating_files"}]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """A person who has looked at the whole story, and left."""
    found = house(tmp_path)
    fill(found)
    change(found, visit=True)
    return found


def change(paths: Paths, *jobs: Told, visit: bool = False, silent: str = "") -> None:
    """What a recorder learns meanwhile."""
    store = Store(paths.store_file)
    session = Session(paths, PROFILES, store, poll=False, environ={"OPENAI_API_KEY": "key"})
    if visit:
        store.visits.mark(list(session.names))
    for told in jobs:
        sent = (Job.model_validate(told.body), json.dumps(told.body).encode())
        store.jobs.save(session.accounts[told.profile], [sent], store.ask())
    if silent:
        key = JobKey(session.accounts["openai"], silent)
        last = int(max(store.evidence.told_at(key)))
        facts = json.dumps({"text": "support-bot-v3 has said nothing for 40 m"})
        store.alerts.raise_(key.account, [Raised(key.id, "silent", last, facts, ("bell",))])
    session.close()
    store.close()


def ended(name: str, status: str, **extra: object) -> Told:
    told = next(told for told in STORY if told.suffix == name)
    return replace(told, status=status, extra={**(told.extra or {}), **extra})


async def until_it_tells(person: Driver) -> None:
    await person.until(lambda: person.main._judge is not None)


async def test_nothing_new_is_nothing_shown(paths: Paths) -> None:
    async with opened(paths) as person:
        await person.until(lambda: person.main._since is not None)
        assert "away" not in person.picture
        await person.press("B")
        await person.reads("Nothing has happened since your last visit.")


async def test_the_first_visit_of_all_has_no_news(tmp_path: Path) -> None:
    fill(house(tmp_path))
    async with opened(house(tmp_path)) as person:
        await until_it_tells(person)
        assert "away" not in person.picture


@pytest.mark.parametrize("size", [(140, 40), (80, 24), (60, 16)])
async def test_the_worst_comes_first_and_enter_goes_there(paths: Paths, size: tuple[int, int]) -> None:
    error = {"code": "x", "message": "the training file has 3 examples and needs 10"}
    change(
        paths,
        ended("tickets-v3", "succeeded", finished_at=NOW),
        ended("tone-2", "failed", error=error),
        ended("rehearsal-3", "cancelled"),
        silent="ftjob-QxT8vN2mLr4kWz7e3f2k",
    )
    async with opened(paths, size=size) as person:
        await person.reads("While you were away")
        lines = [line for line in person.lines if "│" in line]
        found = [
            name
            for line in lines
            for name in ("tone-2", "support-bot-v3", "rehearsal-3", "tickets-v3")
            if name in line and "▸" not in line.split(name)[1]
        ]
        assert found[:4] == ["tone-2", "support-bot-v3", "rehearsal-3", "tickets-v3"]
        assert "tone-2: the training file has 3 ex" in person.picture
        assert "has said nothing for 40 m" in person.picture
        await person.press("enter")
        await person.until(lambda: person.main.row is not None and person.main.row.name == "tone-2")
        assert person.app.screen is person.main
        await person.press("B")
        await person.reads("While you were away")
        await person.press("j", "escape")
        assert person.app.screen is person.main


async def test_what_was_typed_for_the_screen_is_done_there(paths: Paths) -> None:
    change(paths, ended("tone-2", "failed"))
    async with opened(paths) as person:
        await person.reads("While you were away")
        await person.press("question_mark")
        await person.reads("Keys in")
        await person.press("escape")
        assert person.app.screen is person.main


async def test_under_a_dialog_no_more_is_painted_than_what_changed(paths: Paths) -> None:
    change(paths, ended("tone-2", "failed"))
    async with opened(paths) as person:
        await person.reads("While you were away")
        await person.until(lambda: person.main._selected._loaded, "the whole job below")
        painted = Repaints(person.app.screen)
        before = -1
        while before != (before := len(painted.regions) + painted.whole):  # until all of that is drawn
            await person.pilot.pause(0.2)
        painted.clear()
        change(paths, ended("support-bot-v3", "paused"))
        person.main.look()
        await person.until(lambda: any("paused" in line for line in person.lines[2:6]), "the new state")
        for _ in range(5):  # each message to the screen below was once reason enough to paint all of it
            person.main.look()
            await person.pilot.pause(0.02)
        assert painted.regions
        assert max(region.height for region in painted.regions) == 1
        assert painted.whole == 0


async def test_who_is_at_work_already_is_only_told_in_a_line(paths: Paths) -> None:
    change(paths, ended("tone-2", "failed"), ended("rehearsal-3", "succeeded"))
    async with opened(paths) as person:
        await until_it_tells(person)
        await person.press("escape")
        person.main._shown = frozenset()
        await person.press("j")
        await person.main._tell_news()
        await person.reads("While you were away: 1 failed, 1 done.  B shows them.")
        assert person.app.screen is person.main


async def test_who_comes_back_to_a_screen_that_stayed_open_is_told_in_a_line(paths: Paths) -> None:
    async with opened(paths) as person:
        await until_it_tells(person)
        await person.press("j")
        await person.pilot.app.workers.wait_for_complete()
        change(paths, ended("tone-2", "failed"))
        await person.press("j")
        assert "away" not in person.picture
        person.main._key_at -= telling.AWAY_S
        change(paths, ended("rehearsal-3", "succeeded"))
        await person.press("k")
        await person.reads("While you were away: 1 failed, 1 done.  B shows them.")


async def test_a_visit_ends_with_leaving_and_not_with_a_window_that_is_closed(paths: Paths) -> None:
    change(paths, ended("tone-2", "failed"))
    for code, again in ((129, True), (0, True), (0, False)):
        async with opened(paths) as person:
            await until_it_tells(person)
            assert ("While you were away" in person.picture) is again
            person.app.leave(code)


async def test_b_decides_of_which_jobs_one_hears(paths: Paths) -> None:
    async with opened(paths) as person:
        await until_it_tells(person)
        await person.jobs.select("tone-2")
        await person.press("b")
        await person.reads("You will be told nothing of tone-2.")
        await person.reads("You are told nothing of it")
        await person.press("b")
        await person.reads("You will be told what becomes of tone-2.")
        await person.jobs.select("faq-1")
        await person.press("b")
        assert "told" not in person.picture  # it has ended: there is nothing left to tell


async def test_an_alert_is_said_in_a_line(paths: Paths) -> None:
    async with opened(paths) as person:
        await person.until(lambda: person.main._herald is not None)
        facts = json.dumps({"text": "tone-2 failed: no\x1b]52;c;aGk=\a"})
        person.app.store.alerts.raise_(1, [Raised("ftjob-x", "failed", 9, facts, ("bell", "notify"))])
        person.main.look()
        await person.reads("tone-2 failed: no")


async def test_a_key_that_comes_back_from_where_the_focus_is_clears_no_notice(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was said because of a key would be gone before anybody could read it."""
    async with opened(paths) as person:
        await until_it_tells(person)
        heard: list[None] = []
        monkeypatch.setattr(person.main, "clear_notice", lambda: heard.append(None))
        await person.press("k")
        await person.press("x")
        assert len(heard) == 2
