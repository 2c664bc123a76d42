"""What jobs tell while they work and once they have ended: read without a gap, whatever fails on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finetop.errors import BadReply, BadRequest, FinetopError, Forbidden, NotFound, NotSupported
from finetop.models.results import metrics_of_csv
from finetop.pace import Kind, Pace, Routes
from finetop.providers import Page, Provider, every_page
from finetop.providers.pages import EndlessList
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from finetop.models import Checkpoint, Event, File, Job, Metric

HEAD = 50
"""Events asked for at first: more than a second of any run has brought."""
SHORT_HEAD = 10
"""The same of a log that brought little the last time: most of what is read of it is known."""
MOST_RESULTS = 32_000_000
"""Bytes of a result file that are worth reading: some hundred thousand steps."""
MOST_TRIES = 20
"""So often in a row an answer nobody can read is asked for again, until a log is left as it is."""
GATEWAY_S = 15.0
"""A route is missing when it was for so long: a gateway says the same while its server starts anew."""


@dataclass(slots=True)
class HalfRead:
    """A log that was being read when an answer failed: what came, newest first, and where it goes on."""

    events: list[Event] = field(default_factory=list)
    after: str | None = None


class Logs:
    """The logs of one account's jobs."""

    def __init__(
        self,
        store: Store,
        account: int,
        pace: Pace,
        routes: Routes,
        *,
        changed: Callable[[], None],
        clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._account = account
        self._pace = pace
        self._routes = routes
        self._changed = changed
        self._clock = clock
        self._half_read: dict[str, HalfRead] = {}
        self._unread: dict[str, int] = {}
        self._read: set[str] = set()
        self._brought: dict[str, int] = {}
        self._missing_since: dict[Kind, float] = {}
        self._paused_since: dict[str, float] = {}

    async def ask_events(self, provider: Provider, job_id: str) -> None:
        """New events, newest first until one that is known; saved oldest first, and only without a gap."""
        try:
            if job_id in self._half_read:
                await self._read_on(provider, job_id)  # to where it was known; what came since is at the head
            await self._read_on(provider, job_id)
        except NotSupported:
            self._mark_read(job_id)  # nothing will ever stand there
            raise
        self._mark_read(job_id)

    def _mark_read(self, job_id: str) -> None:
        """Whoever looks at an empty log may be told that it is empty."""
        if job_id not in self._read:
            self._read.add(job_id)
            self._store.events.mark_read(JobKey(self._account, job_id))
            self._changed()

    async def _read_on(self, provider: Provider, job_id: str) -> None:
        """One walk down a log, from its head or from where the last one broke off."""
        key = JobKey(self._account, job_id)
        read = self._half_read.setdefault(job_id, HalfRead())
        limits = iter((self._head(job_id),) if read.after is None else ())

        async def part(after: str | None) -> Page[Event]:
            return await provider.list_events(job_id, after=after, limit=next(limits, 100))

        try:
            async for page in every_page(part, start=read.after):
                known = self._store.events.known(key, [event.id for event in page.items if event.id])
                new = [event for event in page.items if event.id not in known]
                if new:
                    self._unread.pop(job_id, None)
                read.events += new
                read.after = page.next
                if known:
                    break
        except EndlessList:
            self._save(key)
            raise
        except (NotFound, BadRequest):
            if self._half_read.pop(job_id).after is None:
                raise
            return  # the place to go on from is no longer known there; the head is read next
        except FinetopError:
            if read.after is None:
                del self._half_read[job_id]  # nothing came yet
            raise
        self._save(key)

    def _head(self, job_id: str) -> int:
        """Twice what came last: reading what is known is most of the work of a long recording."""
        return min(HEAD, max(SHORT_HEAD, 2 * self._brought.get(job_id, HEAD)))

    def _save(self, key: JobKey) -> None:
        new = self._half_read.pop(key.id).events
        self._brought[key.id] = len(new)
        if new and self._store.events.save(key, new[::-1]):
            self._changed()

    async def ask_checkpoints(self, provider: Provider, job_id: str) -> None:
        """Every checkpoint a job has just now."""

        async def part(after: str | None) -> Page[Checkpoint]:
            return await provider.list_checkpoints(job_id, after=after)

        points = [point async for page in every_page(part) for point in page.items]
        if self._store.jobs.save_checkpoints(JobKey(self._account, job_id), points):
            self._changed()

    async def ask_whole(self, provider: Provider, job_id: str) -> None:
        """Fetch what a job that stands still has to tell; once more while it may not have told all."""
        key = JobKey(self._account, job_id)
        stands_for_s = self._stands_for_s(key, provider.client.server_time())
        try:
            await self._ask_part(Kind.EVENTS, self.ask_events, provider, job_id)
            await self._ask_part(Kind.CHECKPOINTS, self.ask_checkpoints, provider, job_id)
            await self._ask_results(provider, key)
        except NotFound:
            self._store.jobs.mark_whole(key)  # the provider has forgotten it
            return
        except (BadReply, BadRequest):
            self._unread[job_id] = self._unread.get(job_id, 0) + 1
            if self._unread[job_id] < MOST_TRIES:
                raise
            self._store.jobs.mark_whole(key)  # it will not read better tomorrow
            return
        if stands_for_s >= self._pace.grace_s:
            self._paused_since.pop(job_id, None)
            self._store.jobs.mark_whole(key)

    def _stands_for_s(self, key: JobKey, now: float) -> float:
        """How long a job has been still; a pause counts from when it was first seen."""
        job = self._store.jobs.get(key)
        if job is None or job.status.is_final:
            ended_at = None if job is None else job.ended_at
            return self._pace.grace_s if ended_at is None else now - ended_at
        return now - self._paused_since.setdefault(key.id, now)

    async def _ask_results(self, provider: Provider, key: JobKey) -> None:
        """Measurements from the result file of a job whose log had none, as a legacy job's."""
        job = self._store.jobs.get(key)
        if job is None or self._store.events.is_measured(key):
            return
        metrics = await metrics_in_results(provider, job)
        if metrics:
            self._store.events.save_metrics(key, metrics)
            self._changed()

    async def _ask_part(
        self, kind: Kind, ask: Callable[[Provider, str], Awaitable[None]], provider: Provider, job_id: str
    ) -> None:
        """One part of a whole log; one that this server does not have is no gap."""
        now = self._clock()
        refused = self._routes.closed(kind, now)
        try:
            if isinstance(refused, Forbidden):
                raise refused.with_traceback(None)
            await ask(provider, job_id)
        except NotSupported as error:
            self._routes.refused(kind, error, now)
            if error.status == 404 and now - self._missing_since.setdefault(kind, now) < GATEWAY_S:
                raise BadReply(error.message, status=404) from error  # it is asked again
        else:
            self._missing_since.pop(kind, None)
            self._routes.answered(kind)


async def metrics_in_results(provider: Provider, job: Job) -> list[Metric]:
    """What the first result file that can be read has measured; empty where none can."""
    for file in job.result_files:
        try:
            metrics = metrics_of_csv(await _content(provider, file))
        except (NotFound, Forbidden, BadRequest, NotSupported):
            continue  # files are deleted or kept from some keys; the job is whole without
        if metrics:
            return metrics
    return []


async def _content(provider: Provider, file: File) -> bytes:
    """A result file; empty where it is too large to be worth reading. Raises BadReply where it breaks off."""
    size_bytes = file.size_bytes
    if size_bytes is None:  # many jobs name their files by id alone
        with suppress(NotFound, NotSupported):
            size_bytes = (await provider.get_file(file.id)).size_bytes
    content = bytearray()
    async with aclosing(provider.content(file.id)) as parts:
        async for part in parts:
            content += part
            if len(content) > MOST_RESULTS:
                return b""
    if len(content) < (size_bytes or 0):
        raise BadReply(f"{file.id} broke off: {len(content)} of {size_bytes} bytes came")
    return bytes(content)
