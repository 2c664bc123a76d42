"""A provider in a storm: half of what it says is a refusal, torn, stalled or nothing. No event is lost."""

from __future__ import annotations

import asyncio
import gzip
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from cloud import START, Cloud
from finetop.client import ApiClient, api
from finetop.pace import HOSTED
from finetop.providers.openai import OpenAI
from finetop.recorder import Recorder
from finetop.store import JobKey, Store
from peer import Asked, peer, reply, reset

if TYPE_CHECKING:
    from finetop.providers import Provider

EVENTS = 700
"""Of each job, when it has ended."""
CALM = 0.5
"""The share of questions that are answered."""


class Storm:
    """A cloud behind a bad line: what is torn is torn from its true answer."""

    def __init__(self, seed: int) -> None:
        self.cloud = Cloud()
        self.luck = random.Random(seed)
        self.done: Counter[str] = Counter()
        self.faults: dict[str, Callable[[bytes], bytes]] = {
            "429 with a wish": lambda whole: reply(429, {"error": {"message": "slow"}}, Retry_After="3"),
            "429 in milliseconds": lambda whole: reply(429, b"", Retry_After_Ms="250"),
            "429 without a word": lambda whole: reply(429, b""),
            "500": lambda whole: reply(500, {"error": {"message": "oops"}}),
            "502": lambda whole: reply(502, b"<html><title>502 Bad Gateway</title></html>"),
            "503": lambda whole: reply(503, b"", Retry_After="2"),
            "a sign-in page": lambda whole: reply(200, b"<html><title>Sign in</title>"),
            "an empty yes": lambda whole: reply(200, b""),
            "too short": lambda whole: whole[: whole.index(b"\r\n\r\n") + 9],
            "torn without a length": self.torn,
            "a torn pack": lambda whole: reply(200, gzip.compress(whole)[:-9], Content_Encoding="gzip"),
            "no HTTP": lambda whole: b"garbage\r\n\r\n",
            "silence": lambda whole: b"",
        }

    async def speak(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        self.grow()
        answer = self.cloud(httpx.Request("GET", f"http://cloud{asked.target}"))
        whole = reply(answer.status_code, answer.content, Content_Type="application/json")
        if self.luck.random() < CALM:
            writer.write(whole)
            return
        fault = self.luck.choice([*self.faults, "reset", "reset in the middle", "stalled"])
        self.done[fault] += 1
        if fault == "stalled":
            writer.write(whole[: len(whole) // 2])
            await asked.hung_up()
        elif fault.startswith("reset"):
            if fault != "reset":
                writer.write(whole[: len(whole) // 2])
                await writer.drain()
            reset(writer)
        else:
            writer.write(self.faults[fault](whole))

    def torn(self, whole: bytes) -> bytes:
        """Half of the JSON, and no header that would tell."""
        body = whole.partition(b"\r\n\r\n")[2]
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body[: len(body) // 2]

    def grow(self) -> None:
        """Training goes on while it is asked; the jobs end at different times."""
        for name in ("a", "b"):
            count = len(self.cloud.events.get(name, []))
            more = min(self.luck.randrange(12), EVENTS - count)
            if more:
                self.cloud.step(name, *range(count + 1, count + 1 + more))
                self.cloud.log(name, f"after {count + more}")
                self.cloud.events[name] = self.cloud.events[name][:EVENTS]
            elif count == EVENTS and self.cloud.jobs[name]["status"] == "running":
                self.cloud.job(name, "succeeded", finished_at=START)


@pytest.mark.parametrize("seed", [7, 8])
async def test_a_storm_loses_no_event_and_doubles_none(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store ends with exactly the server's events, in its order, each once."""
    monkeypatch.setattr(api, "WHOLE_S", 0.05)
    storm, store, now = Storm(seed), Store(tmp_path / "finetop.db"), START + 1000
    storm.cloud.job("old", "failed", finished_at=START)
    storm.cloud.log("old", *[f"line {number}" for number in range(430)])
    for name in ("a", "b"):
        storm.cloud.job(name)
    account = store.accounts.ensure(dialect="openai", base_url="https://cloud.test/v1")
    states: set[str] = set()
    async with peer(storm.speak) as server:
        client = ApiClient(server.url, "k", clock=lambda: now)

        async def provider() -> Provider:
            return OpenAI(client)

        recorder = Recorder(store, account, provider, HOSTED, clock=lambda: now)
        for _ in range(3000):
            now += await recorder.round()
            states.add(store.accounts.contact(account).state)
            left = store.jobs.active(account) or store.jobs.incomplete(account, 9)
            if len(store.jobs.known(account)) == 3 and not left:
                break
        else:
            pytest.fail(f"the storm was never over: {storm.done}")
        await client.close()
    for name, told in storm.cloud.events.items():
        key = JobKey(account, name)
        kept = [row.id for row in store.events.page(key, 0, 10_000)]
        assert kept == [event["id"] for event in told]
        steps = [event["data"]["step"] for event in told if event.get("type") == "metrics"]
        assert store.events.curves(key).train_loss.steps == tuple(steps)
    assert len(storm.cloud.events["a"]) == len(storm.cloud.events["b"]) == EVENTS
    assert len(storm.done) >= 12, "nearly every kind of fault has happened"
    assert {"ok", "limited", "stale", "offline"} <= states
    store.close()
