"""The screens beside the main one: files, what is in them, and models."""

from __future__ import annotations

import base64
import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from drivers import PROFILES, OfflineSession, Told, fill, house, opened
from finetop.errors import NotFound
from finetop.models import File, Model
from finetop.session import Session
from finetop.store import Store
from finetop.store.kept import Kept
from finetop.tui.contents import MOST_FETCHED
from finetop.tui.messages import FileWanted, ModelWanted
from finetop.tui.screens.files import FilesScreen
from finetop.tui.screens.models import ModelsScreen
from finetop.tui.screens.viewer import Viewer
from finetop.tui.screens.worst import Worst

if TYPE_CHECKING:
    from finetop.config import Paths

TRAIN = "\n".join(
    json.dumps(
        {
            "messages": [
                {"role": "user", "content": f"Ticket {number}"},
                {"role": "assistant", "content": "a refund" if number % 50 == 7 else "billing"},
            ]
        }
    )
    for number in range(1, 201)
).encode()


def settled(answer: Any) -> Future[Any]:
    """A future with an answer, or with why there is none."""
    future: Future[Any] = Future()
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
    return future


class Provider:
    """A session whose provider has these bytes; it remembers what it was asked for."""

    def __init__(self) -> None:
        self.bytes = {"file-train": TRAIN}
        self.asked: list[tuple[str, ...]] = []

    def session(self, *given: Any, **named: Any) -> Session:
        """As the app makes one."""
        provider = self

        class Answering(Session):
            def files(self, profile: str, purpose: str = "fine-tune") -> Future[list[File]]:
                provider.asked.append(("files", profile, purpose))
                return settled([])

            def models(self, profile: str) -> Future[list[Model]]:
                provider.asked.append(("models", profile))
                return settled([])

            def fetch(
                self, profile: str, file_id: str, into: BinaryIO, *, most_bytes: int, progress: Any = None
            ) -> Future[bool]:
                if file_id not in provider.bytes:
                    return settled(NotFound("there is no such file"))
                into.write(provider.bytes[file_id][:most_bytes])
                into.flush()
                return settled(len(provider.bytes[file_id]) <= most_bytes)

            def download(
                self, profile: str, file_id: str, folder: Path, *, name: str | None = None, **more: Any
            ) -> Future[Path]:
                path = folder / (name or file_id)
                path.write_bytes(provider.bytes[file_id])
                return settled(path)

            def delete_file(self, profile: str, file_id: str) -> Future[None]:
                provider.asked.append(("delete", profile, file_id))
                self.store.library.forget_file(self.accounts[profile], file_id)
                return settled(None)

        environ = {"OPENAI_API_KEY": "key"}
        return Answering(*given, **{**named, "poll": False, "environ": environ})


def stock(paths: Paths) -> int:
    """A story with files that jobs use; the account of openai."""
    fill(paths)
    store = Store(paths.store_file)
    account = OfflineSession(paths, PROFILES, store).accounts["openai"]
    store.library.save_files(
        account,
        [
            File(id="file-bad", filename="bad.jsonl", size_bytes=9, purpose="fine-tune", status="error",
                 status_details="line 3 is no JSON", created_at=9.0),
            File(id="file-res", filename="results.csv", size_bytes=40, purpose="fine-tune-results"),
        ],
    )  # fmt: skip
    folder = paths.store_dir / "results" / "job"
    folder.mkdir(parents=True)
    (folder / "results.csv").write_text("step,train_loss\n1,2.5\n2,1.25\n")
    store.kept.save(account, Kept("job", "file-res", "job/results.csv"))
    store.library.save_models(account, [Model(id="gpt-4o-mini"), Model(id="ft:gpt-4o-mini:acme:other:1")])
    store.close()
    return account


