"""The installation under a process that runs for months: its replacement is noticed, and started in place."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import finetop
from finetop.errors import FinetopError

Stamp = tuple[tuple[int, int, int], ...]
SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
ANEW = "_FINETOP_BEGAN_ANEW"
PROBE_S = 60.0
_NEVER_NEEDED = frozenset({"__main__", "cli", "demo", "server", "tui"})
"""What of these a recorder uses has loaded with it."""


def load_all() -> None:
    """Load now what would be loaded later, when it may be that of another version, or between two."""
    for part in pkgutil.iter_modules(finetop.__path__):
        if part.name not in _NEVER_NEEDED:
            loaded = importlib.import_module(f"finetop.{part.name}")
            for inner in pkgutil.walk_packages(getattr(loaded, "__path__", ()), f"{loaded.__name__}."):
                importlib.import_module(inner.name)


class Installation:
    """The files that this process was started from."""

    def __init__(self) -> None:
        root = Path(finetop.__file__)
        self._files = (root, root.parent / "store" / "schema.py")
        """In a clone an update need not touch the first; one that changes the store touches the second."""
        self._began_as = self._seen = self._stamp()
        self._tried: Stamp | None = None

    def is_replaced(self) -> bool:
        """True once another installation stands there, at rest since the last look and not tried yet."""
        before, self._seen = self._seen, self._stamp()
        at_rest = self._seen is not None and self._seen == before
        return at_rest and self._seen not in (self._began_as, self._tried)

    def problem(self) -> str:
        """Why the installation does not start; empty where it does. Asked once of each."""
        self._tried = self._seen
        try:
            probe = subprocess.run(
                [sys.executable, "-m", "finetop", "record", "--help"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=PROBE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if probe.returncode == 0:
            return ""
        said = probe.stderr.decode("utf-8", "replace").strip().splitlines()
        return said[-1] if said else f"it ended with code {probe.returncode}"

    def _stamp(self) -> Stamp | None:
        try:
            found = [file.stat() for file in self._files]
        except OSError:
            return None
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in found)


def began_anew() -> bool:
    """Whether this process was a recorder before; asked once, and not told to its children."""
    return os.environ.pop(ANEW, "") != ""


def hear_signals() -> None:
    """Take the signals that came while a new process began."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def start_anew() -> NoReturn:
    """Become a new process of what is installed now, with the same arguments and the same pid.

    Signals that arrive meanwhile wait until `hear_signals`: before it knows them, they would end it.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        os.environ[ANEW] = "1"
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is the point
    except OSError as error:
        raise FinetopError(
            f"{sys.executable} cannot be started anew: {error.strerror}", hint="Start finetop record again."
        ) from error
