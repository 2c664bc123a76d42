"""Asks a model for text in a child process: a few at a time, and never for ever."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from finetop.server.faults import ApiFault

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncGenerator, AsyncIterator

    from finetop.server.services import Services

PATIENCE_S = 60.0
MOST_WAITING = 16
_LONGEST_LINE = 1 << 20

_log = logging.getLogger(__name__)


async def generate(here: Services, asked: dict[str, Any]) -> dict[str, Any]:
    """The generator's reply to one request."""
    async with contextlib.aclosing(pieces(here, asked)) as lines:
        return await anext(lines)


async def pieces(here: Services, asked: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
    """The generator's lines as they come; the child is gone when this is closed. Raises ApiFault."""
    if here.generations_waiting >= MOST_WAITING:
        raise ApiFault(
            429,
            f"{MOST_WAITING} prompts are waiting already.",
            kind="requests",
            code="rate_limit_exceeded",
            headers={"Retry-After": "2"},
        )
    here.generations_waiting += 1
    try:
        async with here.generations, _child() as child:
            async for line in _lines(child, asked):
                yield line
    finally:
        here.generations_waiting -= 1


@asynccontextmanager
async def _child() -> AsyncIterator[Process]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "finetop.server.trainers.generate",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
    )
    try:
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            if child.returncode is None:
                child.kill()
                await child.wait()


async def _lines(child: Process, asked: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """What the child says, each within the time that is left to the whole answer."""
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise TypeError("the child has no pipes")
    patience = asyncio.get_running_loop().time() + PATIENCE_S
    try:
        async with asyncio.timeout_at(patience):
            with contextlib.suppress(ConnectionError):  # It ended; its exit code says how.
                child.stdin.write(json.dumps(asked).encode())
                await child.stdin.drain()
            child.stdin.close()
        while True:
            async with asyncio.timeout_at(patience):
                raw = await child.stdout.readline()
                code = None if raw else await child.wait()
            if not raw:
                break
            said = json.loads(raw)
            if "error" in said:
                # The generator refuses in words of its own; anything else is an accident.
                raise ApiFault(400, said["error"]["message"], code=said["error"]["code"])
            yield said
    except TimeoutError:
        raise ApiFault(
            503, f"The model gave no answer within {PATIENCE_S:.0f} s.", kind="server_error", code="timeout"
        ) from None
    if code != 0:
        complaints = (await child.stderr.read()).decode(errors="replace")
        _log.error("generate ended with %s: %s", code, complaints[-2000:])
        raise ApiFault(500, "The model could not be asked; the server's log says why.", kind="server_error")