async def test_files_are_found_looked_at_saved_and_deleted(tmp_path: Path) -> None:
    paths, provider = house(tmp_path), Provider()
    stock(paths)
    async with opened(paths, make_session=provider.session) as driver:
        await driver.press("5")
        await driver.reads("error: line 3 is no JSON")
        await driver.reads("tickets-v3 +8")
        assert ("files", "openai", "") in provider.asked
        await driver.press("P", "G", "enter")
        await driver.until(lambda: "  local" in driver.lines[0] and "tickets-v3 +8" not in driver.picture)
        await driver.press("P", "g", "enter")
        await driver.reads("tickets-v3 +8")
        await driver.press("slash")
        await driver.type("~^train.*openai")
        await driver.press("enter")
        await driver.reads("1 of 1 ")
        await driver.press("E")
        await driver.reads("Save as ./train.jsonl")
        await driver.press("ctrl+u")
        await driver.paste(str(tmp_path / "mine.jsonl"))
        await driver.press("enter")
        await driver.until((tmp_path / "mine.jsonl").exists)
        await driver.press("E", "up")
        await driver.press("enter")
        await driver.reads("Write over this file?")
        await driver.press("escape")
        await driver.press("X")
        await driver.reads("Delete this file?")
        assert "Used by" in driver.picture
        await driver.press("y")
        await driver.reads("train.jsonl is deleted.")
        assert ("delete", "openai", "file-train") in provider.asked
        await driver.press("escape", "g", "space", "space")
        await driver.until(lambda: "E Save 2   X Delete 2   y Copy   V Clear marks" in driver.lines[-1])
        await driver.press("V", "slash")
        await driver.type("results.csv")
        await driver.press("enter", "E", "ctrl+u")
        await driver.paste(f"{tmp_path}/")
        await driver.press("enter")
        await driver.until((tmp_path / "results.csv").exists)
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.app.screen is driver.main)


async def test_a_file_is_read_as_conversations_and_searched(tmp_path: Path) -> None:
    paths, provider = house(tmp_path), Provider()
    account = stock(paths)
    async with opened(paths, make_session=provider.session, size=(100, 30)) as driver:
        await driver.jobs.select("support-bot-v3")
        row = driver.main.row
        assert row is not None
        driver.main.post_message(FileWanted(row.key, File(id="file-train")))
        await driver.reads("1 of 200")
        assert isinstance(driver.app.screen, Viewer)
        assert driver.lines[0].startswith(" finetop   train.jsonl")
        await driver.press("j")
        await driver.reads("Example 2")
        assert " user        Ticket 2" in driver.lines
        await driver.press("slash")
        await driver.type("REFUND")
        await driver.reads("Example 7 ")
        await driver.press("enter", "n")
        await driver.reads("Example 57 ")
        await driver.press("N", "N")
        await driver.reads("Example 157 ")
        await driver.press("enter", "right_square_bracket")
        await driver.reads("Example 158 ")
        await driver.press("escape", "escape", "escape")
        await driver.until(lambda: driver.app.screen is driver.main)
        driver.main.post_message(FileWanted(row.key, File(id="file-res")))
        await driver.reads("kept here")
        await driver.reads("train_loss")
        await driver.press("j")
        await driver.reads("train_loss   1.25")
        await driver.press("q")
        driver.main.post_message(FileWanted(row.key, File(id="file-none")))
        await driver.reads("There is no such file.")
        await driver.press("1")
        await driver.until(lambda: driver.app.screen is driver.main)
        packed = base64.b64encode(b"step,train_loss\n" + b"".join(b"%d,0.5\n" % at for at in range(9)))
        provider.bytes["file-packed"] = packed
        driver.main.post_message(FileWanted(row.key, File(id="file-packed")))
        await driver.reads("base64 decoded")
        await driver.reads("1 of 9")
        await driver.press("q")
        provider.bytes["file-long"] = TRAIN + b"\n" * MOST_FETCHED
        driver.main.post_message(FileWanted(row.key, File(id="file-long", filename="long.jsonl")))
        await driver.reads("its first 33.6 MB, E saves all")
        await driver.reads("Ticket 1 ")
        await driver.press("q")
        provider.bytes["file-valid"] = b"\x89PNG\r\n\x1a\n" + bytes(40)
        driver.main.post_message(FileWanted(row.key, File(id="file-valid")))
        await driver.reads("This cannot be read here: PNG image")
    assert account == row.key.account


