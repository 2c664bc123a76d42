"""Scrolling over things of different heights, beside one long list of all their lines."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from finetop.tui.widgets.rolling import Place, last, moved, showing


@settings(max_examples=100)
@given(st.lists(st.integers(1, 5), max_size=12), st.integers(0, 40), st.integers(1, 9), st.integers(-50, 50))
def test_it_is_as_if_all_lines_were_known(heights: list[int], start: int, rows: int, lines: int) -> None:
    every = [Place(index, skip) for index, tall in enumerate(heights) for skip in range(tall)]
    count, height = len(heights), heights.__getitem__
    if not every:
        assert moved(Place(), lines, 0, height) == last(rows, 0, height) == Place()
        assert showing(Place(), rows, 0, height) == []
        return
    start = min(start, len(every) - 1)
    assert moved(every[start], lines, count, height) == every[max(0, min(start + lines, len(every) - 1))]
    assert last(rows, count, height) == every[max(0, len(every) - rows)]
    assert showing(every[start], rows, count, height) == every[start : start + rows]


def test_only_what_is_in_sight_is_measured() -> None:
    measured: list[int] = []

    def height(index: int) -> int:
        measured.append(index)
        return 2

    assert last(10, 1_000_000, height) == Place(999_995, 0)
    assert moved(Place(999_995, 0), -9, 1_000_000, height) == Place(999_990, 1)
    assert min(measured) == 999_990
