"""Where a hundred thousand jobs stand in a file, in a few megabytes."""

from __future__ import annotations

import math
from array import array
from typing import BinaryIO, Final

EMPTY: Final = -1


class Places:
    """From a name to a number, for a hundred thousand of them in a few megabytes."""

    def __init__(self) -> None:
        self._slots = array("q", [EMPTY]) * 1024
        self._hashes = array("q", [0]) * 1024
        self._count = 0

    def put(self, name: str, number: int) -> int | None:
        """Remember a number; the one that the name had before."""
        if self._count * 3 > len(self._slots) * 2:
            self._grow()
        slot = self._slot(hash(name))
        before = self._slots[slot]
        self._count += before == EMPTY
        self._slots[slot], self._hashes[slot] = number, hash(name)
        return None if before == EMPTY else before

    def get(self, name: str) -> int | None:
        """The number of a name; who must be sure that it is its own looks there."""
        found = self._slots[self._slot(hash(name))]
        return None if found == EMPTY else found

    def _slot(self, hash_: int) -> int:
        slot = hash_ % len(self._slots)
        while self._slots[slot] != EMPTY and self._hashes[slot] != hash_:
            slot = (slot + 1) % len(self._slots)
        return slot

    def _grow(self) -> None:
        slots, hashes = self._slots, self._hashes
        self._slots = array("q", [EMPTY]) * (2 * len(slots))
        self._hashes = array("q", [0]) * (2 * len(slots))
        for number, hash_ in zip(slots, hashes, strict=True):
            if number != EMPTY:
                slot = self._slot(hash_)
                self._slots[slot], self._hashes[slot] = number, hash_


class Index:
    """The lines of one file by name, and in the order of time."""

    def __init__(self, opened: BinaryIO) -> None:
        self._file = opened
        self._at = array("q")
        self._lines = array("q")
        self._created = array("d")
        self._places = Places()
        self.order: list[int] = []
        """The newest first; of a name that stands there twice only the last."""

    def close(self) -> None:
        self._file.close()

    def add(self, at: int, line: int, name: str | None, created: float | None) -> None:
        number = len(self._at)
        self._at.append(at)
        self._lines.append(line)
        self._created.append(-math.inf if created is None else created)
        before = self._places.put(name, number) if name is not None else None
        if before is not None:
            self._lines[before] = 0

    def sort(self) -> None:
        """All lines are there."""
        there = (number for number, line in enumerate(self._lines) if line)
        self.order = sorted(there, key=lambda number: -self._created[number])

    def read(self, number: int) -> tuple[int, bytes]:
        """The line of a number, and where it stands."""
        self._file.seek(self._at[number])
        return self._lines[number], self._file.readline()

    def find(self, name: str) -> int | None:
        """The number of the line that may be this name's."""
        return self._places.get(name)
