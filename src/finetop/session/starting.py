"""Starts the local server as a process of its own, which outlives the screen that wanted it."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from finetop import __version__
from finetop.errors import BadInput, TryLater
from finetop.server import life

NEEDED = ("starlette", "uvicorn", "python_multipart", "numpy")
"""What the extra `local` brings."""
START_S = 20.0
LOOK_S = 0.05
IDLE_EXIT_S = 900
"""A server that a screen started ends itself after so long without work or a question."""

_started: list[subprocess.Popen[bytes]] = []
"""Servers outlive us; their handles are kept so that one that ends meanwhile leaves no zombie."""


def need_engine() -> None:
    """Raise BadInput where a part of the local engine is not installed; nothing is imported to find out."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise BadInput(
            f"the local engine needs the extra `local`, of which {', '.join(missing)} is missing",
            hint="Install it: pip install 'finetop[local]'",
        )


async def start_server(data_dir: Path, environ: Mapping[str, str] = os.environ) -> life.ServerInfo:
    """Start the server of a directory, and wait until it answers. Raises BadInput where it cannot run."""
    need_engine()
    log = data_dir / "server.log"
    process, said_before = _launch(data_dir, log, environ)
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        found = life.running(data_dir)
        if found is not None:
            return found
        if process.poll() is not None:
            said = _last_words(log, said_before)
            raise TryLater(f"the local server ended at once: {said}", hint=f"See {log}.")
        await asyncio.sleep(LOOK_S)
    raise TryLater(f"the local server did not answer within {START_S:.0f} s", hint=f"See {log}.")


def end_if_outdated(server: life.ServerInfo) -> life.ServerInfo | None:
    """End a server of an older version that has nothing to do; None when it is gone."""
    if _parts(server.version) >= _parts(__version__) or life.status(server.data_dir).unfinished_jobs:
        return server
    life.stop(server.data_dir)
    return None


def _parts(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)]


def _launch(data_dir: Path, log: Path, environ: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    """The new process, and the length of its log before it said anything."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise BadInput(
            f"{data_dir} cannot be written: {error.strerror}", hint="Set FINETOP_DATA to a folder of yours."
        ) from error
    said_before = os.fstat(output).st_size
    _started[:] = [process for process in _started if process.poll() is None]
    command = [sys.executable, "-m", "finetop.server", "--data-dir", str(data_dir), "--port", "0"]
    try:
        process = subprocess.Popen(
            [*command, "--idle-exit", str(IDLE_EXIT_S)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=dict(environ),
            cwd=data_dir,
        )
    finally:
        os.close(output)
    _started.append(process)
    return process, said_before


def _last_words(log: Path, start: int) -> str:
    with log.open("rb") as opened:
        opened.seek(start)
        lines = opened.read(65_536).decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
