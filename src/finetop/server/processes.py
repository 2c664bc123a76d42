"""Which process is meant: a pid together with when it started, as pids come round again."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_HAS_PROC = Path("/proc/self/stat").exists()


def started(pid: int) -> str | None:
    """When a process started, in a form only good for comparing; None if it is gone or a zombie."""
    return _started_by_proc(pid) if _HAS_PROC else _started_by_ps(pid)


def alive(pid: int, started_then: str) -> bool:
    """Whether this pid is still the process that started then."""
    return started(pid) == started_then


def send(pid: int, started_then: str, signal_number: int) -> bool:
    """Signal a process if it is still the one that is meant."""
    if not alive(pid, started_then):
        return False
    try:
        os.kill(pid, signal_number)
    except ProcessLookupError:
        return False
    return True


def working_on(words: list[str]) -> int | None:
    """The pid of a process of ours whose command line ends in these words."""
    return _find_by_proc(words) if _HAS_PROC else _find_by_ps(words)


def _find_by_proc(words: list[str]) -> int | None:
    wanted = [os.fsencode(word) for word in words]
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            found = (entry / "cmdline").read_bytes().split(b"\0")[:-1]
            # Zombies have no command line, and a process that ends meanwhile has no entry.
            if found[-len(wanted) :] == wanted and entry.stat().st_uid == os.getuid():
                return int(entry.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return None


def _find_by_ps(words: list[str]) -> int | None:
    listing = subprocess.run(
        ["ps", "-ww", "-x", "-o", "pid=,command="],
        capture_output=True,
        text=True,
        check=False,
        errors="replace",
    )
    wanted = " ".join(words)
    for line in listing.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        if command.endswith(wanted) and pid.isdigit():
            return int(pid)
    return None


def _started_by_proc(pid: int) -> str | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name in brackets may hold anything, also brackets and spaces.
    fields = status[status.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        return None
    # Ticks since boot mean something only within one boot.
    boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return f"{boot[:8]}.{fields[19]}"


def _started_by_ps(pid: int) -> str | None:
    answer = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    )
    state, _, start = answer.stdout.strip().partition(" ")
    if not start or state.startswith("Z"):
        return None
    return "-".join(start.split())
