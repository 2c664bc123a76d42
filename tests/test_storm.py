"""A real server behind a bad line: half of its answers are refusals, torn, stalled or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import csv
import json
from collections import Counter
from typing import TYPE_CHECKING

import httpx
import pytest

from faulty import FastTime, until
from finetop.client import ApiClient, api
from finetop.pace import LOCAL
from finetop.providers.legacy import Legacy
from finetop.providers.local import Local
from finetop.recorder import Recorder
from finetop.store import JobKey, Store
from server.running_server import FINAL, RunningServer, examples, serving
from storm import GONE_BETWEEN, LOST_GATEWAY, MADE_UP, SPOILT, EachOnce, Storm, line, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finetop.models import Event
    from finetop.providers import Page, Provider
    from peer import Asked
    from storm import Fault, Line

FAULTS = (*MADE_UP, *SPOILT, GONE_BETWEEN)
ALL = {fault.name for fault in FAULTS}


class FewAtATime(Local):
    """A log has many parts, and each is a chance to break off."""

    async def list_events(
        self, job_id: str, *, after: str | None = None, limit: int | None = None
    ) -> Page[Event]:
        return await super().list_events(job_id, after=after, limit=30)


class OfOld:
    """What goes wrong with a legacy server: every stream is cut, and result files come torn at first."""

    def __init__(self, seed: int) -> None:
        # A file that somebody forbids is let be, so no wall stands here.
        self.storm = Storm(seed, [fault for fault in FAULTS if fault.name != "a wall's page"], share=0.3)
        self.cuts = Storm(
            seed, named("reset in the middle", "shorter than promised", "stalled in the middle"), share=1
        )
        self.files = EachOnce(
            named(
                "torn without a length",
                "an empty yes",
                "a sign-in page",
                "a torn pack",
                "reset in the middle",
            )
        )

    def __call__(self, asked: Asked) -> Fault | None:
        if "stream=true" in asked.target:
            return self.cuts(asked)
        return (self.files if asked.target.endswith("/content") else self.storm)(asked)


class Reader:
    """One account's recorder at the end of a line; its clock does not wait."""

    def __init__(self, store: Store, way: Line, server: RunningServer, dialect: type[Provider]) -> None:
        self.account = store.accounts.ensure(dialect=dialect.__name__, base_url=server.url)
        self.states: set[str] = set()
        self._store = store
        self._time = FastTime()
        self._client = ApiClient(way.url, server.api_key, clock=self._time.now)
        self._provider = dialect(self._client)
        self.recorder = Recorder(
            store,
            self.account,
            self._own,
            LOCAL,
            changed=self._look,
            clock=self._time.now,
            sleep=self._time.sleep,
        )

    async def read_all(self, *jobs: str, still: Callable[[], bool] = lambda: False) -> None:
        """Until all that these jobs will ever tell is in the store, and what `still` waits for has come."""
        self.recorder.watch(jobs[-1])
        running = asyncio.create_task(self.recorder.run())
        await until(lambda: running.done() or (self._has_all(*jobs) and not still()))
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await self._client.close()

    async def _own(self) -> Provider:
        return self._provider

    def _look(self) -> None:
        self.states.add(self._store.accounts.contact(self.account).state)

    def _has_all(self, *jobs: str) -> bool:
        known = self._store.jobs.known(self.account)
        ended = all(known.get(job) in FINAL for job in jobs)
        return ended and not set(jobs) & set(self._store.jobs.incomplete(self.account, 99))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(tmp_path_factory.mktemp("engine") / "data", "--slots", "3") as running:
        yield running


