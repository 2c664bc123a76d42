"""Logs that come as streams: cut anywhere and opened again, nothing is lost, doubled or told of."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faulty import until
from finetop.client import ApiClient
from finetop.errors import (
    BadReply,
    FinetopError,
    Forbidden,
    LostReply,
    NotFound,
    ServerFault,
    TryLater,
    Unreachable,
)
from finetop.pace import HOSTED, LOCAL, STREAMED_S, Ask, Kind, View, wanted
from finetop.providers.legacy import Legacy
from finetop.recorder import Recorder
from finetop.store import JobKey, JobRow, Store
from finetop.streams import MOST, Streams, cannot_stream, pause_s
from legacy_peer import START, Peer

LOG = [
    "Created fine-tune: ft-1",
    "Fine-tune costs $0.36",
    "Fine-tune enqueued. Queue number: 1",
    "Fine-tune started",
    "Completed epoch 1/4",
]


class Bench:
    """A store, a peer, and what asks it; time only moves when told."""

    def __init__(self, folder: Path) -> None:
        self.peer = Peer()
        self.store = Store(folder / "finetop.db")
        self.account = self.store.accounts.ensure(dialect="openai-legacy", base_url="https://old.test/v1")
        self.now = START + 1000
        self.client = ApiClient("https://old.test/v1", "k", transport=self.peer, clock=lambda: self.now)
        self.legacy = Legacy(self.client)
        self.recorder = self.make(self.store)
        self.ended: list[str] = []
        self.streams = Streams(
            self.store, self.account, changed=lambda: None, ended=self.ended.append,
            clock=lambda: self.now, sleep=self.sleep,
        )  # fmt: skip
        self.slept: list[float] = []

    def make(self, store: Store) -> Recorder:
        async def provider() -> Legacy:
            return self.legacy

        return Recorder(store, self.account, provider, LOCAL, clock=lambda: self.now, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    async def knows(self, *jobs: str) -> None:
        """Let the store know these jobs as they are."""
        for job in jobs:
            self.store.jobs.save(self.account, [await self.legacy.get_job(job)], self.store.ask())

    def log(self, job: str = "ft-1") -> list[str]:
        return [event.message for event in self.store.events.whole(JobKey(self.account, job))]

    def row(self, job: str = "ft-1") -> JobRow:
        (found,) = [row for row in self.store.jobs.rows({self.account: "x"}) if row.key.id == job]
        return found

    async def close(self) -> None:
        await self.streams.close()
        await self.recorder._streams.close()
        await self.client.close()
        self.store.close()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = Bench(tmp_path)
    yield made
    await made.close()


class TestOneStream:
    """A log is written down as it comes."""

    async def test_news_come_without_being_asked_for(self, bench: Bench) -> None:
        bench.peer.job("ft-1")
        bench.peer.says_events = False
        await bench.knows("ft-1")
        await bench.peer.say("ft-1", *LOG[:3])
        bench.streams.follow(bench.legacy, ["ft-1"])
        await until(lambda: bench.log() == LOG[:3])
        assert bench.streams.live == {"ft-1"}
        assert (bench.row().place, bench.row().cost) == (2, 0.36)
        await bench.peer.say("ft-1", *LOG[3:])
        await until(lambda: bench.log() == LOG)
        assert bench.row().place is None
        assert [asked for asked in bench.peer.asked if "events" in asked] == [
            "GET /fine-tunes/ft-1/events?stream=true"
        ]

    async def test_the_end_of_the_log_is_told(self, bench: Bench) -> None:
        bench.peer.job("ft-1", "running")
        await bench.knows("ft-1")
        bench.streams.follow(bench.legacy, ["ft-1"])
        bench.peer.job("ft-1", "succeeded")
        await bench.peer.say("ft-1", *LOG, "Fine-tune succeeded")
        await until(lambda: bench.ended == ["ft-1"])
        assert bench.log()[-1] == "Fine-tune succeeded"
        bench.streams.follow(bench.legacy, ["ft-1"])
        assert (bench.streams.live, bench.peer.opened) == (frozenset(), 1)

    async def test_a_job_that_goes_on_after_its_streams_word_is_opened_later(self, bench: Bench) -> None:
        """Some servers tell what there is, say that this was all, and mean this answer."""
        bench.peer.job("ft-1", "running")
        await bench.knows("ft-1")
        bench.peer.overrides["/fine-tunes/ft-1/events"] = httpx.Response(200, content=b"data: [DONE]\n\n")
        for _ in range(3):
            bench.streams.follow(bench.legacy, ["ft-1"])
            await until(lambda: bool(bench.ended))
        assert len(bench.ended) == 1
        bench.now += 61
        bench.streams.follow(bench.legacy, ["ft-1"])
        await until(lambda: len(bench.ended) == 2)

    @pytest.mark.parametrize("cuts", [[0], [1, 1, 1], [0, 1, 2, 3, 4, 5, 6, 7], [7], [3, 0, 0, 2]])
    async def test_wherever_it_is_cut_nothing_is_lost_or_doubled(self, bench: Bench, cuts: list[int]) -> None:
        bench.peer.job("ft-1", "running")
        bench.peer.says_events = False
        await bench.knows("ft-1")
        bench.peer.cuts = list(cuts)
        bench.streams.follow(bench.legacy, ["ft-1"])
        said = [*LOG, "again", "again"]
        for message in said:
            await bench.peer.say("ft-1", message, at=START)
        bench.peer.job("ft-1", "succeeded")
        await bench.peer.tell()
        await until(lambda: bench.ended == ["ft-1"])
        assert bench.log() == said, "two equal lines of one second are two"
        assert bench.peer.opened == len(cuts) + 1
        assert len(bench.slept) == len(cuts)

    @given(cuts=st.lists(st.integers(0, 6), max_size=6), said=st.lists(st.sampled_from("ab"), max_size=6))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_story_of_cuts(self, tmp_path_factory: Any, cuts: list[int], said: list[str]) -> None:
        async def story() -> list[str]:
            bench = Bench(tmp_path_factory.mktemp("bench"))
            bench.peer.job("ft-1", "running")
            await bench.knows("ft-1")
            bench.peer.cuts = list(cuts)
            bench.streams.follow(bench.legacy, ["ft-1"])
            for message in said:
                await bench.peer.say("ft-1", message, at=START)
            bench.peer.job("ft-1", "cancelled")
            await bench.peer.tell()
            await until(lambda: bench.ended == ["ft-1"])
            log = bench.log()
            await bench.close()
            return log

        assert asyncio.run(story()) == said

    async def test_what_could_not_be_written_comes_with_the_next_stream(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.peer.job("ft-1", "running")
        bench.peer.says_events = False
        await bench.knows("ft-1")
        await bench.peer.say("ft-1", *LOG)
        save, full = bench.store.events.save, [True]

        def full_at_first(*told: Any) -> int:
            if full:
                full.pop()
                raise TryLater("the disk is full")
            return save(*told)

        monkeypatch.setattr(bench.store.events, "save", full_at_first)
        bench.peer.cuts = [5]
        bench.streams.follow(bench.legacy, ["ft-1"])
        await until(lambda: bench.log() == LOG)
        assert not full


class TestWhich:
    """How many streams, for whom, and which never."""

    async def test_a_few_at_a_time(self, bench: Bench) -> None:
        jobs = [f"ft-{number}" for number in range(MOST + 2)]
        for job in jobs:
            bench.peer.job(job, "running")
            await bench.peer.say(job, "here")
        bench.peer.says_events = False
        await bench.knows(*jobs)
        bench.streams.follow(bench.legacy, jobs)
        await until(lambda: bench.streams.live == set(jobs[:MOST]))
        bench.streams.follow(bench.legacy, jobs[::-1])
        await until(lambda: bench.streams.live == set(jobs[-MOST:]))
        await bench.streams.close()
        assert bench.streams.live == frozenset()

    @pytest.mark.parametrize("answer", [httpx.Response(400, json={}), httpx.Response(405), None])
    async def test_a_server_that_does_not_stream_is_asked_once(
        self, bench: Bench, answer: httpx.Response | None
    ) -> None:
        bench.peer.streams = False
        if answer is not None:
            bench.peer.overrides["/fine-tunes/ft-1/events"] = answer
        bench.peer.job("ft-1", "running")
        await bench.knows("ft-1")
        bench.streams.follow(bench.legacy, ["ft-1"])
        await until(lambda: not asyncio.all_tasks() - {asyncio.current_task()})
        bench.streams.follow(bench.legacy, ["ft-1"])
        assert (bench.streams.live, bench.slept, bench.ended) == (frozenset(), [], [])
        bench.streams.forget()
        bench.peer.streams = True
        bench.peer.overrides.clear()
        await bench.peer.say("ft-1", "here")
        bench.streams.follow(bench.legacy, ["ft-1"])
        await until(lambda: bench.streams.live == {"ft-1"})

    async def test_a_fault_of_ours_is_not_swallowed(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(_job: str) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(bench.legacy, "stream_events", broken)
        bench.streams.follow(bench.legacy, ["ft-1"])
        await asyncio.sleep(0)
        with pytest.raises(ZeroDivisionError):
            bench.streams.follow(bench.legacy, ["ft-1"])

    @pytest.mark.parametrize(
        ("error", "pauses"),
        [
            (LostReply("cut"), [1, 4, 8, 16, 32, 60]),
            (Unreachable("x"), [2, 4, 8]),
            (ServerFault("x"), [5, 10, 20]),
        ],
    )
    def test_how_soon_it_is_opened_again(self, error: FinetopError, pauses: list[float]) -> None:
        assert [pause_s(error, failures) for failures in range(1, len(pauses) + 1)] == pauses

    @pytest.mark.parametrize(
        ("error", "never"),
        [
            (BadReply("x"), True),
            (Forbidden("x"), True),
            (ServerFault("x", status=501), True),
            (ServerFault("x", status=502), False),
            (LostReply("x"), False),
            (NotFound("x"), False),
        ],
    )
    def test_what_says_that_there_are_no_streams(self, error: FinetopError, never: bool) -> None:
        assert cannot_stream(error) == never


class TestRecorder:
    """Streams beside questions."""

    async def test_cuts_are_told_to_nobody(self, bench: Bench) -> None:
        bench.peer.job("ft-1", "running")
        await bench.peer.say("ft-1", *LOG[:2])
        bench.peer.cuts = [0, 1, 2]
        await bench.recorder.round()
        await bench.peer.say("ft-1", *LOG[2:])
        await until(lambda: bench.log() == LOG and bench.peer.opened == 4)
        assert bench.store.accounts.contact(bench.account).state == "ok"
        assert bench.row().status == "running"

    async def test_the_end_is_asked_for_at_once(self, bench: Bench) -> None:
        bench.peer.job("ft-1", "running")
        await bench.recorder.round()
        await until(lambda: bench.peer.opened == 1)
        bench.peer.job("ft-1", "failed", updated_at=START + 77)
        await bench.peer.say("ft-1", "Fine-tune failed. Invalid JSONL on line 12.", level="error")
        await until(lambda: bool(bench.log()))
        await until(lambda: bench.recorder._streams._left_until != {})
        await bench.recorder.round()
        row = bench.row()
        assert (row.status, row.ended_at, row.reason) == ("failed", START + 77, "Invalid JSONL on line 12.")

    async def test_a_server_that_does_not_stream_is_asked_as_ever(self, bench: Bench) -> None:
        bench.peer.streams = bench.peer.says_events = False
        bench.peer.job("ft-1")
        await bench.recorder.round()

        def opened() -> int:
            return sum("stream=true" in asked for asked in bench.peer.asked)

        await until(lambda: opened() == 1)
        for message in LOG:
            await bench.peer.say("ft-1", message)
            bench.now += LOCAL.active_s
            await bench.recorder.round()
            await asyncio.sleep(0)
        assert (bench.log(), opened()) == (LOG, 1)
        assert not any("checkpoints" in asked or "limit" in asked for asked in bench.peer.asked)

    async def test_a_listing_without_logs_is_no_news(self, bench: Bench) -> None:
        bench.peer.streams = False
        bench.peer.job("ft-1", "running")
        await bench.peer.say("ft-1", *LOG)
        bench.recorder.watch("ft-1")
        for _ in range(4):
            bench.now += await bench.recorder.round()
        assert bench.log() == LOG
        seq = bench.row().seq
        bench.peer.asked.clear()
        for _ in range(4):
            bench.now += await bench.recorder.round()
        assert {"GET /fine-tunes", "GET /fine-tunes/ft-1"} <= set(bench.peer.asked)
        assert bench.row().seq == seq

    async def test_leaving_ends_the_streams_and_says_nothing_of_the_jobs(
        self, bench: Bench, tmp_path: Path
    ) -> None:
        bench.peer.job("ft-1", "running")
        await bench.peer.say("ft-1", *LOG)
        running = asyncio.create_task(bench.recorder.run())
        await until(lambda: bench.peer.opened == 1 and bench.log() == LOG)
        other = Store(tmp_path / "finetop.db")
        second = asyncio.create_task(bench.make(other).run())
        before = bench.row()
        await until(lambda: bench.recorder._streams.live == {"ft-1"})
        assert bench.peer.opened == 1, "one who does not ask holds no stream"
        for task in (second, running):
            task.cancel()
        await asyncio.gather(running, second, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert (bench.row(), bench.log()) == (before, LOG)
        other.close()


@pytest.mark.parametrize(
    ("view", "every_s"),
    [
        (View(active={"a": "running"}), HOSTED.active_s),
        (View(active={"a": "running"}, streamed=frozenset({"a"})), STREAMED_S),
        (View(active={"a": "queued"}), None),
        (View(active={"a": "queued"}, place_in_log=True), HOSTED.active_s),
        (View(active={"a": "queued"}, place_in_log=True, streamed=frozenset({"a"})), STREAMED_S),
        (View(active={"a": "queued"}, watched=frozenset({"a"}), streamed=frozenset({"b"})), HOSTED.watched_s),
    ],
)
def test_a_log_that_comes_by_itself_is_asked_for_seldom(view: View, every_s: float | None) -> None:
    assert wanted(view, HOSTED).get(Ask(Kind.EVENTS, "a")) == every_s
