"""The chart keeps spikes, leaves gaps, names its lines and its best point, in every character set."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.plot import Chart, Curve, Marks, Points, Request, best_point, chart
from finetop.plot.axes import round_step, x_axis, y_axis
from finetop.plot.buckets import bucket
from finetop.plot.nodes import smooth

ASCII_MARKS = Marks("ascii", "@", "^", "v", ":", "|", "o", "-")
STEPS = tuple(range(1, 187))
TRAIN = tuple(0.45 + 2.2 * math.exp(-step / 22) for step in STEPS)
VALID = Points(
    tuple(range(12, 187, 12)),
    tuple(0.6 + abs(120 - step) / (100 if step < 120 else 900) for step in range(12, 187, 12)),
)


def asked(train: Points | None = None, valid: Points | None = None, **more: Any) -> Request:
    """A measured curve and the validation's, as the pane asks for them."""
    return Request(
        [
            Curve(train or Points(), "train", "train"),
            Curve(valid or Points(), "valid", "valid", dashed=True, smooth=False, raw=False),
        ],
        best=best_point(valid or Points()),
        **more,
    )


def words(drawn: Chart) -> list[str]:
    return ["".join(run for run, _ in line) for line in drawn.lines]


def roles_of(drawn: Chart, needle: str) -> set[str]:
    return {role for line in drawn.lines for run, role in line if needle in run}


def dots(drawn: Chart, role: str) -> int:
    """How many braille dots of a role are set."""
    return sum(
        (ord(char) - 0x2800).bit_count()
        for line in drawn.lines
        for run, kind in line
        if kind == role
        for char in run
        if 0x2800 <= ord(char) <= 0x28FF
    )


@pytest.mark.parametrize(("width", "height"), [(63, 12), (80, 9), (126, 20), (40, 5), (20, 2)])
def test_every_line_is_as_wide_as_asked(width: int, height: int) -> None:
    drawn = chart(asked(Points(STEPS, TRAIN), VALID, epochs=(100,), crosshair=143), width, height)
    assert len(drawn.lines) == height
    assert {len(line) for line in words(drawn)} == {width}


def test_runs_are_few_and_carry_roles_not_colours() -> None:
    drawn = chart(asked(Points(STEPS, TRAIN), VALID, epochs=(100,)), 63, 11)
    assert max(map(len, drawn.lines)) <= 24
    roles = {role for line in drawn.lines for _, role in line}
    assert roles <= {"train", "valid", "raw", "grid", "faint", "line", "bright", "text"}


def test_a_spike_keeps_its_height_among_a_hundred_thousand_points() -> None:
    values = [0.5] * 100_000
    calm = chart(asked(Points(range(100_000), values)), 80, 20)
    values[61_234] = 0.9
    drawn = chart(asked(Points(range(100_000), values), everything=True), 80, 20)
    assert dots(drawn, "raw") >= 60, "from the line to the top"
    assert dots(calm, "raw") == 0


def test_a_spike_out_of_the_range_is_told_by_a_mark() -> None:
    values = list(TRAIN)
    values[150] = 40.0
    drawn = chart(asked(Points(STEPS, values)), 80, 12)
    assert any("▴" in line for line in words(drawn))
    assert "40.00" not in " ".join(words(drawn))
    whole = chart(asked(Points(STEPS, values), everything=True), 80, 12)
    assert not any("▴" in line for line in words(whole))


def test_the_range_leaves_out_the_first_tenth() -> None:
    values = [50.0] * 10 + [1.0 - step / 500 for step in range(176)]
    labels = [line[:6].strip() for line in words(chart(asked(Points(STEPS, values)), 80, 11))]
    assert max(float(label) for label in labels if label) < 10


