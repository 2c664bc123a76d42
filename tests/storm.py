"""A bad line before a real server: requests pass, and answers are spoilt, lost or made up on the way."""

from __future__ import annotations

import asyncio
import gzip
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import formatdate
from enum import Enum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from peer import Asked, peer, reply, reset

if TYPE_CHECKING:
    from server.running_server import RunningServer


class End(Enum):
    """How a connection ends."""

    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    """It does not, until the other side has had enough."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way of going wrong."""

    name: str
    says: Callable[[bytes], bytes] = lambda whole: b""
    """What comes through of the server's whole answer, or instead of it."""
    end: End = End.CLOSED
    arrives: bool = True
    """The server has done what it was asked."""


def _refusal(kind: str, words: str) -> dict[str, dict[str, str]]:
    return {"error": {"message": words, "type": kind, "code": kind}}


def _page(title: str) -> bytes:
    return f"<html><head><title>{title}</title></head></html>".encode()


def _half(whole: bytes) -> bytes:
    """The headers, and half of what they announce."""
    head, _, body = whole.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n" + body[: len(body) // 2]


def _torn(whole: bytes) -> bytes:
    """Half of the JSON, and no header that would tell."""
    body = whole.partition(b"\r\n\r\n")[2]
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + body[: len(body) // 2]


def _kept_open(whole: bytes) -> bytes:
    """All of it, and no word that the connection ends here."""
    return whole.replace(b"connection: close\r\n", b"", 1)


def _torn_pack(whole: bytes) -> bytes:
    packed = gzip.compress(whole.partition(b"\r\n\r\n")[2])
    return reply(200, packed[:-9], Content_Type="application/json", Content_Encoding="gzip")


def _instead(name: str, status: int, body: object = b"", **headers: str) -> Fault:
    """Something on the way answers in the server's place; the server hears of nothing."""
    return Fault(name, lambda whole: reply(status, body, **headers), arrives=False)


SLOW = _refusal("rate_limit_exceeded", "slow down")
MADE_UP = (
    _instead("429 with seconds", 429, SLOW, Retry_After="3"),
    _instead("429 with milliseconds", 429, SLOW, Retry_After_Ms="250"),
    Fault(
        "429 with a date",
        lambda whole: reply(429, SLOW, Retry_After=formatdate(time.time() + 3, usegmt=True)),
        arrives=False,
    ),
    _instead("429 without a word", 429),
    _instead("429 as a page", 429, _page("429 Too Many Requests"), Content_Type="text/html"),
    _instead("429 for good", 429, SLOW, X_Should_Retry="false"),
    _instead("429 for money", 429, _refusal("insufficient_quota", "no money left")),
    _instead("429 for today", 429, _refusal("daily_rate_limit_exceeded", "no more today")),
    _instead("500", 500, _refusal("server_error", "oops")),
    _instead("502", 502, _page("502 Bad Gateway"), Content_Type="text/html"),
    _instead("503", 503, Retry_After="2"),
    _instead("a sign-in page", 200, _page("Sign in"), Content_Type="text/html"),
    _instead("an empty yes", 200),
    _instead("a key refused in passing", 401, _refusal("invalid_api_key", "not this time")),
    _instead("a wall's page", 403, _page("Just a moment"), Content_Type="text/html"),
    Fault("reset at once", end=End.RESET, arrives=False),
    Fault("hung up at once", arrives=False),
    Fault("no HTTP", lambda whole: b"garbage\r\n\r\n", arrives=False),
)
"""Refusals, pages and breaks that the server does not know of."""
SPOILT = (
    Fault("reset before the answer", end=End.RESET),
    Fault("reset in the middle", _half, end=End.RESET),
    Fault("hung up before the answer"),
    Fault("shorter than promised", _half),
    Fault("torn without a length", _torn),
    Fault("a torn pack", _torn_pack),
    Fault("stalled before the answer", end=End.SILENT),
    Fault("stalled in the middle", _half, end=End.SILENT),
    Fault("502 after all", lambda whole: reply(502, _page("502 Bad Gateway"), Content_Type="text/html")),
    Fault("504 after all", lambda whole: reply(504, b"")),
    Fault("a sign-in page after all", lambda whole: reply(200, _page("Sign in"), Content_Type="text/html")),
)
"""Answers that do not come back as they left, though the server has done what it was asked."""
GONE_BETWEEN = Fault("hung up between two questions", _kept_open)
"""The answer is good; the next question may leave on a connection that is no more."""
LOST_GATEWAY = _instead("a gateway's 404", 404, _page("404 page not found"), Content_Type="text/html")
"""As a proxy says while its server starts anew; of an order it would mean that there is no such action."""


def named(*names: str) -> list[Fault]:
    """These faults, in this order."""
    known = {fault.name: fault for fault in (*MADE_UP, *SPOILT)}
    return [known[name] for name in names]


CUT = 200
"""Bytes of the first spoilt stream that come through; a few events."""

Spoil = Callable[[Asked], Fault | None]
"""What goes wrong with a request; None for one that all goes well with."""


class Storm:
    """Of all answers a share is spoilt; no fault comes a second time before all others have come.

    What stalls comes once only, for it takes as long as the other side is patient.
    """

    def __init__(
        self, seed: int, faults: Sequence[Fault] = (*MADE_UP, *SPOILT), *, share: float = 0.5
    ) -> None:
        self.luck = random.Random(seed)
        self.faults = faults
        self.share = share
        self._left = self.luck.sample(self.faults, len(self.faults))

    def __call__(self, asked: Asked) -> Fault | None:
        if self.luck.random() >= self.share:
            return None
        if not self._left:
            quick = [fault for fault in self.faults if fault.end is not End.SILENT]
            self._left = self.luck.sample(quick, len(quick))
        return self._left.pop()


class EachOnce:
    """These faults, one after another; then all goes well."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._left = list(faults)

    def __call__(self, asked: Asked) -> Fault | None:
        return self._left.pop(0) if self._left else None


class Line:
    """The way to a server, where things go wrong."""

    def __init__(self, server: RunningServer, spoil: Spoil) -> None:
        place = urlsplit(server.url)
        self.spoil = spoil
        self.done: Counter[str] = Counter()
        """How often each fault has happened; streams count by how they ended."""
        self.carried: list[Asked] = []
        """What the server has read, in order."""
        self.url = ""
        self._place = (place.hostname, place.port)
        self._streams = 0

    def orders(self) -> Counter[str]:
        """How often the server was told to do something, by method and path."""
        return Counter(f"{asked.method} {asked.target}" for asked in self.carried if asked.method != "GET")

    async def speak(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Carry one request there, and what is left of its answer back; True if nothing went wrong."""
        fault = self.spoil(asked)
        if fault is not None and not fault.arrives:
            self.done[fault.name] += 1
            writer.write(fault.says(b""))
            await _end(asked, writer, fault.end)
            return False
        self.carried.append(asked)
        reader, onward = await asyncio.open_connection(*self._place)
        try:
            onward.write(_written(asked))
            head = await reader.readuntil(b"\r\n\r\n")
            if b"text/event-stream" in head:
                writer.write(head)
                await self._stream(reader, asked, writer, fault)
                return False
            whole = head + await reader.read()
        finally:
            onward.close()
        if fault is None:
            writer.write(_kept_open(whole))
            return True
        self.done[fault.name] += 1
        writer.write(fault.says(whole))
        await _end(asked, writer, fault.end)
        return False

    async def _stream(
        self, reader: asyncio.StreamReader, asked: Asked, writer: asyncio.StreamWriter, fault: Fault | None
    ) -> None:
        """Pass a stream on while it comes; of a spoilt one only a part, each time a little more."""
        self._streams += 1
        left = self._streams * CUT
        while piece := await reader.read(4096 if fault is None else left):
            writer.write(piece)
            await writer.drain()
            left -= len(piece)
            if fault is not None and not left:
                self.done[f"a stream {fault.end.value}"] += 1
                await _end(asked, writer, fault.end)
                return


@asynccontextmanager
async def line(server: RunningServer, spoil: Spoil) -> AsyncIterator[Line]:
    """A line of one's own, for as long as the block lasts."""
    made = Line(server, spoil)
    async with peer(made.speak) as there:
        made.url = there.url
        yield made


def _written(asked: Asked) -> bytes:
    """A request as it arrived, but for one that is the last on its connection."""
    told = {**asked.headers, "connection": "close"}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"{asked.method} {asked.target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + asked.body


async def _end(asked: Asked, writer: asyncio.StreamWriter, end: End) -> None:
    """Closing is the caller's."""
    if end is End.RESET:
        await writer.drain()
        reset(writer)
    elif end is End.SILENT:
        await asked.hung_up()
