"""Orders over a bad line to a real server: each leaves once, and what is told of it is true."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from faulty import FastTime
from finetop.actions import control, create
from finetop.actions.desk import Desk
from finetop.actions.draft import Draft
from finetop.cli.main import run
from finetop.cli.run import Screens
from finetop.client import ApiClient, api
from finetop.errors import (
    DailyLimit,
    FinetopError,
    Forbidden,
    NotSupported,
    QuotaExceeded,
    RateLimited,
    Unauthorized,
    Unsettled,
)
from finetop.providers.openai import OpenAI
from finetop.store import JobKey, Store
from server.running_server import RunningServer, examples, serving
from storm import MADE_UP, SPOILT, Fault, Line, Storm, line, named

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from finetop.providers import Provider
    from finetop.store import Intent, JobRow
    from peer import Asked

JOBS = "/v1/fine_tuning/jobs"
LONG = {"n_epochs": 50, "batch_size": 1}
WAITS = {"validating_files", "checking", "queued"}
"""In the server's words and in ours."""
ARRIVED = {"pause": {"paused"}, "resume": WAITS, "cancel": {"cancelled"}}
"""The statuses by which an order has come about."""
EFFECT = {"pause": "Training paused", "resume": "was resumed", "cancel": "was cancelled"}
"""What the server's own log says then."""
REFUSALS: dict[str, type[FinetopError]] = {
    "429 for money": QuotaExceeded,
    "429 for today": DailyLimit,
    "a key refused in passing": Unauthorized,
    "a wall's page": Forbidden,
}
NEVER_ARRIVED = [fault for fault in MADE_UP if fault.name not in {"500", "503", "hung up at once"}]
"""Those three fare like the 502 and the reset, and each takes many looks."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """Without a slot for jobs as long as ours, so that they wait until they are told otherwise."""
    with serving(tmp_path_factory.mktemp("engine") / "data", "--slots", "0") as running:
        yield running


@pytest.fixture(scope="module")
def file_id(server: RunningServer) -> str:
    return server.upload(examples(400))


class Caller:
    """One account at the end of a line; its clock does not wait."""

    def __init__(self, server: RunningServer, store: Store, way: Line) -> None:
        self.server = server
        self.store = store
        self.line = way
        time = FastTime()
        self.account = store.accounts.ensure(dialect="openai", base_url=way.url)
        self.client = ApiClient(way.url, server.api_key)
        self._provider = OpenAI(self.client)
        self.desk = Desk(store, self.account, self._own, sleep=time.sleep, clock=time.now)

    async def _own(self) -> Provider:
        return self._provider

    async def create(self, file: Path | str, suffix: str) -> JobKey:
        """Ask for a job that is long enough to wait."""
        draft = Draft("test", "tiny-bytes-1", file, suffix=suffix, hyperparameters=LONG)
        return await create.create(self.desk, draft)

    async def told(self, order: Awaitable[Any], key: JobKey | None = None) -> str:
        """What a person is told of an order: done, under way, refused, or that nobody knows."""
        try:
            await order
        except Unsettled:
            return "unsure"
        except FinetopError:
            return "refused"
        shown = [row.intent for row in self.rows() if row.key == key]
        return "done" if key is None or shown == [None] else "under way"

    def rows(self) -> list[JobRow]:
        """What a screen would show."""
        return self.store.jobs.rows({self.account: "test"})

    def request(self) -> Intent:
        """The create that is no job yet."""
        (id_,) = [row.key.id for row in self.rows() if row.key.id.startswith("intent:")]
        found = self.store.journal.get(id_.removeprefix("intent:"))
        assert found is not None
        return found

    def jobs_named(self, suffix: str) -> list[str]:
        """What the server really has."""
        listed = self.server.get("/fine_tuning/jobs", limit=1000)["data"]
        return [job["id"] for job in listed if job["user_provided_suffix"] == suffix]

    def effects(self, key: JobKey, kind: str) -> int:
        """How often an order took effect, by the server's own log."""
        return sum(EFFECT[kind] in event["message"] for event in self.server.events(key.id))


