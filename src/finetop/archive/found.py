"""A file of jobs as it lies there: which job stands where, and which lines cannot be read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from finetop.archive.layout import JOBS, OF_JOBS
from finetop.archive.lines import LONGEST, Words
from finetop.errors import BadFile

GRACE_S: Final = 90.0
"""So long after its end a job may still tell something."""
_FINAL: Final = frozenset({"succeeded", "failed", "cancelled"})


class Span(NamedTuple):
    """Lines of one job in another file."""

    at: int
    bytes: int
    lines: int

    @property
    def end(self) -> int:
        """The first byte after them."""
        return self.at + self.bytes

    @classmethod
    def from_json(cls, raw: Any) -> Span | None:
        """What a job's line says; None where it says nothing that can be."""
        if not isinstance(raw, Mapping):
            return None
        told = [number for name in cls._fields if isinstance(number := raw.get(name), int)]
        sound = len(told) == len(cls._fields) and all(0 <= number < 1 << 62 for number in told)
        return cls(*told) if sound else None


class Line(NamedTuple):
    """One line of a file, and what stands in it."""

    number: int
    at: int
    size: int
    value: Any
    error: str
    """Why it cannot be read; empty where it can."""
    has_end: bool
    """False where it breaks off; it may read well all the same."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A job in a folder: where its line is, and whether it is worth fetching again."""

    at: int
    size: int
    digest: bytes
    """Of the provider's words for it."""
    is_settled: bool
    """It had ended long enough before, and everything about it came."""


def lines_in(path: Path, start: int = 0) -> Iterator[Line]:
    """The lines of a file of JSON lines; empty ones are left out."""
    at, number = start, 0
    with path.open("rb") as opened:
        opened.seek(start)
        while raw := opened.readline(LONGEST):
            number += 1
            if raw.strip():
                yield Line(number, at, len(raw), *read_line(raw), has_end=raw.endswith(b"\n"))
            at += len(raw)


def read_line(raw: bytes) -> tuple[Any, str]:
    """What a line says, and why it cannot be read."""
    try:
        return json.loads(raw.decode("utf-8-sig")), ""  # some editors put a mark before the first line
    except RecursionError:
        return None, "it is nested too deeply"
    except UnicodeDecodeError:
        return None, "it is not UTF-8"
    except json.JSONDecodeError as error:
        cut = "" if raw.endswith(b"\n") else "; the file may have been cut off there"
        at = min(error.pos, len(error.doc.rstrip())) + 1
        said = error.msg.removesuffix(" at").removesuffix(" starting")
        return None, f"{said[:1].lower()}{said[1:]} at character {at}{cut}"
    except ValueError as error:  # a number with very many digits
        return None, str(error)


def kept_in(folder: Path) -> dict[str, Kept]:
    """The jobs of a folder, of each its last line. Raises BadFile for a line that cannot be read."""
    found: dict[str, Kept] = {}
    path = folder / JOBS
    if not path.exists():
        return found
    for line in lines_in(path):
        kept = _kept(line)
        if kept is None:
            raise BadFile(
                line.error or "this is no job of an archive",
                path=path,
                line=line.number,
                hint="Save the account anew into another folder, or replace this one with --force.",
            )
        found[line.value["id"]] = kept
    return found


def is_job_line(value: Any) -> bool:
    """Whether a line's value is a job as an archive holds it."""
    return (
        isinstance(value, Mapping)
        and isinstance(value.get("id"), str)
        and isinstance(value.get("job"), Mapping)
        and value["job"].get("id") == value["id"]
        and all(Span.from_json(value.get(name.partition(".")[0])) is not None for name in OF_JOBS)
    )


def spans_of(value: Mapping[str, Any]) -> dict[str, Span]:
    """Where a job's lines are, by file."""
    spans = {name: Span.from_json(value.get(name.partition(".")[0])) for name in OF_JOBS}
    return {name: span for name, span in spans.items() if span is not None}


def _kept(line: Line) -> Kept | None:
    if line.error or not is_job_line(line.value):
        return None
    job = line.value["job"]
    ended_at = job.get("finished_at") or job.get("updated_at") or 0
    fetched_at = line.value.get("archived_at") or 0
    settled = (
        job.get("status") in _FINAL and not line.value.get("failed") and fetched_at - ended_at >= GRACE_S
    )
    return Kept(line.at, line.size, Words.from_json(line.value).digest(), settled)
