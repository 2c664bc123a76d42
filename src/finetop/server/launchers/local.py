"""Workers as child processes here, each in a session of its own so that it outlives the server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from finetop.server import processes
from finetop.server.launchers import Probe, Wish

if TYPE_CHECKING:
    from pathlib import Path

_WORKER = ["-m", "finetop.server.worker"]
_SIGNALS: dict[Wish, signal.Signals] = {
    "cancel": signal.SIGTERM,
    "pause": signal.SIGUSR1,
    "kill": signal.SIGKILL,
}


class LocalLauncher:
    """Starts workers here; a handle is the pid and when that process started."""

    name = "local"

    def __init__(self) -> None:
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def submit(self, job_id: str, attempt: int, job_dir: Path) -> str:  # noqa: ARG002 - other launchers name by it
        """Start a worker that writes only to files, so that no pipe ties it to this server."""
        with (job_dir / "worker.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, *_WORKER, str(job_dir)],
                cwd=job_dir,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "FINETOP_ATTEMPT": str(attempt)},
            )
        # A child that is already gone stays a zombie until poll(), so its pid cannot be another's.
        handle = f"{child.pid}@{processes.started(child.pid) or 'gone'}"
        self._children[handle] = child
        return handle

    def poll(self, handle: str) -> Probe:
        """Ask after a worker; a child is reaped here."""
        child = self._children.get(handle)
        if child is not None:
            code = child.poll()
            if code is None:
                return Probe("running")
            del self._children[handle]
            return Probe("exited", code)
        pid, started = _parts(handle)
        return Probe("running") if processes.alive(pid, started) else Probe("exited")

    def signal(self, handle: str, wish: Wish) -> None:
        """Ask a worker to end; harmless when it already has."""
        child = self._children.get(handle)
        if child is not None:
            child.send_signal(_SIGNALS[wish])
            return
        pid, started = _parts(handle)
        processes.send(pid, started, _SIGNALS[wish])

    def find(self, job_dir: Path) -> str | None:
        """Look for a worker whose start was not written down before its server died."""
        pid = processes.working_on([*_WORKER, str(job_dir)])
        if pid is None or (started := processes.started(pid)) is None:
            return None
        return f"{pid}@{started}"


def _parts(handle: str) -> tuple[int, str]:
    pid, _, started = handle.partition("@")
    return int(pid), started
