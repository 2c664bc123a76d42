"""A server on a loopback port that says what it is told to, byte for byte, right or wrong."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    reader: asyncio.StreamReader

    async def hung_up(self) -> None:
        """Say nothing more until the other side has gone."""
        await self.reader.read()


Speak = Callable[[Asked, asyncio.StreamWriter], Awaitable[bool | None]]
"""Answers one request; the connection is closed after it, unless the answer is true."""


class Peer:
    """What arrived, and how it is answered."""

    def __init__(self, speak: Speak) -> None:
        self.speak = speak
        self.arrived: list[Asked] = []
        self.url = ""
        self.lost: asyncio.Event = asyncio.Event()
        """Set once somebody hung up in the middle of a request or an answer."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            goes_on: bool | None = True
            while goes_on:
                asked = await _request(reader)
                self.arrived.append(asked)
                goes_on = await self.speak(asked, writer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            self.lost.set()
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Asked(method, target, headers, body, reader)


@asynccontextmanager
async def peer(speak: Speak) -> AsyncIterator[Peer]:
    """Listens for as long as the block lasts."""
    made = Peer(speak)
    server = await asyncio.start_server(made.meet, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()


def reply(status: int, body: bytes | str | Any = b"", **headers: str) -> bytes:
    """A whole answer; anything but text and bytes is sent as JSON."""
    kind = "text/plain"
    if not isinstance(body, bytes | str):
        body, kind = json.dumps(body), "application/json"
    content = body.encode() if isinstance(body, str) else body
    told = {
        "Content-Type": kind,
        "Content-Length": str(len(content)),
        "Connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items() if value)
    return f"HTTP/1.1 {status} {_phrase(status)}\r\n{lines}\r\n".encode("latin-1") + content


def saying(raw: bytes) -> Speak:
    """Everyone is told the same."""

    async def speak(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)

    return speak


def in_turn(*raws: bytes) -> Speak:
    """One answer after another; the last for ever."""
    left = list(raws)

    async def speak(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return speak


def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off as a machine does that loses its power: RST, no farewell."""
    found = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Odd"
