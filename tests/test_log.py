"""A log as a screen reads it: in pages, searched, of several jobs by time, and while it grows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetop.models import Event
from finetop.query.needle import Needle, read_needle
from finetop.store import JobKey, Store
from finetop.store.log import MODERATION, Found, Lines, Log, LogQuery, Spot, TimedLines

ONE, TWO = JobKey(1, "ftjob-1"), JobKey(1, "ftjob-2")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "finetop.db")
    yield opened
    opened.close()


def say(store: Store, key: JobKey, *said: tuple[float | None, str, str]) -> None:
    """Lines of a job's log: time, level, message; `moderation` is a type."""
    store.events.save(
        key,
        [
            Event(
                id=f"{key.id}-{at}-{words}",
                created_at=at,
                level="info" if level == "moderation" else level,
                type=MODERATION if level == "moderation" else "message",
                message=words,
            )
            for at, level, words in said
        ],
    )


@pytest.fixture
def talk(store: Store) -> Store:
    """Two jobs that speak in turns; the second one's log was fetched in pieces."""
    say(store, TWO, (1, "info", "two is made"), (4, "warn", "two is slow"))
    say(
        store,
        ONE,
        (0.5, "info", "One is made"),
        (2, "info", "one: 50% of step_1"),
        (3, "warn", "one is slow"),
    )
    say(store, TWO, (5, "moderation", "passed"), (8, "error", "two is lost"))
    say(store, ONE, (6, "error", "Ünder way lost"), (7, "info", "one is over"))
    return store


def whole(log: Log, query: LogQuery) -> Found:
    found = log.whole(query, wanted=lambda: True)
    assert found is not None
    return found


def words(log: Log, found: Found) -> list[str]:
    return [line.message for line in log.read(found.lines[:])]


ALL_OF_ONE = ["One is made", "one: 50% of step_1", "one is slow", "Ünder way lost", "one is over"]
ALL_OF_TWO = ["two is made", "two is slow", "passed", "two is lost"]
BOTH = [ALL_OF_ONE[0], ALL_OF_TWO[0], *ALL_OF_ONE[1:3], *ALL_OF_TWO[1:3], *ALL_OF_ONE[3:], ALL_OF_TWO[3]]


@pytest.mark.parametrize(
    ("jobs", "level", "needles", "said"),
    [
        ([ONE], "", [], ALL_OF_ONE),
        ([TWO], "", [], ALL_OF_TWO),
        ([ONE, TWO], "", [], BOTH),
        ([ONE], "warn", [], ["one is slow", "Ünder way lost"]),
        ([TWO], "warn", [], ["two is slow", "passed", "two is lost"]),
        ([TWO], "error", [], ["two is lost"]),
        ([ONE], "", ["one"], ["One is made", *ALL_OF_ONE[1:3], "one is over"]),
        ([ONE], "", ["One"], ["One is made"]),
        ([ONE], "", ["!one"], ["Ünder way lost"]),
        ([ONE], "", ["0% of step_"], ["one: 50% of step_1"]),
        ([ONE], "", ["%is%"], []),
        ([ONE], "", ["ü"], ["Ünder way lost"]),
        ([ONE], "", ["~^one.*(slow|over)$"], ["one is slow", "one is over"]),
        ([ONE], "", ["!~IS"], ["one: 50% of step_1", "Ünder way lost"]),
        ([ONE, TWO], "warn", ["~lost|slow", "!two"], ["one is slow", "Ünder way lost"]),
        ([TWO], "", ["moderation"], ["passed"]),
    ],
)
def test_what_a_query_finds(
    talk: Store, jobs: Sequence[JobKey], level: str, needles: Sequence[str], said: Sequence[str]
) -> None:
    query = LogQuery(tuple(jobs), tuple(read_needle(line) for line in needles), level)
    found = whole(talk.log, query)
    assert words(talk.log, found) == list(said)
    at_once = talk.log.newest(query, within=100)
    assert at_once.is_whole
    assert at_once.lines[:] == found.lines[:]
    assert (at_once.last == found.last) or not said
    for place, id_ in enumerate(found.lines[:]):
        line = talk.log.read([id_])[0]
        assert found.lines.place(line.spot) == place
    assert [told["message"] for told in talk.log.told(found.lines)] == list(said)


