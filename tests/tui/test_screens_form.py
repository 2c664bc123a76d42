"""The form of a new job: judged field by field, and nothing leaves before all is good."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from drivers import Driver, fill, house, opened
from finetop.models import File, Model
from finetop.providers.local import Local
from finetop.tui.screens import drafting, form_files
from finetop.tui.screens.create import CreateForm
from finetop.tui.screens.drafting import SETTING_NAMES, Entries, draft_of, problems, suffix_from
from finetop.tui.screens.fields import complete_path
from tui.filling import LOCAL, Sent, go_to, write_examples

if TYPE_CHECKING:
    from pathlib import Path


GOOD = Entries(profile="local", training="train.jsonl", model="tiny-bytes-1")
CAN = Local.capabilities


async def test_c_and_enter_create_from_the_sample(form: Driver, sent: Sent) -> None:
    await form.press("enter")
    await form.until(lambda: bool(sent.drafts), "a draft")
    draft = sent.drafts[0]
    assert (draft.profile, draft.model, draft.training) == ("local", "tiny-bytes-1", "file-train")
    assert set(draft.hyperparameters.values()) == {"auto"}
    assert form.app.screen is form.main


async def test_a_file_of_this_machine_is_read_once_before_it_is_sent(
    form: Driver, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a large one through takes long enough. The job is named after it."""
    assert isinstance(form.app.screen, CreateForm)
    assert form.app.screen.field("suffix").value == "train"
    path = write_examples(tmp_path / "my tone (2).jsonl")
    await go_to(form, "training", str(path))
    await form.reads("12 examples")
    assert form.app.screen.field("suffix").value == "my-tone-2"
    monkeypatch.setattr(form_files, "check_file", lambda path: pytest.fail(f"{path} was read again"))
    await form.press("ctrl+s")
    await form.until(lambda: bool(sent.drafts), "a draft")
    assert (sent.drafts[0].training, sent.drafts[0].suffix) == (path, "my-tone-2")


async def test_bytes_that_are_there_already_are_told_before_anything_is_sent(
    form: Driver, sent: Sent, tmp_path: Path
) -> None:
    path = write_examples(tmp_path / "mine.jsonl")
    there: Future[File | None] = Future()
    there.set_result(File(id="file-twin"))
    sent.sessions[-1].already_there = lambda profile, path: there  # type: ignore[method-assign]
    await go_to(form, "training", str(path))
    await form.reads("file-twin")
    await form.reads("uploaded again")
    await form.reads("nothing: the same bytes are there")
    await go_to(form, "training", str(write_examples(tmp_path / "bad.jsonl", 0)))
    await form.until(lambda: "file-twin" not in form.picture, "the old words gone")


async def test_a_bad_file_is_told_at_its_field_and_nothing_is_sent(
    form: Driver, sent: Sent, tmp_path: Path
) -> None:
    """A file that changed meanwhile is judged as it is now."""
    bad = (
        (b"", "the file is empty"),
        (b'{"messages": []}\nnot json\n', "line 2"),
        (b"[{}]", "one JSON array"),
        (None, "there is no such file"),
    )
    for place, (content, says) in enumerate(bad):
        path = tmp_path / f"bad-{place}.jsonl"
        if content is not None:
            path.write_bytes(content)
        await go_to(form, "training", str(path))
        await form.press("ctrl+s")
        await form.reads(says)
    await go_to(form, "training", str(tmp_path))
    await form.press("f10")
    await form.reads("this is a directory")
    path = write_examples(tmp_path / "mine.jsonl")
    await go_to(form, "training", str(path))
    await form.reads("12 examples")
    write_examples(path, 0)
    await form.press("ctrl+s")
    await form.reads("the file is empty")
    assert isinstance(form.app.screen, CreateForm)
    assert not sent.drafts
    write_examples(path, 14)
    await form.press("ctrl+s")
    await form.until(lambda: bool(sent.drafts), "a draft")


