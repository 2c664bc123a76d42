"""What is worth an alert, by tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.alerts.rules import ending, reminder, silence, worse_since
from finetop.store import JobKey, Turn

MINUTE = 60.0


@pytest.mark.parametrize(
    ("was", "status", "past", "ordered", "event"),
    [
        ("running", "succeeded", False, False, "done"),
        ("running", "failed", False, False, "failed"),
        ("queued", "cancelled", False, False, "cancelled"),
        ("queued", "cancelled", False, True, None),
        ("queued", "running", False, False, None),
        ("running", "paused", False, False, None),
        (None, "failed", True, False, None),
        (None, "failed", False, False, "failed"),
        (None, "running", True, False, None),
    ],
)
def test_which_turn_is_an_end_worth_telling(
    was: str | None, status: str, past: bool, ordered: bool, event: str | None
) -> None:
    assert ending(Turn(JobKey(1, "a"), status, was, 1, 0.0, past), ordered=ordered) == event


@pytest.mark.parametrize(
    ("told_at", "heard_at", "told"),
    [
        ([100, 130, 160, 190], 190 + 21 * MINUTE, True),
        ([100, 130, 160, 190], 190 + 19 * MINUTE, False),  # less than one waits
        ([100, 130, 160, 190], 190, False),  # nobody has read the log since
        ([0, 3000, 6000, 9000], 9000 + 40 * MINUTE, False),  # it tells something every 50 minutes
        ([0, 3000, 6000, 9000], 9000 + 101 * MINUTE, True),
        ([100], 100 + 40 * MINUTE, False),  # too little told for a rhythm: patience is three times as long
        ([100], 100 + 61 * MINUTE, True),
        ([], 9e9, False),  # a server without a log
    ],
)
def test_a_silence_counts_against_the_jobs_own_rhythm(
    told_at: list[float], heard_at: float, told: bool
) -> None:
    found = silence(told_at[::-1], started_at=None, moved_at=None, heard_at=heard_at)
    assert (found is not None and found.outlasts(20 * MINUTE)) is told


def test_the_queue_is_not_the_job() -> None:
    """Hours of waiting neither count as silence nor make it seem usual."""
    told = [0.0, 20_000.0, 20_030.0, 20_060.0, 20_090.0]
    found = silence(told, started_at=20_000.0, moved_at=None, heard_at=20_090.0 + 25 * MINUTE)
    assert found is not None
    assert found.longest_s == 30.0
    assert found.outlasts(20 * MINUTE)
    just_begun = silence([0.0], started_at=20_000.0, moved_at=None, heard_at=20_060.0)
    assert just_begun is not None
    assert just_begun.length_s == 60.0


def test_a_step_told_otherwise_is_a_sign_of_life() -> None:
    found = silence([100.0], started_at=None, moved_at=9_000.0, heard_at=9_100.0)
    assert found is not None
    assert found.length_s == 100.0


@pytest.mark.parametrize(
    ("values", "checks"),
    [
        ([3, 2, 1, 2, 3, 4], 3),
        ([3, 2, 1, 2, 1.5, 4], None),
        ([3, 2, 1], None),
        ([1, 2], 1),
        ([1], None),
        ([], None),
        ([3, 1, math.nan, 2, math.inf, 3], 2),
        ([1, 1, 1], None),
        ([2, 1, 1, 2], 1),
    ],
)
def test_validation_has_turned_once_each_check_after_the_best_was_worse(
    values: list[float], checks: int | None
) -> None:
    found = worse_since(range(len(values)), values)
    assert (None if found is None else found.checks) == checks
    falls = worse_since(range(len(values)), [-value for value in values], higher_is_better=True)
    assert (None if falls is None else falls.checks) == checks


def test_a_turn_names_its_best_step() -> None:
    found = worse_since([10, 20, 30, 40], [0.9, 0.5, 0.6, 0.7])
    assert found is not None
    assert (found.step, found.best, found.last, found.checks) == (20, 0.5, 0.7, 2)


def test_single_noisy_batches_are_taken_together() -> None:
    """Two hundred points that fall on the whole: three that rise by chance are no turn, a long climb is."""
    falling = [10 - step * 0.01 + (step % 4) * 0.02 for step in range(200)]
    assert worse_since(range(200), falling) is None
    found = worse_since(range(320), falling + [8 + step * 0.05 for step in range(120)])
    assert found is not None
    assert found.checks >= 3


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=120))
def test_what_has_turned_is_worse_than_its_best(values: list[float]) -> None:
    found = worse_since(range(len(values)), values)
    assert found is None or (found.last > found.best and found.checks >= 1)


@pytest.mark.parametrize(
    ("left", "mark"),
    [(40, None), (31, None), (30, 30), (8, 30), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_a_shutdown_is_told_on_three_days(left: int, mark: int | None) -> None:
    assert reminder(left, 30) == mark


def test_who_wants_to_know_three_days_before_hears_of_it_then() -> None:
    assert [reminder(left, 3) for left in (7, 4, 3, 1)] == [None, None, 3, 1]
