"""Puts an archive together of what was fetched and of what it held before, and swaps it in.

Whatever moment it is stopped at, the next run finds either the archive as it was or the new one: the new
files are whole in a folder of their own before one rename says so, and are then only moved.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from finetop.archive.found import Kept, read_line, spans_of
from finetop.archive.layout import (
    CONTENTS,
    FILES,
    JOBS,
    LETTER,
    MANIFEST,
    MODELS,
    NEXT,
    OF_JOBS,
    README,
    READY,
    SUMS,
    UNFINISHED,
    is_content,
)
from finetop.archive.lines import LineFile, Sums, line_of, sums_of_content
from finetop.archive.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder with jobs in it."""

    folder: Path
    kept: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything the new archive shall hold, in its order."""

    listed: Sequence[str]
    """The jobs the provider lists."""
    unlisted: Sequence[str]
    """Those it has forgotten, which the archive keeps."""
    shelves: Sequence[Shelf]
    """Where jobs may be found, the newest words first."""
    models: Iterable[Mapping[str, Any]]
    files: Iterable[Mapping[str, Any]]


class _Jobs:
    """Copies jobs with their lines from where they lie into the new files."""

    def __init__(self, contents: Contents, new: Mapping[str, LineFile]) -> None:
        self._contents = contents
        self._new = new
        self._open: dict[Path, BinaryIO] = {}
        self.problems = 0

    def copy(self) -> None:
        for listed, ids in ((True, self._contents.listed), (False, self._contents.unlisted)):
            for id_ in ids:
                self._copy_job(id_, listed=listed)

    def close(self) -> None:
        for opened in self._open.values():
            opened.close()

    def _copy_job(self, id_: str, *, listed: bool) -> None:
        shelf = next(shelf for shelf in self._contents.shelves if id_ in shelf.kept)
        kept = shelf.kept[id_]
        value, error = read_line(self._read(shelf.folder / JOBS, kept.at, kept.size))
        if error:
            raise ValueError(error)  # it was read a moment ago
        line = {**value, "listed": listed}
        failed = dict(line.get("failed") or {})
        for name, span in spans_of(value).items():
            part = name.partition(".")[0]
            new = self._new[name].summing
            at, lines = new.bytes, new.lines
            for raw in self._read(shelf.folder / name, span.at, span.bytes).splitlines(keepends=True):
                found, error = read_line(raw)
                if error or not isinstance(found, Mapping) or found.get("job") != id_:
                    failed[part] = f"a line of it was damaged: {error or 'it is of another job'}"
                else:
                    self._new[name].write(raw)
            line[part] = {"at": at, "bytes": new.bytes - at, "lines": new.lines - lines}
        if failed:
            line["failed"] = failed
        self.problems += len(failed)
        self._new[JOBS].write(line_of(line))

    def _read(self, path: Path, at: int, size: int) -> bytes:
        if path not in self._open:
            self._open[path] = path.open("rb")
        self._open[path].seek(at)
        return self._open[path].read(size)


def assemble(folder: Path, contents: Contents, manifest: Manifest) -> Manifest:
    """Write the new archive beside the old one and put it in its place; the manifest as it was written."""
    new = folder / NEXT
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    files = {name: LineFile(new / name) for name in (JOBS, *OF_JOBS, MODELS, FILES)}
    jobs = _Jobs(contents, files)
    try:
        jobs.copy()
    finally:
        jobs.close()
    saved: dict[str, Sums] = {}
    for name, lines in ((MODELS, contents.models), (FILES, contents.files)):
        for line in lines:
            files[name].write(line_of(line))
            if name == FILES and line.get("path"):
                saved[line["path"]] = Sums(line["bytes"], line["sha256"])
            jobs.problems += len(line.get("failed") or ())
    for opened in files.values():
        opened.close()
    (new / README).write_text(LETTER, "utf-8")
    counts = {name.partition(".")[0]: opened.summing.lines for name, opened in files.items()}
    sums = {name: opened.summing.sums() for name, opened in files.items()}
    sums[README] = sums_of_content(new / README)
    whole = Manifest(
        manifest.origin,
        manifest.profile,
        manifest.begun_at,
        manifest.finished_at,
        counts | {"contents": len(saved)},
        jobs.problems,
        sums | saved,
    )
    whole.write(new)
    for name in (README, MANIFEST, SUMS):
        _to_disk(new / name)
    _to_disk(new)
    new.rename(folder / READY)
    _to_disk(folder)
    settle(folder)
    _sweep(folder, saved)
    return whole


def settle(folder: Path) -> None:
    """Finish the swap that an earlier run may have begun; nothing to do where there is none."""
    ready = folder / READY
    if not ready.is_dir():
        return
    for path in sorted(ready.iterdir(), key=lambda path: path.name in {MANIFEST, SUMS}):
        path.replace(folder / path.name)
    _to_disk(folder)
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)
    ready.rmdir()  # last: as long as it is there, this is done again


def _sweep(folder: Path, saved: Mapping[str, Sums]) -> None:
    """Take away contents that no line names, and what a download has left; nothing that is not ours."""
    for path in (folder / CONTENTS).glob("*"):
        if is_content(path.name) and f"{CONTENTS}/{path.name}" not in saved:
            path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