async def test_a_bad_number_blocks_and_gets_the_focus(form: Driver, sent: Sent) -> None:
    """Leaving a changed form asks first."""
    await go_to(form, "n_epochs", "99")
    await form.reads("! auto, or 1 to 50")
    assert "Create waits for epochs" in form.picture
    await form.press("ctrl+s")
    assert not sent.drafts
    new = form.app.screen
    assert isinstance(new, CreateForm)
    assert form.app.focused is new.field("n_epochs").entry
    await go_to(form, "suffix", "qcx?fyi", clear=False)
    assert new.field("suffix").value == "qcx?fyi", "letters in a field are letters"
    await form.press("escape")
    await form.reads("Leave without creating?")
    await form.press("enter")
    assert form.app.screen is not form.main
    await form.press("escape", "right", "enter")
    assert form.app.screen is form.main


async def test_a_name_the_user_wrote_or_took_away_stays(form: Driver, sent: Sent, tmp_path: Path) -> None:
    form_ = form.app.screen
    assert isinstance(form_, CreateForm)
    for words, count in (("", 12), ("mine", 13)):
        await go_to(form, "suffix", words)
        await go_to(form, "training", str(write_examples(tmp_path / f"other-{count}.jsonl", count)))
        await form.reads(f"{count} examples")
        assert form_.field("suffix").value == words
        assert draft_of(form_.entries).suffix == (words or None)
    await form.press("ctrl+s")
    await form.until(lambda: bool(sent.drafts), "a draft")
    assert sent.drafts[0].suffix == "mine"


@pytest.mark.parametrize(
    ("filename", "suffix"),
    [
        ("train.jsonl", "train"),
        ("customer-support-train.jsonl", "customer-support"),
        ("a" * 30 + ".jsonl", "a" * 18),
        ("täglich_3.jsonl", "t-glich-3"),
        ("…", ""),
        ("", ""),
    ],
)
def test_a_suffix_is_made_of_a_file_name(filename: str, suffix: str) -> None:
    assert suffix_from(filename) == suffix


