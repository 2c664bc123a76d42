"""What every action works with, and the one judgement all of them share."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.errors import ApiError, BadReply, FinetopError, LostReply, ServerFault

if TYPE_CHECKING:
    from finetop.providers import Provider
    from finetop.store import Store

SETTLE_AT_S = (2.0, 5.0, 15.0, 60.0, 180.0)
"""When to look for what became of a request, counted from its sending."""

NEVER_ACTS = frozenset({501, 505, 507, 511})
"""The 5xx that say that nothing was done: not made, HTTP version, disk full, log in to the network."""


def _ignore() -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Desk:
    """One account: its rows, its provider, and the world's clock."""

    store: Store
    account: int
    provider: Callable[[], Awaitable[Provider]]
    """Anew each time, for a local server may have moved. Raises where it cannot be asked at all."""
    changed: Callable[[], None] = _ignore
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.time


def may_have_acted(error: FinetopError) -> bool:
    """True when the provider may have done what it was asked, in spite of this error."""
    if isinstance(error, LostReply):
        return True
    if isinstance(error, ServerFault):
        return error.status not in NEVER_ACTS
    if isinstance(error, BadReply):  # a yes in words we cannot read; a redirect is no yes
        return error.status is None or error.status < 300
    return isinstance(error, ApiError) and error.status == 408


async def looks(desk: Desk, *, age_s: float = 0.0) -> AsyncIterator[float]:
    """The moments to look at, as seconds since sending; one at once for what was sent before we started."""
    start = desk.clock() - age_s
    if age_s > 0:
        yield age_s
    for at_s in SETTLE_AT_S:
        if at_s > age_s:
            await desk.sleep(max(0.0, start + at_s - desk.clock()))
            yield at_s
