"""Questions asked until they are answered, and lists read whole as far as they can be had."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from finetop.archive import Words
from finetop.errors import (
    BadReply,
    BadRequest,
    FinetopError,
    Forbidden,
    NotFound,
    NotSupported,
    ServerFault,
)
from finetop.pace import next_delay
from finetop.providers import Page, every_page

T = TypeVar("T")
V = TypeVar("V")

MOST_FAILURES = 12
"""So often in a row a question may fail that waiting mends; some minutes, all in all."""
MOST_FAULTS = 4
"""So often a server may fail at one and the same question."""
WORTH_TELLING_S = 4.0
"""A shorter wait is nobody's concern."""
GONE = (NotSupported, Forbidden, NotFound, BadRequest)
"""What asking again tomorrow does not mend."""


def nobody(_: object) -> None:
    """Nobody listens."""


class Patience:
    """Asks again what fails in passing, and says so where that takes long."""

    def __init__(
        self,
        say: Callable[[str], None] = nobody,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._say = say
        self._sleep = sleep

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """The first answer. Raises what waiting does not mend, and what has failed too often."""
        failures = 0
        while True:
            try:
                return await question()
            except FinetopError as error:
                failures += 1
                most = MOST_FAULTS if isinstance(error, ServerFault) else MOST_FAILURES
                if error.exit_code not in {4, 75} or failures >= most:
                    raise
                delay_s = next_delay(error, failures)
                if delay_s >= WORTH_TELLING_S:
                    self._say(f"{error.message}; asking again in {delay_s:.0f} s")
            await self._sleep(delay_s)


class Parts:
    """Lists read whole; what a provider does not have is missing, what fails for now has failed."""

    def __init__(self, ask: Callable[[Callable[[], Awaitable[Page[Any]]]], Awaitable[Page[Any]]]) -> None:
        self._ask = ask
        self.missing: dict[str, str] = {}
        self.failed: dict[str, str] = {}

    async def of(self, name: str, ask: Callable[[str | None], Awaitable[Page[V]]]) -> list[tuple[V, Words]]:
        """Every item of a list with the provider's words, as far as it can be had."""
        found: list[tuple[V, Words]] = []

        async def part(after: str | None) -> Page[V]:
            return await self._ask(lambda: ask(after))

        try:
            async for page in every_page(part):
                found += [(item, Words.of(said)) for item, said in zip(page.items, page.said, strict=True)]
        except GONE as error:
            self.missing[name] = error.message
        except (BadReply, ServerFault) as error:
            self.failed[name] = error.message
        return found
