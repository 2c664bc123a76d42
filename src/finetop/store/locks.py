"""Locks that live as long as a process: who carries out an intent, who asks an account's provider."""

from __future__ import annotations

import fcntl
import os
import platform
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from finetop import __version__
from finetop.errors import BadInput


class Held:
    """A lock of ours; the kernel lets go of it when the process dies, however it dies."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def release(self, *, remove: bool = False) -> None:
        """Let go. Only a lock that nobody else will ever want may be removed."""
        if self._descriptor is None:
            return
        if remove:
            self.path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None


@dataclass(frozen=True, slots=True)
class Asker:
    """The process that asks an account's provider."""

    host: str
    pid: int
    version: str
    since: float
    """Unix time from which on it does."""

    @property
    def name(self) -> str:
        """As it is written down."""
        return f"{self.host} {self.pid} {self.version}"

    @property
    def is_me(self) -> bool:
        """True for this very process."""
        return (self.host, self.pid) == (platform.node(), os.getpid())


class Locks:
    """The lock files beside the store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._presence: Held | None = None

    def owner(self) -> str:
        """The name under which this process carries out intents."""
        with self._guard:
            if self._presence is None:
                self._presence = self._take(f"process-{uuid.uuid4()}.lock")
            if self._presence is None:
                raise BadInput(f"{self._folder}: a new lock file is locked", hint="Use a local disk.")
            return self._presence.path.name

    def is_alive(self, owner: str) -> bool:
        """True while the process of that name lives. What is left of a dead one is swept away."""
        if not owner:
            return False
        with self._guard:
            if self._presence is not None and self._presence.path.name == owner:
                return True
        path = self._folder / Path(owner).name
        if not path.exists():
            return False
        taken = self._take(path.name)
        if taken is None:
            return True
        taken.release(remove=True)
        return False

    def poll(self, account: int) -> Held | None:
        """Become the one who asks this account's provider; None while another process is."""
        held = self._take(f"account-{account}.lock")
        if held is not None:
            held.path.write_text(me(), "utf-8")
        return held

    def keep_results(self, account: int) -> Held | None:
        """Become the one who brings this account's result files; None while another process is."""
        return self._take(f"results-{account}.lock")

    def asker(self, account: int) -> Asker | None:
        """Who asks this account's provider just now; None while nobody does."""
        path = self._folder / f"account-{account}.lock"
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                if _is_free(file.fileno()):
                    return None
                words, since = file.read(), os.fstat(file.fileno()).st_mtime
        except OSError:
            return None
        host, pid, version, *_ = [*words.rsplit(" ", 2), "", "", ""]
        return Asker(host, int(pid) if pid.isdecimal() else 0, version, since)

    def close(self) -> None:
        """Carry out no more intents in this process."""
        with self._guard:
            if self._presence is not None:
                self._presence.release(remove=True)
                self._presence = None

    def _take(self, name: str) -> Held | None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise BadInput(
                f"{self._folder}: locks cannot be written: {error.strerror}",
                hint="Set FINETOP_DATA to a folder of yours on a local disk.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return Held(self._folder / name, descriptor)


def _is_free(descriptor: int) -> bool:
    """Whether nobody holds the lock; it is held for the moment of asking, in common with others who ask."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def me() -> str:
    """Host, pid and version of this process."""
    return f"{platform.node()} {os.getpid()} {__version__}"
