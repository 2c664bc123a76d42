"""A real terminal for programs under test: a pseudo-terminal, and an emulator that remembers its screen."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import pyte

from commands import PATIENCE_S

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "ctrl+c": "\x03",
    "ctrl+q": "\x11",
    "ctrl+s": "\x13",
    "space": " ",
}
# The emulator would print the ends of what it does not know: mode questions, keyboard protocols.
_UNKNOWN = re.compile(
    r"\x1b\[[?>=<][0-9;:]*(?:\$p|u|q|m)|\x1b\[[0-9;]*(?:\$p| q|t)|\x1bP.*?\x1b\\", re.DOTALL
)
_UNFINISHED = re.compile(r"\x1b(?:\[[ -?]*|[\]P][^\x07\x1b]*)?$")


class Terminal:
    """One program on one terminal."""

    def __init__(self, command: Sequence[str], columns: int, rows: int, environ: dict[str, str]) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)
        self._lock = threading.Lock()
        self._fed = 0
        self._listening = threading.Event()
        self._listening.set()
        self._seen: tuple[int, list[str]] = (-1, [])
        self.written = bytearray()
        """Every byte the program wrote."""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **environ},
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - one system call, after the fork, without a lock
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen now."""
        with self._lock:
            if self._seen[0] != self._fed:  # whoever waits looks often, and a look is dear
                self._seen = (self._fed, [line.rstrip() for line in self._screen.display])
            return list(self._seen[1])

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def press(self, *keys: str) -> None:
        """Type; words of more than one letter are names of keys."""
        for key in keys:
            self.type(KEYS.get(key, key))

    def type(self, text: str) -> None:
        """Type these letters."""
        os.write(self._master, text.encode())

    def until(self, pattern: str, within_s: float = PATIENCE_S) -> re.Match[str]:
        """Wait until the screen shows the pattern."""
        deadline = time.monotonic() + within_s
        while not (found := re.search(pattern, self.text, re.MULTILINE)):
            if time.monotonic() > deadline:
                raise AssertionError(f"{pattern!r} never showed:\n{self.text}")
            time.sleep(0.02)
        return found

    def until_gone(self, pattern: str, within_s: float = PATIENCE_S) -> None:
        """Wait until the screen no longer shows the pattern."""
        deadline = time.monotonic() + within_s
        while re.search(pattern, self.text, re.MULTILINE):
            if time.monotonic() > deadline:
                raise AssertionError(f"{pattern!r} stays:\n{self.text}")
            time.sleep(0.02)

    def ended(self, within_s: float = PATIENCE_S) -> int:
        """Wait for the program's end, and until all it wrote was read; its exit code."""
        code = self.process.wait(within_s)
        self._reader.join(2)
        return code

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size; what the program does not draw anew is lost."""
        with self._lock:
            self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Read nothing of what is written, beyond the piece that is just being waited for."""
        self._listening.clear()
        try:
            yield
        finally:
            self._listening.set()

    def hang_up(self) -> None:
        """Close the window."""
        os.kill(self.process.pid, signal.SIGHUP)

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        self._listening.set()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._reader.join(5)
        os.close(self._master)

    def _read(self) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        while True:
            self._listening.wait()
            try:
                chunk = os.read(self._master, 65536)
            except OSError:  # the other end is closed
                return
            if not chunk:
                return
            self.written += chunk
            self._answer(chunk)
            text = held + decoder.decode(chunk)
            cut = _UNFINISHED.search(text)
            held = text[cut.start() :] if cut and len(text) - cut.start() < 64 else ""
            with self._lock:
                self._stream.feed(_UNKNOWN.sub("", text[: len(text) - len(held)]))
                self._fed += 1

    def _answer(self, chunk: bytes) -> None:
        """Answer the questions a program must not be kept waiting with."""
        with suppress(OSError):
            if b"\x1b[c" in chunk:
                os.write(self._master, b"\x1b[?62;c")
            if b"\x1b[6n" in chunk:
                os.write(self._master, b"\x1b[1;1R")


@contextmanager
def terminal(
    *command: str, columns: int = 120, rows: int = 40, environ: dict[str, str] | None = None
) -> Iterator[Terminal]:
    """A program on a terminal of its own, ended with the block."""
    opened = Terminal(command, columns, rows, {**os.environ, **(environ or {})})
    try:
        yield opened
    finally:
        opened.close()


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
