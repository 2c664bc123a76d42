"""The recorder: what it writes, how it bears outages, and who of several processes asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from cloud import START, Cloud
from faulty import until
from finetop.client import ApiClient
from finetop.errors import NotStarted
from finetop.listing import NEWS_PAGES
from finetop.pace import HOSTED, LOCAL
from finetop.providers.openai import OpenAI
from finetop.recorder import CANDIDACY_S, Recorder
from finetop.store import Contact, JobKey, Store

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.providers import Provider


class Desert:
    """A store, a clock that only moves when told, and recorders over one cloud."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store(folder / "finetop.db")
        self.account = self.store.accounts.ensure(dialect="openai", base_url="https://cloud.test/v1")
        self.cloud = Cloud()
        self.now = START + 1000
        self.changes = 0
        self.seen: list[str] = []
        self.client = ApiClient(
            "https://cloud.test/v1", "k", transport=httpx.MockTransport(self.cloud), clock=lambda: self.now
        )
        self.recorder = self.make()

    def make(self, store: Store | None = None, **other: Any) -> Recorder:
        return Recorder(
            store or self.store,
            self.account,
            other.pop("provider", self.provider),
            other.pop("pace", LOCAL),
            changed=self._changed,
            on_jobs=self._on_jobs,
            clock=lambda: self.now,
            **other,
        )

    async def provider(self) -> Provider:
        return OpenAI(self.client)

    def _changed(self) -> None:
        self.changes += 1

    def _on_jobs(self, jobs: Iterable[Job]) -> None:
        self.seen += [job.id for job in jobs]

    async def rounds(self, count: int = 1) -> float:
        """Ask, and wait, so many times; the last wait is not waited."""
        pause_s = 0.0
        for _ in range(count):
            self.now += pause_s
            pause_s = await self.recorder.round()
        return pause_s

    async def idle(self) -> None:
        """Ask until nothing is left to be fetched."""
        await self.rounds(12)

    def key(self, job: str) -> JobKey:
        return JobKey(self.account, job)

    def contact(self) -> Contact:
        return self.store.accounts.contact(self.account)

    def state(self) -> str:
        return self.contact().state


@pytest.fixture
async def desert(tmp_path: Path) -> AsyncIterator[Desert]:
    made = Desert(tmp_path)
    yield made
    await made.client.close()
    made.store.close()


async def test_it_learns_jobs_events_and_measurements(desert: Desert) -> None:
    desert.cloud.job("a")
    desert.cloud.log("a", "created", "Fine-tuning job started")
    desert.cloud.step("a", 1, 2, 3)
    await desert.rounds(2)
    (row,) = desert.store.jobs.rows({desert.account: "x"})
    assert (row.status, row.step, row.total_steps) == ("running", 3, 100)
    assert [event.message for event in desert.store.events.whole(desert.key("a"))[:2]] == [
        "created",
        "Fine-tuning job started",
    ]
    assert desert.store.events.curves(desert.key("a")).train_loss.steps == (1, 2, 3)
    assert (desert.state(), desert.seen) == ("ok", ["a"])


async def test_new_events_are_read_from_the_head_and_kept_in_order(desert: Desert) -> None:
    desert.cloud.job("a")
    desert.cloud.log("a", *[f"line {number}" for number in range(430)])
    await desert.rounds(2)
    desert.cloud.log("a", *[f"line {number}" for number in range(430, 600)])
    desert.cloud.asked.clear()
    await desert.rounds(3)
    said = [event.message for event in desert.store.events.whole(desert.key("a"))]
    assert said == [f"line {number}" for number in range(600)]
    assert desert.cloud.asked.count("/fine_tuning/jobs/a/events") <= 5


