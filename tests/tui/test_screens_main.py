"""The main screen as a person uses it, over a store with a story in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual import events

from drivers import NOW, PROFILES, Driver, Told, fill, house, opened
from finetop import text
from finetop.errors import Unauthorized
from finetop.store import Contact
from finetop.tui.messages import Said, StoreChanged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


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


async def test_esc_and_a_key_in_one_piece_are_two_keys(screen: Driver) -> None:
    """A slow line merges them, which reads as alt and the key."""
    await screen.press("question_mark")
    await screen.reads("Keys in the jobs list")
    screen.app.post_message(events.Key("alt+shift+g", "G"))
    await screen.until(lambda: screen.app.screen is screen.main)
    last = screen.jobs.names[-1]
    await screen.until(lambda: screen.main.row is not None and screen.main.row.name == last)


async def test_the_title_says_how_old_the_last_answer_is(tmp_path: Path) -> None:
    """An answer that brought no news makes the data young again."""
    paths, now = house(tmp_path), [NOW]
    fill(paths)
    async with opened(paths, clock=lambda: now[0]) as screen:
        account = screen.main.session.accounts["openai"]
        now[0] += 3600
        screen.app.store.accounts.save_contact(account, Contact("ok", last_ok_at=now[0] - 300))
        screen.main._tick()
        await screen.reads("openai 5 m")
        screen.app.store.accounts.save_contact(account, Contact("ok", last_ok_at=now[0]))
        screen.main._tick()
        await screen.reads("openai live")


async def test_an_outage_is_told_and_nothing_is_forecast(tmp_path: Path) -> None:
    """The title says which profile is away and since when; its jobs stay, but for when they will end."""
    paths, now = house(tmp_path), [NOW]
    fill(paths)
    async with opened(paths, clock=lambda: now[0]) as screen:
        account = screen.main.session.accounts["openai"]
        forecast = next(line for line in screen.lines if "support-bot-v3" in line)
        assert "~" in forecast
        screen.app.store.accounts.save_contact(account, Contact("offline", last_ok_at=NOW))
        now[0] += 720
        screen.main.look()
        await screen.reads("openai offline 12 m !")
        row = next(line for line in screen.lines if "support-bot-v3" in line)
        assert "~" not in row
        assert "0.448" in row
        assert "~" in next(line for line in screen.lines if "rehearsal-3" in line), "the other one answers"
        await screen.jobs.select("support-bot-v3")
        await screen.reads(f"as of {text.clock(NOW, now[0])}")
        assert not [line for line in screen.lines if "left" in line and "trained" in line]
        await screen.jobs.select("support-bot-v2")
        await screen.reads("support-bot-v2")
        await screen.until(lambda: "as of" not in screen.picture)  # it has ended, and stays as it is
        screen.app.store.accounts.save_contact(account, Contact("ok", last_ok_at=now[0]))
        screen.main.look()
        await screen.until(lambda: any("support-bot-v3" in line and "~" in line for line in screen.lines))


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
    for words in ("create a job", "cancel this job", "one line down", "show these keys"):
        assert words in screen.picture
    await screen.press("escape")
    assert screen.app.screen is screen.main


async def test_the_lower_panes_follow_the_cursor(screen: Driver) -> None:
    await screen.jobs.select("faq-1")
    await screen.reads("ftjob-faqEEEEEEEEEEEEEEEEEE1")
    await screen.jobs.select("support-bot-v3")
    await screen.reads("Step 186/300")
    assert "epochs 3  batch 8  lr ×1.8  seed 42" in screen.picture
    assert "best 0.542 at 120" in screen.picture


async def test_marked_jobs_are_laid_over_each_other_and_one_is_the_baseline(screen: Driver) -> None:
    """The list calls them by the letters that stand at the ends of their curves."""
    for name in ("support-bot-v2", "support-bot-v1"):
        await screen.jobs.select(name)
        await screen.press("space")
    await screen.reads("2 marked jobs")
    assert any(line.startswith(" A") and "support-bot-v2" in line for line in screen.lines)
    assert any(line.startswith(" B") and "support-bot-v1" in line for line in screen.lines)
    await screen.reads("A support-bot-v2")
    assert " B valid 0.682" in screen.picture
    await screen.press("V")
    await screen.jobs.select("tone-hot")
    await screen.press("asterisk")
    await screen.reads("tone-hot is the baseline.")
    await screen.jobs.select("support-bot-v3")
    await screen.reads("base tone-hot")
    assert "base valid 0.542" in screen.picture
    await screen.jobs.select("tone-hot")
    await screen.press("asterisk")
    await screen.reads("tone-hot is no longer the baseline.")
    assert "base" not in " ".join(screen.lines[12:28])


async def test_numbers_tab_and_escape_move_between_panes(screen: Driver) -> None:
    for key, name in (
        ("3", "curves"),
        ("4", "events"),
        ("2", "detail"),
        ("tab", "curves"),
        ("escape", "jobs"),
    ):
        await screen.press(key)
        assert screen.main.focused is not None
        assert screen.main.focused.id == name


async def test_f_gives_a_pane_the_whole_screen_and_takes_it_back(screen: Driver) -> None:
    await screen.press("4", "f")
    assert "1 Jobs" not in screen.picture
    assert screen.picture.count("training loss=") > 20
    await screen.press("escape")
    assert "1 Jobs" in screen.picture


@pytest.mark.parametrize(("size", "seen"), [((80, 24), 8), ((60, 16), 5), ((200, 60), 11)])
async def test_every_size_shows_status_name_and_loss(
    tmp_path: Path, size: tuple[int, int], seen: int
) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=size) as driver:
        words = ("running", "checking", "queued", "paused", "failed", "succeeded", "cancelled")
        rows = [line for line in driver.lines if line[5:].lstrip().startswith(words)]
        assert len(rows) >= seen
        assert any("support-bot-v3" in row and "0.448" in row for row in rows)


async def test_a_terminal_too_small_says_so(tmp_path: Path) -> None:
    async with opened(house(tmp_path), size=(52, 14)) as driver:
        assert "finetop needs 60 by 16; this is 52 by 14" in driver.picture


async def test_an_empty_store_says_what_to_do_next(tmp_path: Path) -> None:
    """That there are no jobs is said once somebody has answered so."""
    async with opened(house(tmp_path)) as driver:
        assert "Asking openai, local." in driver.picture
        fill(driver.app.options.paths, ())
        driver.main.post_message(StoreChanged())
        await driver.reads("No jobs yet. c creates one.")


async def test_a_key_that_is_refused_is_said_in_a_line_until_the_next_key(screen: Driver) -> None:
    screen.main.post_message(Said.of(Unauthorized("openai refused the key")))
    await screen.reads("openai refused the key")
    assert "Check the key" in screen.picture
    await screen.press("j")
    assert "refused the key" not in screen.picture


async def test_what_another_process_writes_is_drawn(screen: Driver, tmp_path: Path) -> None:
    fill(house(tmp_path), [Told("ftjob-new", "brand-new", "running", age_s=5)])
    screen.main.post_message(StoreChanged())
    await screen.reads("brand-new")
    screen.jobs.expect("brand-new", status="running")


async def test_an_action_is_found_by_its_name(screen: Driver) -> None:
    await screen.press("colon")
    await screen.type("curv")
    assert "To the curves" in screen.picture
    assert "Create a job" not in screen.picture
    await screen.press("enter")
    assert screen.main.focused is not None
    assert screen.main.focused.id == "curves"


async def test_the_palette_changes_the_colours(screen: Driver) -> None:
    await screen.press("colon")
    await screen.type("light")
    await screen.press("enter")
    assert screen.app.theme == "finetop-light"


async def test_only_watching_takes_the_keys_that_write_away(tmp_path: Path) -> None:
    paths = house(tmp_path)
    watching = [replace(profile, read_only=True) for profile in PROFILES]
    fill(paths)
    async with opened(paths, profiles=watching) as driver:
        await driver.jobs.select("support-bot-v3")
        assert "Create" not in driver.lines[-1]
        assert "Cancel" not in driver.lines[-1]
        await driver.press("x", "c")
        assert driver.app.screen is driver.main
