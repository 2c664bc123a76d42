"""Stopping a job: the wish is written down, sent once, and its end looked for where the answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finetop.actions.desk import Desk, looks, may_have_acted
from finetop.errors import ApiError, BadInput, BadRequest, FinetopError, TryLater, Unreachable, Unsettled

if TYPE_CHECKING:
    from finetop.providers import Provider
    from finetop.store import Intent, JobKey

_UNDER_WAY = frozenset({"written", "sent"})


async def cancel(desk: Desk, key: JobKey) -> None:
    """Ask the provider to stop a job. Raises BadRequest when it has ended, TryLater when asked already."""
    if key.id.startswith("intent:"):
        raise BadInput("this is not a job yet", hint="Put the request away instead.")
    for other in desk.store.journal.open(desk.account, "cancel"):
        if other.file == key.id and other.state in _UNDER_WAY and desk.store.locks.is_alive(other.owner):
            raise TryLater("this job is being cancelled already")
    intent = desk.store.journal.write(desk.account, "cancel", "{}", file=key.id)
    desk.changed()
    try:
        provider = await desk.provider()
        intent = desk.store.journal.mark_sent(intent, at=provider.client.server_time())
        asked = desk.store.ask()
        answer = await provider.cancel_job(key.id)
    except FinetopError as error:
        if may_have_acted(error):
            await settle(desk, intent, error)
            return
        desk.store.journal.settle(intent, "refused", message=error.message)
        desk.changed()
        if isinstance(error, BadRequest):  # it may have ended by itself: show how
            await _read(desk, provider, key.id)
        raise
    if answer is not None:
        desk.store.jobs.save(desk.account, [answer], asked)
    desk.store.journal.settle(intent, "created", job=key.id)
    desk.changed()


async def settle(desk: Desk, intent: Intent, error: FinetopError | None, *, age_s: float = 0.0) -> None:
    """Look at the job until it has ended. Raises Unsettled when three minutes did not tell."""
    async for _ in looks(desk, age_s=age_s):
        try:
            ended = await _read(desk, await desk.provider(), intent.file)
        except (ApiError, Unreachable, TryLater):
            continue  # the next look may reach it
        if ended:
            desk.store.journal.settle(intent, "created", job=intent.file)
            desk.changed()
            return
    desk.store.journal.settle(intent, "unsure", message="nobody knows whether the cancel arrived")
    desk.changed()
    raise Unsettled(
        f"{intent.file} was asked to stop, and nobody knows whether that arrived",
        hint="Cancel it again; asking twice does no harm.",
    ) from error


async def _read(desk: Desk, provider: Provider, job_id: str) -> bool:
    """Ask for a job, keep it, and say whether it has ended."""
    asked = desk.store.ask()
    job, raw = await provider.get_job(job_id)
    desk.store.jobs.save(desk.account, [(job, raw)], asked)
    desk.changed()
    return job.status.is_final
