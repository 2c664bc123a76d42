"""A folder or a file of jobs as it can be asked: which jobs there are, and each one's lines."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from finetop.archive.found import is_job_line, lines_in, read_line, spans_of
from finetop.archive.index import Index
from finetop.archive.layout import (
    CHECKPOINTS,
    EVENTS,
    FILES,
    JOBS,
    MANIFEST,
    MODELS,
    UNFINISHED,
    content_name,
)
from finetop.archive.loose import Item, is_lines, item_of, items_in, list_in
from finetop.errors import NotFound, Unreachable
from finetop.models import to_time


class Told(NamedTuple):
    """A job as the archive tells of it."""

    line: int
    """Where it stands, from 1."""
    value: Mapping[str, Any] | None
    """Its line in an archive of ours, or the job itself in any other file."""
    error: str
    """Why it cannot be read; empty where it can."""


class Shelf:
    """An archive of ours, or any file of jobs. Raises Unreachable where there is neither."""

    def __init__(self, path: Path, name_of: Callable[[Any], str]) -> None:
        self.path = path
        self._name_of = name_of
        """What a job calls itself, in any API's words."""
        self._guard = threading.RLock()
        """Several questions may be under way, each in a thread; a file has one place to read at."""
        self._jobs: Index | None = None
        self._files: Index | None = None
        self._edition = ""
        self._is_copied = False
        """True where the index is of a copy, each of whose lines tells where it stood."""

    @property
    def is_ours(self) -> bool:
        """True for a folder: it has logs beside its jobs."""
        return self.path.is_dir()

    def edition(self) -> str:
        """Equal as long as nothing was written there."""
        told = []
        for path in (self.path / MANIFEST, self.path / JOBS) if self.is_ours else (self.path,):
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise self._unreadable(error) from error
            told.append(f"{found.st_ino}-{found.st_size}-{found.st_mtime_ns}")
        if not told:
            raise self._nothing()
        return " ".join(told)

    def close(self) -> None:
        """Let go of its files."""
        with self._guard:
            for index in (self._jobs, self._files):
                if index is not None:
                    index.close()
            self._jobs = self._files = None

    def count(self) -> int:
        """How many jobs there are."""
        with self._guard:
            return len(self._opened().order)

    def page(self, start: int, size: int) -> list[Told]:
        """Jobs in the order of time, the newest first."""
        with self._guard:
            jobs = self._opened()
            lines = [jobs.read(number) for number in jobs.order[start : start + size]]
        return [self._told(*line) for line in lines]

    def job(self, name: str) -> Told:
        """One job. Raises NotFound."""
        with self._guard:
            jobs = self._opened()
            number = jobs.find(name)
            line = jobs.read(number) if number is not None else None
        told = self._told(*line) if line is not None else None
        if told is None or told.value is None or self._name(told.value) != name:
            raise NotFound(f"{self.path} has no job {name}", hint="Check the id.")
        return told

    def events(self, job: Told) -> list[tuple[Any, str]]:
        """The lines of a job's log, oldest first: what they say, or why they cannot be read."""
        return self._lines(job, EVENTS)

    def checkpoints(self, job: Told) -> list[tuple[Any, str]]:
        """The lines of a job's checkpoints."""
        return self._lines(job, CHECKPOINTS)

    def models(self) -> Iterator[tuple[Any, str]]:
        """The lines of the account's models."""
        return self._all(MODELS)

    def files(self) -> Iterator[tuple[Any, str]]:
        """The lines of the account's files."""
        return self._all(FILES)

    def file(self, name: str) -> Mapping[str, Any]:
        """What is known of one file. Raises NotFound."""
        with self._guard:
            files = self._opened_files()
            number = files.find(name) if files is not None else None
            raw = files.read(number)[1] if files is not None and number is not None else b"null"
        value, _ = read_line(raw)
        if isinstance(value, Mapping) and value.get("id") == name:
            return value
        raise NotFound(f"{self.path} tells nothing of the file {name}", hint="Check the id.")

    def content(self, name: str) -> Path:
        """Where a file's bytes are; never where the archive says, but where its id says. Raises NotFound."""
        line = self.file(name)
        path = self.path / content_name(name)
        if "path" not in line or not path.is_file():
            why = next(iter((line.get("missing") or line.get("failed") or {}).values()), "they were left out")
            raise NotFound(f"{self.path} does not hold the bytes of {name}: {why}", hint="Do without them.")
        return path

    def _opened(self) -> Index:
        """The index of the jobs as they are now."""
        edition = self.edition()
        if self._jobs is None or edition != self._edition:
            self.close()
            try:
                self._jobs = self._index_ours() if self.is_ours else self._index_loose()
            except OSError as error:
                raise self._unreadable(error) from error
            self._jobs.sort()
            self._edition = edition
        return self._jobs

    def _opened_files(self) -> Index | None:
        """The index of the files, as they were when the jobs' was made."""
        self._opened()
        if self._files is None and self.is_ours and (self.path / FILES).exists():
            self._files = Index((self.path / FILES).open("rb"))
            for line in lines_in(self.path / FILES):
                if isinstance(line.value, Mapping) and isinstance(line.value.get("id"), str):
                    self._files.add(line.at, line.number, line.value["id"], None)
        return self._files

    def _index_ours(self) -> Index:
        if not (self.path / JOBS).exists():
            raise self._nothing()
        index = Index((self.path / JOBS).open("rb"))
        for line in lines_in(self.path / JOBS):
            job = line.value["job"] if is_job_line(line.value) else {}
            index.add(line.at, line.number, job.get("id"), to_time(job.get("created_at")))
        return index

    def _index_loose(self) -> Index:
        """A file of one job a line as it lies there; of any other form a copy that has."""
        found = self._index_lines() if is_lines(self.path) else None
        self._is_copied = found is None
        return found or self._index_copy()

    def _index_lines(self) -> Index | None:
        """None where a line holds several jobs."""
        index = Index(self.path.open("rb"))
        for line in lines_in(self.path):
            if list_in(line.value) is not None:
                index.close()
                return None
            self._add(index, line.at, item_of(line.number, line.value))
        return index

    def _index_copy(self) -> Index:
        spool = tempfile.TemporaryFile()  # noqa: SIM115 - the index closes it
        index = Index(spool)
        for item in items_in(self.path):
            at = spool.tell()
            spool.write(json.dumps(item).encode() + b"\n")
            self._add(index, at, item)
        spool.flush()
        return index

    def _add(self, index: Index, at: int, item: Item) -> None:
        known = item.value if isinstance(item.value, Mapping) else None
        name = self._name_of(known) if known is not None else None
        created = known.get("created_at", known.get("created")) if known is not None else None
        index.add(at, item.line, name, to_time(created))

    def _told(self, number: int, raw: bytes) -> Told:
        value, error = read_line(raw)
        if error:
            return Told(number, None, error)
        if not self.is_ours:
            return Told(*(value if self._is_copied else item_of(number, value)))
        if is_job_line(value):
            return Told(number, value, "")
        return Told(number, None, "this is no job of an archive")

    def _name(self, value: Mapping[str, Any]) -> str:
        return value["id"] if self.is_ours else self._name_of(value)

    def _lines(self, job: Told, name: str) -> list[tuple[Any, str]]:
        span = spans_of(job.value or {}).get(name)
        if span is None or not span.lines:
            return []
        path = self.path / name
        try:
            with path.open("rb") as opened:
                opened.seek(span.at)
                raw = opened.read(span.bytes)
        except OSError as error:
            return [(None, f"{name}: {error.strerror}")]
        own = (job.value or {}).get("id")
        lines = raw.splitlines()
        found = [self._checked(path, span.at, place, line, own) for place, line in enumerate(lines)]
        if len(lines) < span.lines:
            lost = f"{name} ends before this log does: {span.lines - len(lines):,} lines are lost"
            found.append((None, lost))
        return found

    def _checked(self, path: Path, at: int, place: int, raw: bytes, own: Any) -> tuple[Any, str]:
        """What a line of a job's says; where it cannot be read, also where it stands."""
        value, why = read_line(raw)
        if not why and not (isinstance(value, Mapping) and value.get("job") == own):
            why = "it is not of this job"
        return value, f"{path.name}, line {self._line_at(path, at) + place:,}: {why}" if why else ""

    def _line_at(self, path: Path, at: int) -> int:
        """The number of the line that begins at a byte; only damage asks."""
        with path.open("rb") as opened:
            return opened.read(at).count(b"\n") + 1

    def _all(self, name: str) -> Iterator[tuple[Any, str]]:
        if self.is_ours and (self.path / name).exists():
            for line in lines_in(self.path / name):
                yield line.value, f"{name}, line {line.number:,}: {line.error}" if line.error else ""

    def _nothing(self) -> Unreachable:
        """A disk that is not there just now is like a server that does not answer."""
        if (self.path / UNFINISHED / JOBS).exists():
            return Unreachable(
                f"{self.path}: this archive was never finished",
                hint=f"Finish it with: finetop archive DIR. What came so far is in {self.path / UNFINISHED}.",
            )
        said = f"there is no {JOBS} in it" if self.is_ours else "there is no such file or folder"
        return Unreachable(f"{self.path}: {said}", hint="Give an archive, or a file of jobs.")

    def _unreadable(self, error: OSError) -> Unreachable:
        said = f"cannot be read: {(error.strerror or str(error)).lower()}"
        return Unreachable(f"{self.path}: {said}", hint="Look at who may read it.")
