"""One server per data directory: who it is, whether it runs, and how to end it.

Light to import: a screen asks here before anything of a server is loaded.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from finetop import __version__
from finetop.errors import FinetopError, TryLater
from finetop.server import disks, processes

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTRACT = 1
"""Raised when a screen of another version could no longer speak with this server."""

_LOCK = "server.lock"
_CARD = "server.json"
_KEY = "api_key"
_DATABASE = "server.db"
# Somebody who only asks holds the lock for an instant.
_LOCK_TRIES = 20
_LOCK_PAUSE_S = 0.05
_END_PATIENCE_S = 5.0
_PAUSE_PATIENCE_S = 60.0


class AlreadyRunning(TryLater):
    """Another server works on this data directory."""

    hint = "Use that one, or end it with `finetop serve --stop`."


@dataclass(frozen=True)
class ServerInfo:
    """A server that runs."""

    url: str
    """Ends in /v1."""
    api_key: str
    pid: int
    started: str
    """When the process started; only good for comparing."""
    version: str
    contract: int
    data_dir: Path


@dataclass(frozen=True)
class Status:
    """What is going on in a data directory."""

    server: ServerInfo | None
    unfinished_jobs: int
    """Those that train or wait for their turn; paused ones wait for their user."""


def database_path(data_dir: Path) -> Path:
    """Where the database of a data directory lies."""
    return disks.home(data_dir) / _DATABASE


def running(data_dir: Path) -> ServerInfo | None:
    """The server of a data directory; None if none runs, or it is not ready yet. The lock decides."""
    home = disks.home(data_dir)
    if not _is_locked(home / _LOCK):
        return None
    try:
        card = json.loads((home / _CARD).read_text(encoding="utf-8"))
        return ServerInfo(
            url=card["url"],
            api_key=(home / _KEY).read_text(encoding="ascii"),
            pid=card["pid"],
            started=card["started"],
            version=card["version"],
            contract=card["contract"],
            data_dir=data_dir,
        )
    except (OSError, ValueError, KeyError):
        return None  # Locked and not yet, or no longer, described: about to be ready, or about to end.


def status(data_dir: Path) -> Status:
    """Whether a server runs, and how many jobs train or wait for their turn."""
    return Status(running(data_dir), _unfinished(data_dir))


def stop(data_dir: Path, *, jobs: bool = False) -> Status:
    """End the server of a data directory and wait for it; workers go on unless `jobs` pauses them first."""
    server = running(data_dir)
    if server is None:
        return Status(None, _unfinished(data_dir))
    processes.send(server.pid, server.started, signal.SIGUSR1 if jobs else signal.SIGTERM)
    patience_s = _PAUSE_PATIENCE_S + _END_PATIENCE_S if jobs else _END_PATIENCE_S
    deadline = time.monotonic() + patience_s
    while processes.alive(server.pid, server.started):
        if time.monotonic() > deadline:
            raise TryLater(f"The server {server.pid} has not ended within {patience_s:.0f} s.")
        time.sleep(_LOCK_PAUSE_S)
    return Status(server, _unfinished(data_dir))


@contextmanager
def locked(home: Path, data_dir: Path) -> Iterator[None]:
    """Be the one server of a data directory for as long as this process lives."""
    with (home / _LOCK).open("a") as file:
        _take(file, data_dir)
        yield


def _take(file: IO[str], data_dir: Path) -> None:
    for _ in range(_LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(_LOCK_PAUSE_S)
        except OSError as error:
            raise FinetopError(
                f"The data directory {data_dir} cannot be locked: {error.strerror}.",
                hint="Give a --data-dir on a local disk.",
            ) from error
    other = running(data_dir)
    who = f"process {other.pid} at {other.url}" if other else "one that is starting or ending"
    raise AlreadyRunning(f"A server already works on {data_dir}: {who}.")


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def key_file(data_dir: Path) -> Path:
    """Where the key of a data directory lies."""
    return disks.home(data_dir) / _KEY


def api_key(home: Path) -> str:
    """The key of this data directory, made at the first start; it stays, so that scripts may keep it."""
    path = home / _KEY
    try:
        key = path.read_text(encoding="ascii")
        path.chmod(0o600)
    except FileNotFoundError:
        key = f"sk-local-{secrets.token_urlsafe(32)}"
        write_private(path, key)
    return key


def announce(home: Path, url: str) -> None:
    """Write down where this process serves."""
    pid = os.getpid()
    card = {
        "url": url,
        "pid": pid,
        "started": processes.started(pid),
        "version": __version__,
        "contract": CONTRACT,
    }
    write_private(home / _CARD, json.dumps(card))


def keep_announced(home: Path, url: str) -> bool:
    """Write it down anew where somebody has taken it away, for nobody could find us; True if so."""
    if (home / _CARD).exists():
        return False
    announce(home, url)
    return True


def withdraw(home: Path) -> None:
    """The server ends: nobody is to look for it."""
    (home / _CARD).unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    # Only the holder of the lock writes here, so that a killed one's leftover can go.
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _unfinished(data_dir: Path) -> int:
    path = database_path(data_dir)
    if not path.exists():
        return 0
    import sqlite3  # noqa: PLC0415 - only here, and a screen that only asks `running` need not pay for it

    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5.0)
    try:
        question = "select count(*) from job where status in ('validating_files', 'queued', 'running')"
        return int(connection.execute(question).fetchone()[0])
    except sqlite3.Error as error:
        raise FinetopError(f"The server's database {path} cannot be read: {error}.") from error
    finally:
        connection.close()
