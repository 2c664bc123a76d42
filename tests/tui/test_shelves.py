"""What stands in the lists of files and models, and how a list is put in order."""

from __future__ import annotations

from typing import Any

import pytest

from finetop.errors import BadQuery
from finetop.store.file_rows import FileRow, Use
from finetop.store.job_rows import JobKey
from finetop.store.makers import Maker
from finetop.text import UNICODE, cells
from finetop.tui.panes import file_cells, model_cells
from finetop.tui.panes.model_cells import model_rows
from finetop.tui.panes.wanted import arranged, wanted
from finetop.tui.screens.bringing import where_of
from finetop.tui.screens.file_consent import Doomed, delete_consent, delete_many_consent
from finetop.tui.screens.model_facts import fact_lines
from finetop.tui.widgets.runs import plain
from finetop.tui.widgets.table import arrange, row_runs
from stage import HOSTILE, NOW, strange

FILE = FileRow(1, "file-1", "openai", "train.jsonl", 1_900_000, "fine-tune", "processed", "", NOW - 90)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", "abc bcd xyz"),
        ("B", "abc bcd"),
        ("c b", "abc bcd"),
        ("!b", "xyz"),
        ("~^b", "bcd"),
        ("!~^b", "abc xyz"),
        ("!", "abc bcd xyz"),
    ],
)
def test_which_lines_are_wanted(typed: str, kept: str) -> None:
    meets = wanted(typed)
    assert " ".join(word for word in ("abc", "bcd", "xyz") if meets is None or meets(word)) == kept


def test_a_pattern_that_is_none_says_where() -> None:
    with pytest.raises(BadQuery) as refused:
        wanted("!~a(")
    assert refused.value.at == 3


def test_what_has_no_value_comes_last_either_way() -> None:
    def order(reverse: bool) -> list[int | None]:
        return arranged([2, None, 1], meets=None, words=str, order=lambda item: item, reverse=reverse)

    assert (order(False), order(True)) == ([1, 2, None], [2, 1, None])


def drawn(module: Any, row: Any, width: int, **more: Any) -> str:
    """A row as it is drawn at this width."""
    longest = module.longest([row], *([more["uses"]] if "uses" in more else []))
    slots = arrange(module.COLUMNS, width, longest)
    more.pop("uses", None)
    return plain(row_runs(slots, module.cells(row, NOW, UNICODE, **more), [("   ", "text")])).rstrip()


@pytest.mark.parametrize(
    ("row", "width", "said"),
    [
        (FILE, 60, "train.jsonl 1.9 MB ✓ processed 1 m"),
        (FILE, 140, "train.jsonl 1.9 MB training ✓ processed tone-2 +2 1 m file-1"),
        (FILE._replace(status="pending"), 72, "train.jsonl 1.9 MB training ◔ pending tone-2 +2 1 m"),
        (FILE._replace(gone=True), 72, "train.jsonl 1.9 MB training ⊘ here only tone-2 +2 1 m"),
        (
            FILE._replace(status="error", problem="line 3 is no JSON"),
            72,
            "train.jsonl 1.9 MB training ✗ error: line 3 is no JSON",
        ),
        (FileRow(1, "file-1", "openai"), 72, "file-1 tone-2 +2"),
    ],
)
def test_a_file_in_a_line(row: FileRow, width: int, said: str) -> None:
    uses = {(1, "file-1"): Use("tone-2", 3)}
    words = drawn(file_cells, row, width, uses=uses, use=uses[1, "file-1"])
    assert " ".join(words.split()) == said
    assert cells(words) <= width


def test_a_hostile_file_obeys() -> None:
    row = FileRow(1, HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE, 1.0)
    uses = {(1, HOSTILE): Use(HOSTILE, 1)}
    words = drawn(file_cells, row, 140, uses=uses, use=uses[1, HOSTILE])
    assert not strange(words + file_cells.words(row))


BASE = {"id": "tiny-1", "created": NOW - 86_400.0, "owned_by": "finetop", "shutdown_date": "2027-01-14"}
JOB = Maker(JobKey(1, "ftjob-1"), "tone-2", "tiny-1", "ft:tiny-1:me:tone-2:x", NOW - 7_200.0)


@pytest.mark.parametrize(
    ("listed", "states"),
    [
        ([], {"ft:tiny-1:me:tone-2:x": ""}),
        ([BASE], {"tiny-1": "", "ft:tiny-1:me:tone-2:x": "not listed"}),
        (
            [BASE, {"id": "ft:tiny-1:me:other:y"}],
            {"tiny-1": "", "ft:tiny-1:me:other:y": "", "ft:tiny-1:me:tone-2:x": "gone"},
        ),
    ],
)
def test_a_model_is_gone_only_where_it_would_be_listed(listed: Any, states: dict[str, str]) -> None:
    """A provider that lists no tuned model at all says nothing of this one."""
    assert {row.held.id: row.state for row in model_rows(1, "openai", listed, [JOB])} == states


def test_a_model_in_a_line_and_whole() -> None:
    base, tuned = model_rows(1, "openai", [BASE], [JOB])
    narrow = drawn(model_cells, tuned, 72)
    assert " ".join(narrow.split()) == "ft:tiny-1:me:tone-2:x tone-2 2 h not listed 54 d"
    wide = " ".join(drawn(model_cells, base, 140, wide=True).split())
    assert wide == "tiny-1 1 d 14 Jan 2027 finetop"
    facts = [" ".join(plain(line).split()) for line in fact_lines(tuned, NOW)]
    assert "Ends 14 Jan 2027, in 54 days, with tiny-1" in facts
    assert "Job tone-2 ftjob-1" in facts


def test_where_a_file_is_saved(tmp_path: Any) -> None:
    """In a folder under its own name, or under a given one in a folder that exists."""
    (tmp_path / "there").write_text("")
    assert where_of(str(tmp_path)).folder == tmp_path
    new = where_of(f"{tmp_path}/new")
    assert (new.folder, new.name, new.is_taken, new.problem) == (tmp_path, "new", False, "")
    assert where_of(f"{tmp_path}/there").is_taken
    for typed, many in (
        (f"{tmp_path}/no/such", False),
        (f"{tmp_path}/no/", False),
        (f"{tmp_path}/new", True),
    ):
        assert "there is no folder" in where_of(typed, many=many).problem


def test_what_is_asked_before_files_are_deleted() -> None:
    one = delete_consent("file", Doomed("a" * 80, "openai", "file-1", "1 kB"), ["t1", "t2", "t3", "t4"], "it")
    words = [plain(line) for line in one.lines]
    assert "Used by   t1, t2, t3 and 1 more" in words
    many = delete_many_consent("file", [Doomed(f"f{number}", "openai") for number in range(11)], "them")
    assert (many.question, many.number) == ("Delete 11 files?", 11)
    assert "and 4 more" in [plain(line) for line in many.lines]
    assert max(cells(plain(line)) for consent in (one, many) for line in consent.lines) <= 60
