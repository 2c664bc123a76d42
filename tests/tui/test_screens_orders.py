"""Orders to a job from the screen: which keys work where, what is asked first, and what is said after."""

from __future__ import annotations

import time
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from drivers import PROFILES, Driver, Told, fill, house, opened
from finetop.config import Profile
from finetop.errors import NotSupported
from finetop.session import Session, abilities
from finetop.tui.messages import StoreChanged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from finetop.store import JobKey, Store

ELSEWHERE = Profile("elsewhere", base_url="https://tune.example/v1", key_env="OPENAI_API_KEY")
OLD = Profile("old", dialect="openai-legacy", base_url="https://old.example/v1", key_env="OPENAI_API_KEY")


class Answered(Session):
    """What the provider would answer, in place of a network."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.given: list[tuple[str, JobKey]] = []
        self.error: Exception | None = None
        self.refused: set[str] = set()
        """Ids of jobs for which the answer is the error; without any, for all."""

    def _order(self, kind: str, key: JobKey) -> Future[None]:
        self.given.append((kind, key))
        answer: Future[None] = Future()
        if self.error is not None and (not self.refused or key.id in self.refused):
            answer.set_exception(self.error)
        else:
            answer.set_result(None)
        return answer


AnsweredSession = partial(Answered, poll=False, environ={"OPENAI_API_KEY": "key"})


@pytest.fixture
async def screen(tmp_path: Path) -> AsyncIterator[Driver]:
    paths = house(tmp_path)
    profiles = [*PROFILES, ELSEWHERE, OLD]
    story = [
        Told("ftjob-run", "runs", "running", age_s=700, steps=186),
        Told("ftjob-rest", "rests", "paused", age_s=800, steps=82, total=200),
        Told("ftjob-done", "done", age_s=900, steps=300),
        Told("ftjob-far", "far", "succeeded", "elsewhere", age_s=1000),
        Told("ftjob-old", "old-one", "running", "old", age_s=1100),
    ]
    fill(paths, story, profiles)
    async with opened(paths, profiles=profiles, make_session=AnsweredSession) as driver:
        yield driver


def given(screen: Driver) -> list[tuple[str, str]]:
    session = screen.main.session
    assert isinstance(session, Answered)
    return [(kind, key.id) for kind, key in session.given]


@pytest.mark.parametrize(
    ("name", "key", "shown", "order"),
    [
        ("runs", "z", ("Pause this job?", "can be resumed"), ("pause", "ftjob-run")),
        ("rests", "z", ("Resume this job?", "118 steps more"), ("resume", "ftjob-rest")),
        ("rests", "x", ("Cancel this job?", "stays cancelled"), ("cancel", "ftjob-rest")),
        ("far", "X", ("Delete this job?", "cannot be brought back"), ("delete", "ftjob-far")),
    ],
)
async def test_an_order_asks_first(
    screen: Driver, name: str, key: str, shown: tuple[str, str], order: tuple[str, str]
) -> None:
    await screen.jobs.select(name)
    await screen.press(key)
    for words in shown:
        await screen.reads(words)
    await screen.press("enter")
    assert screen.app.screen is screen.main, "enter on the question is harmless"
    assert given(screen) == []
    await screen.press(key)
    await screen.reads(shown[0])
    await screen.press("y")
    await screen.until(lambda: given(screen) == [order])


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("runs", {"x": True, "z": True}),
        ("rests", {"x": True, "z": True}),
        ("done", {"x": False, "z": False}),
        ("far", {"x": False, "z": False, "X": True}),
        ("old-one", {"x": True}),
    ],
)
async def test_which_keys_work_on_which_job(screen: Driver, name: str, keys: dict[str, bool]) -> None:
    await screen.jobs.select(name)
    active = screen.main.active_bindings
    assert {key: active[key].enabled for key in "xzX" if key in active} == keys


async def test_one_key_says_what_it_would_do(screen: Driver) -> None:
    await screen.jobs.select("runs")
    await screen.until(lambda: "z Pause" in screen.lines[-1])
    await screen.jobs.select("rests")
    await screen.until(lambda: "z Resume" in screen.lines[-1])
    await screen.press("colon")
    await screen.type("resume")
    await screen.reads("Resume this paused job")


async def test_a_paused_job_is_not_said_to_have_worked_all_the_while(screen: Driver) -> None:
    await screen.jobs.select("rests")
    await screen.press("z")
    await screen.reads("Resume this job?")
    (done,) = [line for line in screen.lines if "Done " in line]
    assert "82 of 200 steps, about" in done


async def test_a_missing_route_greys_the_key_and_says_why(screen: Driver) -> None:
    await screen.jobs.select("runs")
    session = screen.main.session
    assert isinstance(session, Answered)
    session.error = NotSupported("api.openai.com cannot pause jobs")
    await screen.press("z")
    await screen.reads("Pause this job?")
    await screen.press("y")
    await screen.reads("api.openai.com cannot pause jobs")
    account = session.accounts["openai"]
    screen.app.store.accounts.mark_unable(account, "pause", time.time())
    await screen.jobs.select("rests")
    await screen.jobs.select("runs")
    await screen.reads("openai cannot pause jobs; r tries")
    assert "z" not in screen.lines[-1].split()
    screen.app.store.accounts.forget_unable(account)
    screen.main.post_message(StoreChanged())
    await screen.until(lambda: "z Pause" in screen.lines[-1])


@pytest.mark.parametrize(
    ("kind", "name", "words"),
    [("pause", "runs", "pausing"), ("resume", "rests", "resuming"), ("delete", "done", "deleting")],
)
async def test_the_row_tells_of_an_order_on_its_way(screen: Driver, kind: str, name: str, words: str) -> None:
    row = next(row for row in screen.main.jobs.rows if row.name == name)
    journal = screen.app.store.journal
    intent = journal.mark_sent(journal.write(row.key.account, kind, "{}", file=row.key.id))
    screen.main.post_message(StoreChanged())
    await screen.reads(words)
    await screen.jobs.select(name)
    await screen.reads(f"{kind.capitalize()} was sent")
    assert not screen.main.active_bindings["z"].enabled
    journal.settle(intent, "unsure")
    screen.main.post_message(StoreChanged())
    await screen.reads("Giving it again does no harm")
    await screen.press("enter")
    assert screen.app.screen is screen.main, "only a create without an answer asks what became of it"


async def test_a_deleted_job_leaves_the_screen(screen: Driver) -> None:
    row = next(row for row in screen.main.jobs.rows if row.name == "far")
    await screen.jobs.select("far")
    await screen.press("space")
    await screen.reads("1 marked")
    screen.app.store.jobs.mark_gone(row.key, deleted=True)
    screen.main.post_message(StoreChanged())
    await screen.until(lambda: "far" not in screen.jobs.names)
    assert "marked" not in screen.picture, "its mark goes with it"


async def test_only_watching_gives_no_orders(tmp_path: Path) -> None:
    paths = house(tmp_path)
    watching = Profile("openai", key_env="OPENAI_API_KEY", read_only=True)
    fill(paths, [Told("ftjob-run", "runs", "running", steps=20)], [watching])
    async with opened(paths, profiles=[watching]) as driver:
        await driver.jobs.select("runs")
        assert not {"x", "z", "X"} & set(driver.main.active_bindings)


async def test_leaving_while_a_file_is_sent_asks(screen: Driver) -> None:
    store: Store = screen.app.store
    intent = store.journal.mark_sent(store.journal.write(1, "upload", "{}", name="tickets.jsonl", file="sha"))
    await screen.press("q")
    await screen.reads("Leave while a file is sent?")
    assert "tickets.jsonl" in screen.picture
    await screen.press("enter")
    assert screen.app.screen is screen.main
    assert screen.app.is_running
    store.journal.settle(intent, "created", job="file-1")
    await screen.press("q")
    await screen.until(screen.app._leaving.is_set)


@pytest.mark.parametrize("dialect", ["openai", "local", "openai-legacy", "archive"])
def test_the_keys_know_what_the_dialects_can(dialect: str) -> None:
    """Told twice, for the first paint waits for no provider; it must be the same."""
    from finetop.providers import DIALECTS

    profile = Profile("p", dialect=dialect, base_url="https://tune.example/v1")
    can = DIALECTS[dialect].capabilities
    said = {
        action: not abilities.lacks(profile, action)
        for action in ("cancel", "pause", "resume", "delete", "chat")
    }
    assert said == {
        "cancel": can.cancel,
        "pause": can.pause,
        "resume": can.resume,
        "delete": can.delete_job,
        "chat": can.chat,
    }


@pytest.mark.parametrize(("age_s", "offered"), [(60, False), (86_300, False), (86_500, True)])
def test_a_missing_route_is_tried_again_after_a_day(age_s: float, offered: bool) -> None:
    assert (abilities.why_not(ELSEWHERE, "pause", {"pause": 1_000.0}, 1_000.0 + age_s) == "") is offered


def test_openai_itself_deletes_no_jobs() -> None:
    assert abilities.lacks(Profile("p"), "delete")
    assert abilities.lacks(Profile("p", base_url="https://eu.api.openai.com/v1"), "delete")
    assert not abilities.lacks(Profile("p", base_url="https://notopenai.com/v1"), "delete")


async def test_marked_jobs_are_cancelled_with_one_question(screen: Driver) -> None:
    """It names them, says what is lost and left out, wants their number, and tells who refused."""
    session = screen.main.session
    assert isinstance(session, Answered)
    session.error, session.refused = NotSupported("This server cannot do that."), {"ftjob-old"}
    await screen.jobs.select("runs")
    await screen.press("space")
    await screen.press("G", "v")
    await screen.until(
        lambda: "x Cancel 3" in screen.lines[-1], "the footer counts to how many it would be done"
    )
    assert "5 marked" in screen.picture
    await screen.press("x")
    for words in ("Cancel 3 jobs?", "runs", "268 of 500 steps in 2 of them", "2 marked, where this cannot"):
        await screen.reads(words)
    await screen.press("4", "enter")
    await screen.reads("! it is 3; esc keeps them")
    await screen.press("escape")
    await screen.press("x")
    await screen.reads("Type 3 to go on")
    await screen.press("n")
    await screen.until(lambda: screen.app.screen is screen.main)
    assert given(screen) == [], "esc keeps them, and so does n"
    assert len(screen.main.jobs.marks) == 5
    await screen.press("x")
    await screen.reads("Type 3 to go on")
    await screen.press("3", "enter")
    await screen.until(lambda: len(given(screen)) == 3)
    assert {id_ for kind, id_ in given(screen)} == {"ftjob-run", "ftjob-rest", "ftjob-old"}
    await screen.reads("2 of 3 jobs are asked to stop.")
    await screen.reads("This server cannot do that.")
    assert {key.id for key in screen.main.jobs.marks.keys} == {"ftjob-old"}, "who refused stays marked"
    await screen.press("V")
    await screen.until(lambda: "marked" not in screen.picture)
