"""What a line typed over a text looks for, and where it stands."""

from __future__ import annotations

import pytest

from finetop.errors import BadQuery
from finetop.query.needle import NO_NEEDLE, read_needle

STEP = "Step 12/300: training loss=0.48"


@pytest.mark.parametrize(
    ("line", "spans"),
    [
        ("loss", [(22, 26)]),
        ("  LOSS", []),
        ("Step", [(0, 4)]),
        ("step 12", [(0, 7)]),
        ("loss=0.4", [(22, 30)]),
        ("~loss=0\\.[0-4]", [(22, 30)]),
        ("/STEP \\d+/", [(0, 7)]),
        ("~x*", []),
        ("/", [(7, 8)]),
        ("!loss", []),
    ],
)
def test_where_it_stands(line: str, spans: list[tuple[int, int]]) -> None:
    assert read_needle(line).spans(STEP) == spans


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ("", True),
        ("!", True),
        ("~", True),
        ("loss", True),
        ("Loss", False),
        ("!loss", False),
        ("! checkpoint", True),
        ("!~step 1[13]", True),
        ("~step 1[12]", True),
        ("ß", False),
    ],
)
def test_which_texts_are_wanted(line: str, *, holds: bool) -> None:
    assert read_needle(line).holds(STEP) is holds


def test_a_slip_is_told_with_its_place() -> None:
    with pytest.raises(BadQuery) as error:
        read_needle(" !~a(b")
    assert error.value.at == 4
    assert "no regular expression" in error.value.reason


def test_what_looks_for_nothing_is_false() -> None:
    assert not NO_NEEDLE
    assert not read_needle("!")