def test_of_a_long_log_the_newest_lines_are_there_at_once(talk: Store) -> None:
    found = talk.log.newest(LogQuery((ONE, TWO)), within=2)
    assert not found.is_whole
    assert words(talk.log, found) == ["passed", "Ünder way lost", "one is over", "two is lost"]
    assert not talk.log.newest(LogQuery((ONE,), (read_needle("made"),)), within=4).is_whole


def test_what_nobody_waits_for_any_more_is_not_read_to_its_end(store: Store) -> None:
    store.database.connection.execute(
        """with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000)
        insert into event (account, job, id, level, type, message, data)
        select 1, 'ftjob-1', i, 'info', 'message', i, '{}' from n"""
    )
    assert store.log.whole(LogQuery((ONE,)), wanted=lambda: False) is None
    assert len(whole(store.log, LogQuery((ONE,))).lines) == 30_000


def test_a_log_that_grows_is_read_from_where_it_was_known(talk: Store) -> None:
    log = talk.log
    query = LogQuery((ONE,), (read_needle("one"),))
    found = log.newest(query, within=100)
    assert log.since(query, found, most=10) is found
    say(talk, TWO, (9, "info", "one more of two"))
    say(talk, ONE, (9, "info", "one more"), (10, "info", "another"))
    grown = log.since(query, found, most=10)
    assert grown.is_whole
    assert words(log, grown) == [*words(log, whole(log, query))]
    assert words(log, grown)[-1] == "one more"
    say(talk, ONE, *((11 + at, "info", f"one {at}") for at in range(20)))
    assert not log.since(query, grown, most=10).is_whole, "so many are read in a thread"


def test_merged_logs_are_in_the_order_of_times_whatever_was_fetched_first(talk: Store) -> None:
    query = LogQuery((ONE, TWO))
    found = talk.log.newest(query, within=100)
    say(talk, TWO, (9, "info", "late"))
    found = talk.log.since(query, found, most=10)
    assert found.is_whole
    assert words(talk.log, found)[-1] == "late"
    say(talk, ONE, (8.5, "info", "later, but earlier"))
    assert not talk.log.since(query, found, most=10).is_whole
    assert words(talk.log, whole(talk.log, query))[-2:] == ["later, but earlier", "late"]


@pytest.mark.parametrize(
    ("jobs", "needle", "said"),
    [
        ((ONE,), Needle(), ["one is slow", "Ünder way lost"]),
        ((TWO,), Needle(), ["two is slow", "passed", "two is lost"]),
        (
            (ONE, TWO),
            Needle(),
            ["one is slow", "two is slow", "passed", "Ünder way lost", "two is lost"],
        ),
        ((ONE, TWO), read_needle("lost"), ["Ünder way lost", "two is lost"]),
    ],
)
def test_from_problem_to_problem(
    talk: Store, jobs: tuple[JobKey, ...], needle: Needle, said: list[str]
) -> None:
    query = LogQuery(jobs, (needle,) if needle else ())
    for step, order, spot in ((1, said, Spot(-1, 0)), (-1, said[::-1], Spot(99, 99))):
        found = []
        while (spot := talk.log.problem(query, spot, step) or Spot(-9, -9)).id > 0:
            found += [line.message for line in talk.log.read([spot.id])]
        assert found == order


@settings(max_examples=50)
@given(st.lists(st.integers(1, 60), unique=True), st.integers(0, 62), st.integers(0, 62), st.booleans())
def test_runs_of_numbers_are_as_the_numbers(numbers: list[int], start: int, stop: int, timed: bool) -> None:
    numbers.sort()
    lines = TimedLines() if timed else Lines()
    for part in (numbers[:7], numbers[7:]):
        lines.add([(0.0, number) for number in part])
    assert len(lines) == len(numbers)
    assert lines[start:stop] == numbers[start:stop]
    assert lines.place(Spot(0.0, start)) == bisect_left(numbers, start)


def test_lines_without_a_time_and_a_view_that_was_cleared(talk: Store) -> None:
    say(talk, ONE, (None, "info", "no time"))
    line = talk.log.read([talk.log.newest(LogQuery((ONE,)), within=9).last])[0]
    assert (line.created_at, line.message, line.key) == (None, "no time", ONE)
    assert talk.log.began([ONE, TWO]) == 0.5
    assert talk.log.began([]) is None
    cleared = LogQuery((ONE,), after=line.id)
    assert not talk.log.newest(cleared, within=9).lines
    say(talk, ONE, (20, "info", "after"))
    assert words(talk.log, whole(talk.log, cleared)) == ["after"]
