"""How long a job was in each state, as far as anybody knows."""

from __future__ import annotations

from typing import Any

import pytest

from finetop.stays import Seen, Stay, stays

LOG = (
    (100.0, "Created fine-tuning job: ftjob-1"),
    (101.0, "Validating training file: file-1"),
    (140.0, "Files validated, moving job to queued state"),
    (200.0, "Fine-tuning job started"),
    (210.0, "Step 1/300: training loss=2.1"),
)
PAUSE = (
    (300.0, "Training paused at step 9"),
    (400.0, "The job was resumed and waits for its turn"),
    (450.0, "Training resumed from step 9"),
)


@pytest.mark.parametrize(
    ("status", "known", "found"),
    [
        pytest.param(
            "running", {"started_at": 200.0, "said": LOG},
            [("checking", 100, 140), ("queued", 140, 200), ("running", 200, None)],
            id="the log tells all",
        ),
        pytest.param(
            "running", {"started_at": 200.0}, [("waiting", 100, 200), ("running", 200, None)],
            id="only the start is told",
        ),
        pytest.param("queued", {"seen": [Seen(103.0, None, "queued", "queued")]}, [("queued", 100, None)],
                     id="seen at once"),
        pytest.param(
            "running", {"seen": [Seen(7_300.0, None, "running", "running")]},
            [("", 100, 7_300), ("running", 7_300, None)],
            id="seen late: nobody knows what was before",
        ),
        pytest.param(
            "succeeded",
            {"started_at": 200.0, "ended_at": 900.0, "seen": [
                Seen(103.0, None, "queued", "queued"), Seen(230.0, 220.0, "running", "running"),
                Seen(905.0, 890.0, "succeeded", "succeeded")]},
            [("queued", 100, 200), ("running", 200, 900)],
            id="what was seen follows from what was told",
        ),
        pytest.param(
            "succeeded",
            {"started_at": 200.0, "ended_at": 900.0, "seen": [
                Seen(205.0, None, "running", "training"), Seen(700.0, 690.0, "running", "compressing")]},
            [("waiting", 100, 200), ("running", 200, 700), ("running compressing", 700, 900)],
            id="a provider with two words for one state",
        ),
        pytest.param(
            "paused", {"started_at": 200.0},
            [("waiting", 100, 200), ("running", 200, None), ("paused", None, None)],
            id="paused, and nobody knows since when",
        ),
        pytest.param(
            "running",
            {"said": (*LOG, *PAUSE)},
            [("checking", 100, 140), ("queued", 140, 200), ("running", 200, 300), ("paused", 300, 400),
             ("queued", 400, 450), ("running", 450, None)],
            id="a pause",
        ),
        pytest.param("failed", {"ended_at": 141.0, "said": LOG[:2]}, [("checking", 100, 141)], id="early"),
        pytest.param("failed", {"ended_at": 141.0}, [("", 100, 141)], id="ended before it was first seen"),
        pytest.param("cancelled", {"seen": [Seen(103.0, None, "queued", "queued"),
                                            Seen(160.0, 150.0, "cancelled", "stopped")]},
                     [("queued", 100, 160)], id="its end was seen, not told"),
        pytest.param("running", {"created_at": None}, [], id="nothing is known"),
    ],
)  # fmt: skip
def test_the_states_of_a_job(status: str, known: dict[str, Any], found: list[tuple[Any, ...]]) -> None:
    told = stays(status, **{"created_at": 100.0, **known})
    assert [(f"{stay.status} {stay.word}".strip(), stay.since, stay.until) for stay in told] == found


def test_a_stay_says_how_its_beginning_is_known() -> None:
    late = stays(
        "paused",
        created_at=100.0,
        started_at=200.0,
        seen=[Seen(205.0, 190.0, "running", "running"), Seen(9_000.0, 400.0, "paused", "paused")],
    )
    assert late[-1] == Stay("paused", 9_000.0, None, "", is_told=False, unseen_s=8_600.0)
    assert late[-2].is_told


def test_seen_in_line_in_the_second_of_its_start_it_trains_all_the_same() -> None:
    """Providers tell whole seconds, and we look in between."""
    seen = [Seen(100.2, None, "checking", "validating_files"), Seen(103.4, 102.0, "queued", "queued")]
    seen.append(Seen(104.0, 103.4, "running", "running"))
    found = stays("running", created_at=100.0, started_at=103.0, seen=seen)
    assert (found[-1].status, found[-1].since, found[-1].until) == ("running", 103.0, None)
