"""What can be asked about jobs: each answer is kept in the store before it is given."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.pace import pace_of, pauses
from finetop.providers import every_page
from finetop.session.patience import patiently
from finetop.store import JobKey

if TYPE_CHECKING:
    from finetop.models import Checkpoint, Event, Job
    from finetop.providers import Page, Sent
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
        self, profile: str, limit: int, metadata: Mapping[str, str] | None = None
    ) -> list[Job]:
        """The provider filters where it can; what it sends is looked through all the same."""
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        wanted = dict(metadata or {})
        asked = wanted if provider.capabilities.metadata_filter else None
        number = self._store.ask()
        seen: list[Sent] = []
        found: list[Job] = []

        async def part(after: str | None) -> Page[Sent]:
            size = 100 if wanted and not asked else min(100, limit - len(found))
            return await provider.list_jobs(after=after, limit=size, metadata=asked)

        async for page in every_page(part):
            seen += page.items
            found += [job for job, _ in page.items if wanted.items() <= job.metadata.items()]
            if len(found) >= limit:
                break
        self._keep(account, seen, number)
        return found[:limit]

    async def test(self, profile: str) -> Trial:
        """Ask for one job, once; a local server is not started for it."""
        account = self._links.account(profile)
        provider = await self._links[account].ready()
        began, number = time.monotonic(), self._store.ask()
        page = await provider.list_jobs(limit=1)
        took_s = time.monotonic() - began
        self._keep(account, list(page.items), number)
        return Trial(took_s, bool(page.items), *provider.requests_left)

    async def get_job(self, profile: str, job_id: str) -> Job:
        account = self._links.account(profile)
        provider = await self._links[account].patient()
        number = self._store.ask()
        sent = await provider.get_job(job_id)
        self._keep(account, [sent], number)
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

    async def wait(self, profile: str, job_id: str) -> Job:
        """The job once it has ended."""
        pause_s = pauses(pace_of(self._links.named(profile).profile.dialect).watched_s)
        while True:
            job = await patiently(lambda: self.get_job(profile, job_id))
            if job.status.is_final:
                return job
            await asyncio.sleep(next(pause_s))

    def _keep(self, account: int, sent: list[Sent], number: int) -> None:
        self._store.jobs.save(account, sent, number)
        self._met(account, [job for job, _ in sent])
        self._changed()
