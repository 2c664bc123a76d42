"""Where a long text goes on in the next line."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetop import text
from finetop.text.wrapping import breaks


@pytest.mark.parametrize(
    ("words", "width", "lines"),
    [
        ("", 10, [""]),
        ("short", 10, ["short"]),
        ("just as long", 12, ["just as long"]),
        ("a line and another", 10, ["a line and", "another"]),
        ("a line  and another", 6, ["a line", "and", "anothe", "r"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("  led by blanks", 8, ["  led by", "blanks"]),
        ("ends in blanks      ", 14, ["ends in blanks"]),
        ("寬字兩格 ok", 4, ["寬字", "兩格", "ok"]),
        ("寬字", 1, ["寬", "字"]),
    ],
)
def test_where_lines_end(words: str, width: int, lines: list[str]) -> None:
    assert [words[start:end] for start, end in breaks(words, width)] == lines


@settings(max_examples=60)
@given(st.text(max_size=80).map(text.clean), st.integers(2, 12))
def test_no_line_is_too_long_and_nothing_but_blanks_is_lost(words: str, width: int) -> None:
    spans = breaks(words, width)
    lines = [words[start:end] for start, end in spans]
    assert all(text.cells(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")
    assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spans))
