"""What runs on the network thread: a link and a recorder for each account, and the actions."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from finetop.actions import control, create, orphans
from finetop.actions.desk import Desk
from finetop.dataset import first_prompt
from finetop.errors import BadInput, FinetopError
from finetop.pace import next_delay, pace_of
from finetop.providers import every_page
from finetop.recorder import Recorder
from finetop.session.links import Link
from finetop.store import Intent, JobKey

if TYPE_CHECKING:
    from finetop.actions.draft import Draft
    from finetop.models import Checkpoint, Event, File, Job, Model
    from finetop.providers import Page, Sent
    from finetop.session import Session

TELL_S = 0.05
"""News within this time is told once."""
LOOK_S = 1.0
"""How often to look whether another process has written; four looks a second break the idle budget."""
RESTART_S = 5.0
"""Before work that failed by our own fault is taken up again."""
LONGEST_EXAMPLE = 1 << 20
"""Bytes of a training file that are read in search of its first line's end."""
PATIENCE_FAILURES = 12
"""How often in a row waiting for a job may fail before the one who waits is told."""


class Network:
    """Everything that talks, on one loop."""

    def __init__(self, session: Session, on_change: Callable[[], None]) -> None:
        self._session = session
        self._store = session.store
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._telling = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._links: dict[int, Link] = {}
        self._recorders: dict[int, Recorder] = {}
        self._settling: set[str] = set()
        for profile in session.profiles:
            account = session.accounts[profile.name]
            if account not in self._links:
                self._links[account] = Link(
                    profile,
                    session.paths,
                    session.environ,
                    start_local=session.start_local,
                    transport=session.transport,
                )

    def start(self) -> None:
        """Begin to record, where that is wanted, and to look for what other processes write."""
        if not self._session.poll:
            return
        for account, link in self._links.items():
            self._recorders[account] = Recorder(
                self._store,
                account,
                link.ready,
                pace_of(link.profile.dialect),
                changed=self.changed,
                on_jobs=functools.partial(self._adopt, account),
                settle=functools.partial(self._settle, account),
            )
            self._run(self._record(account))
        self._run(self._look_for_others())

    async def close(self) -> None:
        """Stop everything; what was sent and not answered stays in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in self._links.values():
            await link.close()

    def changed(self) -> None:
        """The store has news: tell, but not of each piece."""
        if not self._telling:
            self._telling = True
            self._loop.call_later(TELL_S, self._tell)

    async def create(self, draft: Draft) -> JobKey:
        return await create.create(self._writable(self._account(draft.profile)), draft)

    async def cancel(self, key: JobKey) -> None:
        await control.cancel(self._writable(key.account), key)

    async def resend(self, key: JobKey) -> JobKey:
        return await create.resend(self._writable(key.account), self._intent(key))

    async def dismiss(self, key: JobKey) -> None:
        self._store.journal.settle(self._intent(key), "dismissed")
        self.changed()

    async def candidates(self, key: JobKey) -> list[JobKey]:
        found = await create.candidates(self._desk(key.account), self._intent(key))
        return [JobKey(key.account, job.id) for job in found]

    async def adopt(self, key: JobKey, job: JobKey) -> JobKey:
        return create.adopt(self._desk(key.account), self._intent(key), job.id)

    async def models(self, profile: str) -> list[Model]:
        account = self._account(profile)
        models = await (await self._links[account].patient()).list_models()
        self._store.jobs.save_models(account, models)
        self.changed()
        return list(models)

    async def files(self, profile: str) -> list[File]:
        account = self._account(profile)
        provider = await self._links[account].patient()
        found = [
            file
            async for page in every_page(lambda after: provider.list_files(after=after))
            for file in page.items
        ]
        self._store.jobs.save_files(account, found)
        self.changed()
        return found

    async def chat(self, profile: str, model: str, prompt: str) -> str:
        return await (await self._links[self._account(profile)].used()).chat(model, prompt)

    async def first_prompt(self, profile: str, file: str) -> str:
        if not file:
            return ""
        provider = await self._links[self._account(profile)].used()
        start = b""
        try:
            async with contextlib.aclosing(provider.content(file)) as chunks:
                async for chunk in chunks:
                    start += chunk
                    if b"\n" in start or len(start) > LONGEST_EXAMPLE:
                        break
        except FinetopError:
            return ""  # many providers keep training files to themselves
        return first_prompt(start.split(b"\n", 1)[0])

    async def use(self, profile: str) -> None:
        account = self._account(profile)
        await self._links[account].used()
        if account in self._recorders:
            self._recorders[account].refresh()

    async def list_jobs(self, profile: str, limit: int) -> list[Job]:
        account = self._account(profile)
        provider = await self._links[account].patient()
        number = self._store.ask()
        found: list[Sent] = []

        async def part(after: str | None) -> Page[Sent]:
            return await provider.list_jobs(after=after, limit=min(100, limit - len(found)))

        async for page in every_page(part):
            found += page.items
            if len(found) >= limit:
                break
        self._keep(account, found, number)
        return [job for job, _ in found[:limit]]

    async def get_job(self, profile: str, job_id: str) -> Job:
        account = self._account(profile)
        provider = await self._links[account].patient()
        number = self._store.ask()
        sent = await provider.get_job(job_id)
        self._keep(account, [sent], number)
        return sent[0]

    async def events(self, profile: str, job_id: str) -> list[Event]:
        account = self._account(profile)
        provider = await self._links[account].patient()
        found = [
            event
            async for page in every_page(lambda after: provider.list_events(job_id, after=after))
            for event in page.items
        ][::-1]
        if self._store.jobs.status(JobKey(account, job_id)) is not None:
            self._store.events.save(JobKey(account, job_id), found)
        self.changed()
        return found

    async def checkpoints(self, profile: str, job_id: str) -> list[Checkpoint]:
        account = self._account(profile)
        provider = await self._links[account].patient()
        found = [
            point
            async for page in every_page(lambda after: provider.list_checkpoints(job_id, after=after))
            for point in page.items
        ]
        if self._store.jobs.status(JobKey(account, job_id)) is not None:
            self._store.jobs.save_checkpoints(JobKey(account, job_id), found)
        self.changed()
        return found

    async def wait(self, profile: str, job_id: str) -> Job:
        """Outages are waited out for as long as a person would."""
        pace = pace_of(self._links[self._account(profile)].profile.dialect)
        failures = 0
        while True:
            try:
                job = await self.get_job(profile, job_id)
            except FinetopError as error:
                failures += 1
                if error.exit_code not in {4, 75} or failures >= PATIENCE_FAILURES:
                    raise
                await asyncio.sleep(next_delay(error, failures))
                continue
            if job.status.is_final:
                return job
            failures = 0
            await asyncio.sleep(pace.watched_s)

    def refresh(self) -> None:
        for recorder in self._recorders.values():
            recorder.refresh()

    def watch(self, key: JobKey | None) -> None:
        for account, recorder in self._recorders.items():
            recorder.watch(key.id if key is not None and key.account == account else None)

    def _account(self, profile: str) -> int:
        try:
            return self._session.accounts[profile]
        except KeyError:
            known = ", ".join(self._session.accounts) or "none"
            raise BadInput(f"there is no profile {profile}", hint=f"Use one of: {known}.") from None

    def _desk(self, account: int) -> Desk:
        return Desk(self._store, account, self._links[account].used, self.changed)

    def _writable(self, account: int) -> Desk:
        """The desk for what changes something at the provider."""
        profile = self._links[account].profile
        if profile.read_only:
            raise BadInput(
                f"the profile {profile.name} is for reading only", hint="Remove read_only from its table."
            )
        return self._desk(account)

    def _intent(self, key: JobKey) -> Intent:
        intent = self._store.journal.get(key.id.removeprefix("intent:"))
        if intent is None or intent.account != key.account:
            raise BadInput("there is no such request")
        return intent

    def _keep(self, account: int, sent: list[Sent], number: int) -> None:
        self._store.jobs.save(account, sent, number)
        self._adopt(account, [job for job, _ in sent])
        self.changed()

    def _adopt(self, account: int, jobs: Any) -> None:
        if create.adopt_marked(self._store, account, jobs):
            self.changed()

    def _settle(self, account: int) -> None:
        """Take care of what a process that is no more has left under way."""
        for intent in orphans.left(self._store, account):
            if intent.uuid not in self._settling:
                self._settling.add(intent.uuid)
                desk = Desk(self._store, account, self._links[account].ready, self.changed)
                self._run(self._settle_one(desk, intent))

    async def _record(self, account: int) -> None:
        """Record for ever: a fault of ours is told on the profile, and ends nothing else."""
        while True:
            try:
                await self._recorders[account].run()
            except Exception as error:  # noqa: BLE001 - the outermost frame of this work
                said = error.message if isinstance(error, FinetopError) else f"a fault in finetop: {error!r}"
                await asyncio.sleep(RESTART_S)
                with contextlib.suppress(FinetopError):
                    old = self._store.accounts.contact(account)
                    self._store.accounts.save_contact(account, replace(old, state="stale", message=said))
                self.changed()

    async def _settle_one(self, desk: Desk, intent: Intent) -> None:
        try:
            await orphans.settle(desk, intent)
        except FinetopError:
            return  # it is still in the journal: the recorder comes back to it
        finally:
            self._settling.discard(intent.uuid)

    async def _look_for_others(self) -> None:
        """Another process's commits show on this thread's connection, our own do not."""
        known = self._store.data_version()
        while True:
            await asyncio.sleep(LOOK_S)
            version = self._store.data_version()
            if version != known:
                known = version
                for recorder in self._recorders.values():
                    recorder.look()
                self.changed()

    def _tell(self) -> None:
        self._telling = False
        self._on_change()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