@pytest.fixture
async def here(server: RunningServer, store: Store, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Caller]:
    """One who soon gives up what stalls."""
    monkeypatch.setattr(api, "TIMEOUT", httpx.Timeout(0.05, connect=5))
    async with line(server, all_well) as way:
        caller = Caller(server, store, way)
        yield caller
        await caller.client.close()


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stalls is given up soon; so is, on a slow machine, what does not."""
    monkeypatch.setattr(api, "TIMEOUT", httpx.Timeout(0.1, connect=5))
    monkeypatch.setattr(api, "UPLOAD_S", 0.1)


def all_well(asked: Asked) -> None:
    """Nothing goes wrong."""


def on_orders(fault: Fault) -> Callable[[Asked], Fault | None]:
    """Only what changes something goes wrong so."""
    return lambda asked: fault if asked.method != "GET" else None


@pytest.mark.parametrize("fault", SPOILT, ids=lambda fault: fault.name)
async def test_a_lost_answer_settles_to_what_the_server_has_done(
    impatience: None, here: Caller, tmp_path: Path, fault: Fault
) -> None:
    """Nothing is asked twice: there is one file and one job, and each order took effect once."""
    suffix = f"lost-{SPOILT.index(fault)}"
    file = tmp_path / f"{suffix}.jsonl"
    file.write_bytes(examples(400, words=suffix))
    here.line.spoil = on_orders(fault)
    key = await here.create(file, suffix)
    assert here.jobs_named(suffix) == [key.id]
    for kind, arrived in ARRIVED.items():
        assert await here.told(control.order(here.desk, kind, key), key) == "done"
        assert here.server.job(key.id)["status"] in arrived
        assert here.store.jobs.status(key) in arrived
        assert here.effects(key, kind) == 1
    assert here.line.orders() == Counter(
        ["POST /v1/files", f"POST {JOBS}", *(f"POST {JOBS}/{key.id}/{kind}" for kind in ARRIVED)]
    )
    assert here.line.done == {fault.name: 5}
    assert here.store.journal.open(here.account) == []


@pytest.mark.parametrize("fault", NEVER_ARRIVED, ids=lambda fault: fault.name)
async def test_what_never_arrived_is_not_told_as_done_and_may_be_sent_again(
    here: Caller, file_id: str, fault: Fault
) -> None:
    """Refused where that is sure, else unsure; either way there is one job in the end."""
    suffix = f"never-{NEVER_ARRIVED.index(fault)}"
    expected = REFUSALS.get(fault.name, RateLimited if fault.name.startswith("429") else Unsettled)
    word = "unsure" if expected is Unsettled else "refused"
    here.line.spoil = on_orders(fault)
    with pytest.raises(expected):
        await here.create(file_id, suffix)
    assert (here.request().state, here.jobs_named(suffix)) == (word, [])
    here.line.spoil = all_well
    key = await create.resend(here.desk, here.request())
    here.line.spoil = on_orders(fault)
    said = await here.told(control.order(here.desk, "cancel", key), key)
    # Servers that say nothing to an order they follow are many; the row shows it until it has come about.
    assert said == ("under way" if fault.name == "an empty yes" else word)
    assert here.server.job(key.id)["status"] in WAITS
    here.line.spoil = all_well
    assert await here.told(control.order(here.desk, "cancel", key), key) == "done"
    assert here.server.job(key.id)["status"] == "cancelled"
    assert here.line.orders() == {f"POST {JOBS}": 1, f"POST {JOBS}/{key.id}/cancel": 1}
    assert here.jobs_named(suffix) == [key.id]


async def test_in_a_storm_no_order_takes_effect_twice_and_no_word_is_untrue(
    impatience: None, here: Caller, file_id: str
) -> None:
    """The looks that settle an order go wrong as often as the orders, in every way there is."""
    said: Counter[str] = Counter()
    here.line.spoil = Storm(5)
    while len(here.line.done) < len(MADE_UP) + len(SPOILT):
        suffix = f"storm-{said.total()}"
        word = await here.told(here.create(file_id, suffix))
        jobs = here.jobs_named(suffix)
        assert len(jobs) in {"done": {1}, "refused": {0}, "unsure": {0, 1}}[word]
        said[word] += 1
        for key in [JobKey(here.account, id_) for id_ in jobs]:
            for kind, arrived in ARRIVED.items():
                word = await here.told(control.order(here.desk, kind, key), key)
                assert word != "done" or here.server.job(key.id)["status"] in arrived
                assert here.effects(key, kind) in ({0} if word == "refused" else {0, 1})
                said[word] += 1
    assert set(said) >= {"done", "refused", "unsure"}
    sent = {order: count for order, count in here.line.orders().items() if order != f"POST {JOBS}"}
    assert set(sent.values()) == {1}
    here.line.spoil = all_well
    for intent in here.store.journal.open(here.account, "create"):
        while await here.told(create.candidates(here.desk, intent)) != "done":
            pass  # it was asked too slowly
        settled = here.store.journal.get(intent.uuid)
        assert settled is not None
        assert [settled.job or ""] == (here.jobs_named(intent.name) or [""]), "found, where there is one"


async def test_a_job_that_cannot_be_deleted_is_told_so_once_an_answer_comes(
    here: Caller, file_id: str
) -> None:
    """Our server has no such route, and neither has OpenAI: the job stays, and nothing claims otherwise."""
    key = await here.create(file_id, "stays")
    here.line.spoil = on_orders(*named("reset before the answer"))
    with pytest.raises(Unsettled, match="nobody knows whether that arrived"):
        await control.order(here.desk, "delete", key)
    here.line.spoil = all_well
    with pytest.raises(NotSupported, match="cannot delete jobs") as refused:
        await control.order(here.desk, "delete", key)
    assert (refused.value.status, refused.value.exit_code) == (405, 3)
    assert here.line.orders()[f"DELETE {JOBS}/{key.id}"] == 2
    assert set(here.store.accounts.unable(here.account)) == {"delete"}
    assert [row.intent for row in here.rows() if row.key == key] == [None]
    assert here.server.job(key.id)["status"] in WAITS


def test_a_person_reads_that_this_server_deletes_no_jobs(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, what to do, and the request's id; the same for a job that never was."""
    settings = tmp_path / "far.toml"
    settings.write_text(f'[profiles.far]\nbase_url = "{server.url}"\nkey_env = "MINE"\n')
    monkeypatch.setenv("FINETOP_CONFIG", str(settings))
    monkeypatch.setenv("MINE", server.api_key)
    nobody = Screens(open=lambda _: 1, ask=lambda _: None)
    assert run(["jobs", "delete", "ftjob-none", "--yes"], nobody) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(
        r"finetop: 127\.0\.0\.1:\d+ cannot delete jobs\n"
        r"  Do without it here: .+ \(request req_\w+\)\n",
        shown.err,
    ), shown.err