async def test_it_knows_when_it_last_read_a_log(desert: Desert) -> None:
    """What cannot be read has not been silent; who does not ask has heard nothing."""
    desert.cloud.job("a")
    desert.cloud.log("a", "created")
    await desert.rounds(2)
    before = desert.recorder.heard
    desert.recorder._held = desert.store.locks.poll(desert.account)
    assert before is None
    heard_at = desert.now
    assert desert.recorder.heard == {"a": heard_at}
    desert.cloud.overrides["/fine_tuning/jobs/a/events"] = httpx.Response(500)
    await desert.rounds(5)
    assert desert.now > heard_at
    assert desert.recorder.heard == {"a": heard_at}


async def test_a_watched_job_is_asked_every_second(desert: Desert) -> None:
    desert.cloud.job("a")
    desert.recorder.watch("a")
    await desert.rounds(3)
    desert.cloud.asked.clear()
    start = desert.now
    while desert.now < start + 10:
        desert.now += await desert.recorder.round()
    assert 9 <= desert.cloud.asked.count("/fine_tuning/jobs/a/events") <= 12
    assert 4 <= desert.cloud.asked.count("/fine_tuning/jobs") <= 7


async def test_the_end_of_a_job_is_fetched_whole_and_then_left_alone(desert: Desert) -> None:
    desert.cloud.job("a")
    await desert.rounds(2)
    desert.cloud.job("a", "succeeded", finished_at=desert.now)
    desert.cloud.log("a", "The job has successfully completed")
    await desert.idle()
    assert desert.store.events.count_to(desert.key("a"), 99) == 1
    assert desert.store.jobs.incomplete(desert.account, 9) == []
    desert.cloud.asked.clear()
    await desert.rounds(5)
    assert set(desert.cloud.asked) == {"/fine_tuning/jobs"}


async def test_what_a_paused_job_has_told_is_fetched_too(desert: Desert) -> None:
    """Whether it was paused before anybody looked or under our eyes, and again at each pause."""
    desert.cloud.job("a", "paused")
    desert.cloud.step("a", 1, 2)
    await desert.idle()
    assert desert.store.events.count_to(desert.key("a"), 99) == 2
    for status, step in (("running", 3), ("paused", 4)):
        desert.cloud.job("a", status)
        await desert.rounds(1)
        desert.cloud.step("a", step)
        await desert.idle()
    assert desert.store.events.count_to(desert.key("a"), 99) == 4
    desert.cloud.asked.clear()
    await desert.rounds(5)
    assert set(desert.cloud.asked) == {"/fine_tuning/jobs"}


async def test_the_logs_of_the_past_are_fetched_one_by_one(desert: Desert) -> None:
    """A service counts what it is asked in a minute; a job somebody looks at does not wait in line."""
    for number in range(30):
        desert.cloud.job(f"job-{number:02}", "succeeded", finished_at=START)
    hosted = desert.make(pace=HOSTED)
    hosted.watch("job-00")
    start = desert.now
    while desert.now < start + 10:
        desert.now += await hosted.round()
    logs = [path.split("/")[3] for path in desert.cloud.asked if path.endswith("/events")]
    assert "job-00" in logs[:2]
    assert 10 <= len(set(logs)) == len(logs) <= 13


async def test_asking_in_vain_writes_nothing(desert: Desert) -> None:
    for number in range(5):
        desert.cloud.job(f"job-{number}", "failed" if number else "paused", finished_at=START + 1)
    await desert.idle()
    other = Store(desert.folder / "finetop.db")
    desert.now += 11  # past the next contact time
    await desert.recorder.round()
    version, clock, changes = other.data_version(), other.now(), desert.changes
    desert.now += LOCAL.idle_s
    desert.cloud.asked.clear()
    await desert.recorder.round()
    assert "/fine_tuning/jobs" in desert.cloud.asked
    assert (other.data_version(), other.now(), desert.changes) == (version, clock, changes)
    other.close()


async def test_healthy_contact_is_written_every_ten_seconds(desert: Desert) -> None:
    await desert.idle()
    times = []
    for _ in range(60):
        desert.now += 1
        await desert.recorder.round()
        times.append(desert.store.accounts.contact(desert.account).last_ok_at)
    assert 5 <= len(set(times)) <= 8


