"""Reports written from the screen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from drivers import fill, house, opened
from finetop.tui.screens import reporting

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_what_to_leave_out_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first report asks; the second does not; none is written over another unasked."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reporting, "PATIENCE_S", 0.05)  # nobody answers for the data here
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(80, 24)) as driver:
        await driver.jobs.select("support-bot-v2")
        await driver.press("R")
        await driver.reads("What shall reports leave out?")
        await driver.press("j", "space", "enter")
        await driver.reads("Report as")
        assert "./support-bot-v2-report.html" in driver.picture
        await driver.press("tab", "enter")
        await driver.reads("Wrote the report on support-bot-v2 to ")
        written = (tmp_path / "support-bot-v2-report.md").read_text("utf-8")
        assert written.startswith("# Fine-tuning report: support-bot-v2")
        assert "Left out: ids." in written
        assert "ftjob-supportGGGGGGGGGGGGGG2" not in written
        assert json.loads((paths.state_dir / "report.json").read_text()) == {"leave_out": ["ids"]}

        await driver.press("R")
        await driver.reads("Report as")
        await driver.press("tab", "x")
        await driver.reads("let it end in .html, .md or .txt")
        await driver.press("backspace", "enter")
        await driver.reads("it is there already; enter replaces it")
        await driver.press("escape")

        await driver.press("3", "E")
        await driver.reads("./support-bot-v2-loss.svg")
        await driver.press("enter")
        await driver.reads("Saved the curve in ")
        assert (tmp_path / "support-bot-v2-loss.svg").read_text("utf-8").startswith("<svg ")
        await driver.press("E", "tab")
        await driver.reads("./support-bot-v2-loss.csv")
        await driver.press("enter")
        await driver.until((tmp_path / "support-bot-v2-loss.csv").exists)
        assert "train,valid" in (tmp_path / "support-bot-v2-loss.csv").read_text("utf-8").splitlines()[0]

        for name in ("support-bot-v1", "tickets-v2"):
            await driver.jobs.select(name)
            await driver.press("space")
        await driver.press("3", "E")
        await driver.reads("./jobs-loss.svg")
        await driver.press("tab", "enter")
        await driver.until((tmp_path / "jobs-loss.csv").exists)
        head = (tmp_path / "jobs-loss.csv").read_text("utf-8").splitlines()[0]
        assert "A tickets-v2 train" in head
        assert "B support-bot-v1 train" in head
        await driver.press("1", "R")
        await driver.reads("./jobs-report.html")
        await driver.press("enter")
        await driver.reads("Wrote the report on 2 jobs")
        page = (tmp_path / "jobs-report.html").read_text("utf-8")
        assert "What differs" in page
        assert "Job A: tickets-v2" in page
        assert "Job B: support-bot-v1" in page
