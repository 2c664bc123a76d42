"""JSON lines, written so that every reader takes them, and summed while they are written."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from finetop.models import Value, words_of

LONGEST: Final = 64 << 20
"""Bytes of a line; a longer one is no job, and no event."""
MOST_CHECKS: Final = 20_000
"""Checks of one file, so that a manifest stays small beside what it is about."""
PIECE: Final = 1 << 20


def line_of(value: Mapping[str, Any]) -> bytes:
    """One line of strict JSON in UTF-8."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode() + b"\n"
    except UnicodeEncodeError:  # half a character, which JSON can hold and UTF-8 cannot
        return json.dumps(value, allow_nan=False).encode() + b"\n"


def form_of(value: Value) -> Any:
    """A value in our one set of names, as strict JSON can hold it: what is no number is text."""
    return json.loads(value.model_dump_json(by_alias=True))


@dataclass(frozen=True, slots=True)
class Words:
    """A provider's own words for something, as JSON text."""

    said: bytes

    @classmethod
    def of(cls, item: Any) -> Words:
        """Those of an item that was read from a reply."""
        return cls(words_of(item))

    @classmethod
    def from_json(cls, line: Mapping[str, Any]) -> Words:
        """Those that a line holds."""
        text = line.get("raw_text")
        return (
            cls(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else cls.of(line.get("raw"))
        )

    def to_json(self) -> dict[str, Any]:
        """How a line holds them: as JSON where they are strict JSON, else as text."""
        text = self.said.decode("utf-8", "surrogatepass")
        try:
            return {"raw": json.loads(text, parse_constant=_refuse)}
        except (ValueError, RecursionError):
            return {"raw_text": text}

    def digest(self) -> bytes:
        """Equal as long as the words are."""
        return hashlib.blake2b(self.said, digest_size=12).digest()


def _refuse(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class Sums:
    """What tells whether a file is as it was written."""

    bytes: int
    sha256: str
    lines: int = 0
    block: int = 1
    checks: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the manifest holds it."""
        told: dict[str, Any] = {"bytes": self.bytes, "sha256": self.sha256}
        return told | (
            {"lines": self.lines, "block": self.block, "checks": self.checks} if self.checks else {}
        )

    @classmethod
    def from_json(cls, raw: Any) -> Sums:
        """What `to_json` wrote. Raises ValueError for anything else."""
        raw = raw if isinstance(raw, dict) else {}
        numbers = [raw.get("bytes"), raw.get("lines", 0), raw.get("block", 1)]
        texts = [raw.get("sha256"), raw.get("checks", "")]
        if not all(isinstance(number, int) and number >= 0 for number in numbers) or not numbers[2]:
            raise ValueError("no sums")
        if not all(isinstance(text, str) for text in texts):
            raise ValueError("no sums")
        return cls(numbers[0], texts[0], numbers[1], numbers[2], texts[1])


class Summing:
    """Takes a file's lines one after another and tells its sums at the end."""

    def __init__(self) -> None:
        self.bytes = 0
        self._sha = hashlib.sha256()
        self._crcs = array("I")

    @property
    def lines(self) -> int:
        """How many there were."""
        return len(self._crcs)

    def take(self, line: bytes) -> None:
        """The next line, with its end."""
        self._sha.update(line)
        self.bytes += len(line)
        self._crcs.append(zlib.crc32(line))

    def sums(self, block: int | None = None) -> Sums:
        """Those of all lines so far, with checks of runs of `block` lines."""
        size = block or max(1, -(-len(self._crcs) // MOST_CHECKS))
        runs = (self._crcs[start : start + size] for start in range(0, len(self._crcs), size))
        checks = "".join(f"{_check(run):08x}" for run in runs)
        return Sums(self.bytes, self._sha.hexdigest(), len(self._crcs), size, checks)


def _check(crcs: Iterable[int]) -> int:
    return zlib.crc32(b"".join(crc.to_bytes(4, "little") for crc in crcs))


class LineFile:
    """A new file of lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self.summing = Summing()

    def close(self) -> None:
        """Bring it to the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def write(self, line: bytes) -> None:
        """Add one line, with its end."""
        self._file.write(line)
        self.summing.take(line)


def sums_of_content(path: Path) -> Sums:
    """Those of a file that has no lines."""
    sha, size = hashlib.sha256(), 0
    with path.open("rb") as opened:
        while piece := opened.read(PIECE):
            sha.update(piece)
            size += len(piece)
    return Sums(size, sha.hexdigest())
