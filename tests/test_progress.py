"""Progress and time left: each source is used where no better one speaks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.store.progress import Known, Progress, progress

NOW = 10_000.0
MEASURED = {
    "step": 40,
    "measured_total": 100,
    "first_step": 20,
    "first_step_at": 9_000,
    "last_step_at": 9_100,
}
"""Five seconds for a step, 60 steps left."""


@pytest.mark.parametrize(
    ("known", "far"),
    [
        pytest.param({}, (None, None, None, None, None), id="nothing is known"),
        pytest.param({"started_at": 9_000}, (None, None, None, None, None), id="only the start"),
        pytest.param(MEASURED, (40, 100, None, 0.4, 300), id="the newest measurement and the pace so far"),
        pytest.param(
            {**MEASURED, "step_s": 2}, (40, 100, None, 0.4, 120), id="how long a step takes, as told"
        ),
        pytest.param(
            {**MEASURED, "step_s": 2, "left_s": 77}, (40, 100, None, 0.4, 77), id="the rest, as told"
        ),
        pytest.param(
            {**MEASURED, "left_s": 77, "estimated_finish": NOW + 50},
            (40, 100, None, 0.4, 50),
            id="expected end",
        ),
        pytest.param(
            {**MEASURED, "estimated_finish": NOW - 50}, (40, 100, None, 0.4, 300), id="an end that has passed"
        ),
        pytest.param(
            {**MEASURED, "estimated_finish": NOW + 50, "seconds_left": 1140.5},
            (40, 100, None, 0.4, 1140.5),
            id="the provider's seconds",
        ),
        pytest.param(
            {**MEASURED, "trained_steps": 30, "total_steps": 120},
            (30, 120, None, 0.25, 450),
            id="the provider's counters",
        ),
        pytest.param(
            {"trained_steps": 30, "total_steps": 120, "started_at": NOW - 100},
            (30, 120, None, 0.25, 300),
            id="counters without a measurement",
        ),
        pytest.param({"trained_steps": 0, "total_steps": 120}, (0, 120, None, 0.0, None), id="not begun yet"),
        pytest.param(
            {"percent_done": 40, "epochs_done": 0, "n_epochs": 2, "started_at": NOW - 40},
            (None, None, 0, 0.4, 60),
            id="a percentage",
        ),
        pytest.param({"percent_done": 140}, (None, None, None, 1.0, None), id="more than all"),
        pytest.param(
            {"said_epoch": 1, "said_epoch_at": 9_100, "started_at": 9_000, "n_epochs": 4},
            (None, None, 1, 0.25, 300),
            id="epochs said in the log",
        ),
        pytest.param(
            {**MEASURED, "said_epoch": 3, "said_epoch_at": 9_100, "n_epochs": 4, "epoch": 1.6},
            (40, 100, 1.6, 0.4, 300),
            id="steps before epochs",
        ),
        pytest.param({"step": 7}, (7, None, None, None, None), id="a step of nobody knows how many"),
        pytest.param({"step": 9, "measured_total": 0}, (9, 0, None, None, None), id="of none"),
    ],
)
def test_the_most_trustworthy_source_speaks(known: dict[str, float], far: tuple[float | None, ...]) -> None:
    assert progress(Known(NOW, **known)) == Progress(*far)  # type: ignore[arg-type]


NUMBERS = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)


@given(st.fixed_dictionaries({name: NUMBERS for name in Known._fields if name != "now"}))
def test_no_numbers_are_too_odd(known: dict[str, float]) -> None:
    far = progress(Known(NOW, **known))  # type: ignore[arg-type]
    assert far.share is None or 0 <= far.share <= 1