def test_not_a_number_breaks_the_line_and_is_counted() -> None:
    values = list(TRAIN)
    values[60:140] = [math.nan] * 80
    drawn = chart(asked(Points(STEPS, values), Points((10, 20), (math.inf, 1.0))), 80, 12)
    assert drawn.gaps == 81
    whole = chart(asked(Points(STEPS, TRAIN)), 80, 12)
    assert 0 < dots(drawn, "train") < 0.8 * dots(whole, "train")
    many = [math.nan if step % 2 else 1.0 + step / 1e5 for step in range(100_000)]
    assert chart(asked(Points(range(100_000), many)), 80, 12).gaps == 50_000


def test_validation_is_dashed_two_on_one_off() -> None:
    flat = Points((1, 100), (1.0, 1.0))
    solid = chart(asked(train=flat, smoothing="off"), 80, 12)
    dashed = chart(asked(valid=flat), 80, 12)
    assert dots(dashed, "valid") == pytest.approx(dots(solid, "train") * 2 / 3, abs=2)


def test_names_with_last_values_stand_at_the_lines_ends_and_never_on_each_other() -> None:
    close = Points(STEPS, tuple(value + 0.001 for value in TRAIN))
    drawn = chart(asked(Points(STEPS, TRAIN), close), 80, 12)
    lines = words(drawn)
    assert sum("train 0.4" in line for line in lines) == 1
    assert sum("valid 0.4" in line for line in lines) == 1
    assert not any("train" in line and "valid" in line for line in lines)
    assert "train" in roles_of(drawn, "train 0.4")


def test_axis_labels_are_round_and_end_after_the_last_step() -> None:
    drawn = chart(asked(Points(STEPS, TRAIN), epochs=(100,)), 63, 11)
    axis = words(drawn)[-1]
    assert [word for word in axis.split() if word.isdigit()] == ["0", "50", "100", "150", "200"]
    assert axis.rstrip().endswith("200 step")
    assert sum(bool(line[:6].strip()) for line in words(drawn)[:-1]) == 3
    low = chart(asked(Points(STEPS, TRAIN)), 60, 3)
    assert sum(bool(line[:6].strip()) for line in words(low)[:-1]) == 2
    tall = chart(asked(Points(STEPS, TRAIN)), 126, 22)
    assert sum(bool(line[:6].strip()) for line in words(tall)[:-1]) == 6


def test_epochs_that_would_stand_like_a_fence_are_left_out() -> None:
    """Forty lines say nothing and hide the curve."""
    few = words(chart(asked(Points(STEPS, TRAIN), epochs=(50, 100)), 63, 11))
    many = words(chart(asked(Points(STEPS, TRAIN), epochs=range(4, 180, 4)), 63, 11))
    assert any("╎" in line for line in few)
    assert not any("╎" in line for line in many)


def test_the_epoch_line_lies_behind_the_data() -> None:
    lines = words(chart(asked(Points(STEPS, TRAIN), epochs=(100,)), 63, 11))
    columns = {line.index("╎") for line in lines if "╎" in line}
    assert len(columns) == 1
    assert sum("╎" in line for line in lines) < 10, "the line crosses it somewhere"


def test_the_crosshair_has_points_on_the_lines_and_its_label_pushes_others_out() -> None:
    drawn = chart(asked(Points(STEPS, TRAIN), VALID, crosshair=148), 80, 14)
    assert sum(line.count("◉") for line in words(drawn)) == 2
    axis = drawn.lines[-1]
    assert (" 148 ", "reverse") in axis
    assert "150" not in words(drawn)[-1]
    assert "accent" in roles_of(drawn, "│")


def test_the_best_point_is_marked_and_said() -> None:
    drawn = chart(asked(Points(STEPS, TRAIN), VALID), 80, 12)
    best = best_point(VALID)
    assert best is not None
    assert (best.step, best.worse_since) == (120, True)
    assert sum("◊" in line for line in words(drawn)) == 1


