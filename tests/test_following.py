"""Following one job's log: each line once, whatever happens to the streams, until the job has ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from faulty import until
from finetop.client import ApiClient
from finetop.config import Profile
from finetop.errors import NotFound
from finetop.providers.legacy import Legacy
from finetop.session.following import Following
from finetop.session.questions import Questions
from finetop.store import Store
from legacy_peer import START, Peer

if TYPE_CHECKING:
    from finetop.models import Job


class OneLink:
    """The way to the peer, as a session's links are asked for it."""

    profile = Profile("old", dialect="openai-legacy", base_url="https://old.test/v1")

    def __init__(self, peer: Peer, account: int) -> None:
        self.number = account
        self.client = ApiClient("https://old.test/v1", "k", transport=peer)

    def account(self, _profile: str) -> int:
        return self.number

    def named(self, _profile: str) -> OneLink:
        return self

    def __getitem__(self, _account: int) -> OneLink:
        return self

    async def patient(self) -> Legacy:
        return Legacy(self.client)


class Follower:
    """One who follows a job of a peer; pauses take no time."""

    def __init__(self, folder: Path) -> None:
        self.peer = Peer()
        self.store = Store(folder / "finetop.db")
        self.link = OneLink(
            self.peer, self.store.accounts.ensure(dialect="x", base_url="https://old.test/v1")
        )
        self.heard: list[str] = []

    def follow(self, job: str = "ft-1") -> asyncio.Task[Job]:
        questions = Questions(self.link, self.store, met=lambda *_: None, changed=lambda: None)  # type: ignore[arg-type]
        following = Following(
            self.link, questions, "old", job, lambda event: self.heard.append(event.message)  # type: ignore[arg-type]
        )  # fmt: skip
        return asyncio.create_task(following.until_the_end())


@pytest.fixture
async def follower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Follower]:
    slept = asyncio.sleep

    async def at_once(_seconds: float) -> None:
        await slept(0)

    monkeypatch.setattr("finetop.session.following.asyncio.sleep", at_once)
    made = Follower(tmp_path)
    yield made
    await made.link.client.close()
    made.store.close()


@pytest.mark.parametrize("cuts", [[], [0, 0, 0], [1, 2, 3]])
@pytest.mark.parametrize("streams", [True, False])
async def test_each_line_is_told_once(follower: Follower, cuts: list[int], streams: bool) -> None:
    follower.peer.cuts, follower.peer.streams = list(cuts), streams
    follower.peer.job("ft-1", "running")
    task = follower.follow()
    said = ["one", "two", "two", "three"]
    for line in said:
        await follower.peer.say("ft-1", line, at=START)
        await until(lambda line=line: follower.heard[-1:] == [line])  # type: ignore[misc]
    follower.peer.job("ft-1", "succeeded")
    await follower.peer.say("ft-1", "Fine-tune succeeded")
    assert (await task).status == "succeeded"
    assert follower.heard == [*said, "Fine-tune succeeded"]
    assert follower.peer.opened >= max(1, len(cuts)) if streams else follower.peer.opened == 0


async def test_an_outage_is_waited_out_and_a_refusal_is_told(follower: Follower) -> None:
    follower.peer.job("ft-1", "running")
    follower.peer.overrides["/fine-tunes"] = httpx.Response(503)
    task = follower.follow()
    await until(lambda: len(follower.peer.asked) > 2)
    follower.peer.overrides.clear()
    follower.peer.job("ft-1", "cancelled")
    assert (await task).status == "cancelled"
    with pytest.raises(NotFound):
        await follower.follow("ft-none")