async def test_a_first_list_is_read_to_its_end_and_later_ones_to_what_is_known(desert: Desert) -> None:
    for number in range(250):
        desert.cloud.job(f"j{number:03}", "cancelled", finished_at=START)
    await desert.rounds()
    assert len(desert.store.jobs.known(desert.account)) == 250
    desert.cloud.job("new")
    desert.cloud.asked.clear()
    desert.now += LOCAL.idle_s
    await desert.recorder.round()
    assert desert.cloud.asked.count("/fine_tuning/jobs") == 1 + 1, "the new one stood on the first part"
    assert "new" in desert.store.jobs.known(desert.account)


async def test_a_job_the_provider_forgot_is_kept_and_no_longer_asked_for(desert: Desert) -> None:
    desert.cloud.job("a")
    await desert.rounds(2)
    desert.cloud.hidden.add("a")
    for _ in range(40):
        desert.now += 30
        await desert.recorder.round()
    (row,) = desert.store.jobs.rows({desert.account: "x"})
    assert (row.status, row.reason) == ("running", "gone at the provider")
    desert.cloud.asked.clear()
    desert.now += 60
    await desert.recorder.round()
    assert not any("/a" in path for path in desert.cloud.asked)
    desert.cloud.hidden.clear()
    desert.cloud.job("a", "succeeded")
    desert.now += 60
    await desert.recorder.round()
    (row,) = desert.store.jobs.rows({desert.account: "x"})
    assert (row.status, row.reason) == ("succeeded", None)


class TestOutages:
    """An outage is told on the profile and waited out; nothing is lost by it."""

    @pytest.mark.parametrize(
        ("answer", "state", "pause_s"),
        [
            (httpx.Response(401, json={"error": {"message": "bad key"}}), "refused", 300),
            (httpx.Response(403, json={"error": {"message": "no scope"}}), "refused", 300),
            (httpx.Response(404, text="nothing"), "none", 300),
            (httpx.Response(429, headers={"retry-after": "17"}), "limited", 17),
            (httpx.Response(429), "limited", 300),
            (httpx.Response(500), "stale", 5),
            (httpx.Response(200, text="<html>"), "stale", 15),
        ],
    )
    async def test_the_reason_stands_on_the_profile(
        self, desert: Desert, answer: httpx.Response, state: str, pause_s: float
    ) -> None:
        desert.cloud.job("a")
        await desert.idle()
        desert.cloud.overrides["/fine_tuning/jobs"] = answer
        desert.now += LOCAL.idle_s
        assert await desert.recorder.round() == pause_s
        assert desert.state() == state
        assert desert.store.accounts.contact(desert.account).message
        desert.cloud.overrides.clear()
        desert.cloud.asked.clear()
        desert.now += pause_s / 2
        await desert.recorder.round()
        assert desert.cloud.asked == [], "it is left alone as agreed"
        desert.now += pause_s
        await desert.recorder.round()
        assert desert.state() == "ok"
        assert desert.store.jobs.known(desert.account) == {"a": "running"}

    async def test_r_asks_at_once(self, desert: Desert) -> None:
        desert.cloud.overrides["/fine_tuning/jobs"] = httpx.Response(401)
        await desert.rounds()
        desert.cloud.overrides.clear()
        desert.recorder._held = desert.store.locks.poll(desert.account)
        desert.recorder.refresh()
        await desert.recorder.round()
        assert desert.state() == "ok"

    async def test_one_job_that_fails_holds_up_no_other(self, desert: Desert) -> None:
        desert.cloud.job("bad")
        desert.cloud.job("good")
        desert.cloud.step("good", 1)
        desert.cloud.overrides["/fine_tuning/jobs/bad/events"] = httpx.Response(500)
        await desert.rounds(2)
        desert.cloud.step("good", 2)
        for _ in range(10):
            desert.now += 1
            await desert.recorder.round()
        assert desert.store.events.count_to(desert.key("good"), 99) == 2
        assert desert.state() == "ok"
        assert desert.cloud.asked.count("/fine_tuning/jobs/bad/events") < 5

    async def test_a_server_that_is_not_started_is_no_failure(self, desert: Desert) -> None:
        async def nowhere() -> Provider:
            raise NotStarted("the server of local is not started")

        desert.recorder = desert.make(provider=nowhere)
        assert await desert.rounds() == 2.0
        assert desert.state() == "not started"
        assert desert.cloud.asked == []


