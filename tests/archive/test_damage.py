"""A damaged archive says in which file and line, and the next run mends what it can."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands import here
from finetop.archive import Fetched, Folder, Origin, Words, verify
from finetop.archive.draft import Draft
from finetop.archive.layout import LINE_FILES, MANIFEST, UNFINISHED
from finetop.errors import BadFile
from finetop.models import Checkpoint, Event, Job, Metric

ORIGIN = Origin("openai", "https://one.test/v1")
NOW = 1_800_000_000.0


def fetched(number: int) -> Fetched:
    """A job with things to tell, some of which JSON and UTF-8 find hard."""
    said = {"id": f"j{number}", "status": "succeeded", "finished_at": 1000, "suffix": "öł\u2028\ud800"}
    event = Event(id=f"e{number}", created_at=number, message="a\nb", data={"x": [1, None]})
    words = Words.of({"id": f"e{number}", "created_at": number, "loss": float("nan")})
    return Fetched(
        Job.model_validate(said),
        Words.of(said),
        NOW,
        events=((event, words),) * (number % 3),
        checkpoints=((Checkpoint(id=f"c{number}", step_number=1), Words.of({"id": f"c{number}"})),),
        metrics=(Metric(step=number, values={"train_loss": float("nan")}),),
    )


def archived(path: Path, jobs: int = 5) -> Path:
    with Folder(path, ORIGIN, "one") as folder:
        for number in range(jobs):
            folder.draft.add(fetched(number))
        models = [{"id": f"m{number}", "model": {}, "raw": {}, "listed": True} for number in range(3)]
        folder.finish([f"j{number}" for number in range(jobs)], models, [])
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = archived(tmp_path_factory.mktemp("kept") / "a")
    assert verify(path).findings == ()
    return path


@pytest.mark.parametrize(
    ("name", "says"), [("events.jsonl", "Save the account again"), ("jobs.jsonl", "into another folder")]
)
def test_what_to_do_of_damage_is_what_the_next_run_allows(
    kept: Path, tmp_path: Path, name: str, says: str
) -> None:
    shutil.copytree(kept, tmp_path / "a")
    (tmp_path / "a" / name).write_bytes((kept / name).read_bytes()[:-9])
    done = here("archive", "--verify", tmp_path / "a")
    assert (done.code, says in done.err) == (1, True)


@given(data=st.data())
def test_whatever_byte_is_lost_or_changed_the_file_and_the_line_are_told(
    kept: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from([name for name in LINE_FILES if (kept / name).stat().st_size]))
    before = (kept / name).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    line = before[:at].count(b"\n") + 1
    cut = data.draw(st.booleans())
    after = (
        before[:at]
        if cut
        else before[:at] + bytes([before[at] ^ data.draw(st.integers(1, 255))]) + before[at + 1 :]
    )
    folder = tmp_path_factory.mktemp("damaged", numbered=True) / "a"
    shutil.copytree(kept, folder)
    (folder / name).write_bytes(after)
    found = verify(folder).findings
    assert found
    assert {finding.file for finding in found} == {name}
    first = found[0].line
    assert first is not None
    # An end of line that is lost or made moves the line at which that shows by one.
    assert abs(first - line) <= 1


def test_a_missing_file_and_a_changed_manifest_are_told(kept: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "a")
    (folder / "events.jsonl").unlink()
    told = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(told | {"problems": 7}))
    assert [finding.file for finding in verify(folder).findings] == [MANIFEST, "events.jsonl"]
    (folder / MANIFEST).write_text('{"format": "finetop-archive",\n "version": ')
    with pytest.raises(BadFile) as caught:
        verify(folder)
    assert caught.value.line == 2


@settings(max_examples=20)
@given(data=st.data())
def test_a_draft_that_ends_at_any_byte_is_gone_on_with(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Nothing twice and nothing missing, whichever bytes did not reach the disk."""
    folder = tmp_path_factory.mktemp("draft", numbered=True)
    draft = Draft(folder / UNFINISHED)
    for number in range(4):
        draft.add(fetched(number))
    draft.close()
    for path in (folder / UNFINISHED).glob("*.jsonl"):
        size = path.stat().st_size
        path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, size) | st.just(size))])
    shutil.rmtree(folder / "a", ignore_errors=True)
    with Folder(folder / "a", ORIGIN, "one") as other:
        other.draft.close()
        shutil.copytree(folder / UNFINISHED, other.path / UNFINISHED, dirs_exist_ok=True)
        other.draft = Draft(other.path / UNFINISHED)
        for number in range(4):
            if not other.is_known(f"j{number}", fetched(number).words.digest()):
                other.draft.add(fetched(number))
        whole = other.finish([f"j{number}" for number in range(4)], [], [])
    same = archived(folder / "b", 4)
    assert whole.counts["jobs"] == 4
    for name in ("jobs.jsonl", "events.jsonl", "checkpoints.jsonl", "metrics.jsonl"):
        assert (folder / "a" / name).read_bytes() == (same / name).read_bytes()


def test_a_swap_that_was_cut_short_is_finished(kept: Path, tmp_path: Path) -> None:
    """Whichever files were moved already, the next run finds the new archive."""
    for moved in range(0, 9, 4):
        folder = shutil.copytree(kept, tmp_path / str(moved))
        new = archived(tmp_path / f"new-{moved}", 7)
        (folder / UNFINISHED).mkdir()
        (folder / "ready").mkdir()
        for place, path in enumerate(
            sorted(path for path in new.iterdir() if path.suffix or path.name == "SHA256SUMS")
        ):
            shutil.copy(path, folder / ("" if place < moved else "ready") / path.name)
        with Folder(folder, ORIGIN, "one") as opened:
            assert len(opened.old) == 7
        assert verify(folder).findings == ()


def test_what_is_damaged_is_not_taken_for_known(kept: Path, tmp_path: Path) -> None:
    """A line that still reads well would otherwise be summed anew, and the damage with it."""
    folder = shutil.copytree(kept, tmp_path / "a")
    words = (folder / "events.jsonl").read_text("utf-8")
    (folder / "events.jsonl").write_text(words.replace('"info"', '"warn"', 1), "utf-8")
    digest = fetched(1).words.digest()
    with Folder(folder, ORIGIN, "one") as opened:
        assert not opened.is_known("j1", digest)
    with Folder(shutil.copytree(kept, tmp_path / "b"), ORIGIN, "one") as opened:
        assert opened.is_known("j1", digest)
