"""Making a job exactly once: written down, sent once, and looked for until it is known what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from finetop.actions import files
from finetop.actions.desk import Desk, looks, may_have_acted
from finetop.actions.draft import Draft
from finetop.errors import ApiError, BadInput, FinetopError, TryLater, Unreachable, Unsettled
from finetop.models import MARKER, Integration, Job, JobRequest
from finetop.store import Intent, JobKey, Store

if TYPE_CHECKING:
    from finetop.providers import Provider, Sent

MOST_PAIRS = 16
"""Of metadata; when the user needs them all there is no room for the marker."""
UNSURE = "sent; nobody knows whether it was made"


@dataclass(frozen=True)
class Order:
    """What the journal keeps of a create: the draft, and the request once it is known."""

    draft: Draft
    request: JobRequest | None = None

    def to_json(self) -> str:
        """As the journal keeps it."""
        request = None if self.request is None else self.request.model_dump()
        return json.dumps({"draft": self.draft.to_json(), "request": request})

    @classmethod
    def of(cls, intent: Intent) -> Order:
        """What `to_json` wrote."""
        kept = json.loads(intent.request)
        request = kept["request"]
        return cls(
            Draft.from_json(kept["draft"]), None if request is None else JobRequest.model_validate(request)
        )


async def create(desk: Desk, draft: Draft) -> JobKey:
    """Make a job. Raises BadInput before anything is written, Unsettled when nobody can tell."""
    await check(draft)
    intent = desk.store.journal.write(
        desk.account,
        "create",
        Order(draft).to_json(),
        name=draft.suffix or _stem(draft.training),
        model=draft.model,
    )
    desk.changed()
    return await _carry_out(desk, intent, draft)


async def resend(desk: Desk, intent: Intent) -> JobKey:
    """Send again what is unsure or was refused; what is unsure is looked for once more first."""
    if intent.state == "refused":
        order = Order.of(intent)
        await check(order.draft)
        return await _carry_out(desk, desk.store.journal.rewrite(intent), order.draft)
    if intent.state != "unsure":
        raise TryLater("this request is not waiting for your word")
    provider = await desk.provider()
    found, alike = await _look(desk, provider, intent)
    if found is not None:
        return _claim(desk, intent, found)
    if alike and not provider.capabilities.idempotency_key:
        raise Unsettled(
            f"{_names(alike)} may be the job that was asked for",
            hint="Take it as yours, or put this request away and make a new one.",
        )
    request = Order.of(intent).request
    if request is None:
        raise BadInput("this request was never complete", hint="Put it away and make a new one.")
    return await _send(desk, provider, desk.store.journal.rewrite(intent), request, otherwise="unsure")


async def settle(desk: Desk, intent: Intent, error: FinetopError | None, *, age_s: float = 0.0) -> JobKey:
    """Look for the job until three minutes after sending. Raises Unsettled when they did not tell."""
    alike: list[Job] = []
    async for _ in looks(desk, age_s=age_s):
        now = desk.store.journal.get(intent.uuid) or intent
        if now.job is not None:  # somebody else met its marker
            return JobKey(desk.account, now.job)
        if now.state != "sent":
            raise Unsettled(f"the request for {intent.name} was {now.state} meanwhile") from error
        try:
            found, alike = await _look(desk, await desk.provider(), intent)
        except (ApiError, Unreachable, TryLater):
            continue  # the next look may reach it
        if found is not None:
            return _claim(desk, intent, found)
        if alike:
            desk.store.journal.say(intent, f"sent; {_names(alike)} may be it")
            desk.changed()
    said = f"{UNSURE}; {_names(alike)} may be it" if alike else UNSURE
    desk.store.journal.settle(intent, "unsure", message=said)
    desk.changed()
    raise Unsettled(f"the job was asked for, and nobody knows whether it was made: {intent.name}") from error


async def candidates(desk: Desk, intent: Intent) -> list[Job]:
    """Jobs that may be what became of an unsure create; one that bears its marker is taken at once."""
    found, alike = await _look(desk, await desk.provider(), intent)
    if found is not None:
        _claim(desk, intent, found)
        return [found]
    return alike


def adopt(desk: Desk, intent: Intent, job_id: str) -> JobKey:
    """The user's word that this job is what became of it. Raises TryLater when it is another's."""
    desk.store.journal.settle(intent, "created", job=job_id)
    desk.changed()
    return JobKey(desk.account, job_id)


def adopt_marked(store: Store, account: int, jobs: Iterable[Job]) -> bool:
    """Settle every create whose marker is on one of these jobs; True if there was any."""
    any_ = False
    for job in jobs:
        intent = store.journal.get(job.marker) if job.marker else None
        if intent is None or intent.account != account or intent.kind != "create" or intent.job:
            continue
        try:
            store.journal.settle(intent, "created", job=job.id)
        except TryLater:  # a second job with the same marker is shown as any other
            continue
        any_ = True
    return any_


async def check(draft: Draft) -> None:
    """Raise BadInput for what no provider could use."""
    for file in (draft.training, draft.validation):
        if isinstance(file, Path):
            await asyncio.to_thread(files.check, file)
    if not draft.model:
        raise BadInput("no model is named", hint="Choose one to start from.")
    if MARKER in draft.metadata:
        raise BadInput(f"the metadata key {MARKER} is ours", hint="Use another key.")
    if draft.method == "reinforcement" and draft.grader is None:
        raise BadInput("reinforcement needs a grader", hint="Say what gives the reward.")
    if draft.method != "reinforcement" and draft.grader is not None:
        raise BadInput(f"{draft.method} has no use for a grader", hint="Leave it out, or use reinforcement.")


async def _carry_out(desk: Desk, intent: Intent, draft: Draft) -> JobKey:
    """Upload, then send. An error before the sending means that nothing was asked for."""

    def say(message: str) -> None:
        desk.store.journal.say(intent, message)
        desk.changed()

    try:
        provider = await desk.provider()
        provider.check(_request(draft))
        training = await _file_id(desk, draft, draft.training, say)
        validation = None if draft.validation is None else await _file_id(desk, draft, draft.validation, say)
    except FinetopError as error:
        desk.store.journal.settle(intent, "refused", message=error.message)
        desk.changed()
        raise
    now_known = {
        "training_file": training,
        "validation_file": validation,
        "metadata": _marked(provider, intent, draft),
    }
    return await _send(desk, provider, intent, _request(draft).model_copy(update=now_known))


def _request(draft: Draft) -> JobRequest:
    """What is asked for, but for the ids of files that may have to be uploaded first."""
    return JobRequest(
        model=draft.model,
        training_file="",
        hyperparameters=dict(draft.hyperparameters),
        suffix=draft.suffix,
        seed=draft.seed,
        metadata=dict(draft.metadata),
        method=draft.method,
        grader=None if draft.grader is None else dict(draft.grader),
        integrations=tuple(Integration.model_validate(item) for item in draft.integrations),
    )


async def _file_id(desk: Desk, draft: Draft, file: Path | str, say: files.Say) -> str:
    """A file at the provider, there and processed."""
    if isinstance(file, Path):
        file = (await files.uploaded(desk, file, anew=draft.upload_anew, say=say)).file.id
    await files.wait_processed(desk, file, say=say)
    return file


def _marked(provider: Provider, intent: Intent, draft: Draft) -> dict[str, str]:
    metadata = dict(draft.metadata)
    if provider.capabilities.metadata and len(metadata) < MOST_PAIRS:
        metadata[MARKER] = intent.uuid
    return metadata


async def _send(
    desk: Desk, provider: Provider, intent: Intent, request: JobRequest, *, otherwise: str = "dismissed"
) -> JobKey:
    """Send once; `otherwise` is what becomes of it while a like create bars the way."""
    draft = Order.of(intent).draft
    try:
        intent = desk.store.journal.mark_sent(
            intent,
            request=Order(draft, request).to_json(),
            file=request.training_file,
            at=provider.client.server_time(),
        )
    except TryLater as error:
        desk.store.journal.settle(intent, otherwise, message=error.message)
        desk.changed()
        raise
    desk.changed()
    asked = desk.store.ask()
    key = intent.uuid if provider.capabilities.idempotency_key else None
    try:
        made = await provider.create_job(request, idempotency_key=key)
    except FinetopError as error:
        if may_have_acted(error):
            return await settle(desk, intent, error)
        desk.store.journal.settle(intent, "refused", message=error.message)
        desk.changed()
        raise
    desk.store.jobs.save(desk.account, [made], asked)
    return _claim(desk, intent, made[0])


def _claim(desk: Desk, intent: Intent, job: Job) -> JobKey:
    desk.store.journal.settle(intent, "created", job=job.id)
    desk.changed()
    return JobKey(desk.account, job.id)


async def _look(desk: Desk, provider: Provider, intent: Intent) -> tuple[Job | None, list[Job]]:
    """The job that bears the marker, and failing that those that may be it."""
    request = Order.of(intent).request
    if request is None:
        return None, []
    asked = desk.store.ask()
    seen: list[Sent] = []
    if provider.capabilities.metadata_filter and MARKER in request.metadata:
        seen += (await provider.list_jobs(metadata={MARKER: intent.uuid})).items
    found = next((job for job, _ in seen if job.marker == intent.uuid), None)
    if found is None:  # the filter may not be meant, or the marker lost: the list itself tells more
        seen += (await provider.list_jobs(limit=100)).items
        found = next((job for job, _ in seen if job.marker == intent.uuid), None)
    desk.store.jobs.save(desk.account, seen, asked)
    claimed = desk.store.journal.claimed(desk.account)
    return found, [job for job, _ in seen if job.id not in claimed and is_alike(job, request, intent)]


def is_alike(job: Job, request: JobRequest, intent: Intent) -> bool:
    """True when this job may be what became of the request; never proof."""
    since = (intent.sent_at or intent.written_at) - files.SLACK_S
    return (
        job.marker is None
        and job.model == request.model
        and [file.id for file in job.training_files] == [request.training_file]
        and (job.suffix == request.suffix or (job.is_legacy and job.suffix is None))
        and (request.seed is None or job.seed == request.seed)
        and (job.created_at or 0.0) >= since
    )


def _names(jobs: list[Job]) -> str:
    return ", ".join(dict.fromkeys(job.id for job in jobs))


def _stem(file: Path | str) -> str:
    return file if isinstance(file, str) else file.stem
