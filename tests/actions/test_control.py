"""Cancelling: asked once, settled by looking at the job, and shown on its row meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from faulty import World, lost_after, lost_before
from finetop.actions import control, create, orphans
from finetop.actions.draft import Draft
from finetop.errors import BadInput, BadRequest, NotFound, TryLater, Unsettled
from finetop.store import JobKey
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def long_file(server: RunningServer) -> str:
    """Its jobs train for minutes if nobody stops them."""
    return server.upload(examples(1000))


def is_cancel(request: httpx.Request) -> bool:
    return request.url.path.endswith("/cancel")


async def started(here: World, file_id: str) -> JobKey:
    return await create.create(
        here.desk, Draft("test", "tiny-bytes-1", file_id, hyperparameters={"n_epochs": 50, "batch_size": 1})
    )


async def test_a_job_is_stopped(world: Callable[..., World], long_file: str) -> None:
    here = world()
    key = await started(here, long_file)
    await control.order(here.desk, "cancel", key)
    assert here.server.wait(key.id, "cancelled")["status"] == "cancelled"
    assert here.store.journal.open(here.account) == []


async def test_an_ended_job_is_refused_and_shown_as_it_ended(
    world: Callable[..., World], long_file: str
) -> None:
    here = world()
    key = await started(here, long_file)
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/cancel")
    here.server.wait(key.id, "cancelled")
    with pytest.raises(BadRequest, match="already"):
        await control.order(here.desk, "cancel", key)
    assert here.row(key).status == "cancelled"
    assert here.row(key).intent is None


async def test_a_lost_answer_is_settled_by_the_job(world: Callable[..., World], long_file: str) -> None:
    here = world(lost_after(is_cancel))
    key = await started(here, long_file)
    here.server.wait(key.id, "queued", "running")
    shown: list[str | None] = []
    real = here.time.sleep

    async def sleep(seconds: float) -> None:
        shown.append(here.row(key).intent)
        here.server.wait(key.id, "cancelled")
        await real(seconds)

    object.__setattr__(here.desk, "sleep", sleep)
    await control.order(here.desk, "cancel", key)
    assert shown[0] == "cancelling"
    assert (here.row(key).status, here.row(key).intent) == ("cancelled", None)
    assert sum(is_cancel_path(path) for _, path in here.network.asked) == 1


def is_cancel_path(path: str) -> bool:
    return path.endswith("/cancel")


async def test_a_cancel_that_never_arrived_is_unsure_and_may_be_repeated(
    world: Callable[..., World], long_file: str
) -> None:
    here = world(lost_before(is_cancel))
    key = await started(here, long_file)
    with pytest.raises(Unsettled):
        await control.order(here.desk, "cancel", key)
    assert here.row(key).intent == "unsure"
    here.network.rules.clear()
    await control.order(here.desk, "cancel", key)
    here.server.wait(key.id, "cancelled")


async def test_one_cancel_at_a_time(world: Callable[..., World], long_file: str) -> None:
    here = world()
    key = await started(here, long_file)
    here.store.journal.mark_sent(here.store.journal.write(here.account, "cancel", "{}", file=key.id))
    with pytest.raises(TryLater, match="already"):
        await control.order(here.desk, "cancel", key)
    here.store.locks.close()  # as if the process that asked had died
    await control.order(here.desk, "cancel", key)
    here.server.wait(key.id, "cancelled")
    (left,) = orphans.left(here.store, here.account)
    await orphans.settle(here.desk, left)
    assert here.store.journal.open(here.account) == []


@pytest.mark.parametrize(("job", "kind"), [("ftjob-none", NotFound), ("intent:abc", BadInput)])
async def test_what_is_no_job_cannot_be_stopped(
    world: Callable[..., World], job: str, kind: type[Exception]
) -> None:
    here = world()
    with pytest.raises(kind):
        await control.order(here.desk, "cancel", JobKey(here.account, job))
    assert here.store.journal.open(here.account) == []


async def test_a_provider_that_stops_later_shows_cancelling_until_then(
    world: Callable[..., World], long_file: str
) -> None:
    async def agreed(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        return httpx.Response(200) if is_cancel(request) else None

    here = world(agreed)
    key = await started(here, long_file)
    await control.order(here.desk, "cancel", key)
    assert here.row(key).intent == "cancelling"
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/cancel")
    here.server.wait(key.id, "cancelled")
    here.store.jobs.save(here.account, [await here.provider.get_job(key.id)], here.store.ask())
    assert here.row(key).intent is None
