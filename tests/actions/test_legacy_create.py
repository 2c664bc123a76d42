"""A create where no marker can travel: jobs that are alike are offered, and none is taken unasked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from faulty import until
from finetop.actions import create
from finetop.actions.desk import Desk
from finetop.actions.draft import Draft
from finetop.client import ApiClient
from finetop.errors import BadInput, Unsettled
from finetop.providers.legacy import Legacy
from finetop.store import Intent, JobKey, Store
from legacy_peer import START, Peer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DRAFT = Draft("old", "curie", "file-t", suffix="mine", hyperparameters={"n_epochs": "auto"})


class LosesAnswers(Peer):
    """Does what it is asked, and its answer to a create never comes back."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if request.method == "POST":
            raise httpx.ReadTimeout("no answer", request=request)
        return answer


class World:
    """One account at a peer, and a clock that jumps."""

    def __init__(self, peer: Peer, folder: Path) -> None:
        self.peer = peer
        self.store = Store(folder / "finetop.db")
        self.now = START + 10
        account = self.store.accounts.ensure(dialect="openai-legacy", base_url="https://old.test/v1")
        self.client = ApiClient("https://old.test/v1", "k", transport=peer, clock=lambda: self.now)
        self.desk = Desk(self.store, account, self._provider, sleep=self._sleep, clock=lambda: self.now)

    async def _provider(self) -> Legacy:
        return Legacy(self.client)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    @property
    def intent(self) -> Intent:
        (found,) = self.store.journal.open(self.desk.account, "create")
        return found


@pytest.fixture
async def world(request: Any, tmp_path: Path) -> AsyncIterator[World]:
    made = World(getattr(request, "param", Peer)(), tmp_path)
    yield made
    await made.client.close()
    made.store.close()


async def test_a_job_is_made_in_the_words_of_this_api(world: World) -> None:
    key = await create.create(world.desk, DRAFT)
    assert world.peer.posted == [{"model": "curie", "training_file": "file-t", "suffix": "mine"}]
    assert world.store.jobs.status(key) == "queued"


@pytest.mark.parametrize("wish", [{"seed": 5}, {"metadata": {"team": "x"}}, {"suffix": "x" * 41}])
async def test_what_it_has_no_words_for_is_refused_before_anything_is_sent(
    world: World, tmp_path: Path, wish: dict[str, Any]
) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text('{"prompt": "a", "completion": "b"}\n' * 10)
    with pytest.raises(BadInput):
        await create.create(world.desk, Draft("old", "curie", file, **wish))
    assert world.peer.asked == []


@pytest.mark.parametrize("world", [LosesAnswers], indirect=True)
async def test_after_a_lost_answer_the_job_that_may_be_it_is_offered(world: World) -> None:
    world.peer.job("ft-other", model="ada")
    world.peer.job("ft-older", created_at=START - 500, training_files=[{"id": "file-t"}])
    with pytest.raises(Unsettled):
        await create.create(world.desk, DRAFT)
    assert (world.intent.state, len(world.peer.posted)) == ("unsure", 1)
    assert "ft-2 may be it" in world.intent.message
    assert [job.id for job in await create.candidates(world.desk, world.intent)] == ["ft-2"]
    with pytest.raises(Unsettled, match="ft-2"):
        await create.resend(world.desk, world.intent)
    assert len(world.peer.posted) == 1, "it is not sent again while one may be it"
    taken = create.adopt(world.desk, world.intent, "ft-2")
    assert taken == JobKey(world.desk.account, "ft-2")
    await until(lambda: world.store.journal.open(world.desk.account, "create") == [])
