"""What is written to the terminal is the least that draws the same."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st

from finetop.tui.widgets.calm import one_style
from finetop.tui.widgets.runs import Line, changed_spans

MOVED = st.tuples(st.integers(1, 8), st.integers(1, 30)).map(lambda at: f"\x1b[{at[0]};{at[1]}H")
STYLED = st.tuples(
    st.sampled_from(["1", "38;2;9;9;9;48;2;1;1;1", "1;7", "4"]), st.sampled_from(["a", "bc ", "│"])
).map(lambda pair: f"\x1b[{pair[0]}m{pair[1]}\x1b[0m")


@given(st.lists(MOVED | STYLED | st.just("plain"), max_size=12))
def test_a_style_is_not_given_up_to_be_taken_again(parts: list[str]) -> None:
    """Whatever stands between: the terminal shows the same, and is left without a style."""
    whole = "".join(parts)
    kept = one_style(whole)
    assert len(kept) <= len(whole)
    shown = []
    for written in (whole, kept):
        screen = pyte.Screen(40, 9)
        pyte.Stream(screen).feed(written + "x")
        shown.append([[screen.buffer[row][column] for column in range(40)] for row in range(9)])
    assert shown[0] == shown[1]


def test_an_upright_line_is_one_style() -> None:
    rows = "".join(f"\x1b[{row};5H\x1b[1m│\x1b[0m" for row in range(1, 4))
    assert one_style(rows) == "\x1b[1;5H\x1b[1m│\x1b[2;5H│\x1b[3;5H│\x1b[0m"


def test_a_blank_has_no_colour() -> None:
    old, new = Line((("ab    ", "train"),)), Line((("ab  ", "train"), ("  ", "accent")))
    assert changed_spans(old, new, 6) == []
    assert changed_spans(old, Line((("ab  ", "train"), ("  ", "reverse"))), 6) == [(4, 6)]