class TestRoutes:
    """What a server does not have, or closes to the key, is not asked for in vain at every round."""

    JOB = "/fine_tuning/jobs/"

    async def asked_in(self, desert: Desert, rounds: int, apart_s: float) -> Counter[str]:
        """What is asked in so many rounds."""
        desert.cloud.asked.clear()
        for _ in range(rounds):
            await desert.recorder.round()
            desert.now += apart_s
        return Counter(path.rpartition("/")[2] for path in desert.cloud.asked)

    @pytest.mark.parametrize(
        ("answer", "route"),
        [
            (httpx.Response(404, json={"detail": "Not Found"}), "events"),
            (httpx.Response(405), "checkpoints"),
            (httpx.Response(403, json={"error": {"message": "no scope"}}), "events"),
        ],
    )
    async def test_a_route_that_is_not_there_is_asked_once_an_hour(
        self, desert: Desert, answer: httpx.Response, route: str
    ) -> None:
        """For all jobs together; they and the other routes go on."""
        for name in "abc":
            desert.cloud.job(name)
            desert.cloud.step(name, 1)
            desert.cloud.overrides[f"{self.JOB}{name}/{route}"] = answer
        asked = await self.asked_in(desert, 40, 60)
        assert asked[route] == 1
        assert asked["jobs"] >= 40
        assert asked[{"events": "checkpoints", "checkpoints": "events"}[route]] > 100, (
            "once a minute for each job"
        )
        assert desert.state() == "ok"

    async def test_r_asks_for_it_again_at_once(self, desert: Desert) -> None:
        desert.cloud.job("a")
        desert.cloud.step("a", 1)
        desert.cloud.overrides[f"{self.JOB}a/events"] = httpx.Response(404)
        await desert.rounds(3)
        desert.cloud.overrides.clear()
        desert.recorder._held = desert.store.locks.poll(desert.account)
        desert.recorder.refresh()
        await desert.rounds(1)
        assert desert.store.events.count_to(desert.key("a"), 99) == 1

    async def test_a_route_that_has_answered_is_closed_by_no_single_job(self, desert: Desert) -> None:
        """A bare 404 for one job's log is about that job."""
        for name in "ab":
            desert.cloud.job(name)
            desert.cloud.step(name, 1)
        await desert.rounds(2)
        desert.cloud.overrides[f"{self.JOB}b/events"] = httpx.Response(404)
        await desert.rounds(5)
        desert.cloud.step("a", 2)
        await desert.rounds(5)
        assert desert.store.events.count_to(desert.key("a"), 99) == 2

    async def test_a_job_without_a_log_route_is_whole_without_one(self, desert: Desert) -> None:
        desert.cloud.job("a", "succeeded", finished_at=START)
        desert.cloud.overrides[f"{self.JOB}a/events"] = httpx.Response(404)
        await desert.idle()
        assert desert.store.jobs.incomplete(desert.account, 9) == []

    async def test_a_log_that_is_forbidden_is_not_taken_for_read(self, desert: Desert) -> None:
        """The right may be given later."""
        desert.cloud.job("a", "succeeded", finished_at=START)
        desert.cloud.log("a", "told at last")
        desert.cloud.overrides[f"{self.JOB}a/events"] = httpx.Response(403)
        await self.asked_in(desert, 10, 60)
        assert desert.store.jobs.incomplete(desert.account, 9) == ["a"]
        desert.cloud.overrides.clear()
        await self.asked_in(desert, 10, 900)
        assert desert.store.events.count_to(desert.key("a"), 99) == 1

    @pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, text="<html>")])
    async def test_one_log_that_cannot_be_had_holds_up_no_other(
        self, desert: Desert, answer: httpx.Response
    ) -> None:
        for name in ("old", "bad"):  # the newest is asked for first
            desert.cloud.job(name, "succeeded", finished_at=START)
            desert.cloud.log(name, "created")
        desert.cloud.overrides[f"{self.JOB}bad/events"] = answer
        await desert.idle()
        assert desert.store.events.count_to(desert.key("old"), 99) == 1
        assert desert.store.jobs.incomplete(desert.account, 9) == ["bad"]
        desert.cloud.overrides.clear()
        await self.asked_in(desert, 10, 60)
        assert desert.store.events.count_to(desert.key("bad"), 99) == 1, "no page of HTML ends the asking"

    async def test_a_log_that_never_can_be_read_is_left_as_it_is(self, desert: Desert) -> None:
        desert.cloud.job("bad", "succeeded", finished_at=START)
        desert.cloud.overrides[f"{self.JOB}bad/events"] = httpx.Response(200, text="<html>")
        await self.asked_in(desert, 25, 400)
        assert desert.store.jobs.incomplete(desert.account, 9) == []

    async def test_a_list_without_end_is_told_and_kept_as_far_as_it_was_read(self, desert: Desert) -> None:
        """Every answer has jobs that nobody has seen before."""
        desert.cloud.job("a")
        await desert.rounds(2)
        made_up = iter(range(10**6))

        def endless(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json={"data": [{"id": f"j{next(made_up)}"}], "has_more": True})

        desert.client._http = httpx.AsyncClient(transport=httpx.MockTransport(endless))
        desert.now += LOCAL.idle_s
        assert await desert.recorder.round() == 15.0
        assert next(made_up) == NEWS_PAGES
        assert "does not end" in desert.store.accounts.contact(desert.account).message
        assert "j0" in desert.store.jobs.known(desert.account)


