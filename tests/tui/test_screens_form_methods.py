"""The form offers what the provider takes: methods with their fields, reuse or a new upload, older APIs."""

from __future__ import annotations

import json
import os
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Driver, fill, house, opened
from finetop.config import Profile
from finetop.models import Capabilities, File
from finetop.providers.legacy import Legacy
from finetop.providers.local import Local
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.drafting import ANEW, STRING_CHECK, Entries, draft_of, problems
from server.method_lines import GRADER
from tui.filling import LOCAL, Sent, choose, go_to, write_examples

if TYPE_CHECKING:
    from pathlib import Path

CAN = Local.capabilities
OLD = Profile("old", dialect="openai-legacy", base_url="https://old.test/v1", key_env="OPENAI_API_KEY")
REWARDED = Entries(
    profile="local", training="t.jsonl", model="tiny-bytes-1", method="reinforcement", grader=STRING_CHECK,
    input="{{sample.output_text}}", reference="{{item.answer}}", operation="eq",
)  # fmt: skip


def labels(driver: Driver) -> list[str]:
    """The fields that are asked for, from top to bottom."""
    form = driver.app.screen
    assert isinstance(form, CreateForm)
    return [field.label for field in form.query("Field").results() if field.display]  # type: ignore[attr-defined]


async def waits(driver: Driver, words: str) -> None:
    """The line below the buttons says these words, on however many rows."""
    await driver.until(lambda: f"Create waits for {words}" in " ".join(driver.picture.split()), words)


async def create(driver: Driver, sent: Sent) -> Any:
    """Send it; the draft that left."""
    await driver.press("ctrl+s")
    await driver.until(lambda: bool(sent.drafts), "a draft")
    return sent.drafts[-1]


async def test_a_method_brings_its_own_fields_and_takes_them_along(form: Driver, sent: Sent) -> None:
    supervised = labels(form)
    assert not {"Beta", "Grader", "Already there", "Profile"} & set(supervised)
    await choose(form, "method", "down")
    await form.reads("New job  dpo")
    assert [label for label in labels(form) if label not in supervised] == ["Beta"]
    await go_to(form, "beta", "0.3")
    await choose(form, "method", "up")
    assert labels(form) == supervised
    draft = await create(form, sent)
    assert (draft.method, set(draft.hyperparameters)) == (
        "supervised",
        {"n_epochs", "batch_size", "learning_rate_multiplier"},
    )


async def test_a_dpo_job_takes_its_beta(form: Driver, sent: Sent) -> None:
    await go_to(form, "method", "grpo")
    await waits(form, "method: one of supervised, dpo, reinforcement")
    await form.press("ctrl+s")
    assert not sent.drafts
    await go_to(form, "method", "dpo")
    await go_to(form, "beta", "3")
    await form.reads("! auto, or a number above 0, at most 2")
    await go_to(form, "beta", "0.3")
    draft = await create(form, sent)
    assert (draft.method, draft.hyperparameters["beta"], draft.grader) == ("dpo", 0.3, None)


async def test_a_reward_is_written_into_plain_fields(form: Driver, sent: Sent) -> None:
    await choose(form, "method", "down", "down")
    await form.press("ctrl+s")
    await waits(form, "grader: choose a grader")
    assert form.app.focused is form.app.screen.field("grader").entry  # type: ignore[attr-defined]
    await choose(form, "grader")
    assert labels(form)[3:8] == ["Method", "Grader", "Input", "Reference", "Operation"]
    await form.press("ctrl+s")
    await waits(form, "reference: say what it is compared with")
    await go_to(form, "reference", "{{item.answer}}")
    await choose(form, "operation", "end")
    await choose(form, "reasoning_effort", "down")
    await go_to(form, "eval_samples", "2")
    draft = await create(form, sent)
    assert draft.method == "reinforcement"
    assert draft.grader == {
        "type": "string_check", "name": "string-check", "operation": "ilike",
        "input": "{{sample.output_text}}", "reference": "{{item.answer}}",
    }  # fmt: skip
    assert draft.hyperparameters["reasoning_effort"] == "low"
    assert draft.hyperparameters["eval_samples"] == 2


