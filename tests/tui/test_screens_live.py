"""The screen over the real embedded server: made, trained, tried, cancelled."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from commands import examples, serving
from drivers import PROFILES, Driver, house, opened
from finetop.session import Session
from finetop.tui.screens.create import CreateForm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Driver]:
    """The live screen on a server that runs."""
    with serving(tmp_path / "server"):
        local = replace(PROFILES[1], data_dir=str(tmp_path / "server"))
        async with opened(house(tmp_path), profiles=[local], make_session=Session, clock=time.time) as driver:
            await driver.reads("local live")
            yield driver


async def create(screen: Driver, path: Path, suffix: str, **fields: str) -> None:
    """Fill in the form and send it."""
    await screen.press("c")
    await screen.reads("tiny-bytes-1")
    form = screen.app.screen
    assert isinstance(form, CreateForm)
    for name, words in {"training": str(path), "suffix": suffix, **fields}.items():
        form.field(name).entry.focus()
        await screen.press("end", "ctrl+u")
        await screen.paste(words)
    await screen.press("ctrl+s")
    await screen.until(lambda: screen.app.screen is screen.main, "the list")


async def test_a_job_is_made_trains_and_answers(screen: Driver, tmp_path: Path) -> None:
    path = examples(tmp_path / "train.jsonl", 20)
    await create(screen, path, "sums", epochs="2", seed="7", metadata="team=support")
    await screen.until(lambda: "sums" in screen.jobs.names, "its row")
    await screen.until(
        lambda: screen.main.row is not None and screen.main.row.status == "succeeded", "its end"
    )
    await screen.reads("epochs 2")
    assert "seed 7" in screen.picture
    assert "team support" in screen.picture
    await screen.reads("ft:tiny-bytes-1:local:sums:")
    await screen.press("i")
    await screen.reads("Tuned model")
    asked = json.loads(path.read_text().splitlines()[0])["messages"][0]["content"]
    await screen.reads(asked)
    await screen.press("enter")
    answers = [screen.app.screen.query_one(f"#answer-{side}") for side in range(2)]
    await screen.until(
        lambda: all("asking" not in str(answer.render()) and str(answer.render()) for answer in answers),
        "both answers",
    )
    assert not any(answer.has_class("-refused") for answer in answers)


async def test_a_running_job_is_cancelled_with_a_yes(screen: Driver, tmp_path: Path) -> None:
    path = examples(tmp_path / "long.jsonl", 4_000)
    await create(screen, path, "endless", epochs="50", batch="1")
    await screen.until(lambda: screen.main.row is not None and screen.main.row.status == "running", "running")
    await screen.press("x")
    await screen.reads("Cancel this job?")
    await screen.press("y")
    await screen.until(
        lambda: screen.main.row is not None and screen.main.row.status == "cancelled", "its end"
    )
    screen.jobs.expect("endless", status="cancelled")
    assert not screen.main.active_bindings["x"].enabled


async def test_a_bad_line_fails_the_job_with_its_number(screen: Driver, tmp_path: Path) -> None:
    await create(screen, examples(tmp_path / "bad.jsonl", 20, bad_line=17), "broken")
    await screen.until(lambda: screen.main.row is not None and screen.main.row.status == "failed", "its end")
    await screen.reads("line 17: no assistant message")
