"""A command of the user's that is told of an alert.

What an API said reaches it through its environment and its stdin alone: nothing of it is ever a word of the
command or read by a shell.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

from finetop.errors import FinetopError
from finetop.text import clean

LONGEST = 2_000
"""Characters of one variable."""
MOST_SAID = 4_096
"""Bytes of its stderr that are looked at."""
_OF_JOB = ("id", "name", "status", "model", "fine_tuned_model", "reason")


def variables(facts: Mapping[str, Any]) -> dict[str, str]:
    """The facts by name; what is not known is empty, so that no script meets a value of another alert."""
    job = facts.get("job") or {}
    told = {name: facts.get(name) for name in ("event", "text", "profile")}
    told |= {f"job_{name}" if name in {"id", "name"} else name: job.get(name) for name in _OF_JOB}
    return {f"FINETOP_ALERT_{name.upper()}": clean(str(told[name] or ""))[:LONGEST] for name in told}


async def run(
    words: Sequence[str], facts: Mapping[str, Any], *, environ: Mapping[str, str], timeout_s: float
) -> str:
    """Run it to its end; how it ended. Raises FinetopError where it cannot begin, fails or takes long."""
    name = os.path.basename(words[0])  # noqa: PTH119 - a word of a command need not be a path
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,  # the terminal is the screen's, and stdout is data
            stderr=asyncio.subprocess.PIPE,
            env={**environ, **variables(facts)},
            start_new_session=True,
        )
    )
    try:
        process = await asyncio.shield(starting)
    except asyncio.CancelledError:
        _end(await starting)  # who is half begun has children of his own already
        raise
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its words hold a zero byte"
        raise FinetopError(f"{name} cannot be started: {reason}", hint="Check the command.") from error
    try:
        async with asyncio.timeout(timeout_s):
            said = await _spoken_with(process, json.dumps(facts, allow_nan=False).encode())
            code = await process.wait()
    except TimeoutError as error:
        raise FinetopError(f"{name} took longer than {timeout_s:g} s, and was ended") from error
    finally:
        _end(process)
    if code:
        raise FinetopError(f"{name} ended with {code}" + (f": {said}" if said else ""))
    return f"{name} ended with 0"


async def _spoken_with(process: asyncio.subprocess.Process, facts: bytes) -> str:
    """Give it the facts; the first line of what it complains about."""
    assert process.stdin is not None
    assert process.stderr is not None
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read them
        process.stdin.write(facts)
        await process.stdin.drain()
    process.stdin.close()
    kept = b""
    while chunk := await process.stderr.read(MOST_SAID):
        kept = (kept + chunk)[:MOST_SAID]
    lines = kept.decode(errors="replace").strip().splitlines()
    return clean(lines[0]) if lines else ""


def _end(process: asyncio.subprocess.Process) -> None:
    """End it with everything it has started; nothing is left of one that has ended by itself."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