@pytest.mark.parametrize(
    ("values", "lower", "step", "worse"),
    [
        ((3.0, 2.0, 1.0), True, 3, False),
        ((3.0, 1.0, 2.0), True, 2, False),
        ((3.0, 1.0, 2.0, 2.0), True, 2, True),
        ((3.0, 1.0, 1.001, 1.002), True, 2, False),
        ((0.2, 0.9, 0.5, 0.4), False, 2, True),
        ((math.nan, 1.0), True, 2, False),
    ],
)
def test_worse_since_needs_two_later_readings(
    values: tuple[float, ...], lower: bool, step: int, worse: bool
) -> None:
    best = best_point(Points(tuple(range(1, len(values) + 1)), values), lower_is_better=lower)
    assert best is not None
    assert (best.step, best.worse_since) == (step, worse)


@pytest.mark.parametrize("mode", ["braille", "block", "ascii"])
def test_other_character_sets_draw_the_same_lines(mode: str) -> None:
    marks = ASCII_MARKS if mode == "ascii" else Marks(mode)
    drawn = chart(asked(Points(STEPS, TRAIN), VALID, epochs=(100,), marks=marks), 80, 12)
    assert {"train", "valid", "faint"} <= {role for line in drawn.lines for _, role in line}
    if mode == "ascii":
        assert all(line.isascii() for line in words(drawn))


@pytest.mark.parametrize(
    "request_",
    [
        asked(),
        asked(Points((5,), (1.0,))),
        asked(Points((1, 2), (math.nan, math.inf))),
        asked(Points((1, 2, 3), (0.0, 0.0, 0.0))),
        asked(Points((0,), (1e-9,))),
        asked(Points((0,), (2.2e-313,))),
        asked(Points((0, 1), (1.7e308, -1.7e308))),
        asked(Points((1, 2), (1e300, -1e300))),
        asked(valid=Points((7,), (2.0,)), crosshair=7),
    ],
)
def test_odd_data_draws_something_of_the_right_size(request_: Request) -> None:
    drawn = chart(request_, 60, 10)
    assert {len(line) for line in words(drawn)} == {60}


@given(
    st.lists(st.floats(width=32), min_size=1, max_size=60),
    st.integers(20, 140),
    st.integers(3, 30),
)
def test_any_values_fit_any_size(values: list[float], width: int, height: int) -> None:
    points = Points(tuple(range(len(values))), tuple(values))
    drawn = chart(asked(points, points, epochs=(3,)), width, height)
    assert {len(line) for line in words(drawn)} == {width}
    assert len(drawn.lines) == height


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(1e-6, 1e6),
    st.sampled_from([3, 5, 6]),
)
def test_the_y_axis_holds_the_values_with_the_labels_asked_for(
    low: float, spread: float, labels: int
) -> None:
    axis = y_axis(low, low + spread, labels)
    slack = axis.step * 1e-3 + abs(low) * 1e-6
    assert axis.low <= low + slack
    assert axis.high >= low + spread - slack
    assert len(axis.ticks) == labels


def test_round_steps() -> None:
    assert [round_step(value) for value in (0.7, 1.1, 2.2, 2.6, 6, 0)] == [1.0, 2.0, 2.5, 5.0, 10.0, 1.0]
    assert x_axis(186, 42).ticks == (0.0, 50.0, 100.0, 150.0, 200.0)
    assert x_axis(3, 42).ticks == (0.0, 1.0, 2.0, 3.0)


def test_smoothing_does_not_lag_and_keeps_the_ends() -> None:
    assert smooth([1.0, 2.0, 3.0, 4.0, 5.0], 2) == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert smooth([0.0, 3.0, 0.0], 1) == [0.0, 1.0, 0.0]


def test_buckets_keep_least_and_greatest() -> None:
    drawn = bucket(Points(range(10), [5, 1, 9, 5, 5, 5, 5, 5, 5, 5]), 0, 9, 2)
    assert (drawn.lows[0], drawn.highs[0]) == (1, 9)
