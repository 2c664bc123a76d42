"""What can be asked about jobs: each answer is kept in the store before it is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.contact import note_answer
from finetop.logs import metrics_in_results
from finetop.pace import pace_of, pauses
from finetop.providers import every_page
from finetop.session.patience import patiently
from finetop.store import JobKey

if TYPE_CHECKING:
    from finetop.models import Checkpoint, Event, Job
    from finetop.providers import Page, Provider, Sent
    from finetop.query import Condition
    from finetop.session.links import Links
    from finetop.store import Store


@dataclass(frozen=True, slots=True)
class Trial:
    """A request that was answered as it should be."""

    took_s: float
    has_jobs: bool
    requests_left: int | None
    requests_limit: int | None


class Questions:
    """Questions of one who waits for a single answer; the recorder asks its own."""

    def __init__(
        self,
        links: Links,
        store: Store,
        *,
        met: Callable[[int, list[Job]], None],
        changed: Callable[[], None],
    ) -> None:
        self._links = links
        self._store = store
        self._met = met
        """Told of the jobs of an account that were seen."""
        self._changed = changed

    async def list_jobs(
        self,
        profile: str,
        limit: int,
        metadata: Mapping[str, str] | None = None,
        condition: Condition | None = None,
    ) -> list[Job]:
        """The provider filters where it can; what it sends is looked through all the same."""
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        wanted = dict(metadata or {})
        asked = wanted if provider.capabilities.metadata_filter else None
        number = self._store.ask()
        found: list[Job] = []

        async def part(after: str | None) -> Page[Sent]:
            picky = bool(condition) or (wanted and not asked)
            size = 100 if picky else min(100, limit - len(found))
            return await provider.list_jobs(after=after, limit=size, metadata=asked)

        async for page in every_page(part):
            self._keep(account, provider, page.items, number)
            bearing = [job for job, _ in page.items if wanted.items() <= job.metadata.items()]
            found += self._meant(account, profile, bearing, condition)
            if len(found) >= limit:
                break
        return found[:limit]

    async def test(self, profile: str) -> Trial:
        """Ask for one job, once; a local server is not started for it."""
        account = self._links.account(profile)
        provider = await self._links[account].ready()
        began, number = time.monotonic(), self._store.ask()
        page = await provider.list_jobs(limit=1)
        took_s = time.monotonic() - began
        self._keep(account, provider, page.items, number)
        return Trial(took_s, bool(page.items), *provider.requests_left)

    def _meant(self, account: int, profile: str, jobs: list[Job], condition: Condition | None) -> list[Job]:
        """Those that a condition means."""
        if not condition:
            return jobs
        ids = [job.id for job in jobs]
        meant = {row.key.id for row in self._store.jobs.newest({account: profile}, condition, ids=ids)}
        return [job for job in jobs if job.id in meant]

    async def get_job(self, profile: str, job_id: str) -> Job:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        number = self._store.ask()
        sent = await provider.get_job(job_id)
        self._keep(account, provider, [sent], number)
        return sent[0]

    async def events(self, profile: str, job_id: str) -> list[Event]:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        found = [
            event
            async for page in every_page(lambda after: provider.list_events(job_id, after=after))
            for event in page.items
        ][::-1]
        if self._store.jobs.status(JobKey(account, job_id)) is not None:
            self._store.events.save(JobKey(account, job_id), found)
        self._changed()
        return found

    async def checkpoints(self, profile: str, job_id: str) -> list[Checkpoint]:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        found = [
            point
            async for page in every_page(lambda after: provider.list_checkpoints(job_id, after=after))
            for point in page.items
        ]
        if self._store.jobs.status(JobKey(account, job_id)) is not None:
            self._store.jobs.save_checkpoints(JobKey(account, job_id), found)
        self._changed()
        return found

    async def metrics(self, profile: str, job_id: str) -> None:
        """A job's measurements, kept: from its log, else from the result file of one that has ended."""
        job = await self.get_job(profile, job_id)
        await self.events(profile, job_id)
        account = self._links.account(profile)
        if self._store.events.is_measured(JobKey(account, job_id)):
            return
        found = await metrics_in_results(await self._links[account].patient(), job)
        if found:
            self._store.events.save_metrics(JobKey(account, job_id), found)
            self._changed()

    async def wait(self, profile: str, job_id: str, until: Collection[str] = ()) -> Job:
        """The job once it has ended, or before that in one of these states."""
        pause_s = pauses(pace_of(self._links.named(profile).profile.dialect).watched_s)
        while True:
            job = await patiently(lambda: self.get_job(profile, job_id))
            if job.status.is_final or job.status in until:
                return job
            await asyncio.sleep(next(pause_s))

    def _keep(self, account: int, provider: Provider, sent: Sequence[Sent], number: int) -> None:
        self._store.jobs.save(account, sent, number)
        note_answer(self._store, account, *provider.requests_left, time.time())
        self._met(account, [job for job, _ in sent])
        self._changed()
