"""Answers that go on: server-sent events, and how many of them may be open at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse

from finetop.server.faults import ApiFault

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.types import Message, Receive, Scope, Send

MOST_OPEN = 64
STALLED_S = 60.0
"""A client that takes nothing for so long is left."""

DONE = "data: [DONE]\n\n"
STILL_HERE = ": still here\n\n"
"""Says nothing to the reader, and to proxies that the line is alive."""


def told(value: dict[str, Any]) -> str:
    """One event that is data only."""
    return f"data: {json.dumps(value)}\n\n"


class EventStream(StreamingResponse):
    """A text/event-stream that frees what it holds however it ends: told whole, cut, or left."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[str], at_end: Callable[[], Awaitable[None] | None]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events = events
        self._at_end = at_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the source yields."""

        async def send_soon(message: Message) -> None:
            try:
                async with asyncio.timeout(STALLED_S):
                    await send(message)
                    # A send that need not wait leaves no room for others, nor for news that the client left.
                    await asyncio.sleep(0)
            except TimeoutError:
                raise ClientDisconnect from None

        try:
            async with contextlib.aclosing(self._events):
                await super().__call__(scope, receive, send_soon)
        finally:
            ended = self._at_end()
            if ended is not None:
                await ended


class Streams:
    """The streams of job events that are open, each with what wakes it."""

    def __init__(self) -> None:
        self._open: set[asyncio.Event] = set()
        self.ending = False
        """The server is about to end, and so is every stream."""

    def begin(self) -> asyncio.Event:
        """One stream more, and what wakes it; refused where too many are open."""
        if len(self._open) >= MOST_OPEN:
            raise ApiFault(
                429,
                f"{MOST_OPEN} streams are open already.",
                kind="requests",
                code="rate_limit_exceeded",
                headers={"Retry-After": "5"},
            )
        news = asyncio.Event()
        self._open.add(news)
        return news

    def close(self, news: asyncio.Event) -> None:
        """One stream less."""
        self._open.discard(news)

    def wake(self) -> None:
        """Something was written that a stream may have to tell."""
        for news in self._open:
            news.set()

    def end(self) -> None:
        """Let every stream come to its end."""
        self.ending = True
        self.wake()
