"""Loaded by Python itself in a process under test: ends it with SIGKILL at one chosen call.

FINETOP_TEST_KILLS names a JSON file: {"server": MOMENT, suffix of a job: MOMENT for its worker, last word of
any other command: MOMENT}. A moment is {"call": name, "when": "before" or "after", "n": from 1, "mark": made
then, so that it happens once}.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _moment() -> dict[str, Any] | None:
    plan = json.loads(Path(os.environ["FINETOP_TEST_KILLS"]).read_text())
    if "finetop.server.worker" in sys.orig_argv:
        spec = json.loads((Path(sys.orig_argv[-1]) / "job.json").read_text())
        found = plan.get(spec["suffix"])
    else:
        found = plan.get("server" if "finetop.server" in sys.orig_argv else sys.orig_argv[-1])
    return None if found is None or Path(found["mark"]).exists() else found


class _Countdown:
    def __init__(self, moment: dict[str, Any]) -> None:
        self._left = moment["n"]
        self._when = moment["when"]
        self._mark = Path(moment["mark"])

    def around(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self._left -= 1
        if self._left == 0 and self._when == "before":
            self._kill()
        answer = call(*args, **kwargs)
        if self._left == 0 and self._when == "after":
            self._kill()
        return answer

    def _kill(self) -> None:
        self._mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _patch(moment: dict[str, Any]) -> None:
    countdown, call = _Countdown(moment), moment["call"]
    if call in {"fsync", "replace", "write"}:
        real = getattr(os, call)
        setattr(os, call, lambda *args, **kwargs: countdown.around(real, *args, **kwargs))
    elif call == "recv":
        _patch_recv(countdown)
    elif call == "start":
        start = subprocess.Popen.__init__
        wrapped: Any = lambda *args, **kwargs: countdown.around(start, *args, **kwargs)  # noqa: E731 - must bind
        setattr(subprocess.Popen, "__init__", wrapped)  # noqa: B010 - a method is no plain attribute to mypy
    else:
        _patch_sql(countdown, call)


def _patch_recv(countdown: _Countdown) -> None:
    recv = socket.socket.recv

    def counted(self: socket.socket, size: int, *flags: int) -> bytes:
        if size <= 4096:  # asyncio wakes itself by a socket, too
            return recv(self, size, *flags)
        found: bytes = countdown.around(recv, self, size, *flags)
        return found

    socket.socket.recv = counted  # type: ignore[method-assign, assignment]


def _patch_sql(countdown: _Countdown, begins_with: str) -> None:
    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not sql.startswith(begins_with):
                return super().execute(sql, *values)
            cursor: sqlite3.Cursor = countdown.around(super().execute, sql, *values)
            return cursor

    connect = sqlite3.connect
    sqlite3.connect = lambda *args, **kwargs: connect(*args, factory=Connection, **kwargs)  # type: ignore[assignment]


if "FINETOP_TEST_KILLS" in os.environ and (_chosen := _moment()) is not None:
    _patch(_chosen)
