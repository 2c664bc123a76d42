"""Cancelling, pausing, resuming and deleting a job."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.actions.orders import Order, Seen, carry_out
from finetop.errors import ApiError, BadInput, BadRequest, FinetopError, NotFound
from finetop.store import JobKey
from finetop.store.rows import ACTIVE, FINAL

if TYPE_CHECKING:
    from finetop.actions.desk import Desk
    from finetop.providers import Provider, Sent

_ENDED = {
    "succeeded": "has already succeeded",
    "failed": "has already failed",
    "cancelled": "was already cancelled",
}


@dataclass(frozen=True, kw_only=True)
class JobOrder(Order):
    """An order whose effect shows in the status of the job."""

    ask: Callable[[Provider, str], Awaitable[Sent | None]]
    arrived: frozenset[str]
    """Statuses by which it has come about."""
    already: str
    """What is said where it was refused because it is so."""

    async def send(self, desk: Desk, provider: Provider, target: str) -> bool:
        """Ask once, and keep the job as it then is."""
        asked = desk.store.ask()
        answer = await self.ask(provider, target)
        if answer is None:
            return False
        desk.store.jobs.save(desk.account, [answer], asked)
        return answer[0].status.value in self.arrived

    async def look(self, desk: Desk, provider: Provider, target: str) -> Seen:
        """Ask for the job, and keep it."""
        asked = desk.store.ask()
        sent = await provider.get_job(target)
        desk.store.jobs.save(desk.account, [sent], asked)
        desk.changed()
        status = sent[0].status.value
        return Seen(status in self.arrived, _ENDED.get(status, ""))

    def refusal(self, target: str, seen: Seen, error: ApiError) -> FinetopError | None:
        """That it has ended, or is so already, rather than the provider's words for it."""
        if not isinstance(error, BadRequest) or not (seen.done or seen.instead):
            return error
        return BadRequest(
            f"{target} {seen.instead or self.already}",
            status=error.status,
            code=error.code,
            param=error.param,
            request_id=error.request_id,
            hint="",
        )


@dataclass(frozen=True, kw_only=True)
class JobDeletion(Order):
    """The order after which there is no job to look at."""

    async def send(self, desk: Desk, provider: Provider, target: str) -> bool:
        """Ask once; what is agreed to is taken off the list."""
        await provider.delete_job(target)
        _forget(desk, target)
        return True

    async def look(self, desk: Desk, provider: Provider, target: str) -> Seen:
        """A job that the provider no longer knows has been deleted."""
        try:
            await provider.get_job(target)
        except NotFound:
            _forget(desk, target)
            return Seen(done=True)
        return Seen(done=False)


def _forget(desk: Desk, job_id: str) -> None:
    desk.store.jobs.mark_gone(JobKey(desk.account, job_id), deleted=True)
    desk.changed()


CANCEL = JobOrder(
    kind="cancel",
    verb="cancel",
    needs="cancel",
    of="jobs",
    rivals=("cancel",),
    ask=lambda provider, job: provider.cancel_job(job),
    arrived=FINAL | {"stopping"},
    already="is stopping already",
)
PAUSE = JobOrder(
    kind="pause",
    verb="pause",
    needs="pause",
    of="jobs",
    rivals=("pause", "resume"),
    ask=lambda provider, job: provider.pause_job(job),
    arrived=frozenset({"paused"}),
    already="is paused already",
)
RESUME = JobOrder(
    kind="resume",
    verb="resume",
    needs="resume",
    of="jobs",
    rivals=("pause", "resume"),
    ask=lambda provider, job: provider.resume_job(job),
    arrived=ACTIVE | {"succeeded", "failed"},
    already="is not paused",
)
DELETE = JobDeletion(kind="delete", verb="delete", needs="delete_job", of="jobs", rivals=("delete",))
ORDERS: Mapping[str, Order] = {order.kind: order for order in (CANCEL, PAUSE, RESUME, DELETE)}


async def order(desk: Desk, kind: str, key: JobKey) -> None:
    """Ask the provider to cancel, pause, resume or delete a job.

    Raises BadRequest when it has ended or is so already, TryLater when it was asked already, NotSupported
    where the provider has no such action.
    """
    if key.id.startswith("intent:"):
        raise BadInput("this is not a job yet", hint="Put the request away instead.")
    await carry_out(desk, ORDERS[kind], key.id)
