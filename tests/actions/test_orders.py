"""Cancel, pause, resume, delete: asked once, settled by looking, and shown on the row meanwhile."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from faulty import Rule, World, lost_after, lost_before
from finetop.actions import control, removal
from finetop.actions.orders import carry_out
from finetop.errors import BadInput, BadRequest, NotFound, NotSupported, TryLater, Unsettled
from finetop.store import JobKey, Store
from server.running_server import RunningServer, examples

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finetop.actions.orders import Order

KINDS = ("cancel", "pause", "resume", "delete")
NO_SUCH_JOB = {"error": {"message": "no such job", "type": "invalid_request_error", "code": "job_not_found"}}


LONG = {"n_epochs": 50, "batch_size": 1}
"""Short jobs pass the others; ours must stay in line."""


@pytest.fixture(scope="module")
def file_id(busy_server: RunningServer) -> str:
    return busy_server.upload(examples(400))


@pytest.fixture
def world(busy_server: RunningServer, world: Callable[..., World]) -> Callable[..., World]:
    """Worlds that speak to it as to a hosted service."""
    return partial(world, hosted=True)


def is_order(request: httpx.Request) -> bool:
    return request.method == "DELETE" or request.url.path.endswith(("/cancel", "/pause", "/resume"))


def orders(here: World) -> int:
    return sum(
        method == "DELETE" or path.endswith(("/cancel", "/pause", "/resume"))
        for method, path in here.network.asked
    )


def deleting() -> Rule:
    """A provider that deletes jobs: ours keeps them."""
    gone: set[str] = set()

    async def rule(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        if request.url.path in gone:
            return httpx.Response(404, json=NO_SUCH_JOB)
        if request.method == "DELETE":
            gone.add(request.url.path)
            return httpx.Response(204)
        return None

    return rule


def answering(status: int, body: Any = None) -> Rule:
    """A provider that answers every order so, and does nothing."""

    async def rule(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        return httpx.Response(status, json=body) if is_order(request) else None

    return rule


def lost_then(rule: Rule) -> Rule:
    """What the next rule answers to an order never comes back."""

    async def lose(request: httpx.Request, go_on: Any) -> httpx.Response | None:
        answer = await rule(request, go_on)
        if answer is not None and is_order(request):
            raise httpx.ReadTimeout("no answer", request=request)
        return answer

    return lose


async def waiting(here: World, file_id: str, kind: str = "pause") -> JobKey:
    """A job in line that an order of this kind fits, and that the store knows."""
    job = here.server.create(file_id, hyperparameters=LONG)
    here.server.wait(job["id"], "queued")
    if kind == "resume":
        assert here.server.http.post(f"/fine_tuning/jobs/{job['id']}/pause").status_code == 200
    await seen(here, job["id"])
    return JobKey(here.account, job["id"])


async def seen(here: World, job_id: str) -> None:
    """The recorder has come by."""
    asked = here.store.ask()
    here.store.jobs.save(here.account, [await here.provider.get_job(job_id)], asked)


async def test_a_job_is_paused_and_goes_on(world: Callable[..., World], file_id: str) -> None:
    here = world()
    key = await waiting(here, file_id)
    await control.order(here.desk, "pause", key)
    assert (here.row(key).status, here.row(key).intent) == ("paused", None)
    await control.order(here.desk, "resume", key)
    assert (here.row(key).status, here.row(key).intent) == ("queued", None)
    await control.order(here.desk, "pause", key)
    await control.order(here.desk, "cancel", key)
    assert here.server.job(key.id)["status"] == "cancelled", "a paused job can be cancelled"
    assert here.store.journal.open(here.account) == []


async def test_a_deleted_job_leaves_the_list(world: Callable[..., World], file_id: str) -> None:
    here = world(deleting())
    key = await waiting(here, file_id)
    before, old = here.store.ask(), await here.provider.get_job(key.id)
    seq = here.row(key).seq
    await control.order(here.desk, "delete", key)
    here.store.jobs.save(here.account, [old], before)
    assert here.rows() == [], "an older answer does not bring it back"
    assert here.store.jobs.left(seq) == [key]
    assert here.store.jobs.counts() == {}
    assert here.store.jobs.get(key) is not None, "what is known of it is kept"


@pytest.mark.parametrize(
    ("kind", "doing"),
    [("cancel", "cancelling"), ("pause", "pausing"), ("resume", "resuming"), ("delete", "deleting")],
)
async def test_a_lost_answer_is_settled_by_looking(
    world: Callable[..., World], file_id: str, kind: str, doing: str
) -> None:
    here = world(lost_then(deleting()) if kind == "delete" else lost_after(is_order))
    key = await waiting(here, file_id, kind)
    shown: list[str | None] = []
    real = here.time.sleep

    async def sleep(seconds: float) -> None:
        shown.append(here.row(key).intent)
        await real(seconds)

    object.__setattr__(here.desk, "sleep", sleep)
    await control.order(here.desk, kind, key)
    assert shown == [doing]
    assert [row.intent for row in here.rows()] == ([] if kind == "delete" else [None])
    assert orders(here) == 1
    assert here.store.journal.open(here.account) == []


@pytest.mark.parametrize(("kind", "fault"), [*((kind, "lost") for kind in KINDS), ("pause", "502")])
async def test_what_never_arrived_is_unsure_and_may_be_repeated(
    world: Callable[..., World], file_id: str, kind: str, fault: str
) -> None:
    here = world(lost_before(is_order) if fault == "lost" else answering(502))
    key = await waiting(here, file_id, kind)
    with pytest.raises(Unsettled, match="nobody knows"):
        await control.order(here.desk, kind, key)
    assert sum(here.time.slept) == pytest.approx(180, abs=2)
    assert (orders(here), here.row(key).intent) == (1, "unsure")
    here.network.rules[:] = [deleting()]
    await control.order(here.desk, kind, key)
    assert [row.intent for row in here.rows()] == ([] if kind == "delete" else [None])


@pytest.mark.parametrize("kind", ["cancel", "pause", "resume"])
async def test_an_ended_job_is_refused_in_plain_words(
    world: Callable[..., World], file_id: str, kind: str
) -> None:
    here = world()
    key = await waiting(here, file_id)
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/cancel")
    with pytest.raises(BadRequest, match="was already cancelled") as refused:
        await control.order(here.desk, kind, key)
    assert refused.value.request_id
    assert (here.row(key).status, here.row(key).intent) == ("cancelled", None)


@pytest.mark.parametrize(("kind", "said"), [("pause", "is paused already"), ("resume", "is not paused")])
async def test_what_is_so_already_is_said(
    world: Callable[..., World], file_id: str, kind: str, said: str
) -> None:
    here = world()
    key = await waiting(here, file_id, "resume" if kind == "pause" else "pause")
    with pytest.raises(BadRequest, match=said):
        await control.order(here.desk, kind, key)
    assert here.row(key).intent is None


async def test_a_job_that_ends_before_its_pause_is_told_so(world: Callable[..., World], file_id: str) -> None:
    here = world(lost_before(is_order))
    key = await waiting(here, file_id)
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/cancel")
    with pytest.raises(BadRequest, match="was already cancelled"):
        await control.order(here.desk, "pause", key)
    assert (here.row(key).intent, here.store.journal.open(here.account)) == (None, [])


async def test_a_refusal_of_the_providers_own_is_passed_on(world: Callable[..., World], file_id: str) -> None:
    said = {"error": {"message": "a supervised job cannot be paused", "type": "invalid_request_error"}}
    here = world(answering(400, said))
    key = await waiting(here, file_id)
    with pytest.raises(BadRequest, match="a supervised job cannot be paused"):
        await control.order(here.desk, "pause", key)
    assert here.row(key).intent is None
    assert here.store.accounts.unable(here.account) == {}


@pytest.mark.parametrize(
    ("kind", "status"), [*((kind, 404) for kind in KINDS), ("pause", 405), ("delete", 501)]
)
async def test_a_missing_route_is_told_from_a_missing_job_and_remembered(
    world: Callable[..., World], file_id: str, kind: str, status: int
) -> None:
    here = world(answering(status, {"detail": "Not Found"}))
    key = await waiting(here, file_id, kind)
    with pytest.raises(NotSupported, match=f"cannot {kind} jobs"):
        await control.order(here.desk, kind, key)
    assert set(here.store.accounts.unable(here.account)) == {kind}
    assert here.row(key).intent is None
    here.network.rules[:] = [deleting()]
    await control.order(here.desk, kind, key)
    assert here.store.accounts.unable(here.account) == {}, "what works is no longer missing"


@pytest.mark.parametrize("kind", ["cancel", "pause", "resume"])
@pytest.mark.parametrize(("job", "error"), [("ftjob-none", NotFound), ("intent:abc", BadInput)])
async def test_what_is_no_job_takes_no_orders(
    world: Callable[..., World], kind: str, job: str, error: type[Exception]
) -> None:
    here = world()
    with pytest.raises(error):
        await control.order(here.desk, kind, JobKey(here.account, job))
    assert here.store.accounts.unable(here.account) == {}
    assert here.store.journal.open(here.account) == []


async def test_what_is_gone_already_is_deleted(world: Callable[..., World], file_id: str) -> None:
    here = world(deleting())
    key = await waiting(here, file_id)
    await here.provider.delete_job(key.id)
    await control.order(here.desk, "delete", key)
    assert here.rows() == []


async def test_a_dialect_without_the_action_is_not_asked(
    world: Callable[..., World], file_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = world()
    key = await waiting(here, file_id)
    lacking = here.provider.capabilities.model_copy(update={"pause": False})
    monkeypatch.setattr(type(here.provider), "capabilities", lacking)
    with pytest.raises(BadInput, match="cannot pause jobs"):
        await control.order(here.desk, "pause", key)
    assert orders(here) == 0
    assert here.store.journal.open(here.account) == []


async def test_an_accepted_pause_shows_until_the_job_rests_and_never_again(
    world: Callable[..., World], file_id: str
) -> None:
    here = world(answering(204))
    key = await waiting(here, file_id)
    await control.order(here.desk, "pause", key)
    assert here.row(key).intent == "pausing"
    here.network.rules.clear()
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/pause")
    await seen(here, key.id)
    assert (here.row(key).status, here.row(key).intent) == ("paused", None)
    here.server.http.post(f"/fine_tuning/jobs/{key.id}/resume")
    await seen(here, key.id)
    assert (here.row(key).status, here.row(key).intent) == ("queued", None)


@pytest.mark.parametrize(
    ("asked", "barred"),
    [
        (("pause", "pause"), "being paused already"),
        (("resume", "resume"), "being resumed already"),
        (("delete", "delete"), "being deleted already"),
        (("pause", "resume"), "being paused already"),
        (("pause", "cancel"), None),
    ],
)
async def test_the_second_who_asks_for_the_same_is_told(
    world: Callable[..., World], file_id: str, tmp_path: Path, asked: tuple[str, str], barred: str | None
) -> None:
    here = world(deleting())
    key = await waiting(here, file_id, "resume")
    first, second = asked
    other = Store(tmp_path / "finetop.db")  # as another process would open it, with a lock of its own
    other.journal.mark_sent(other.journal.write(here.account, first, "{}", file=key.id))
    if barred is None:
        await control.order(here.desk, second, key)
    else:
        with pytest.raises(TryLater, match=barred):
            await control.order(here.desk, second, key)
        assert orders(here) == 0
        other.locks.close()  # as if that process had died
        await control.order(here.desk, "delete", key)
    other.close()


class TestLibrary:
    """Deleting files and models."""

    @pytest.mark.parametrize("fault", ["none", "lost", "lost before"])
    async def test_a_file_is_deleted(self, world: Callable[..., World], fault: str) -> None:
        here = world(*{"lost": [lost_after(is_order)], "lost before": [lost_before(is_order)]}.get(fault, []))
        file_id = here.server.upload(examples(11))
        here.store.library.save_files(here.account, [await here.provider.get_file(file_id)])
        if fault == "lost before":
            with pytest.raises(Unsettled):
                await removal.delete_file(here.desk, file_id)
            here.network.rules.clear()
        await removal.delete_file(here.desk, file_id)
        assert here.server.http.get(f"/files/{file_id}").status_code == 404
        assert here.store.library.files(here.account) == []
        await removal.delete_file(here.desk, file_id)  # twice is no failure

    @pytest.mark.parametrize("lost", [False, True])
    async def test_a_model_is_deleted(self, world: Callable[..., World], lost: bool) -> None:
        here = world(lost_then(deleting()) if lost else deleting())
        await removal.delete_model(here.desk, "tiny-bytes-1")
        assert here.store.journal.open(here.account) == []
        assert orders(here) == 1

    @pytest.mark.parametrize(
        "order", [removal.DELETE_FILE, removal.DELETE_MODEL], ids=lambda order: order.kind
    )
    async def test_who_cannot_delete_is_remembered(
        self, world: Callable[..., World], file_id: str, order: Order
    ) -> None:
        here = world(answering(405))
        target = file_id if order is removal.DELETE_FILE else "tiny-bytes-1"
        with pytest.raises(NotSupported, match=f"cannot delete {order.of}"):
            await carry_out(here.desk, order, target)
        assert set(here.store.accounts.unable(here.account)) == {order.kind}