@pytest.mark.engine
async def test_a_storm_loses_no_event_and_doubles_none(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came through to two readers is what the server tells when it is asked directly, line by line."""
    impatient(monkeypatch)
    store, storm, of_old = Store(tmp_path / "finetop.db"), Storm(7, FAULTS), OfOld(8)
    old, first, second = trained_of_old(server), trained(server, 25), trained(server, 50)
    async with line(server, storm) as way, line(server, of_old) as old_way:
        reader, reader_of_old = Reader(store, way, server, FewAtATime), Reader(store, old_way, server, Legacy)

        async def late() -> None:
            await asyncio.to_thread(server.wait, first)  # there is a long log to be read, and one that grows
            await reader.read_all(first, second, old, still=lambda: set(way.done) < ALL)

        await asyncio.gather(reader_of_old.read_all(first, second, old), late())
    for job in (first, second):
        same(store, JobKey(reader.account, job), server)
    for job in (first, second, old):
        same_of_old(store, JobKey(reader_of_old.account, job), server)
    assert set(way.done) == ALL
    assert any(name.startswith("a stream") for name in old_way.done)
    assert {"ok", "limited", "stale", "offline", "refused"} <= reader.states
    store.close()


async def test_r_does_no_harm_to_a_question_that_fails_just_then(
    server: RunningServer, tmp_path: Path
) -> None:
    """Whoever asks for everything anew does not wait for an answer that is on its way."""
    job = trained(server, 1)  # too few examples: it fails at once, and has a log
    server.wait(job, "failed")
    store, bad_gateway = Store(tmp_path / "finetop.db"), EachOnce(named("502"))

    def press(asked: Asked) -> Fault | None:
        if "/events" not in asked.target:
            return None
        reader.recorder.refresh()
        return bad_gateway(asked)

    async with line(server, press) as way:
        reader = Reader(store, way, server, Local)
        await reader.read_all(job)
    assert way.done == {"502": 1}
    same(store, JobKey(reader.account, job), server)
    store.close()


async def test_a_gateway_that_knows_no_log_for_a_moment_costs_none(
    server: RunningServer, tmp_path: Path
) -> None:
    """Neither where the log was never read before, nor where it was."""
    jobs = [trained(server, 1), trained(server, 1)]
    for job in jobs:
        server.wait(job, "failed")
    store, asked_for = Store(tmp_path / "finetop.db"), Counter[str]()

    def lost(asked: Asked) -> Fault | None:
        asked_for[asked.target] += 1
        part = any(f"{job}/events?limit=50" in asked.target for job in jobs)
        return LOST_GATEWAY if part and asked_for[asked.target] == 1 else None

    async with line(server, lost) as way:
        reader = Reader(store, way, server, Local)
        await reader.read_all(*jobs)
    assert way.done == {LOST_GATEWAY.name: 2}
    for job in jobs:
        same(store, JobKey(reader.account, job), server)
    store.close()


def impatient(patch: pytest.MonkeyPatch) -> None:
    """What stalls is given up soon."""
    patch.setattr(api, "SILENCE_S", 0.3)
    patch.setattr(api, "TIMEOUT", httpx.Timeout(0.3, connect=5))


def trained(server: RunningServer, count: int) -> str:
    """A job that takes four steps for each example."""
    wishes = {"n_epochs": 4, "batch_size": 1}
    id_: str = server.create(server.upload(examples(count)), hyperparameters=wishes)["id"]
    return id_


def trained_of_old(server: RunningServer) -> str:
    """A legacy job, whose log tells epochs and whose result file tells steps."""
    lines = [{"prompt": f"{number} plus 2 is", "completion": f" {number + 2}"} for number in range(12)]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    wanted = {"training_file": server.upload(content), "n_epochs": 40, "batch_size": 2}
    made = server.http.post("/fine-tunes", json=wanted)
    assert made.status_code == 200, made.text
    id_: str = made.json()["id"]
    return id_


def same(store: Store, key: JobKey, server: RunningServer) -> None:
    """The store holds the job, its log, measurements and checkpoints as the server tells them."""
    told = server.events(key.id)
    assert [row.id for row in store.events.whole(key)] == [event["id"] for event in told]
    measured = [event["data"] for event in told if event["type"] == "metrics"]
    loss = store.events.curves(key).train_loss
    assert loss.steps == tuple(data["step"] for data in measured)
    assert loss.values == tuple(data["train_loss"] for data in measured)
    points = server.get(f"/fine_tuning/jobs/{key.id}/checkpoints")["data"]
    assert [point.id for point in store.jobs.checkpoints(key)] == [point["id"] for point in points][::-1]
    assert json.loads(store.jobs.raw(key) or b"") == server.job(key.id)


def same_of_old(store: Store, key: JobKey, server: RunningServer) -> None:
    """The store holds the legacy job's log, and the measurements of its result file."""
    told = server.get(f"/fine-tunes/{key.id}")
    lines = [event.message for event in store.events.whole(key)]
    assert lines == [event["message"] for event in told["events"]]
    file, _ = told["result_files"]
    content = server.http.get(f"/files/{file['id']}/content").text
    measured = list(csv.DictReader(content.splitlines()))
    loss = store.events.curves(key).train_loss
    assert loss.steps == tuple(int(line["step"]) for line in measured)
    assert loss.values == tuple(float(line.get("training_loss") or line["train_loss"]) for line in measured)
