"""Comparing jobs: what is marked is set side by side, and what one needs of it is copied."""

from __future__ import annotations

import json
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from drivers import STORY, Told, fill, house, opened
from finetop.models import File
from finetop.session import Session
from finetop.store import Store

if TYPE_CHECKING:
    from pathlib import Path

OTHER = Told(
    "ftjob-otherKKKKKKKKKKKKKKKK9",
    "other-batch",
    age_s=95_000,
    steps=240,
    total=240,
    extra={
        "seed": 7,
        "training_file": "file-copy",
        "method": {
            "type": "supervised",
            "supervised": {
                "hyperparameters": {"n_epochs": 6, "batch_size": 8, "learning_rate_multiplier": 1.8}
            },
        },
    },
)


class Fetching(Session):
    """A session whose provider holds one content, whatever is asked for."""

    def fetch(self, profile: str, file_id: str, into: BinaryIO, **more: Any) -> Future[bool]:
        self.store.library.note_file_hash(self.accounts[profile], file_id, "aa")
        done: Future[bool] = Future()
        done.set_result(True)
        return done


async def test_two_marked_jobs_side_by_side(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths, (*STORY, OTHER))
    copy = File(id="file-copy", filename="copy.jsonl", size_bytes=1_900_000, purpose="fine-tune")
    store = Store(paths.store_file)
    store.library.save_files(1, [copy])
    store.close()
    session = partial(Fetching, poll=False, environ={"OPENAI_API_KEY": "key"})
    async with opened(paths, size=(120, 40), make_session=session) as screen:
        await screen.jobs.select("support-bot-v2")
        await screen.press("equals_sign")
        await screen.reads("One job alone cannot be compared.")
        await screen.press("space")
        await screen.jobs.select("other-batch")
        await screen.press("space")
        await screen.reads("= Compare 2")
        await screen.press("equals_sign")
        await screen.reads("What differs")
        await screen.reads("A AGAINST B")
        assert "Compare   2 jobs" in screen.lines[0]
        head = next(line for line in screen.lines if "A support-bot-v2" in line)
        assert "B other-batch" in head
        assert "unknown if the same" in screen.picture
        await screen.press("c")
        await screen.reads("same content, other id")
        assert "c Contents" not in screen.picture
        assert "Epochs" in screen.picture
        assert "Batch size" not in screen.picture
        assert "A valid 0.628" in screen.picture
        assert "B 0.408" in screen.picture
        await screen.press("tab", "right_square_bracket", "f")
        await screen.until(lambda: "What differs" not in screen.picture, "the curves alone")
        assert "accuracies" in screen.picture
        await screen.press("escape", "escape", "s")
        await screen.reads("Batch size")
        await screen.press("s")
        await screen.until(lambda: "Batch size" not in screen.picture, "only what differs")
        await screen.press("G", "enter")
        await screen.reads("The comparison as JSON")
        await screen.press("escape", "escape")
        await screen.reads("1 Jobs")


async def test_many_jobs_have_a_column_each(tmp_path: Path) -> None:
    paths = house(tmp_path)
    fill(paths)
    async with opened(paths, size=(80, 19)) as screen:
        await screen.press("V", "v", "G", "v", "equals_sign")
        await screen.reads("More than 8 jobs are too many to compare.")
        await screen.press("V", "g", *("space",) * 5, "equals_sign")
        await screen.reads("A to C of 5")
        await screen.press("l", "l")
        await screen.reads("C to E of 5")
        assert "Curves" not in screen.picture
        await screen.press("tab")
        await screen.reads("by step")
        await screen.press("escape")
        await screen.until(lambda: "by step" not in screen.picture, "what differs alone")
        pane = screen.app.screen.focused
        texts = {copy.what: copy.text for copy in pane.copies()}  # type: ignore[union-attr]
        assert len(json.loads(texts["the comparison as JSON"])["jobs"]) == 5
        assert "A rehearsal-3" in texts["the comparison as text"]
