"""The screen over the real embedded server: made, trained, tried, cancelled."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from commands import examples, serving
from drivers import PROFILES, Driver, house, opened
from finetop.config import Profile
from finetop.session import Session
from finetop.tui.screens.create import CreateForm
from server.method_lines import GRADER, pair, question
from tui.filling import go_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("quick_pace")


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
    await screen.reads("Create the job")
    form = screen.app.screen
    assert isinstance(form, CreateForm)
    for name, words in {"training": str(path), "suffix": suffix, **fields}.items():
        form.field(name).entry.focus()
        await screen.press("end", "ctrl+u")
        await screen.paste(words)
    await screen.press("ctrl+s")
    await screen.until(lambda: screen.app.screen is screen.main, "the list")


async def has_row(screen: Driver, name: str) -> None:
    """A job is in the list."""
    await screen.until(lambda: name in screen.jobs.names, f"the row of {name}")


async def test_a_job_is_made_trains_and_answers(screen: Driver, tmp_path: Path) -> None:
    path = examples(tmp_path / "train.jsonl", 20)
    await create(screen, path, "sums", n_epochs="2", seed="7", metadata="team=support")
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


def write_lines(path: Path, line: Callable[[int], dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(line(number)) + "\n" for number in range(12)))
    return path


@pytest.mark.engine
async def test_pairs_and_rewards_are_trained_on_from_the_form(screen: Driver, tmp_path: Path) -> None:
    """One job by dpo, one by reinforcement; the server has what stood in the fields."""
    pairs = write_lines(tmp_path / "pairs.jsonl", pair)
    await create(screen, pairs, "kind", method="dpo", beta="0.3", n_epochs="1")
    questions = write_lines(tmp_path / "questions.jsonl", question)
    written = {"input": GRADER["input"], "reference": GRADER["reference"], "operation": "like"}
    await create(
        screen, questions, "modest", method="reinforcement", grader="string_check", **written,
        n_epochs="1", eval_samples="1",
    )  # fmt: skip
    for name in ("kind", "modest"):
        await has_row(screen, name)
        await screen.jobs.select(name)
        await screen.until(
            lambda: screen.main.row is not None and screen.main.row.status == "succeeded",
            f"the end of {name}",
        )
        job = screen.main.store.jobs.get(screen.main.row.key)  # type: ignore[union-attr]
        assert job is not None
        if name == "kind":
            assert (job.method, job.hyperparameters["beta"]) == ("dpo", 0.3)
        else:
            assert (job.method, job.hyperparameters["eval_samples"]) == ("reinforcement", 1)
            assert job.grader == {**GRADER, "name": "string-check"}


async def test_the_same_bytes_are_sent_twice_only_when_asked_to(screen: Driver, tmp_path: Path) -> None:
    path = examples(tmp_path / "train.jsonl", 20)
    await create(screen, path, "first", n_epochs="1")
    await has_row(screen, "first")
    files = await asyncio.wrap_future(screen.main.session.files("local"))
    for upload, count in (("reuse", 1), ("upload anew", 2)):
        await screen.press("c")
        await screen.reads("tiny-bytes-1")
        await go_to(screen, "training", str(path))
        await screen.reads("Already there")
        await screen.reads(files[0].id)
        await go_to(screen, "upload", upload)
        await screen.reads("in 1 file, anew" if count == 2 else "nothing: the same bytes are there")
        await go_to(screen, "suffix", f"again-{count}")
        await screen.press("ctrl+s")
        await has_row(screen, f"again-{count}")
        files = await asyncio.wrap_future(screen.main.session.files("local"))
        assert len([file for file in files if file.filename == "train.jsonl"]) == count


async def test_a_job_of_the_older_api_is_made_from_the_form(tmp_path: Path) -> None:
    """The suffix is as long as that API takes it, and nothing is sent that it has no words for."""
    with serving(tmp_path / "server") as served:
        url, key = served.card["base_url"], served.card["api_key"]
        old = Profile("old", dialect="openai-legacy", base_url=url, key_env="OLD_KEY")
        session = partial(Session, environ={"OLD_KEY": key})
        async with opened(house(tmp_path), profiles=[old], make_session=session, clock=time.time) as screen:
            await screen.reads("old live")
            path = write_lines(
                tmp_path / "sums.jsonl",
                lambda number: {"prompt": f"{number} plus 2 is", "completion": f" {number + 2}"},
            )
            await create(screen, path, "s" * 40, model="tiny-bytes-1", n_epochs="2")
            await screen.until(lambda: bool(screen.jobs.names), "its row")
            await screen.until(
                lambda: screen.main.row is not None and screen.main.row.status == "succeeded", "its end"
            )
            row = screen.main.row
            assert row is not None
            assert row.fine_tuned_model is not None
            assert "s" * 40 in row.fine_tuned_model


async def test_a_running_job_is_cancelled_with_a_yes(screen: Driver, tmp_path: Path) -> None:
    path = examples(tmp_path / "long.jsonl", 1_000)
    await create(screen, path, "endless", n_epochs="50", batch_size="1")
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