class TestManyProcesses:
    """One process asks; the others read, and wish."""

    async def run_until(self, recorder: Recorder, condition: Callable[[], bool]) -> None:
        running = asyncio.ensure_future(recorder.run())
        await until(condition)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def test_the_second_takes_over_when_the_first_has_left(self, desert: Desert) -> None:
        first = asyncio.ensure_future(desert.recorder.run())
        await until(lambda: desert.state() == "ok")
        store = Store(desert.folder / "finetop.db")
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            if not slept:
                first.cancel()
                await asyncio.gather(first, return_exceptions=True)
                desert.cloud.asked.clear()
            slept.append(seconds)

        second = desert.make(store, sleep=sleep)
        await self.run_until(second, lambda: bool(slept and desert.cloud.asked))
        assert slept[0] == CANDIDACY_S
        free = store.locks.poll(desert.account)
        assert free is not None, "it let go at its end"
        free.release()
        store.close()

    async def test_wishes_cross_processes(self, desert: Desert) -> None:
        desert.cloud.job("a", "queued")
        await desert.rounds(3)
        desert.recorder._held = desert.store.locks.poll(desert.account)
        store = Store(desert.folder / "finetop.db")
        other = desert.make(store)
        other.watch("a")
        other.refresh()
        desert.recorder.look()
        desert.cloud.asked.clear()
        await desert.recorder.round()
        assert {"/fine_tuning/jobs", "/fine_tuning/jobs/a", "/fine_tuning/jobs/a/events"} <= set(
            desert.cloud.asked
        )
        store.close()


