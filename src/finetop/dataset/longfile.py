"""A file of lines that may be larger than memory: any line by its number, and the next that holds a word.

    file = LongFile(path.open("rb"))
    file.measure(stop=lambda: False)        reads it through once, in a thread: 1 GB takes about a second
    file.lines, file.line(17)               how many there are, and one of them
    file.search(needles, after=17)          in a thread as well

What is kept is one place for each 64 kB, and a few pieces that were read last.
"""

from __future__ import annotations

import os
import threading
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import BinaryIO, Final

BLOCK: Final = 1 << 16
"""Bytes between two places that are remembered."""
PIECES_KEPT: Final = 16
SEARCHED: Final = 1 << 20
"""Bytes that are looked through at once."""
_END: Final = b"\n"

Piece = tuple[list[int], list[bytes]]


class LongFile:
    """Lines by number, from 0. Every method may be called from any thread."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self.size_bytes = os.fstat(opened.fileno()).st_size
        self._offsets = array("Q", [0])
        """Where lines begin, one for each block in which any does."""
        self._numbers = array("Q", [0])
        """The numbers of those lines."""
        self._pieces: OrderedDict[int, Piece] = OrderedDict()
        self._lock = threading.Lock()
        head = self._read(0, BLOCK)
        self.lines = head.count(_END) + (
            len(head) == self.size_bytes and not head.endswith(_END) and head != b""
        )
        """How many are known; all of them once it is measured."""
        self.is_measured = len(head) == self.size_bytes
        self.head = head
        """The beginning, by which one tells what the file is."""

    def close(self) -> None:
        """Let go of it."""
        self._opened.close()

    def measure(self, stop: Callable[[], bool]) -> None:
        """Find where its lines are; ends early once `stop` says so."""
        offsets, numbers = array("Q", [0]), array("Q", [0])
        ends = at = 0
        last = b""
        while block := self._read(at, BLOCK):
            if stop():
                return
            first = block.find(_END)
            if first >= 0 and at + first + 1 < self.size_bytes:
                offsets.append(at + first + 1)
                numbers.append(ends + 1)
            ends += block.count(_END)
            at += len(block)
            last = block
        with self._lock:
            self._offsets, self._numbers = offsets, numbers
            self._pieces.clear()
            self.lines = ends + (last != b"" and not last.endswith(_END))
            self.is_measured = True

    def line(self, number: int, *, most: int = BLOCK) -> bytes:
        """A line without its end, at most so many bytes of it. Empty where there is none."""
        if not 0 <= number < self.lines:
            return b""
        with self._lock:
            mark = bisect_right(self._numbers, number) - 1
            starts, lines = self._piece(mark)
            place = number - self._numbers[mark]
            if place < len(lines) - 1:  # the last one of a piece may go on behind it
                return lines[place][:most].removesuffix(b"\r")
            start, end = starts[min(place, len(starts) - 1)], self._end_of(mark)
        return self._read(start, min(end - start, most)).split(_END, 1)[0].removesuffix(b"\r")

    def size_of(self, number: int) -> int:
        """The bytes of a line, without reading those of a long one."""
        if not 0 <= number < self.lines:
            return 0
        with self._lock:
            mark = bisect_right(self._numbers, number) - 1
            starts, lines = self._piece(mark)
            place = number - self._numbers[mark]
            if place < len(lines) - 1:
                return len(lines[place])
            return self._end_of(mark) - starts[min(place, len(starts) - 1)]

    def search(
        self,
        needles: Collection[bytes],
        after: int,
        *,
        backward: bool = False,
        stop: Callable[[], bool] = lambda: False,
    ) -> int | None:
        """The nearest line behind this one that holds a needle, whatever its case; None where none does.

        Needles are lower case. It goes on from the other end, and comes back to the line itself last.
        """
        if not needles or not self.lines:
            return None
        begin, end = self._span(after)
        before, behind = (0, begin if backward else end), (begin if backward else end, self.size_bytes)
        for low, high in (before, behind) if backward else (behind, before):
            found = self._find(needles, low, high, backward=backward, stop=stop)
            if found is not None:
                return self._number_at(found)
            if stop():
                return None
        return None

    # --- pieces -----------------------------------------------------------------------------------------

    def content(self, most: int) -> bytes:
        """All of it, as far as that is no more than so many bytes."""
        return self._read(0, min(self.size_bytes, most))

    def _read(self, at: int, size: int) -> bytes:
        try:
            return os.pread(self._opened.fileno(), max(0, size), at)
        except ValueError:  # it was closed while a thread still looked through it
            return b""

    def _end_of(self, mark: int) -> int:
        """Where the piece of a mark ends."""
        return self._offsets[mark + 1] if mark + 1 < len(self._offsets) else self.size_bytes

    def _piece(self, mark: int) -> Piece:
        """The lines from one remembered place to the next; of a very long last one only the beginning."""
        found = self._pieces.get(mark)
        if found is None:
            start = self._offsets[mark]
            lines = self._read(start, min(self._end_of(mark) - start, 2 * BLOCK)).split(_END)
            if len(lines) > 1 and not lines[-1]:
                lines.pop()
            starts, at = [], start
            for line in lines:
                starts.append(at)
                at += len(line) + 1
            found = self._pieces[mark] = (starts, lines)
            while len(self._pieces) > PIECES_KEPT:
                self._pieces.popitem(last=False)
        self._pieces.move_to_end(mark)
        return found

    def _span(self, number: int) -> tuple[int, int]:
        """Where a line begins and ends, its end included."""
        with self._lock:
            mark = bisect_right(self._numbers, max(0, number)) - 1
            starts, lines = self._piece(mark)
            place = min(number - self._numbers[mark], len(starts) - 1)
            if place < len(lines) - 1:
                return starts[place], starts[place] + len(lines[place]) + 1
            return starts[place], self._end_of(mark)

    # --- searching --------------------------------------------------------------------------------------

    def _find(
        self, needles: Collection[bytes], low: int, high: int, *, backward: bool, stop: Callable[[], bool]
    ) -> int | None:
        """Where the first needle between two places begins, or the last one."""
        over = max(map(len, needles)) - 1
        starts = range(low, high, SEARCHED)
        for start in reversed(starts) if backward else starts:
            if stop():
                return None
            part = self._read(start, min(SEARCHED + over, high - start)).lower()
            if backward:
                best = max(part.rfind(needle) for needle in needles)
            else:
                best = min((at for needle in needles if (at := part.find(needle)) >= 0), default=-1)
            if best >= 0:
                return start + best
        return None

    def _number_at(self, offset: int) -> int:
        """The line that a byte belongs to."""
        with self._lock:
            mark = bisect_right(self._offsets, offset) - 1
            starts, _ = self._piece(mark)
            return self._numbers[mark] + bisect_right(starts, offset) - 1
