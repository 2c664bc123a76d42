"""The overfit watch, by tables: what has turned, how sure that is, and what it says."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.overfit import Verdict, advice, judge, judge_curves, of_told, words
from finetop.overfit import told as verdict_told
from finetop.store.rows import Curves, Series

CLEAN = [2.1, 1.0, 0.62, 0.55, 0.58, 0.66, 0.75, 0.85, 0.97, 1.1]
"""An overfitting run, validated after each of ten epochs of 10 steps."""


def series(values: Sequence[float], every: int = 10) -> Series:
    return Series(tuple(every * (place + 1) for place in range(len(values))), tuple(values))


def points(*steps: int | None) -> list[SimpleNamespace]:
    return [SimpleNamespace(step_number=step, fine_tuned_model_checkpoint=f"ft:m:{step}") for step in steps]


def noisy(count: int, spread: float, seed: int, *, rise: float = 0.0) -> list[float]:
    """A fall to a plateau, or to a climb, with noise."""
    draw = random.Random(seed)
    turn = count * 0.4
    return [
        0.5
        + (1.5 * math.exp(-5 * at / turn) if at < turn else rise * (at - turn) / (count - turn))
        + draw.gauss(0, spread)
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("values", "sureness", "turned"),
    [
        (CLEAN, "sure", 40),
        ([2.1, 1.0, 0.62, 0.75, 0.95, 1.2], "likely", 30),
        (noisy(300, 0.03, 1, rise=0.4), "sure", None),
        (noisy(24, 0.01, 2, rise=0.4), "sure", None),
        ([1.0, 0.6, 0.9], "unsure", 20),  # too few
        ([1.0, 0.6, 0.7, 0.85], "unsure", 20),
        ([2.0, 1.5, 1.2, 1.0, 0.9, 0.8, 0.85], "unsure", 60),  # once since its best
        ([2.0, 1.2, 0.7, 0.5, 0.501, 0.502, 0.503, 0.504], "unsure", 40),  # a plateau
        ([1.0, 1.1, 0.95, 1.05, 0.97, 1.08, 1.0, 1.1], "unsure", 30),  # noise
        ([2.0, 1.0, 0.5, 0.9, 1.2, 0.9, 0.7, 0.6, 0.52], "unsure", 30),  # it comes back
        ([2.0, 1.5, 1.2, 1.0], None, None),
        ([1.0, 1.0, 1.0], None, None),
        ([1.0], None, None),
        ([], None, None),
        ([math.nan, math.inf, math.nan], None, None),
        ([2.0, 1.0, math.nan, math.inf], None, None),
    ],
)
def test_what_has_turned_and_how_sure_that_is(
    values: list[float], sureness: str | None, turned: int | None
) -> None:
    found = judge(series(values))
    assert (None if found is None else found.sureness) == sureness
    if found is not None and turned is not None:
        assert found.turned_step == turned == found.best.step


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("count", [4, 6, 12, 24, 200])
def test_a_run_that_only_trembles_is_never_sure(count: int, seed: int) -> None:
    found = judge(series(noisy(count, 0.05, seed)))
    assert found is None or not found.is_told


def test_a_long_noisy_climb_is_found_near_its_place() -> None:
    found = judge(series(noisy(400, 0.05, 3, rise=0.4), every=1))
    assert found is not None
    assert found.sureness == "sure"
    assert 130 <= found.turned_step <= 200


def test_a_short_dip_of_a_quiet_series_is_where_it_turned() -> None:
    """Taken together with its neighbours, which are far above it, it would be lost."""
    fall = [6.0, 2.835, 3.0, 2.95]
    values = fall + [3.0 + 0.01 * at + 0.002 * (at % 3) for at in range(44)]
    found = judge(series(values))
    assert found is not None
    assert (found.turned_step, found.sureness) == (20, "sure")


def test_what_training_does_meanwhile_counts_and_is_said() -> None:
    valid = [2.0, 1.2, 0.8, 0.7, 0.76, 0.86, 0.98, 1.1]
    alone = judge(series(valid))
    falls = judge(series(valid), train=series([2.0 - 0.02 * at for at in range(80)], every=1))
    rises = judge(series(valid), train=series([1.0 + 0.02 * at for at in range(80)], every=1))
    assert alone is not None
    assert falls is not None
    assert rises is not None
    assert (alone.sureness, falls.sureness, rises.sureness) == ("likely", "sure", "likely")
    assert "training went on becoming better" in falls.why
    assert "training became worse too" in rises.why


def test_an_accuracy_at_its_best_makes_it_less_sure() -> None:
    found = judge(series(CLEAN), agrees=series([0.1 * at for at in range(10)]))
    assert found is not None
    assert found.sureness == "likely"
    assert found.why.endswith("and validation accuracy is at its best")


def test_rewards_go_the_other_way() -> None:
    found = judge(series([-value for value in CLEAN]), higher_is_better=True, what="validation reward")
    assert found is not None
    assert (found.turned_step, found.best, found.last) == (40, (40, -0.55), -1.1)
    assert words(found) == "falling since step 40, sure"
    assert found.why == "sure: validation reward fell from -0.550 to -1.100 in 6 checks"


@pytest.mark.parametrize(
    ("steps", "chosen", "is_after"),
    [
        ((20, 40, 60), 40, False),
        ((35, 45), 35, False),
        ((None, 10), 10, False),
        ((80, 90, 100), 80, True),
        ((None,), None, False),
        ((), None, False),
    ],
)
def test_the_checkpoint_nearest_before_the_turn_is_named(
    steps: tuple[int | None, ...], chosen: int | None, is_after: bool
) -> None:
    found = judge(series(CLEAN), checkpoints=points(*steps), epoch_steps=range(10, 101, 10))
    assert found is not None
    assert found.epoch == 4
    assert (None if found.checkpoint is None else found.checkpoint.step, found.is_after) == (chosen, is_after)
    assert found.checkpoint is None or found.checkpoint.model == f"ft:m:{chosen}"


def test_the_sentences() -> None:
    found = judge(series(CLEAN), checkpoints=points(40, 100))
    assert found is not None
    assert words(found) == "rising since step 40, sure"
    assert found.why == "sure: validation loss rose from 0.550 to 1.100 in 6 checks"
    assert advice(found) == "use checkpoint 40"
    late = judge(series(CLEAN), checkpoints=points(80, 100))
    assert late is not None
    assert advice(late) == "only later checkpoints, from 80 on"
    doubtful = judge(series([1.0, 0.6, 0.9]), checkpoints=points(20))
    assert doubtful is not None
    assert words(doubtful) == "perhaps rising since step 20, unsure"
    assert doubtful.why == "unsure: validation loss was measured only 3 times"
    assert advice(doubtful) == "checkpoint 20 may be better"


def test_a_job_is_judged_by_its_loss_and_else_by_its_reward() -> None:
    assert judge_curves(Curves()) is None
    by_loss = judge_curves(Curves(valid_loss=series(CLEAN), more={"valid_reward": series([1, 2, 3])}))
    assert by_loss is not None
    assert by_loss.what == "validation loss"
    rewards = {"train_reward": series([1, 2, 3]), "valid_reward": series([-value for value in CLEAN])}
    by_reward = judge_curves(Curves(more=rewards))
    assert by_reward is not None
    assert (by_reward.what, by_reward.turned_step) == ("validation reward", 40)


readings = st.lists(st.integers(0, 4000).map(lambda number: number / 256), max_size=150)


@given(readings)
def test_what_only_falls_has_not_turned(values: list[float]) -> None:
    assert judge(series(sorted(values, reverse=True))) is None


def told(found: Verdict | None) -> tuple[object, ...]:
    return () if found is None else (found.turned_step, found.best.step, found.later, found.sureness)


@given(readings, st.sampled_from([0.25, 8.0, 1024.0]))
def test_the_unit_of_a_series_does_not_matter(values: list[float], factor: float) -> None:
    scaled = judge(series([factor * value for value in values]))
    assert told(scaled) == told(judge(series(values)))
    turned_round = judge(series([-value for value in values]), higher_is_better=True)
    assert told(turned_round) == told(judge(series(values)))


@given(readings, st.integers(1, 8))
def test_where_it_turned_is_the_same_at_any_height(values: list[float], height: int) -> None:
    """How much a change matters goes by the height; where it is does not."""
    assert told(judge(series([value + height for value in values])))[:3] == told(judge(series(values)))[:3]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=120))
def test_any_numbers_are_judged(values: list[float]) -> None:
    found = judge(series(values), train=series(values), agrees=series(values), checkpoints=points(10, 20))
    assert of_told(json.loads(json.dumps(verdict_told(found), allow_nan=False))) == found
    assert found is None or (found.best.value <= found.last and found.why)