async def test_the_worst_examples_of_a_job_tell_why_its_loss_is_what_it_is(tmp_path: Path) -> None:
    """From the job by one key, worst first, each with its words; said where there is nothing to show."""
    paths, provider = house(tmp_path), Provider()
    results = {"result_files": ["file-steps", "file-each"]}
    story = (
        Told("ftjob-measured", "measured", extra=results),
        Told("ftjob-plain", "plain", age_s=90_000, extra={"result_files": ["file-steps"]}),
        Told("ftjob-bare", "bare", age_s=91_000),
        Told("ftjob-begun", "begun", "running", age_s=60),
    )
    fill(paths, story)
    provider.bytes["file-steps"] = b"step,train_loss\n1,2.5\n"
    told = [*((n, n / 100) for n in range(1, 201)), (57, 9.5)]
    lines = [f"train,{line},{loss},8" for line, loss in told if (line, loss) != (57, 0.57)]
    provider.bytes["file-each"] = "\n".join(["split,line,loss,bytes", "valid,2,4.25,9", *lines]).encode()
    async with opened(paths, make_session=provider.session, size=(100, 30)) as driver:
        await driver.jobs.select("measured")
        await driver.press("w")
        await driver.reads("1 of 201")
        assert isinstance(driver.app.screen, Worst)
        assert driver.lines[0].startswith(" finetop   measured   worst first")
        assert driver.lines[0].endswith("mean  train 1.050  valid 4.250  per byte")
        assert [line.split()[:4] for line in driver.lines[3:5]] == [
            ["▌", "9.500", "train", "57"],
            ["4.250", "valid", "2", "there"],
        ]
        await driver.reads("Line 57 of training, loss 9.500")
        assert " assistant   a refund" in driver.lines
        await driver.press("j")
        await driver.reads("There is no such file.")
        await driver.press("slash")
        await driver.type("refund")
        await driver.reads("Line 157 of training, loss 1.570")
        await driver.press("enter", "n", "n", "n")
        await driver.reads("Line 57 of training")
        assert "a Only" in driver.lines[-1]
        await driver.press("escape", "a")
        await driver.until(lambda: driver.lines[1].startswith("━━ Training examples"))
        assert driver.lines[2].split() == ["LOSS", "LINE", "ASKED", "ANSWERED"]
        await driver.press("a")
        await driver.until(lambda: driver.lines[1].startswith("━━ Validation examples"))
        await driver.press("a", "G", "enter")
        await driver.reads("Line 1 of training, loss 0.010")
        await driver.press("escape", "escape")
        await driver.until(lambda: driver.app.screen is driver.main)
        await driver.jobs.select("plain")
        await driver.press("2", "w")
        await driver.reads("Its result files tell no losses of single examples.")
        await driver.press("1")
        await driver.until(lambda: driver.app.screen is driver.main)
        await driver.jobs.select("bare")
        await driver.press("3", "w")
        await driver.reads("This job has no result files")
        await driver.jobs.select("begun")
        await driver.press("w")
        await driver.reads("come with the result files")


async def test_a_model_leads_to_its_job(tmp_path: Path) -> None:
    paths, provider = house(tmp_path), Provider()
    stock(paths)
    async with opened(paths, make_session=provider.session) as driver:
        await driver.jobs.select("support-bot-v2")
        row = driver.main.row
        assert row is not None
        assert row.fine_tuned_model
        driver.main.post_message(ModelWanted(row.key, row.fine_tuned_model))
        await driver.reads("gone")
        assert isinstance(driver.app.screen, ModelsScreen)
        pane: Any = driver.app.screen.panes[0]
        await driver.until(lambda: pane.current and pane.current.held.id == row.fine_tuned_model)
        await driver.press("a")
        await driver.until(lambda: "OWNER" not in driver.picture or "yours" in driver.picture)
        await driver.press("enter")
        await driver.reads("gone: the provider lists your other models")
        await driver.press("enter")
        await driver.until(lambda: driver.app.screen is driver.main)
        assert driver.main.row is not None
        assert driver.main.row.name == "support-bot-v2"
        assert driver.main.grid.detail.has_focus


async def test_nothing_can_be_changed_where_all_is_for_reading(tmp_path: Path) -> None:

    paths, provider = house(tmp_path), Provider()
    stock(paths)
    profiles = [replace(profile, read_only=True) for profile in PROFILES]
    async with opened(paths, make_session=provider.session, profiles=profiles) as driver:
        await driver.press("5")
        await driver.reads("bad.jsonl")
        assert isinstance(driver.app.screen, FilesScreen)
        assert "Delete" not in driver.lines[-1]
        assert "Send" not in driver.lines[-1]
        await driver.press("X", "c", "6")
        await driver.reads("gpt-4o-mini")
        assert "Delete" not in driver.picture
        assert not [asked for asked in provider.asked if asked[0] == "delete"]
