"""Runs the command that prints a key: without a shell, for a while, and without repeating what it printed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping
from typing import TYPE_CHECKING

from finetop.config.keys import FIX_KEY, MOST_BYTES, key_of, one_line
from finetop.errors import BadInput, TryLater

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from finetop.config.profile import Profile

PATIENCE_S = 20.0
"""Long enough to touch a token; a screen shows what it knows meanwhile."""
LONGEST_SAID = 200


async def current_key(profile: Profile, environ: Mapping[str, str]) -> str:
    """The profile's key as it is now, wherever it comes from. Raises BadInput or TryLater with the reason."""
    if not profile.key_command:
        return key_of(profile, environ)
    return one_line(profile, await _printed(profile, environ), "what key_command printed")


async def _printed(profile: Profile, environ: Mapping[str, str]) -> str:
    name = f"profile {profile.name}: key_command {profile.key_command[0]}"
    try:
        process = await asyncio.create_subprocess_exec(
            *profile.key_command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(environ),
            start_new_session=True,  # it cannot draw on our terminal, and ends as a whole
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BadInput(f"{name} cannot be run: {reason}", hint=FIX_KEY) from error
    try:
        async with asyncio.timeout(PATIENCE_S):
            printed, said = await asyncio.gather(_start_of(process.stdout), _start_of(process.stderr))
            code = await process.wait()
    except TimeoutError as error:
        said = f"{name} took longer than {PATIENCE_S:.0f} s"
        raise TryLater(said, hint="Run it by hand once: it may wait for a password.") from error
    finally:
        await _end(process)
    if code:
        first = next(iter(said.strip().splitlines()), "")[:LONGEST_SAID]
        raise BadInput(f"{name} failed with {code}{f': {first}' if first else ''}", hint=FIX_KEY)
    return printed


async def _start_of(stream: asyncio.StreamReader | None) -> str:
    """Read to the end; what is longer than any key is read and thrown away."""
    kept = b""
    while stream is not None and (chunk := await stream.read(MOST_BYTES)):
        kept += chunk[: MOST_BYTES - len(kept)]
    return kept.decode("utf-8", "replace")


async def _end(process: Process) -> None:
    """End what still runs; a command that ended by itself may leave an agent behind."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
