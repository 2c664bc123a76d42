"""A recorder in a process of its own, and what it says as it says it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from commands import PATIENCE_S, kill, start, until


class Recorder:
    """A `finetop record` that runs."""

    def __init__(self, *options: object, **environ: str) -> None:
        self.process = start("record", *options, **environ)
        self.said: list[str] = []
        self._read = 0
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """It stays the same when it starts anew."""
        return self.process.pid

    def says(self, words: str) -> None:
        """Wait for a line with these words, after the one that was waited for last."""

        def found() -> bool:
            for place in range(self._read, len(self.said)):
                if words in self.said[place]:
                    self._read = place + 1
                    return True
            assert self.process.poll() is None, self.said
            return False

        until(found, f"{words!r} in {self.said}")

    def ended(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit code."""
        kill(self.pid, number)
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        assert self.process.stdout is not None
        assert self.process.stdout.read() == "", "stdout is for data"
        return code

    def close(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for line in iter(self.process.stderr.readline, ""):
            self.said.append(line)


@contextmanager
def recording(*options: object, **environ: str) -> Iterator[Recorder]:
    """A recorder that is gone after the block."""
    made = Recorder(*options, **environ)
    try:
        yield made
    finally:
        made.close()