class TestPace:
    """What somebody says of the pace is obeyed by whoever asks, until something else is said."""

    async def asked_in(self, desert: Desert, seconds: float) -> Counter[str]:
        desert.cloud.asked.clear()
        start = desert.now
        while desert.now < start + seconds:
            desert.now += await desert.recorder.round()
        return Counter(path.rpartition("/")[2] for path in desert.cloud.asked)

    async def test_a_slower_pace_asks_less_of_everything(self, desert: Desert) -> None:
        desert.cloud.job("a")
        await desert.idle()
        usual = await self.asked_in(desert, 200)
        desert.store.pacing.set_pace(desert.account, 5 * LOCAL.active_s)
        desert.recorder._held = desert.store.locks.poll(desert.account)
        desert.recorder.look()
        slow = await self.asked_in(desert, 200)
        for route in ("jobs", "events", "checkpoints"):
            assert 4 <= usual[route] / slow[route] <= 6, route
        desert.store.pacing.set_pace(desert.account, None)
        desert.recorder.look()
        assert (await self.asked_in(desert, 200))["jobs"] == pytest.approx(usual["jobs"], abs=2)

    async def test_while_it_is_paused_nobody_is_asked_but_by_r(self, desert: Desert) -> None:
        """The pause is made by another process, and holds for those that come later."""
        store = Store(desert.folder / "finetop.db")
        store.pacing.set_paused(desert.account, paused=True)
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            await asyncio.Event().wait()

        recorder = desert.make(sleep=sleep)
        running = asyncio.ensure_future(recorder.run())
        await until(lambda: bool(slept))
        disturbances: list[Callable[[], None]] = [
            lambda: recorder.watch("a"),
            lambda: recorder.start_over(3600),
        ]
        for disturb in disturbances:
            slept.clear()
            disturb()  # neither a job looked at nor a machine that wakes up is a reason to ask
            await until(lambda: bool(slept))
        assert desert.cloud.asked == []
        store.accounts.wish(desert.account, "refresh")
        recorder.look()
        await until(lambda: bool(desert.cloud.asked))
        assert desert.cloud.asked.count("/fine_tuning/jobs") == 1
        desert.cloud.asked.clear()
        desert.now += LOCAL.idle_s
        store.pacing.set_paused(desert.account, paused=False)
        recorder.look()
        await until(lambda: bool(desert.cloud.asked))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        store.close()


class TestClock:
    """A machine that slept, or whose clock was set, has agreed on nothing."""

    @pytest.mark.parametrize("jump_s", [-86_400.0, 11.0, 86_400.0])
    async def test_everything_is_asked_at_once(self, desert: Desert, jump_s: float) -> None:
        desert.cloud.job("a")
        await desert.idle()
        desert.cloud.asked.clear()
        desert.now += jump_s
        desert.recorder.start_over(jump_s)
        await desert.recorder.round()
        assert {"/fine_tuning/jobs", "/fine_tuning/jobs/a/events"} <= set(desert.cloud.asked)
        assert desert.state() == "ok"

    @pytest.mark.parametrize(("jump_s", "left_s"), [(-86_400.0, 600), (100.0, 500), (86_400.0, 0)])
    async def test_a_wish_to_be_left_alone_is_kept(
        self, desert: Desert, jump_s: float, left_s: float
    ) -> None:
        """Not for longer than it was meant."""
        desert.cloud.overrides["/fine_tuning/jobs"] = httpx.Response(429, headers={"retry-after": "600"})
        await desert.recorder.round()
        desert.cloud.overrides.clear()
        desert.cloud.asked.clear()
        desert.now += jump_s
        desert.recorder.start_over(jump_s)
        pause_s = await desert.recorder.round()
        assert bool(desert.cloud.asked) == (left_s == 0)
        assert left_s == 0 or pause_s == pytest.approx(left_s)


class TestFullDisk:
    """What cannot be written is told where it can be, and asked for again."""

    async def test_nothing_is_lost_by_it(self, desert: Desert) -> None:
        desert.cloud.job("a")
        await desert.idle()
        pages: int = desert.store.database.connection.execute("pragma page_count").fetchone()[0]
        desert.store.database.connection.execute(f"pragma max_page_count = {pages}")
        desert.cloud.log("a", *("x" * 4000 for _ in range(30)))
        desert.now += LOCAL.list_s
        assert await desert.recorder.round() <= 60
        assert "full" in desert.recorder.trouble or "full" in desert.contact().message
        desert.store.database.connection.execute("pragma max_page_count = 1073741823")
        desert.now += 60
        await desert.recorder.round()
        assert (desert.recorder.trouble, desert.state()) == ("", "ok")
        assert desert.store.events.count_to(desert.key("a"), 99) == 30
