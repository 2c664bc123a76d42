"""The loops that judge and deliver, beside the recorders of one process."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from finetop.errors import FinetopError

if TYPE_CHECKING:
    from finetop.alerts.courier import Courier
    from finetop.alerts.judging import Judge
    from finetop.store import Store

LOOK_S = 15.0
"""A silence makes no noise, so it is looked for."""
TOGETHER_S = 0.2
"""News within this time is judged at once."""
AFTER_FAULT_S = 5.0

Heard = Mapping[int, Mapping[str, float]]
"""Of each account this process asks: when the logs of its jobs were last read."""


class Watch:
    """Judges the accounts that this process asks, and delivers what is due for them."""

    def __init__(
        self,
        store: Store,
        judge: Judge,
        courier: Courier,
        heard: Callable[[], Heard],
        *,
        changed: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._judge = judge
        self._courier = courier
        self._heard = heard
        self._changed = changed
        self._clock = clock
        self._news = asyncio.Event()
        self._due = asyncio.Event()

    def wake(self) -> None:
        """The store has news."""
        self._news.set()

    async def judge(self) -> None:
        """Judge for ever: at once where there is news, and now and then where there is none."""
        while True:
            with contextlib.suppress(FinetopError):  # a full disk passes, and nothing was judged
                raised = sum(self._judge.judge(account, jobs) for account, jobs in self._heard().items())
                if raised:
                    self._due.set()
                    self._changed()
            await _either(self._news, LOOK_S)
            await asyncio.sleep(TOGETHER_S)

    async def deliver(self) -> None:
        """Deliver for ever what was raised, also by a process that is no more."""
        while True:
            pause_s = LOOK_S
            accounts = list(self._heard())
            try:
                if accounts and await self._courier.deliver(accounts):
                    self._changed()
                next_at = self._store.alerts.next_at(accounts)
                if next_at is not None:
                    pause_s = min(LOOK_S, max(0.05, next_at - self._clock()))
            except FinetopError:
                pause_s = AFTER_FAULT_S
            await _either(self._due, pause_s)


async def _either(event: asyncio.Event, within_s: float) -> None:
    """Wait for an event, but not for ever; it is taken as seen."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), within_s)
    event.clear()
