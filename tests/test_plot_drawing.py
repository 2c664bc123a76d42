"""Whatever the character set, a chart shows the same; what is drawn again is what is drawn anew."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetop.plot import SMOOTHING, Best, Chart, Curve, Drawing, Marks, Points, Request, chart
from finetop.plot.axes import log_axis, x_axis, x_window
from finetop.plot.buckets import Tower, bucket
from finetop.plot.nodes import sparse_nodes, spread_nodes
from finetop.plot.ticks import duration, x_tick, y_words
from finetop.plot.window import holding, panned, zoomed

MODES = {
    "braille": Marks(),
    "block": Marks("block"),
    "ascii": Marks("ascii", "@", "^", "v", ":", "|", "o", "-", ","),
}
VALUES = st.lists(
    st.one_of(st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([math.nan, math.inf, -math.inf])),
    max_size=120,
)
FALLING = Points(range(1, 200), [0.5 + 2 * math.exp(-step / 30) for step in range(1, 200)])
AROUND = [(up, aside) for up in (-1, 0, 1) for aside in (-1, 0, 1)]
RISING = Points(range(200), [step / 200 for step in range(200)])
SPIKED = Points(range(100), [9.0 if step == 50 else 1.0 + step / 1000 for step in range(100)])


def run(points: Points, place: int = 0, **more: bool) -> Curve:
    return Curve(points, f"run{place}", "ABCDEFGH"[place], **more)


def rows(drawn: Chart) -> list[str]:
    return ["".join(words for words, _ in line) for line in drawn.lines]


def cells(drawn: Chart, role: str) -> set[tuple[int, int]]:
    """The cells (row, column) that a role has, without its name."""
    found = set()
    for row, line in enumerate(drawn.lines):
        column = 0
        for words, kind in line:
            found |= {(row, column + at) for at, char in enumerate(words) if kind == role and char != " "}
            column += len(words)
    return found


@pytest.mark.parametrize(
    ("request_", "role"),
    [
        (Request([run(FALLING, raw=False)], everything=True), "run0"),
        (Request([run(FALLING, raw=False)], everything=True, log=True), "run0"),
        (Request([run(FALLING, raw=False)], window=(50.0, 150.0)), "run0"),
        (Request([run(SPIKED, raw=False)], everything=True, smoothing="off"), "run0"),
        (Request([run(FALLING)], epochs=(60, 120)), "grid"),
        (Request([run(FALLING)], crosshair=100), "accent"),
        (Request([run(FALLING)], best=Best(180, FALLING.values[179], worse_since=False)), "bright"),
        (Request([run(RISING)], checkpoints=(100,)), "muted"),
        (Request([run(SPIKED)]), "raw"),
    ],
    ids=["line", "log", "window", "off", "epoch", "crosshair", "best", "checkpoint", "spike"],
)
def test_braille_blocks_and_ascii_show_the_same_in_the_same_cells(request_: Request, role: str) -> None:
    """Within one cell: the sets have more and fewer dots, and round to them."""
    seen = {}
    for mode, marks in MODES.items():
        drawn = chart(replace(request_, marks=marks), 80, 16)
        seen[mode] = cells(drawn, role)
        assert len(rows(drawn)) == 16
    assert seen["braille"]
    for mode in ("block", "ascii"):
        for some, others in ((seen["braille"], seen[mode]), (seen[mode], seen["braille"])):
            near = {(row + up, column + aside) for row, column in others for up, aside in AROUND}
            far = some - near
            assert not far, f"{mode} differs from braille at {sorted(far)[:5]}"


@given(VALUES, st.integers(2, 60))
def test_extremes_survive_any_decimation(values: list[float], columns: int) -> None:
    """The greatest and the least are still there, in the order of their columns, and gaps are counted."""
    points = Points(range(len(values)), values)
    found = bucket(points, 0, max(1, len(values) - 1), columns)
    kept = [value for value in values if math.isfinite(value)]
    assert found.gaps == len(values) - len(kept)
    assert (min(found.lows, default=0), max(found.highs, default=0)) == (
        min(kept, default=0),
        max(kept, default=0),
    )
    assert all(one < other for one, other in pairwise(found.columns)), "order kept"
    assert not {*found.columns} & {*found.broken}
    for low, mean, high in zip(found.lows, found.means, found.highs, strict=True):
        slack = 1e-9 * max(1.0, abs(low), abs(high))
        assert low - slack <= mean <= high + slack


@given(VALUES, st.integers(2, 60))
def test_an_unsmoothed_line_goes_through_every_extreme_and_breaks_at_gaps(
    values: list[float], columns: int
) -> None:
    found = bucket(Points(range(len(values)), values), 0, max(1, len(values) - 1), columns)
    nodes = spread_nodes(found)
    for low, high in zip(found.lows, found.highs, strict=True):
        assert {low, high} <= {node[1] for node in nodes if node}
    inner = [
        column
        for column in found.broken
        if found.columns and min(found.columns) < column < max(found.columns)
    ]
    assert (None in nodes) == bool(inner)


@given(VALUES, st.integers(0, 119), st.integers(2, 60))
def test_buckets_that_grew_are_those_made_at_once(values: list[float], known: int, columns: int) -> None:
    """As lists that grow, and as new values that begin with the old ones."""
    whole = Points([*range(len(values))], values)
    fresh = bucket(whole, 0, 119, columns)
    growing = Points([*whole.steps[:known]], [*values[:known]])
    tower, other = Tower(0, 119, columns), Tower(0, 119, columns)
    tower.fill(growing)
    other.fill(Points(tuple(whole.steps[:known]), tuple(values[:known])))
    growing.steps.extend(whole.steps[known:])  # type: ignore[attr-defined]
    growing.values.extend(values[known:])  # type: ignore[attr-defined]
    assert tower.fill(growing) == fresh
    assert other.fill(Points(tuple(whole.steps), tuple(values))) == fresh


def test_values_that_were_told_otherwise_later_are_drawn_as_they_are_now() -> None:
    drawing = Drawing()
    old = Request([run(Points((1, 2, 3), (1.0, 2.0, 3.0)))])
    new = Request([run(Points((1, 2, 3), (1.0, 9.0, 3.0)))])
    drawing.chart(old, 60, 12)
    assert drawing.chart(new, 60, 12) == chart(new, 60, 12)


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            VALUES, st.sampled_from([*SMOOTHING]), st.booleans(), st.booleans(),
            st.sampled_from([None, (10.0, 40.0)]), st.integers(40, 90), st.sampled_from([*MODES]),
        ),
        min_size=2, max_size=5,
    )
)  # fmt: skip
def test_a_chart_drawn_again_is_the_chart_drawn_anew(
    frames: list[tuple[list[float], str, bool, bool, tuple[float, float] | None, int, str]],
) -> None:
    """Whatever changes between two frames: points, smoothing, logarithm, window, size, character set."""
    drawing = Drawing()
    for values, smoothing, log, dashed, window, width, mode in frames:
        points = Points(range(len(values)), values)
        asked = Request(
            [run(points, dashed=dashed), run(points, 1, smooth=False, raw=False)],
            smoothing=smoothing, log=log, window=window, crosshair=5.0, marks=MODES[mode],
        )  # fmt: skip
        assert drawing.chart(asked, width, 12) == chart(asked, width, 12)


def test_a_point_more_leaves_the_rows_it_does_not_touch() -> None:
    """They are the same lists, so that nobody looks at them again."""
    flat = [1.0 + 0.3 * math.sin(step / 20) for step in range(500)]
    points = Points([*range(400)], flat[:400])
    drawing = Drawing()
    before = drawing.chart(Request([run(points)], x_name=""), 80, 20)
    points.steps.append(400)  # type: ignore[attr-defined]
    points.values.append(flat[400])  # type: ignore[attr-defined]
    after = drawing.chart(Request([run(points)], x_name=""), 80, 20)
    same = sum(one is other for one, other in zip(before.lines, after.lines, strict=True))
    assert same >= 12


@pytest.mark.parametrize("mode", [*MODES])
def test_a_gap_among_many_points_breaks_the_line(mode: str) -> None:
    values = [math.nan if 4000 <= step < 6000 else 1.0 for step in range(10_000)]
    drawn = chart(Request([run(Points(range(10_000), values))], marks=MODES[mode]), 80, 12)
    assert drawn.gaps == 2000
    columns = {column for _, column in cells(drawn, "run0") if column < 68}
    assert len(columns) <= 53, "a fifth of the 62 is missing"
    assert not columns & set(range(33, 41))


def test_names_keep_the_order_of_their_lines_and_lie_on_nothing() -> None:
    curves = [run(Points((0, 100), (1.0, 0.5 + place / 1000)), place, raw=False) for place in range(8)]
    said = rows(chart(Request(curves), 70, 14))
    letters = [
        line.strip()[-7] for line in said if line.rstrip()[-5:-3] == "0." and line.rstrip()[-7] in "ABCDEFGH"
    ]
    assert letters == [*"HGFEDCBA"]


def test_a_narrow_chart_keeps_the_letters_of_jobs() -> None:
    curves = [run(Points((0, 100), (1.0, place + 1.0)), place) for place in range(2)]
    said = "\n".join(rows(chart(Request(curves), 22, 8)))
    assert "A" in said
    assert "B" in said
    assert "1.000" not in said


@pytest.mark.parametrize(
    ("low", "high", "labels", "words"),
    [
        (0.01, 100, 6, ["0.01", "0.1", "1", "10", "100"]),
        (0.4, 2.6, 6, ["0.5", "1", "2"]),
        (1e-5, 1e-3, 6, ["1e-5", "1e-4", "0.001"]),
        (1.0, 1.4, 5, ["1", "1.15", "1.3", "1.45"]),
    ],
)
def test_a_logarithmic_axis_names_what_a_person_would(
    low: float, high: float, labels: int, words: list[str]
) -> None:
    assert y_words(log_axis(low, high, labels)) == words


@pytest.mark.parametrize(
    ("unit", "last", "words"),
    [
        ("count", 186, ["0", "50", "100", "150", "200"]),
        ("count", 2_100_000, ["0", "500 k", "1 M", "1.5 M", "2 M", "2.5 M"]),
        ("number", 3, ["0", "1", "2", "3"]),
        ("number", 0.4, ["0", "0.1", "0.2", "0.3", "0.4"]),
        ("seconds", 5 * 3600, ["0", "1 h", "2 h", "3 h", "4 h", "5 h"]),
        ("seconds", 110 * 60, ["0", "30 m", "1 h", "1 h 30 m", "2 h"]),
        ("seconds", 40, ["0", "10 s", "20 s", "30 s", "40 s"]),
        ("seconds", 4 * 86_400, ["0", "1 d", "2 d", "3 d", "4 d"]),
    ],
)
def test_an_x_axis_names_what_a_person_would(unit: str, last: float, words: list[str]) -> None:
    axis = x_axis(last, 60, unit)
    assert [x_tick(tick, unit, axis.step) for tick in axis.ticks] == words


def test_durations() -> None:
    assert duration(4210, exact=True) == "1 h 10 m 10 s"
    assert duration(90_000) == "1 d 1 h"


def test_a_window_is_exactly_what_was_asked_with_round_numbers_in_it() -> None:
    axis = x_window(33, 87, 60)
    assert [axis.low, axis.high, *axis.ticks] == [33, 87, 40, 60, 80]
    drawn = chart(Request([run(FALLING)], window=(33.0, 87.0)), 80, 12)
    assert (drawn.window, drawn.whole) == ((33.0, 87.0), (0.0, 200.0))


@given(st.floats(0, 100), st.floats(0.1, 10), st.floats(-2, 2))
def test_zooming_and_panning_stay_in_the_whole(about: float, factor: float, share: float) -> None:
    whole = (0.0, 100.0)
    window = zoomed((20.0, 60.0), whole, about, factor)
    if window is not None:
        assert whole[0] - 1e-9 <= window[0] < window[1] <= whole[1] + 1e-9
        held = holding(panned(window, whole, share), whole, about)
        assert held[0] - 1e-6 <= about <= held[1] + 1e-6
        assert held[1] - held[0] == pytest.approx(window[1] - window[0])


def test_a_smoothed_line_is_the_same_at_the_edge_of_a_window() -> None:
    """What is just out of sight still counts."""
    noisy = Points(range(400), [1.0 + (step % 7) / 10 for step in range(400)])
    axis = x_window(100, 200, 60)
    wide = dict(node for node in sparse_nodes(noisy, axis, 120, 0.08, margin=20) if node)
    assert all(abs(value - 1.3) < 0.06 for column, value in wide.items() if 0 <= column <= 119)
