"""The directory of one job: what a worker and the server leave there for each other."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import threading
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from finetop.server.durable import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTRACT = 1


class LockHeldError(Exception):
    """Another worker is alive in this directory."""


class JobDir:
    """Paths of one job, its lock, and the one way to put whole files there."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spec = root / "job.json"
        self.events = root / "events.jsonl"
        self.log = root / "worker.log"
        self.weights = root / "weights.npz"
        self.result_csv = root / "result.csv"
        self.examples_csv = root / "examples.csv"
        """The loss of each example, where the method has losses."""
        self.result_rows = root / "resume" / "result.part"
        """Rows of the result file so far; what a resumed attempt cuts back and goes on with."""
        self.checkpoints = root / "checkpoints"
        self.resume = root / "resume"

    def read_spec(self) -> dict[str, Any]:
        """What the server asked for; written once, before the first attempt."""
        spec = json.loads(self.spec.read_text(encoding="utf-8"))
        if not isinstance(spec, dict) or spec.get("contract") != CONTRACT:
            raise ValueError(f"{self.spec} does not speak contract {CONTRACT}")
        return spec

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only worker here for as long as the process lives; raises LockHeldError at once."""
        with (self.root / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LockHeldError from None
            yield

    @contextmanager
    def whole(self, path: Path) -> Iterator[IO[bytes]]:
        """Write a file that appears at `path` complete and on disk, or not at all."""
        path.parent.mkdir(exist_ok=True)
        try:
            with whole_file(path) as file:
                yield file
        except OSError as error:
            if error.filename is None:
                error.filename = str(path)  # a failed write does not say what it wrote to
            raise

    def describe(self, path: Path) -> dict[str, Any]:
        """What an event says about a file: its place in this directory, size and hash."""
        return {
            "path": path.relative_to(self.root).as_posix(),
            "bytes": path.stat().st_size,
            "sha256": sha256_of(path),
        }


class EventWriter:
    """Appends numbered events; safe to use from two threads, and never leaves half a line before another."""

    def __init__(self, path: Path, attempt: int) -> None:
        self.attempt = attempt
        self.last_type: str | None = None
        """The type of the newest event that is not a heartbeat, also of an earlier attempt."""
        self._lock = threading.Lock()
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._end, self._seq = self._repair(path)

    def _repair(self, path: Path) -> tuple[int, int]:
        # A crash can leave half a line, a power cut a block of zeros; no new event may follow those.
        end = seq = offset = 0
        with path.open("rb") as file:
            for line in file:
                offset += len(line)
                event = _parsed(line)
                if event is not None:
                    end, seq = offset, int(event["seq"])
                    if event["type"] != "heartbeat":
                        self.last_type = event["type"]
        os.ftruncate(self._fd, end)
        return end, seq

    def write(self, kind: str, /, *, durable: bool = False, **fields: Any) -> None:
        """Append one event; `durable` waits until the disk has it and all before it."""
        with self._lock:
            event = {"seq": self._seq + 1, "attempt": self.attempt, "t": time.time(), "type": kind, **fields}
            line = json.dumps(event, allow_nan=False, separators=(",", ":")).encode() + b"\n"
            self._append(line)
            self._seq += 1
            self._end += len(line)
            if kind != "heartbeat":
                self.last_type = kind
            if durable:
                os.fsync(self._fd)

    def _append(self, line: bytes) -> None:
        try:
            written = os.write(self._fd, line)
        except OSError:
            os.ftruncate(self._fd, self._end)
            raise
        if written < len(line):
            os.ftruncate(self._fd, self._end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def sync(self) -> None:
        """Wait until the disk has every event so far."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def read_events(path: Path, offset: int) -> tuple[list[dict[str, Any]], int]:
    """The events from a byte offset on, and the offset for next time; a torn last line is left for then.

    A file that lost its tail in a power cut is read on from its new end.
    """
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < offset:
                return [], size
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    whole = content[: content.rfind(b"\n") + 1]
    events = [event for line in whole.splitlines(keepends=True) if (event := _parsed(line)) is not None]
    return events, offset + len(whole)


def _parsed(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    known = (
        isinstance(event, dict) and isinstance(event.get("seq"), int) and isinstance(event.get("type"), str)
    )
    return event if known else None


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
