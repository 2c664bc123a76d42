"""Asks a model for text in a child process: a few at a time, and never for ever."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

from finetop.server.faults import ApiFault

if TYPE_CHECKING:
    from finetop.server.services import Services

PATIENCE_S = 60.0
MOST_WAITING = 16

_log = logging.getLogger(__name__)


async def generate(here: Services, asked: dict[str, Any]) -> dict[str, Any]:
    """The generator's reply to one request."""
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
        async with here.generations:
            return await _run(json.dumps(asked).encode())
    finally:
        here.generations_waiting -= 1


async def _run(asked: bytes) -> dict[str, Any]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "finetop.server.trainers.generate",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, complained = await child.communicate(asked)
    except TimeoutError:
        raise ApiFault(
            503, f"The model gave no answer within {PATIENCE_S:.0f} s.", kind="server_error", code="timeout"
        ) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            if child.returncode is None:
                child.kill()
                await child.wait()
    if child.returncode == 1:
        # The generator refuses in words of its own; anything else is an accident.
        with contextlib.suppress(ValueError, KeyError):
            refusal = json.loads(said)["error"]
            raise ApiFault(400, refusal["message"], code=refusal["code"])
    if child.returncode != 0:
        _log.error(
            "generate ended with %s: %s", child.returncode, complained.decode(errors="replace")[-2000:]
        )
        raise ApiFault(500, "The model could not be asked; the server's log says why.", kind="server_error")
    reply: dict[str, Any] = json.loads(said)
    return reply
