"""Asks one account's provider, at the pace `pace` decides, and writes what it learns into the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from finetop.contact import ContactLog
from finetop.errors import BadInput, FinetopError, NoFineTuning, NotFound, Unauthorized
from finetop.listing import Listing
from finetop.logs import Logs
from finetop.outlook import Outlook
from finetop.pace import (
    Ask,
    Kind,
    Pace,
    Routes,
    at,
    is_about_account,
    next_delay,
)
from finetop.store import Pacing
from finetop.streams import Streams
from finetop.timetable import Timetable
from finetop.wishes import Wishes

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.providers import Provider
    from finetop.store import Held, Store

CANDIDACY_S = 30.0
"""How often one who only reads tries to become the one who asks."""
LONGEST_PAUSE_S = 900.0
JUDGED_AT_ONCE = 20
"""Jobs that an older finetop has measured: so many a round, for the loop must not stand still."""
NEWER = "the store was written by a newer finetop; this one only shows what was known"


def _ignore() -> None:
    """Nobody listens."""


def _nothing(jobs: Iterable[Job]) -> None:
    """Nobody cares for new jobs."""


class Recorder:
    """One account's questions, asked one after another."""

    def __init__(
        self,
        store: Store,
        account: int,
        provider: Callable[[], Awaitable[Provider]],
        pace: Pace,
        *,
        changed: Callable[[], None] = _ignore,
        on_jobs: Callable[[Iterable[Job]], None] = _nothing,
        settle: Callable[[], None] = _ignore,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.store = store
        self.account = account
        self._provider = provider
        self._own_pace = self._pace = pace
        self._pacing = Pacing()
        self._asks_once = False
        self._changed = changed
        self._on_jobs = on_jobs
        self._settle = settle
        self._clock = clock
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._held: Held | None = None
        self._timetable = Timetable()
        self._routes = Routes()
        self._wishes = Wishes(store, account, clock=clock)
        self._contact = ContactLog(store, account, changed=changed, clock=clock)
        self._listing = Listing(store, account, learned=self._learned, changed=changed)
        self._logs = Logs(store, account, pace, self._routes, changed=changed, clock=clock)
        self._streams = Streams(
            store, account, changed=changed, ended=self._log_ended, clock=clock, sleep=sleep
        )
        self._outlook = Outlook(store, account, self._wishes, self._listing, self._streams)
        self._heard: dict[str, float] = {}
        self._failures = 0
        self._not_before = 0.0
        self._is_barred = False
        self._round_at = 0.0

    def refresh(self) -> None:
        """Ask now, whatever was agreed; where another process asks, tell it."""
        if self._held is None:
            self._wishes.tell("refresh")
        self._hurry()

    def watch(self, job: str | None) -> None:
        """Ask for this job more often; where another process asks, tell it."""
        self._wishes.watched = job
        if self._held is None:
            self._wishes.repeat()
        self._wake.set()

    @property
    def heard(self) -> Mapping[str, float] | None:
        """When each job's log was last read, by the server's clock; None while another process asks."""
        return None if self._held is None else self._heard

    def look(self) -> None:
        """Somebody has written: there may be a wish, or another pace."""
        if self._held is not None and (self._take_wishes() | self._heed()):
            self._wake.set()

    def start_over(self, jump_s: float) -> None:
        """The machine has slept, or its clock was set: ask at once, but keep to what a provider wished."""
        self._not_before += min(0.0, jump_s)  # a clock set back would make it wait for so much longer
        self._timetable.ask_all_anew()
        self._wake.set()

    @property
    def trouble(self) -> str:
        """What keeps this process from writing anything down; empty where nothing does."""
        return self._contact.trouble

    def fault(self, message: str) -> None:
        """Tell that asking has ended by a fault of ours; it is taken up again."""
        self._contact.fault(message)

    async def run(self) -> None:
        """Ask for ever, as soon as nobody else does."""
        try:
            while True:
                if not self.store.is_newer() and not (self._is_barred and self._clock() < self._not_before):
                    self._held = self.store.locks.poll(self.account)
                if self._held is not None:
                    await self._poll()
                    self._let_go()
                self._wishes.repeat()
                await self._pause(CANDIDACY_S)
        finally:
            await self._streams.close()
            self._let_go()

    def _let_go(self) -> None:
        if self._held is not None:
            self._held.release()
            self._held = None

    async def _poll(self) -> None:
        """Ask until a newer finetop changes the store under us, or our key turns out to be none.

        Another process may have one that works, so it gets its turn.
        """
        while not self.store.is_newer():
            self._take_wishes()
            self._heed()
            if self._pacing.paused and not self._asks_once:
                await self._streams.close()
                await self._pause(LONGEST_PAUSE_S)
                continue
            self._asks_once = False
            pause_s = await self.round()
            if self._is_barred:
                await self._streams.close()
                return
            await self._pause(pause_s)
        self._contact.fault(NEWER)
        await self._streams.close()

    async def round(self) -> float:
        """Ask what is due; the seconds until there is something to ask again."""
        now = self._round_at = self._clock()
        if now < self._not_before:
            return self._not_before - now
        try:
            self._settle()
            provider = await self._provider()
            self._outlook.learn(provider.capabilities)
            for ask in self._timetable.due(self._wanted(now), now):
                if not self._routes.closed(ask.kind, now):  # an earlier answer of this round may say no
                    await self._ask(provider, ask)
            if provider.capabilities.stream_events:
                self._streams.follow(provider, self._outlook.worth_following())
        except FinetopError as error:
            self._failures += 1
            self._is_barred = isinstance(error, BadInput | Unauthorized)
            delay_s = next_delay(error, self._failures)
            self._not_before = self._clock() + delay_s
            self._contact.say(error, self._failures)
            return delay_s
        if self.store.events.judge_waiting(self.account, JUDGED_AT_ONCE):
            self._changed()
        self._failures = 0
        self._is_barred = False
        left, limit = provider.requests_left
        self._contact.say(None, 0, left=left, limit=limit)
        now = self._clock()
        return max(0.05, self._timetable.next_at(self._wanted(now)) - now)

    async def _ask(self, provider: Provider, ask: Ask) -> None:
        """Carry one question out; what concerns one job only must not keep the others waiting."""
        self._timetable.asked(ask, self._round_at)  # what was asked together is due together, in one round
        carry_out: dict[Kind, Callable[[Provider, str], Awaitable[None]]] = {
            Kind.LIST: self._listing.ask_list,
            Kind.JOB: self._listing.ask_job,
            Kind.EVENTS: self._logs.ask_events,
            Kind.CHECKPOINTS: self._logs.ask_checkpoints,
            Kind.WHOLE: self._logs.ask_whole,
            Kind.BACKLOG: self._ask_backlog,
            Kind.MODELS: self._ask_models,
        }
        try:
            await carry_out[ask.kind](provider, ask.job)
        except FinetopError as error:
            if ask.kind is Kind.LIST or is_about_account(error):
                self._timetable.ask_anew(ask)
                raise
            self._timetable.failed(ask, error)
            self._routes.refused(ask.kind, error, self._clock())
            if ask.kind is Kind.JOB and isinstance(error, NotFound | NoFineTuning):
                self._listing.miss(ask.job)
        else:
            self._timetable.answered(ask)
            self._routes.answered(ask.kind)
            if ask.kind is Kind.EVENTS:
                self._heard[ask.job] = provider.client.server_time()

    def _wanted(self, now: float) -> dict[Ask, float]:
        return self._outlook.wanted(self._pace, self._routes, now)

    async def _ask_backlog(self, provider: Provider, _: str) -> None:
        """The log that has waited longest; one that cannot be had does not keep the others waiting."""
        logs = {Ask(Kind.WHOLE, job): self._pace.active_s for job in self._outlook.incomplete()}
        ready = self._timetable.due(logs, self._clock())
        if ready:
            await self._ask(provider, min(ready, key=self._timetable.asked_at))
        elif logs:
            self._timetable.asked(Ask(Kind.BACKLOG), self._timetable.next_at(logs) - self._pace.backlog_s)

    async def _ask_models(self, provider: Provider, _: str) -> None:
        self.store.library.save_models(self.account, await provider.list_models())
        self.store.library.note_listed(self.account, "models", self._clock())

    def _learned(self, news: list[Job], before: Mapping[str, str]) -> None:
        """Jobs are new or have changed; one that has moved on is asked for its log at once."""
        self._on_jobs(news)
        for job in news:
            if before.get(job.id) != job.status:
                own = (Ask(kind, job.id) for kind in (Kind.EVENTS, Kind.CHECKPOINTS, Kind.WHOLE))
                self._timetable.ask_anew(*own, Ask(Kind.BACKLOG))
                if job.status == "succeeded" and job.id in before:
                    self._timetable.ask_anew(Ask(Kind.MODELS))
        self._changed()

    def _log_ended(self, job: str) -> None:
        """A stream told of a job's end: ask what became of it."""
        self._timetable.ask_anew(Ask(Kind.LIST), Ask(Kind.JOB, job))
        self._wake.set()

    def _take_wishes(self) -> bool:
        kinds = self._wishes.take()
        if "refresh" in kinds:
            self._hurry()
        return bool(kinds)

    def _heed(self) -> bool:
        """Take over what was said of the pace last; True where that is news."""
        said = self.store.pacing.get(self.account)
        if said == self._pacing:
            return False
        self._pacing = said
        self._pace = self._own_pace if said.pace_s is None else at(self._own_pace, said.pace_s)
        return True

    def _hurry(self) -> None:
        self._asks_once = True
        self._routes.reopen()
        self._streams.forget()
        self._not_before = 0.0
        self._failures = 0
        self._timetable.begin_again()
        self._wake.set()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless something makes it worth asking sooner."""
        sleeping = asyncio.ensure_future(self._sleep(min(seconds, LONGEST_PAUSE_S)))
        waking = asyncio.ensure_future(self._wake.wait())
        try:
            await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()
        self._wake.clear()
