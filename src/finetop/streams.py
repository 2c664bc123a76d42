"""Logs as they are written: a few streams held open beside the recorder's questions.

A stream only brings news sooner. Whatever happens to it, the recorder's questions find the same events,
so a stream that is cut is opened again and told to nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING

from finetop.errors import (
    ApiError,
    BadReply,
    BadRequest,
    FinetopError,
    Forbidden,
    LostReply,
    NoFineTuning,
    NotFound,
    NotSupported,
    TryLater,
)
from finetop.pace import CLOSED_S, next_delay
from finetop.store import JobKey, Store

if TYPE_CHECKING:
    from finetop.models import Event
    from finetop.providers import Provider

MOST = 3
"""Streams of one account at a time: each holds a connection."""
GATHER_S = 0.05
"""Events within this time are kept together; a stream begins with all there were."""
RETRY_S = 5.0
"""Before events that could not be written are tried again."""
SOON_S = 1.0
"""Before a stream is opened again that had been good."""
STEADY_S = 30.0
"""A stream that lasted so long was good, even where nothing happened in it."""
LEFT_S = 60.0
"""How long a log is left to the recorder's questions once its stream said that this was all."""


def pause_s(error: FinetopError, failures: int) -> float:
    """Seconds until a stream that broke off is opened again, after its `failures`-th failure in a row."""
    if failures == 1 and isinstance(error, LostReply):
        return SOON_S
    return next_delay(error, failures)


def cannot_stream(error: FinetopError) -> bool:
    """True when this server will not stream any log."""
    kinds = BadReply | BadRequest | NotSupported | Forbidden | NoFineTuning
    return isinstance(error, kinds) or (isinstance(error, ApiError) and error.status in {405, 501})


class Stream:
    """One job's log, written down as it comes."""

    def __init__(self, store: Store, key: JobKey, changed: Callable[[], None]) -> None:
        self.key = key
        self.is_live = False
        """True while the log comes by itself."""
        self.kept = 0
        """Events that were news."""
        self._store = store
        self._changed = changed
        self._waiting: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None

    async def read(self, provider: Provider) -> None:
        """Read until the job has ended. Raises what the stream broke off with."""
        try:
            async with aclosing(provider.stream_events(self.key.id)) as events:
                async for event in events:
                    self.is_live = True
                    self._waiting.append(event)
                    if self._timer is None:
                        self._keep_after(GATHER_S)
        finally:
            self.is_live = False
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            with suppress(TryLater):  # the recorder's next question brings the same
                self._keep()

    def _keep_after(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._keep_now)

    def _keep_now(self) -> None:
        self._timer = None
        try:
            self._keep()
        except TryLater:
            self._keep_after(RETRY_S)

    def _keep(self) -> None:
        """Write what is new; a stream that was opened again begins with what is known."""
        told = [event for event in self._waiting if event.id]
        known = self._store.events.known(self.key, [event.id for event in told if event.id])
        new = [event for event in told if event.id not in known]
        if new and (kept := self._store.events.save(self.key, new)):
            self.kept += kept
            self._changed()
        self._waiting.clear()


class Streams:
    """The streams of one account."""

    def __init__(
        self,
        store: Store,
        account: int,
        *,
        changed: Callable[[], None],
        ended: Callable[[str], None],
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._account = account
        self._changed = changed
        self._ended = ended
        self._clock = clock
        self._sleep = sleep
        self._open: dict[str, tuple[Stream, asyncio.Task[None]]] = {}
        self._left_until: dict[str, float] = {}
        self._closed_until = 0.0

    @property
    def live(self) -> frozenset[str]:
        """The jobs whose log comes by itself just now."""
        return frozenset(job for job, (stream, _) in self._open.items() if stream.is_live)

    def follow(self, provider: Provider, jobs: Iterable[str]) -> None:
        """Hold open the logs of the first of these jobs, and of no others."""
        self._sweep()
        now = self._clock()
        self._left_until = {job: until for job, until in self._left_until.items() if until > now}
        may = provider.capabilities.stream_events and now >= self._closed_until
        wanted = [job for job in jobs if job not in self._left_until][:MOST] if may else []
        for job in self._open.keys() - set(wanted):
            self._open.pop(job)[1].cancel()
        for job in wanted:
            if job not in self._open:
                stream = Stream(self._store, JobKey(self._account, job), self._changed)
                self._open[job] = (stream, asyncio.create_task(self._hold(provider, stream)))

    def forget(self) -> None:
        """Take it that a server which did not stream may do so now."""
        self._closed_until = 0.0
        self._left_until.clear()

    async def close(self) -> None:
        """End every stream; the jobs go on, and nothing is said of them."""
        tasks = [task for _, task in self._open.values()]
        self._open.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _sweep(self) -> None:
        """Let go of streams that have ended; a fault of ours in one is the recorder's to tell."""
        for job in [job for job, (_, task) in self._open.items() if task.done()]:
            self._open.pop(job)[1].result()

    async def _hold(self, provider: Provider, stream: Stream) -> None:
        """Open a log again whenever it breaks off before its end."""
        job, failures = stream.key.id, 0
        while True:
            begun, kept = self._clock(), stream.kept
            try:
                await stream.read(provider)
            except NotFound:
                break
            except FinetopError as error:
                if cannot_stream(error):
                    self._closed_until = self._clock() + CLOSED_S
                    return
                was_good = stream.kept > kept or self._clock() - begun >= STEADY_S
                failures = 1 if was_good else failures + 1
                await self._sleep(pause_s(error, failures))
            else:
                self._ended(job)
                break
        self._left_until[job] = self._clock() + LEFT_S