async def test_a_reward_is_read_from_a_file(
    form: Driver, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no grader is told at its field, and a pipe stops nobody; more is tested where it is read."""
    (tmp_path / "rewards").mkdir()
    (tmp_path / "rewards" / "modest.json").write_text(json.dumps(GRADER))
    (tmp_path / "rewards" / "train.jsonl").write_text("{}\n")
    monkeypatch.chdir(tmp_path / "rewards")
    (tmp_path / "half.json").write_text("{")
    os.mkfifo(tmp_path / "pipe.json")
    await go_to(form, "method", "reinforcement")
    await go_to(form, "grader", str(tmp_path / "half.json"))
    await form.press("ctrl+s")
    await waits(form, "grader: is not JSON")
    await go_to(form, "method", "supervised")
    await form.until(lambda: "waits" not in form.picture, "nothing to wait for")
    await go_to(form, "method", "reinforcement")
    await go_to(form, "grader", str(tmp_path / "pipe.json"))
    await waits(form, "grader: this is not a regular file")
    assert not sent.drafts
    await go_to(form, "grader", "")
    await choose(form, "grader", "end")
    await form.reads("a string_check")
    assert "Reference" not in labels(form)
    assert (await create(form, sent)).grader == GRADER


@pytest.mark.parametrize(
    ("field", "words"),
    [("grader", ""), ("input", " "), ("reference", ""), ("operation", "contains"), ("method", "")],
)
def test_a_grader_is_whole_before_it_is_sent(field: str, words: str) -> None:
    typed: dict[str, Any] = {field: words}
    entries = Entries(**{name: getattr(REWARDED, name) for name in REWARDED.__slots__} | typed)
    assert not problems(REWARDED, CAN)
    assert set(problems(entries, CAN)) == {field}


@pytest.mark.parametrize(
    ("can", "length", "is_good"),
    [(CAN, 64, True), (CAN, 65, False), (Legacy.capabilities, 40, True), (Legacy.capabilities, 41, False)],
)
def test_a_suffix_is_as_long_as_the_provider_takes(can: Capabilities, length: int, is_good: bool) -> None:
    entries = Entries(profile="p", training="t.jsonl", model="m", suffix="x" * length)
    assert (problems(entries, can) == {}) is is_good


def test_an_empty_setting_is_the_providers_choice() -> None:
    entries = Entries(training="t.jsonl", settings={"n_epochs": " ", "reasoning_effort": ""}, seed="")
    draft = draft_of(entries)
    assert (draft.hyperparameters, draft.seed) == ({"n_epochs": "auto"}, None)


async def test_bytes_that_are_there_are_uploaded_anew_where_one_wants(
    form: Driver, sent: Sent, tmp_path: Path
) -> None:
    there: Future[File | None] = Future()
    there.set_result(File(id="file-twin"))
    sent.sessions[-1].already_there = lambda profile, path: there  # type: ignore[method-assign]
    await go_to(form, "training", str(write_examples(tmp_path / "mine.jsonl")))
    await form.reads("file-twin: not")
    await choose(form, "upload", "down")
    await form.reads("in 1 file, anew")
    await form.reads("file-twin:")
    await form.reads("uploaded again all the same")
    await go_to(form, "training", str(write_examples(tmp_path / "other.jsonl")))
    await form.reads("nothing: the same bytes are there")
    await go_to(form, "upload", ANEW)
    assert (await create(form, sent)).upload_anew is True


async def test_each_provider_is_asked_for_the_same_bytes(tmp_path: Path, sent: Sent) -> None:
    """What one has says nothing of the other."""
    paths = house(tmp_path)
    fill(paths, (), (*LOCAL, OLD))
    async with opened(paths, profiles=(*LOCAL, OLD), make_session=sent.session) as form:

        def already_there(profile: str, path: Path) -> Future[File | None]:
            answer: Future[File | None] = Future()
            answer.set_result(File(id="file-twin") if profile == "local" else None)
            return answer

        sent.sessions[-1].already_there = already_there  # type: ignore[method-assign]
        await form.press("c")
        await go_to(form, "training", str(write_examples(tmp_path / "mine.jsonl")))
        await form.reads("file-twin")
        await go_to(form, "profile", "old")
        await form.until(lambda: "Already there" not in labels(form), "the field gone")
        assert " in 1 file" in form.picture
        await go_to(form, "profile", "local")
        await form.reads("file-twin")
        assert "Already there" in labels(form)


async def test_an_older_api_is_asked_for_what_it_has(tmp_path: Path, sent: Sent) -> None:
    """Changing the profile changes the form; what was typed for another is not sent."""
    paths = house(tmp_path)
    fill(paths, (), (*LOCAL, OLD))
    async with opened(paths, profiles=(*LOCAL, OLD), make_session=sent.session) as form:
        await form.press("c")
        await form.reads("New job")
        await go_to(form, "method", "dpo")
        await go_to(form, "seed", "7")
        await go_to(form, "metadata", "team=support")
        await choose(form, "profile", "end")
        assert labels(form) == [
            "Training file", "Validation file", "Profile", "Base model",
            "Epochs", "Batch size", "Rate multiplier", "Suffix",
        ]  # fmt: skip
        assert "dpo" not in form.picture
        assert "Name and notes" not in form.picture
        await choose(form, "training")
        await go_to(form, "model", "curie")
        await go_to(form, "suffix", "x" * 41)
        await waits(form, "suffix: at most 40 characters")
        await form.press("backspace")
        await form.reads("40 of 40")
        draft = await create(form, sent)
    assert (draft.profile, draft.method, draft.seed, draft.metadata) == ("old", "supervised", None, {})
    assert set(draft.hyperparameters) == {"n_epochs", "batch_size", "learning_rate_multiplier"}


async def test_a_long_form_scrolls_and_its_lists_still_open(tmp_path: Path, sent: Sent) -> None:
    paths = house(tmp_path)
    fill(paths, (), LOCAL)
    async with opened(
        paths, profiles=LOCAL, sample="file-train", size=(60, 16), make_session=sent.session
    ) as form:
        await form.press("c")
        await form.reads("▸ Create the job")
        await choose(form, "method", "end")
        await choose(form, "grader")
        await choose(form, "operation", "down")
        assert "▌Operation         ne" in form.picture
        await go_to(form, "reference", "{{item.answer}}")
        await form.press(*["tab"] * 12)
        await form.reads("▸ Create the job")
        await form.press("enter")
        await form.until(lambda: bool(sent.drafts), "a draft")
