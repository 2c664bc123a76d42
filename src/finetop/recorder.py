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
from finetop.pace import (
    Ask,
    Kind,
    Pace,
    Routes,
    View,
    at,
    due,
    is_about_account,
    next_at,
    next_delay,
    wanted,
)
from finetop.store import Pacing
from finetop.streams import Streams
from finetop.wishes import Wishes

if TYPE_CHECKING:
    from finetop.models import Job
    from finetop.providers import Provider
    from finetop.store import Held, Store

CANDIDACY_S = 30.0
"""How often one who only reads tries to become the one who asks."""
LONGEST_PAUSE_S = 900.0
NEWER = "the store was written by a newer finetop; this one only shows what was known"
BACKLOG = 200
"""Jobs among which the next log to be fetched is chosen."""


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
        self._asked_at: dict[Ask, float] = {}
        self._tried: dict[Ask, int] = {}
        self._routes = Routes()
        self._wishes = Wishes(store, account, clock=clock)
        self._contact = ContactLog(store, account, changed=changed, clock=clock)
        self._listing = Listing(store, account, learned=self._learned, changed=changed)
        self._logs = Logs(store, account, pace, self._routes, changed=changed, clock=clock)
        self._streams = Streams(
            store, account, changed=changed, ended=self._log_ended, clock=clock, sleep=sleep
        )
        self._place_in_log = False
        self._stands_still = False
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
        self._asked_at.clear()
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
            self._place_in_log = provider.capabilities.place_in_log
            self._stands_still = provider.capabilities.stands_still
            for ask in due(self._wanted(), self._asked_at, now):
                if not self._routes.closed(ask.kind, now):  # an earlier answer of this round may say no
                    await self._ask(provider, ask)
            if provider.capabilities.stream_events:
                self._streams.follow(provider, self._worth_following())
        except FinetopError as error:
            self._failures += 1
            self._is_barred = isinstance(error, BadInput | Unauthorized)
            delay_s = next_delay(error, self._failures)
            self._not_before = self._clock() + delay_s
            self._contact.say(error, self._failures)
            return delay_s
        self._failures = 0
        self._is_barred = False
        left, limit = provider.requests_left
        self._contact.say(None, 0, left=left, limit=limit)
        return max(0.05, next_at(self._wanted(), self._asked_at) - self._clock())

    async def _ask(self, provider: Provider, ask: Ask) -> None:
        """Carry one question out; what concerns one job only must not keep the others waiting."""
        self._asked_at[ask] = self._round_at  # what was asked together is due together, in one round
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
                self._asked_at.pop(ask, None)  # it is due as soon as anything is
                raise
            self._tried[ask] = self._tried.get(ask, 0) + 1
            if ask in self._asked_at:  # else somebody wants it asked anew
                self._asked_at[ask] += next_delay(error, self._tried[ask])
            self._routes.refused(ask.kind, error, self._clock())
            if ask.kind is Kind.JOB and isinstance(error, NotFound | NoFineTuning):
                self._listing.miss(ask.job)
        else:
            self._tried.pop(ask, None)
            self._routes.answered(ask.kind)
            if ask.kind is Kind.EVENTS:
                self._heard[ask.job] = provider.client.server_time()

    def _wanted(self) -> dict[Ask, float]:
        """What is worth asking, but for the routes that are closed to this account."""
        asks, now = wanted(self._view(), self._pace), self._clock()
        if self._routes.closed(Kind.WHOLE, now):
            asks.pop(Ask(Kind.BACKLOG), None)
        return {ask: every_s for ask, every_s in asks.items() if not self._routes.closed(ask.kind, now)}

    async def _ask_backlog(self, provider: Provider, _: str) -> None:
        """The log that has waited longest; one that cannot be had does not keep the others waiting."""
        logs = {Ask(Kind.WHOLE, job): self._pace.active_s for job in self._incomplete()}
        ready = due(logs, self._asked_at, self._clock())
        if ready:
            await self._ask(provider, min(ready, key=lambda ask: self._asked_at.get(ask, float("-inf"))))
        elif logs:
            self._asked_at[Ask(Kind.BACKLOG)] = next_at(logs, self._asked_at) - self._pace.backlog_s

    async def _ask_models(self, provider: Provider, _: str) -> None:
        self.store.library.save_models(self.account, await provider.list_models())

    def _learned(self, news: list[Job], before: Mapping[str, str]) -> None:
        """Jobs are new or have changed; one that has moved on is asked for its log at once."""
        self._on_jobs(news)
        for job in news:
            if before.get(job.id) != job.status:
                for kind in (Kind.EVENTS, Kind.CHECKPOINTS, Kind.WHOLE):
                    self._asked_at.pop(Ask(kind, job.id), None)
                self._asked_at.pop(Ask(Kind.BACKLOG), None)
                if job.status == "succeeded" and job.id in before:
                    self._asked_at.pop(Ask(Kind.MODELS), None)
        self._changed()

    def _view(self) -> View:
        return View(
            active={} if self._stands_still else self.store.jobs.active(self.account),
            watched=self._wishes.all_watched(),
            listed=self._listing.head,
            streamed=self._streams.live,
            place_in_log=self._place_in_log,
            incomplete=tuple(self._incomplete()),
        )

    def _incomplete(self) -> list[str]:
        """Jobs whose log is to be fetched whole; where nothing works, those that seem to are among them."""
        return self.store.jobs.incomplete(self.account, BACKLOG, at_work=self._stands_still)

    def _worth_following(self) -> list[str]:
        """Jobs that wait or work: those looked at before others, those that work before those that wait."""
        view = self._view()
        return sorted(view.active, key=lambda job: (job not in view.watched, view.active[job] != "running"))

    def _log_ended(self, job: str) -> None:
        """A stream told of a job's end: ask what became of it."""
        self._asked_at.pop(Ask(Kind.LIST), None)
        self._asked_at.pop(Ask(Kind.JOB, job), None)
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
        self._asked_at.clear()
        self._tried.clear()
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
