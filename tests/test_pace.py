"""What to ask next, and when: tables."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetop.errors import (
    BadInput,
    BadReply,
    FinetopError,
    Forbidden,
    LostReply,
    NoFineTuning,
    NotFound,
    NotStarted,
    NotSupported,
    QuotaExceeded,
    RateLimited,
    ServerFault,
    Unauthorized,
    Unreachable,
)
from finetop.pace import (
    HOSTED,
    LOCAL,
    Ask,
    Kind,
    Pace,
    Routes,
    View,
    due,
    is_about_account,
    next_at,
    next_delay,
    pauses,
    state_of,
    wanted,
)

LIST, MODELS = Ask(Kind.LIST), Ask(Kind.MODELS)


@pytest.mark.parametrize(
    ("error", "state", "delays"),
    [
        (Unreachable("x"), "offline", [2, 4, 8, 16, 32, 60, 60]),
        (LostReply("x"), "offline", [2, 4]),
        (NotStarted("x"), "not started", [2, 2, 2]),
        (Unauthorized("x"), "refused", [300, 600, 900, 900]),
        (Forbidden("x"), "refused", [300, 600, 900]),
        (BadInput("x"), "no key", [300, 600]),
        (NoFineTuning("x"), "none", [300, 600, 900]),
        (RateLimited("x"), "limited", [300, 600, 900, 900]),
        (RateLimited("x", retry_after_s=40), "limited", [40, 40]),
        (RateLimited("x", retry_after_s=0), "limited", [1]),
        (RateLimited("x", retry_after_s=1e9), "limited", [3600]),
        (ServerFault("x", retry_after_s=1e9), "stale", [3600]),
        (QuotaExceeded("x", retry_after_s=5), "limited", [300, 600]),
        (ServerFault("x"), "stale", [5, 10, 20, 40, 80, 120, 120]),
        (ServerFault("x", retry_after_s=30), "stale", [30, 30, 30, 40]),
        (BadReply("x"), "stale", [15, 30, 60, 120, 240, 300]),
    ],
)
def test_after_a_failure(error: FinetopError, state: str, delays: list[float]) -> None:
    assert state_of(error) == state
    assert [next_delay(error, failures) for failures in range(1, len(delays) + 1)] == delays


@given(failures=st.integers(1, 10_000))
def test_no_outage_makes_us_wait_longer_than_a_quarter_of_an_hour(failures: int) -> None:
    for error in (Unreachable("x"), Unauthorized("x"), ServerFault("x"), RateLimited("x"), BadReply("x")):
        assert 1 <= next_delay(error, failures) <= 900


@pytest.mark.parametrize(
    ("error", "about"),
    [
        (Unreachable("x"), True),
        (Unauthorized("x"), True),
        (RateLimited("x"), True),
        (NoFineTuning("x"), False),
        (NotSupported("x"), False),
        (NotFound("x"), False),
        (Forbidden("x"), False),
        (BadReply("x"), False),
        (ServerFault("x"), False),
    ],
)
def test_whether_another_question_would_fare_better(error: FinetopError, about: bool) -> None:
    assert is_about_account(error) == about


@pytest.mark.parametrize("pace", [LOCAL, HOSTED])
def test_an_idle_account_is_asked_for_its_list_only(pace: Pace) -> None:
    assert wanted(View(), pace) == {LIST: pace.idle_s, MODELS: pace.models_s}
    assert pace.idle_s > pace.list_s >= pace.watched_s


def test_the_job_being_looked_at_is_asked_most_often() -> None:
    view = View(
        active={"a": "running", "b": "running", "c": "queued"},
        watched=frozenset({"a"}),
        listed=frozenset({"a", "b", "c"}),
    )
    asks = wanted(view, LOCAL)
    assert asks[LIST] == LOCAL.list_s
    assert asks[Ask(Kind.EVENTS, "a")] == asks[Ask(Kind.JOB, "a")] == 1
    assert asks[Ask(Kind.EVENTS, "b")] == LOCAL.active_s
    assert Ask(Kind.JOB, "b") not in asks, "the list tells of it"
    assert not any(ask.job == "c" for ask in asks), "nothing happens to a job that waits"


def test_a_job_beyond_the_head_of_the_list_is_asked_for_itself() -> None:
    view = View(active={"old": "queued"}, listed=frozenset({"new"}))
    assert Ask(Kind.JOB, "old") in wanted(view, HOSTED)


def test_a_log_that_is_looked_at_does_not_wait_in_line() -> None:
    assert Ask(Kind.BACKLOG) not in wanted(View(), HOSTED)
    asks = wanted(View(incomplete=("x", "y", "z"), watched=frozenset({"z"})), HOSTED)
    assert [ask.job for ask in asks if ask.kind is Kind.WHOLE] == ["z"]
    assert asks[Ask(Kind.BACKLOG)] == HOSTED.backlog_s


def test_a_question_is_due_when_its_time_has_passed() -> None:
    asks = {LIST: 5.0, MODELS: 60.0}
    assert due(asks, {}, 100.0) == [LIST, MODELS]
    assert due(asks, {LIST: 96.0, MODELS: 96.0}, 100.0) == []
    assert due(asks, {LIST: 95.0, MODELS: 96.0}, 100.0) == [LIST]
    assert next_at(asks, {LIST: 96.0, MODELS: 96.0}) == 101.0


def test_one_who_waits_looks_often_at_first() -> None:
    """What is short ends soon; what is long is asked as seldom as it is watched."""
    between = list(islice(pauses(5.0), 20))
    assert between == sorted(between)
    assert (between[0], between[-1]) == (0.5, 5.0)
    assert between.count(5.0) >= 10


def test_a_route_that_answers_after_all_is_open_again() -> None:
    routes = Routes()
    routes.refused(Kind.EVENTS, Forbidden("x"), 100.0)
    assert isinstance(routes.closed(Kind.EVENTS, 101.0), Forbidden)
    routes.answered(Kind.EVENTS)
    assert routes.closed(Kind.EVENTS, 101.0) is None
    routes.refused(Kind.EVENTS, Forbidden("x"), 102.0)
    assert routes.closed(Kind.EVENTS, 103.0) is None