async def test_a_file_is_chosen_from_a_list_or_found_by_walking_the_folders(
    form: Driver, sent: Sent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    path = write_examples(tmp_path / "deep" / "er" / "found.jsonl")
    monkeypatch.chdir(tmp_path / "deep")
    form_ = form.app.screen
    assert isinstance(form_, CreateForm)
    form_.field("validation").entry.focus()
    await form.press("down")
    await form.reads("Uploaded")
    await form.press("down", "enter")
    await form.reads("file-valid")
    await form.press("end", "ctrl+u", "down")
    await form.reads("er/")
    await form.press("end", "enter")
    await form.reads("found.jsonl")
    await form.press("end", "enter")
    await form.reads("12 examples")
    await form.press("ctrl+s")
    await form.until(lambda: bool(sent.drafts), "a draft")
    assert sent.drafts[0].validation == path


async def test_an_incomplete_form_begins_at_its_first_field(tmp_path: Path, sent: Sent) -> None:
    paths = house(tmp_path)
    fill(paths, (), LOCAL)
    async with opened(paths, profiles=LOCAL, make_session=sent.session) as driver:
        await driver.press("c")
        await driver.reads("New job")
        await driver.press("ctrl+s")
        await driver.reads("waits for training file: choose a .jsonl file")
        assert not sent.drafts


@asynccontextmanager
async def opened_at(tmp_path: Path, size: tuple[int, int]) -> AsyncIterator[Driver]:
    paths = house(tmp_path)
    fill(paths, (), LOCAL)
    async with opened(paths, profiles=LOCAL, sample="file-train", size=size) as driver:
        await driver.press("c")
        await driver.reads("already uploaded")
        yield driver


async def test_fields_and_consequences_stand_under_rules(form: Driver) -> None:
    """The field with the focus is marked at the edge. Leaving an untouched form asks nothing."""
    assert form.lines[1].startswith("━━ New job  supervised ━━━")
    assert " local ━  ── Data check ─" in form.lines[1]
    assert "── Will be sent ──" in form.picture
    sections = [line for line in form.lines if line.startswith((" Data", " Model", " Hyper", " Name and"))]
    assert len(sections) == 4
    assert not [line for line in form.lines if line.startswith("▌")]
    screen = form.app.screen
    assert isinstance(screen, CreateForm)
    screen.field("n_epochs").entry.focus()
    await form.until(lambda: any(line.startswith("▌Epochs") for line in form.lines), "the mark")
    await form.press("tab")
    assert [line.split("  ")[0] for line in form.lines if line.startswith("▌")] == ["▌Batch size"]
    screen._know([], [Model(id="short-lived", shutdown_date="2027-01-14")])
    screen.field("model").entry.focus()
    await form.press("down")
    await form.reads("ends 2027-01-14")
    await form.press("escape", "escape")
    assert form.app.screen is form.main


async def test_below_a_hundred_columns_the_check_stands_below(tmp_path: Path) -> None:
    async with opened_at(tmp_path, (80, 24)) as form:
        assert form.lines[2].startswith(" Training file"), "nothing had to scroll"
        assert "▸ Create the job" in form.picture
        assert form.lines[20].startswith("── Data check ──")
        assert form.lines[21] == " Training   already uploaded   Validation none"
        assert form.lines[22] == " Upload     nothing, then 1 job to local"
        await go_to(form, "training", str(write_examples(tmp_path / "mine.jsonl")))
        await form.reads("Training   ✓ 12 examples")
        assert " in 1 file, then 1 job to local" in form.picture


async def test_on_the_smallest_screen_the_check_is_one_line(tmp_path: Path) -> None:
    async with opened_at(tmp_path, (60, 16)) as form:
        assert form.lines[14].startswith("── Data check ──")
        assert form.lines[14].endswith("already uploaded ─")
        (tmp_path / "bad.jsonl").write_text("no json\n")
        await go_to(form, "training", str(tmp_path / "bad.jsonl"))
        await form.until(lambda: form.lines[14].endswith("! one file must change ─"), "the verdict")
        await form.pilot.resize_terminal(120, 40)
        await form.reads("Create waits for training file: line 1")
        assert "already uploaded" not in form.picture


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("n_epochs", "0"),
        ("n_epochs", "3.5"),
        ("n_epochs", "３"),
        ("batch_size", "257"),
        ("learning_rate_multiplier", "0"),
        ("learning_rate_multiplier", "nan"),
        ("learning_rate_multiplier", "fast"),
        ("seed", "-1"),
        ("seed", str(2**31)),
        ("suffix", "x" * 65),
        ("suffix", "a b"),
        ("metadata", "team"),
        ("metadata", "a=1, a=2"),
        ("metadata", ", ".join(f"k{n}=1" for n in range(17))),
    ],
)
def test_what_no_server_would_take_is_told_at_the_field(field: str, words: str) -> None:
    typed: dict[str, Any] = {"settings": {field: words}} if field in SETTING_NAMES else {field: words}
    assert set(problems(replace(GOOD, **typed), CAN)) == {field}


def test_good_entries_make_a_whole_draft() -> None:
    entries = Entries(
        profile="openai", training="~/t.jsonl", validation="", model=" gpt-4o-mini ", seed="42",
        settings={"n_epochs": "3", "batch_size": "AUTO", "learning_rate_multiplier": "0.5"},
        suffix="bot", metadata="team=support, ticket=FT-1",
    )  # fmt: skip
    assert not problems(entries, CAN)
    draft = draft_of(entries)
    assert draft.model == "gpt-4o-mini"
    assert draft.training == drafting.local_path("~/t.jsonl")
    assert draft.hyperparameters == {"n_epochs": 3, "batch_size": "auto", "learning_rate_multiplier": 0.5}
    assert (draft.validation, draft.seed, draft.suffix) == (None, 42, "bot")
    assert draft.metadata == {"team": "support", "ticket": "FT-1"}


def test_a_path_is_completed_to_folders_and_json_lines(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_examples(tmp_path / "train.jsonl")
    (tmp_path / "trash.txt").write_text("")
    assert complete_path(f"{tmp_path}/tr") == f"{tmp_path}/train.jsonl"
    assert complete_path(f"{tmp_path}/d") == f"{tmp_path}/data/"
    assert complete_path(f"{tmp_path}/nothing") is None
