"""The jobs list by hand: filter, order, columns, views and marks, as one sits before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers import fill, house, opened

if TYPE_CHECKING:
    from pathlib import Path

    from drivers import Driver


def listed(driver: Driver) -> list[str]:
    """The names of the jobs that are shown, from the top."""
    return [row.name for row in driver.main.jobs.rows]


async def shows(driver: Driver, *names: str) -> None:
    """Wait until exactly these jobs are listed."""
    await driver.until(lambda: listed(driver) == list(names), f"{names}, not {listed(driver)}")


async def test_a_list_is_filtered_while_one_types(tmp_path: Path) -> None:
    """Words, a query and its completion, a regular expression, the opposite; what is none of them is told."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(80, 24)) as driver:
        everything = listed(driver)
        await driver.press("slash")
        await driver.paste("bot v2")
        await shows(driver, "support-bot-v2")
        await driver.reads("/ bot v2")
        assert "support-bot" not in driver.lines[0], "who filters has not gone into a job"
        await driver.press("escape")
        await driver.until(lambda: listed(driver) == everything, "esc in the line leaves all as it was")

        await driver.press("slash")
        await driver.paste("status:fa")
        await driver.reads("tab failed")
        await driver.press("tab", "enter")
        await shows(driver, "faq-1")
        assert driver.app.focused is driver.main.jobs
        assert driver.lines[1].count("/ status:failed") == 1, "the rule says what is left out"

        await driver.press("slash", "ctrl+u")
        await driver.paste("stauts:failed")
        await driver.reads("there is no field stauts. Use status")
        await driver.until(lambda: listed(driver) == everything, "what means nothing leaves out nothing")
        await driver.press("enter")
        await driver.reads("there is no field stauts")
        assert driver.app.focused is not driver.main.jobs, "what means nothing is not taken"
        await driver.press("ctrl+u")
        await driver.paste("!~^(support|tick|tone)")
        await driver.press("enter")
        await shows(driver, "rehearsal-3", "grader-2", "faq-1", "summaries-nl")
        await driver.press("slash", "up")
        await driver.until(lambda: "!~^(support|tick|tone)" in driver.lines[-2], "what was typed before")
        await driver.press("ctrl+u")
        await driver.paste("zzz")
        await driver.reads("No job matches zzz. esc clears.")
        await driver.press("enter", "escape")
        await driver.until(lambda: listed(driver) == everything, "esc in the list clears")

        await driver.press("F")
        await shows(driver, "faq-1")
        await driver.reads("failed only")
        await driver.press("a")
        await shows(driver, "rehearsal-3", "support-bot-v3", "tickets-v3", "tone-2")
        await driver.press("a")
        await driver.until(lambda: listed(driver) == everything)


async def test_order_columns_and_views_are_chosen_and_kept(tmp_path: Path) -> None:
    """A menu sorts, a dialog chooses columns, a name keeps both; the next start is as this one was left."""
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(80, 24)) as driver:
        usual = listed(driver)
        await driver.press("s")
        await driver.reads("Active first, then newest")
        await driver.press(*["down"] * _places(driver, "LOSS"), "enter")
        await driver.until(lambda: "▴LOSS" in driver.lines[2], "the sorted column is marked")
        losses = [row.train_loss for row in driver.main.jobs.rows]
        known = [loss for loss in losses if loss is not None]
        assert known == sorted(known)
        assert losses[: len(known)] == known, "what has no value stands last"
        await driver.press("S")
        await driver.until(lambda: "▾LOSS" in driver.lines[2])
        await driver.pilot.click(driver.main.jobs, offset=(driver.lines[2].index("NAME") + 1, 1))
        await driver.until(lambda: listed(driver) == sorted(usual), "a click on a head sorts")

        await driver.press("K")
        await driver.reads("space Show")
        await driver.press("G", "space")
        await driver.until(lambda: driver.lines[3].split()[-1] == "3", "the list behind it follows")
        await driver.press("escape")
        await driver.until(lambda: "NAME ▴" in driver.lines[2])
        before = driver.lines[2]
        await driver.press("K")
        await driver.reads("space Show")
        columns = driver.app.screen.query_one("#columns")
        at = columns.choosing.names.index("metadata.team")  # type: ignore[attr-defined]
        await driver.press(*["down"] * at, "space", "k", *["K"] * at, "enter")
        await driver.until(lambda: driver.lines[2].split()[0] == "TEAM", "any key of metadata is a column")
        assert driver.lines[2] != before
        assert driver.lines[3].split()[1] == "support"

        await driver.press("W")
        await driver.reads("All jobs")
        await driver.press("s")
        await driver.paste("by team")
        await driver.press("enter")
        await driver.until(lambda: "by team" in driver.lines[1], "the rule names the view")
        await driver.press("W", "0")
        await driver.until(lambda: listed(driver) == usual)
        assert "TEAM" not in driver.lines[2]
        await driver.press("W", "1")
        await driver.until(lambda: driver.lines[2].split()[0] == "TEAM")
        await driver.press("W", "n", "ctrl+u")
        await driver.paste("teams")
        await driver.press("enter")
        await driver.reads("teams")
        await driver.press("X")
        await driver.reads("X again deletes teams.")
        await driver.press("j", "k", "X", "escape")
        await driver.app.action_quit()
    async with opened(paths, size=(80, 24)) as driver:
        await driver.until(lambda: driver.lines[2].split()[0] == "TEAM", "as it was left")
        assert listed(driver) == sorted(usual)
        await driver.press("W")
        await driver.reads("teams")
        await driver.press("X", "X")
        await driver.until(lambda: "teams" not in driver.picture)


def _places(driver: Driver, label: str) -> int:
    """How far down the menu a column stands."""
    entries = driver.app.screen.query_one("Entries")._entries  # type: ignore[attr-defined]
    return next(place for place, entry in enumerate(entries) if entry.label == label)
