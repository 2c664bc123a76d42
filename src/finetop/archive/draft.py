"""What has been fetched and is not yet part of the archive; it may end at any byte and be gone on with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from finetop.archive.found import Kept, Line, is_job_line, kept_in, lines_in, spans_of
from finetop.archive.layout import FILES, JOBS, OF_JOBS
from finetop.archive.lines import Words, form_of, line_of

if TYPE_CHECKING:
    from finetop.models import Checkpoint, Event, Job, Metric

Told = tuple[Any, Words]
"""A value and the provider's words for it."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """One job and everything it had to tell."""

    job: Job
    words: Words
    archived_at: float
    events: tuple[tuple[Event, Words], ...] = ()
    """Oldest first, each with an id."""
    checkpoints: tuple[tuple[Checkpoint, Words], ...] = ()
    metrics: tuple[Metric, ...] = ()
    missing: Mapping[str, str] = field(default_factory=dict)
    """What the provider does not have or would not give, and why."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """What could not be had this time, and why."""
    is_remembered: bool = False
    """The provider has forgotten it; this is what was recorded before."""


class Draft:
    """A folder of lines that only grow; a job counts once its own line is whole, and its last line counts."""

    def __init__(self, folder: Path) -> None:
        """Take up what an earlier run has left, as far as it is whole."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        _mend(folder)
        self.kept: dict[str, Kept] = kept_in(folder)
        self.files: dict[str, dict[str, Any]] = {
            line.value["id"]: line.value for line in _lines(folder / FILES)
        }
        self._open: dict[str, BinaryIO] = {
            name: (folder / name).open("ab") for name in (JOBS, *OF_JOBS, FILES)
        }

    def close(self) -> None:
        """Close its files."""
        for opened in self._open.values():
            opened.close()

    def add(self, fetched: Fetched) -> None:
        """Keep a job; its own line is written last, and tells where all others are."""
        job = fetched.job
        line: dict[str, Any] = {
            "id": job.id,
            "job": form_of(job),
            **fetched.words.to_json(),
            "archived_at": fetched.archived_at,
            "listed": True,
        }
        parts = {
            "events": [_item(job.id, "event", *told) for told in fetched.events],
            "checkpoints": [_item(job.id, "checkpoint", *told) for told in fetched.checkpoints],
            "metrics": [{"job": job.id, "metric": form_of(metric)} for metric in fetched.metrics],
        }
        for name, lines in parts.items():
            line[name] = self._append(f"{name}.jsonl", lines)
        line |= {
            name: dict(told)
            for name, told in (("missing", fetched.missing), ("failed", fetched.failed))
            if told
        }
        if fetched.is_remembered:
            line["remembered"] = True
        at = self._open[JOBS].tell()
        whole = line_of(line)
        self._open[JOBS].write(whole)
        self._open[JOBS].flush()
        self.kept[job.id] = Kept(at, len(whole), fetched.words.digest(), is_settled=not fetched.failed)

    def add_file(self, line: Mapping[str, Any]) -> None:
        """Keep what is known of a file."""
        self.files[line["id"]] = dict(line)
        self._open[FILES].write(line_of(line))
        self._open[FILES].flush()

    def _append(self, name: str, lines: Iterable[Mapping[str, Any]]) -> dict[str, int]:
        opened = self._open[name]
        at, count = opened.tell(), 0
        for line in lines:
            opened.write(line_of(line))
            count += 1
        opened.flush()
        return {"at": at, "bytes": opened.tell() - at, "lines": count}


def _item(job: str, kind: str, value: Any, words: Words) -> dict[str, Any]:
    return {"job": job, kind: form_of(value), **words.to_json()}


def _lines(path: Path) -> Iterable[Line]:
    return lines_in(path) if path.exists() else ()


def _mend(folder: Path) -> None:
    """Cut every file to what is whole: jobs whose lines are all there, and nothing that belongs to no job."""
    sizes = {name: _size(folder / name) for name in OF_JOBS}
    ends = dict.fromkeys(OF_JOBS, 0)
    whole = 0
    for line in _lines(folder / JOBS):
        if line.error or not is_job_line(line.value) or not line.has_end:
            break
        spans = spans_of(line.value)
        if any(span.end > sizes[name] for name, span in spans.items()):
            break
        ends = {name: max(ends[name], span.end) for name, span in spans.items()}
        whole = line.at + line.size
    _cut(folder / JOBS, whole)
    for name, end in ends.items():
        _cut(folder / name, end)
    end = 0
    for line in _lines(folder / FILES):
        known = not line.error and isinstance(line.value, Mapping) and isinstance(line.value.get("id"), str)
        if not known or not line.has_end:
            break
        end = line.at + line.size
    _cut(folder / FILES, end)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _cut(path: Path, size: int) -> None:
    if path.exists() and path.stat().st_size > size:
        os.truncate(path, size)
