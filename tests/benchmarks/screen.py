"""The screen on a real terminal, with the time of every byte: what benchmarks of the screen measure with."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyte

PATIENCE_S = 60.0
QUIET_S = 0.12
"""Nothing follows after so long: the lower panes come 40 ms after the cursor rests."""
_ANSWERS = {
    re.compile(rb"\x1b\[\?2026\$p"): b"\x1b[?2026;2$y",
    re.compile(rb"\x1b\[6n"): b"\x1b[1;1R",
    re.compile(rb"\x1b\[c"): b"\x1b[?62;c",
}
_SHOWN = b"\x1b[?2026l"
"""The end of one update: Textual brackets each where the terminal says that it knows how."""
_UNKNOWN = re.compile(r"\x1b\[[?>=<][0-9;:]*(?:\$p|u|q|m)|\x1b\[[0-9;]*(?:\$p| q|t)")


class Chunk(NamedTuple):
    """What was written at once."""

    at: float
    data: bytes


class Answer(NamedTuple):
    """What a key brought."""

    first_ms: float
    """Until its first update was written to the end."""
    first_bytes: int
    all_bytes: int
    """With the panes that follow the cursor."""


class Screen:
    """finetop on a terminal."""

    def __init__(self, command: Sequence[str], environ: dict[str, str], size: tuple[int, int]) -> None:
        self._screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self._screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environ},
        )  # fmt: skip
        os.close(slave)

    def read(
        self, quiet_s: float = QUIET_S, *, until: Callable[[bytes], bool] = lambda _all: False
    ) -> list[Chunk]:
        """Everything that is written until nothing is for so long, or until it is enough."""
        chunks: list[Chunk] = []
        every = b""
        while select.select([self._master], [], [], quiet_s)[0]:
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                break
            chunks.append(Chunk(time.perf_counter(), data))
            every += data
            for question, answer in _ANSWERS.items():
                if question.search(data):
                    os.write(self._master, answer)
            if until(every):
                break
        for chunk in chunks:
            self._stream.feed(_UNKNOWN.sub("", chunk.data.decode("utf-8", "replace")))
        return chunks

    def shows(self, words: str, since: float | None = None) -> float:
        """Milliseconds until the screen shows a pattern; since its start where no moment is given."""
        begin = self.began if since is None else since
        deadline = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < deadline:
            for chunk in self.read(0.02, until=lambda _all: True):
                if re.search(words, "\n".join(self._screen.display)):
                    return (chunk.at - begin) * 1000
        raise AssertionError(f"{words} never showed:\n" + "\n".join(self._screen.display))

    def press(self, key: str) -> Answer:
        """Press a key, and wait until all it brings is there."""
        begin = time.perf_counter()
        os.write(self._master, key.encode())
        first = self.read(PATIENCE_S / 20, until=lambda every: _SHOWN in every)
        rest = self.read()
        size = sum(len(chunk.data) for chunk in first)
        took = (first[-1].at - begin) * 1000 if first else 0.0
        return Answer(took, size, size + sum(len(chunk.data) for chunk in rest))

    def type(self, words: str) -> float:
        """Type at once; the moment when the first letter left."""
        begin = time.perf_counter()
        os.write(self._master, words.encode())
        return begin

    def idle_bytes(self, seconds: float) -> int:
        """What is written while nothing happens."""
        deadline = time.perf_counter() + seconds
        written = 0
        while (left := deadline - time.perf_counter()) > 0:
            written += sum(len(chunk.data) for chunk in self.read(left, until=lambda _all: True))
        return written

    @property
    def cpu_s(self) -> float:
        """The processor's time so far: what other programs do to the clock on the wall, they do not to it."""
        words = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def rss_mb(self) -> float:
        """What the program holds in memory."""
        words = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", words)[1]) / 1024  # type: ignore[index]

    def close(self) -> None:
        """Leave as `ctrl+q` does."""
        os.write(self._master, b"\x11")
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
        os.close(self._master)


@contextmanager
def opened(folder: Path, *arguments: str, size: tuple[int, int] = (80, 24)) -> Iterator[Screen]:
    """Finetop on the folders of a person who has only the local engine, which is not started."""
    environ = {
        f"FINETOP_{name.upper()}": str(folder / place)
        for name, place in (("config", "config.toml"), ("data", "data"), ("state", "state"))
    }
    screen = Screen((sys.executable, "-m", "finetop", "--profile", "local", *arguments), environ, size)
    try:
        yield screen
    finally:
        screen.close()


PASSES = 3


def alternating(few: Callable[[], dict[str, float]], many: Callable[[], dict[str, float]]) -> list[list[str]]:
    """The figures of both and their ratio; medians of turns, for the machine is now slow and now fast."""
    turns = [(few(), many()) for _ in range(PASSES)]
    lines = []
    for name in turns[0][0]:
        one, other = (statistics.median(turn[side][name] for turn in turns) for side in (0, 1))
        lines.append([name, f"{one:.1f}", f"{other:.1f}", f"{other / one:.2f}" if one else ""])
    return lines


def p95(values: Sequence[float]) -> float:
    """The value that one in twenty exceeds."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def table(heads: Sequence[str], lines: Sequence[Sequence[Any]]) -> str:
    """Lines under heads, the first column to the left."""
    shown = [[str(cell) for cell in line] for line in (heads, *lines)]
    widths = [max(len(line[place]) for line in shown) for place in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in shown
    )
