"""What curves are made of: measures, the axes they are drawn along, the table of their numbers."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.measures import measures, unit
from finetop.store.rows import Curves, Series
from finetop.tui.panes.curve_axes import Along, along, axes
from finetop.tui.panes.curve_table import form_of, numbers
from stage import job

TRAIN, PART, FULL = Series((1, 2, 3), (3.0, 2.0, 1.0)), Series((2,), (2.5,)), Series((2, 3), (2.4, 2.2))


def curves(**series: Series) -> Curves:
    return Curves(series=series)


# --- measures --------------------------------------------------------------------------------------------


def test_a_measure_has_its_training_and_the_validation_that_shows_more() -> None:
    found = measures(
        curves(
            grad_norm=TRAIN,
            rate=TRAIN,
            train_reward=TRAIN,
            train_loss=TRAIN,
            valid_loss=PART,
            full_valid_loss=FULL,
            valid_parse_error=PART,
        )
    )
    assert list(found) == ["loss", "reward", "rate", "grad_norm", "parse_error"]
    assert (found["loss"].train, found["loss"].valid) == (TRAIN, FULL)
    assert [measure.title for measure in found.values()] == [
        "Loss",
        "Reward",
        "Rate",
        "Grad norm",
        "Parse error",
    ]
    assert [measure.has_best for measure in found.values()] == [True, True, False, False, True]
    assert found["parse_error"].train == Series()


@pytest.mark.parametrize(
    ("name", "is_higher"),
    [
        ("loss", False),
        ("accuracy", True),
        ("reward_margin", True),
        ("token_accuracy", True),
        ("error", False),
    ],
)
def test_rewards_and_accuracies_shall_rise(name: str, is_higher: bool) -> None:
    assert measures(curves(**{f"train_{name}": TRAIN}))[name].higher_is_better is is_higher


def test_values_are_told_with_what_they_are_of() -> None:
    loss, accuracy = measures(curves(train_loss=TRAIN, train_accuracy=TRAIN)).values()
    hosted = job(1)._replace(model="gpt-4.1-mini", method="supervised")
    assert [unit(one, hosted) for one in (loss, accuracy)] == ["per token", "of tokens"]
    assert unit(loss, hosted._replace(model="tiny-bytes-1")) == "per byte"
    assert unit(loss, hosted._replace(method="dpo")) == "per pair"
    assert unit(loss, None) == ""


# --- axes ------------------------------------------------------------------------------------------------


def test_axes_are_those_of_which_enough_is_known() -> None:
    known = Curves(
        epochs=Series((1, 2), (0.5, 1.0)), times=Series((1, 2), (1060.0, 1120.0)), started_at=1000.0
    )
    assert axes([known]) == ["step", "epoch", "time"]
    assert axes([known, Curves()]) == ["step"]
    time = along(known, "time")
    assert time is not None
    assert (time.place(1), time.words(2)) == (60.0, "2 m")
    assert Along().places((1, 2)) == (1, 2)


def test_steps_between_those_that_are_known_stand_between_them() -> None:
    epochs = Along("epoch", Series((10, 20), (1.0, 2.0)))
    assert epochs.places((5, 10, 15, 20, 30)) == [0.5, 1.0, 1.5, 2.0, 3.0]
    assert epochs.words(15) == "epoch 1.50"


@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=30, unique=True),
    st.lists(st.floats(0, 1e9), min_size=30, max_size=30),
)
def test_an_axis_never_runs_backwards(steps: list[int], told: list[float]) -> None:
    """Whatever times were told: a clock that was set back must not turn a curve round."""
    known = Series(tuple(sorted(steps)), tuple(told[: len(steps)]))
    found = along(Curves(times=known, started_at=0.0), "time")
    if found is not None:
        places = found.places(list(range(0, 1001, 7)))
        assert all(before <= after for before, after in itertools.pairwise(places))


# --- the table -------------------------------------------------------------------------------------------


def test_the_table_has_a_line_for_each_step_and_blanks_for_what_was_not_measured() -> None:
    known = Curves(epochs=Series((1, 2), (0.5, 1.0)), times=Series((1, 2, 4), (0.0, 61.0, 3600.0)))
    train = Series((1, 2, 4), (2.0, math.nan, 0.123456))
    table = numbers(known, [("train", "train", train), ("valid", "valid", Series((3,), (1.5,)))])
    assert table.steps == [1, 2, 3, 4]

    def line(place: int) -> list[str]:
        return "".join(words for words, _ in table.line(place, 80, is_here=False)).split("  ")

    assert "".join(words for words, _ in table.head(80)).split() == [
        "STEP",
        "EPOCH",
        "AFTER",
        "TRAIN",
        "VALID",
    ]
    assert [part.strip() for part in line(1) if part.strip()] == ["2", "1.00", "1 m 1 s", "nan"]
    assert [part.strip() for part in line(2) if part.strip()] == ["3", "1.50000"]
    assert [part.strip() for part in line(3) if part.strip()] == ["4", "1 h", "0.12346"]
    assert table.as_text(",").splitlines()[-1] == "4,,3600,0.123456,"
    assert not table.is_whole(40)
    assert len("".join(words for words, _ in table.line(0, 40, is_here=True))) <= 40


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ((2.5, 0.0002), ".5f"),
        ((2e-4, 9e-5), ".3e"),
        ((812.0, math.nan), ".3f"),
        ((math.inf,), ".5g"),
        ((3e7,), ".3e"),
    ],
)
def test_a_column_of_numbers_has_one_notation(values: tuple[float, ...], form: str) -> None:
    assert form_of(values) == form
