"""What a file holds, in lines: conversations, rows of a table, text; and words that are wrapped."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetop.dataset.examples import example_of
from finetop.dataset.kinds import kind_of
from finetop.dataset.longfile import LongFile
from finetop.text import UNICODE, cells
from finetop.tui.panes.record_kinds import BRIEF, WHOLE, Records, records_of
from finetop.tui.panes.record_lines import MOST_SHOWN, example_lines, row_lines, text_lines, words_of
from finetop.tui.widgets.runs import plain
from finetop.tui.widgets.wrapping import wrapped
from stage import HOSTILE, strange

Open = Callable[[bytes], Records]


@pytest.fixture
def records() -> Iterator[Open]:
    with ExitStack() as stack:

        def open_(content: bytes) -> Records:
            stream = stack.enter_context(tempfile.TemporaryFile())
            stream.write(content)
            stream.flush()
            file = stack.enter_context(closing(LongFile(stream)))
            return records_of(kind_of(file.head), file)

        yield open_


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("", 10, [("", None)]),
        ("one two three", 8, [("one two", None), ("three", " ")]),
        ("one two", 7, [("one two", None)]),
        ("abcdefgh", 3, [("abc", None), ("def", ""), ("gh", "")]),
        ("a\n\nb", 9, [("a", None), ("", None), ("b", None)]),
        ("  indented far", 9, [("  indente", None), ("d far", "")]),
        ("日本語です", 4, [("日本", None), ("語で", ""), ("す", "")]),
    ],
)
def test_words_are_wrapped(words: str, width: int, lines: list[tuple[str, str | None]]) -> None:
    assert list(wrapped(words, width)) == lines


@settings(max_examples=60)
@given(st.text(alphabet="ab é日\n", max_size=60), st.integers(2, 12))
def test_nothing_is_lost_by_wrapping(words: str, width: int) -> None:
    lines = list(wrapped(words, width))
    assert "".join(line if glue is None else glue + line for line, glue in lines) == words.replace("\n", "")
    assert all(cells(line) <= width for line, _ in lines)


def test_an_example_is_a_conversation() -> None:
    """Each who speaks has a paragraph; fields stand together below."""
    line = json.dumps(
        {
            "messages": [
                {"role": "user", "content": "Where is\nmy parcel?"},
                {"role": "assistant", "content": "On its way to you.", "weight": 0},
            ],
            "tools": [{"function": {"name": "track"}}],
            "answer": 4,
        }
    )
    assert words_of(example_lines(example_of(line.encode()), 30)).splitlines() == [
        " user        Where is",
        "             my parcel?",
        "",
        " assistant   On its way to",
        "             you.",
        "             not learned",
        "",
        " tools       track",
        " answer      4",
    ]
    broken = words_of(example_lines(example_of(b"{oops"), 60))
    assert broken.splitlines()[0].startswith(" ! not JSON")
    assert "{oops" in broken


def test_a_row_stands_beside_the_names_of_its_columns() -> None:
    assert words_of(row_lines(["step", "loss"], ["1", "0.5", "odd"], 40)).splitlines() == [
        " step       1",
        " loss       0.5",
        " column 3   odd",
    ]
    assert words_of(row_lines(["step"], [], 40)) == " step   "
    long = row_lines(["step", "full_valid_accuracy", "full_valid_loss_too"], ["1", "0.5"], 26)
    assert words_of(long).splitlines() == [
        " step         1",
        " full_valid_accuracy",
        "              0.5",
        " full_valid_loss_too",
    ], "no name is cut"


def test_a_text_without_end_is_counted_and_a_hostile_one_obeys() -> None:
    lines = text_lines("x" * (MOST_SHOWN + 5_000), 100)
    assert "and 5,000 characters more" in plain(lines[-1].runs)
    hostile = example_of(json.dumps({HOSTILE: HOSTILE}).encode())
    assert not strange(words_of(example_lines(hostile, 60)).replace("\n", ""))


def test_an_example_without_end_is_no_mistake(records: Open) -> None:
    found = records(json.dumps({"prompt": "p" * WHOLE, "completion": "c"}).encode())
    found.file.measure(lambda: False)
    assert "! with 4.2 MB too long to be shown whole" in plain(found.whole(0, 60)[0].runs)


def test_examples_in_a_list(records: Open) -> None:
    """What is asked, what is answered; what is wrong with a line instead."""
    chat = {
        "messages": [{"role": "user", "content": "Hi\x1b[31m there"}, {"role": "assistant", "content": "Yes"}]
    }
    long = json.dumps({"prompt": "p" * BRIEF, "completion": "c"})
    found = records("\n".join([json.dumps(chat), "{oops", long]).encode())
    assert (found.noun, found.count) == ("examples", 3)
    rows = [" ".join(plain(found.row(number, 60, 0, UNICODE)).split()) for number in range(3)]
    assert rows[0] == "1 Hi there Yes"
    assert rows[1].startswith("2 ! not JSON")
    assert rows[2].startswith('3 {"prompt"')
    assert all(cells(plain(found.row(number, 60, 0, UNICODE))) <= 60 for number in range(3))
    assert json.loads(found.json(0)) == chat
    assert found.needles('é"') == {b'\xc3\xa9"', b'\\u00e9\\"', b'\xc3\xa9\\"'}


def test_a_table_in_a_list(records: Open) -> None:
    """Numbers stand at the right under their names, and columns leave at the left."""
    lines = ["step,train_loss,note", *(f'{number},{number / 7:.4f},"so, so"' for number in range(1, 30))]
    found = records("\n".join(lines).encode())
    assert (found.noun, found.count) == ("rows", 29)
    head = found.head(60, 0)
    assert head is not None
    assert plain(head.runs) == "     step  train_loss  note"
    assert plain(found.row(8, 60, 0, UNICODE)) == "  9     9      1.2857  so, so"
    assert (found.shifts(60), found.shifts(24)) == (0, 1)
    assert plain(found.row(8, 24, 1, UNICODE)) == "  9      1.2857  so, so"
    assert "so, so" in words_of(found.whole(8, 60))


def test_lines_of_text_in_a_list(records: Open) -> None:
    found = records(b"Dear Ann,\n" + b"word " * 50)
    assert (found.noun, found.count) == ("lines", 2)
    assert plain(found.row(0, 40, 0, UNICODE)) == "  1  Dear Ann,"
    assert plain(found.row(1, 40, 1, UNICODE)).startswith("  2  ord word")
    assert len(found.whole(1, 40)) == 8
