"""What runs on the network thread: a link and a recorder for each account, questions and actions."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import platform
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from finetop.actions import control, create, files, orphans
from finetop.actions.desk import Desk
from finetop.actions.naming import safe_name
from finetop.errors import BadInput, FinetopError
from finetop.pace import own_pace
from finetop.recorder import Recorder
from finetop.session.alerting import SILENT_DIALECTS, watch_of
from finetop.session.following import Following
from finetop.session.library import Library
from finetop.session.links import Links
from finetop.session.questions import Questions
from finetop.store import Asked, Intent, JobKey

if TYPE_CHECKING:
    from finetop.actions.draft import Draft
    from finetop.alerts.watching import Watch
    from finetop.exchange import Exchange
    from finetop.models import Event, Job
    from finetop.session import Results, Session
    from finetop.session.links import Link

TELL_S = 0.05
"""News within this time is told once."""
LOOK_S = 1.0
"""How often to look whether another process has written; four looks a second break the idle budget."""
JUMP_S = 10.0
"""The wall clock is trusted to this much against the clock that stands still while the machine sleeps."""
RESTART_S = 5.0
"""Before work that failed by our own fault is taken up again."""
FAULT_S = 300.0
"""The same for work that tells each of its faults."""


class Network:
    """Everything that talks, on one loop."""

    def __init__(self, session: Session, on_change: Callable[[], None]) -> None:
        self._session = session
        self._store = session.store
        self._on_change = on_change
        self._loop = asyncio.get_running_loop()
        self._telling = False
        self._tasks: set[asyncio.Task[Any]] = set()
        self._recorders: dict[int, Recorder] = {}
        self._settling: set[str] = set()
        self._watch: Watch | None = None
        self._who = f"{platform.node()} {os.getpid()}"
        self._links = Links(
            session.profiles,
            session.accounts,
            session.paths,
            session.environ,
            start_local=session.start_local,
            transport=session.transport,
            heard=self._heard_answer,
        )
        self.questions = Questions(self._links, self._store, met=self._adopt, changed=self.changed)
        self.library = Library(
            self._links,
            self._store,
            changed=self.changed,
            desk=self._desk,
            writable=self._writable,
            origin=session.origin,
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
                own_pace(link.profile),
                changed=self.changed,
                on_jobs=functools.partial(self._adopt, account),
                settle=functools.partial(self._settle, account),
            )
            self._run(self._record(account))
            if self._session.results is not None:
                self._run(self._keep_results(account, link, self._session.results))
        self._run(self._for_ever(self._look_for_others, lambda _: None))  # recorders tell of the disk
        with contextlib.suppress(FinetopError):  # settings that make no sense: whoever shows them says so
            self._watch = watch_of(self._session, self._heard, self.changed)
            self._run(self._for_ever(self._watch.judge, self._tell_fault))
            self._run(self._for_ever(self._watch.deliver, self._tell_fault))

    async def close(self) -> None:
        """Stop everything; what was sent and not answered stays in the journal."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._links.close()

    def changed(self) -> None:
        """The store has news: tell, but not of each piece."""
        if self._watch is not None:
            self._watch.wake()
        if not self._telling:
            self._telling = True
            self._loop.call_later(TELL_S, self._tell)

    def _heard_answer(self, account: int, exchange: Exchange) -> None:
        """Keep what was asked: orders in the store, for all processes; questions while this one lives."""
        self._session.asked.append(Asked(account, self._who, exchange))
        if not exchange.is_question:
            with contextlib.suppress(FinetopError):  # where the disk is full, the order itself says so
                self._store.asked.add(account, self._who, exchange)

    async def create(self, draft: Draft) -> JobKey:
        return await create.create(self._writable(self._links.account(draft.profile)), draft)

    async def order(self, kind: str, key: JobKey) -> None:
        await control.order(self._writable(key.account), kind, key)

    async def follow(self, profile: str, job_id: str, tell: Callable[[Event], None]) -> Job:
        return await Following(self._links, self.questions, profile, job_id, tell).until_the_end()

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

    async def use(self, profile: str) -> None:
        account = self._links.account(profile)
        await self._links[account].used()
        if account in self._recorders:
            self._recorders[account].refresh()

    def refresh(self) -> None:
        for account in self._session.names:
            if self._store.accounts.unable(account):
                self._store.accounts.forget_unable(account)
                self.changed()
        for recorder in self._recorders.values():
            recorder.refresh()

    async def set_paused(self, *, paused: bool) -> None:
        for account in self._session.names:
            self._store.pacing.set_paused(account, paused=paused)
        self.look()
        self.changed()

    async def set_pace(self, paces_s: Mapping[int, float | None]) -> None:
        for account, pace_s in paces_s.items():
            self._store.pacing.set_pace(account, pace_s)
        self.look()
        self.changed()

    def look(self) -> None:
        """There may be a wish of another process, or another pace."""
        for recorder in self._recorders.values():
            recorder.look()

    def watch(self, key: JobKey | None) -> None:
        for account, recorder in self._recorders.items():
            recorder.watch(key.id if key is not None and key.account == account else None)

    def _desk(self, account: int) -> Desk:
        return Desk(self._store, account, self._links[account].used, self.changed)

    def _writable(self, account: int) -> Desk:
        """The desk for what changes something at the provider."""
        profile = self._links[account].profile
        if profile.read_only:
            is_archive = profile.dialect == "archive"
            raise BadInput(
                f"{profile.name} is an archive, which takes no orders"
                if is_archive
                else f"the profile {profile.name} is for reading only",
                hint="Choose a profile that has a provider."
                if is_archive
                else "Take read_only out of its table, or --read-only off the command line.",
            )
        return self._desk(account)

    def _intent(self, key: JobKey) -> Intent:
        intent = self._store.journal.get(key.id.removeprefix("intent:"))
        if intent is None or intent.account != key.account:
            raise BadInput("there is no such request")
        return intent

    def _adopt(self, account: int, jobs: Iterable[Job]) -> None:
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
                self._recorders[account].fault(said)

    async def _keep_results(self, account: int, link: Link, results: Results) -> None:
        """Bring result files for ever, as `_record` records."""
        name = self._session.names[account]
        keeping = files.Keeping(
            Desk(self._store, account, link.ready, self.changed),
            results.folder / safe_name(name),
            apart_s=own_pace(link.profile).backlog_s,
            tell=lambda sentence: results.tell(f"{name}: {sentence}"),
        )
        while True:
            try:
                await keeping.run()
            except Exception as error:  # noqa: BLE001 - the outermost frame of this work
                results.tell(f"{name}: a fault in finetop keeps results from being kept: {error!r}")
                await asyncio.sleep(FAULT_S)

    def _heard(self) -> dict[int, Mapping[str, float]]:
        """Of each account that this process asks, when the logs of its jobs were last read."""
        found = {account: recorder.heard for account, recorder in self._recorders.items()}
        return {
            account: heard
            for account, heard in found.items()
            if heard is not None and self._links[account].profile.dialect not in SILENT_DIALECTS
        }

    async def _for_ever(
        self, work: Callable[[], Coroutine[Any, Any, None]], tell: Callable[[Exception], None]
    ) -> None:
        """A fault of ours, or a disk that fails in passing, must not end it without a word."""
        while True:
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - the outermost frame of this work
                tell(error)
                await asyncio.sleep(RESTART_S)

    def _tell_fault(self, error: Exception) -> None:
        self._session.alert_fault = f"a fault in finetop keeps alerts from being told: {error!r}"
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
        known, apart_s = self._store.data_version(), time.time() - time.monotonic()
        self.look()
        self.changed()  # what was written since the first paint shows on no connection of this thread
        while True:
            await asyncio.sleep(LOOK_S)
            before_s, apart_s = apart_s, time.time() - time.monotonic()
            if abs(apart_s - before_s) > JUMP_S:
                for recorder in self._recorders.values():
                    recorder.start_over(apart_s - before_s)
            version = self._store.data_version()
            if version != known:
                known = version
                self.look()
                self.changed()

    def _tell(self) -> None:
        self._telling = False
        told = {account: recorder.trouble for account, recorder in self._recorders.items()}
        self._session.troubles = {account: said for account, said in told.items() if said}
        self._on_change()

    def _run(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
