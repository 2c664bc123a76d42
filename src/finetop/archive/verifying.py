"""Whether an archive is as it was written: each file by its sum, and where one is not, in which line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from finetop.archive.found import read_line
from finetop.archive.layout import LINE_FILES, MANIFEST, SUMS, UNFINISHED, is_archive
from finetop.archive.lines import LONGEST, Summing, Sums, sums_of_content
from finetop.archive.manifest import Manifest, read_manifest
from finetop.errors import BadFile, BadInput

MOST_FINDINGS = 20
"""Of one file; a file with more is damaged from one end to the other."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, and where."""

    file: str
    message: str
    line: int | None = None
    last_line: int | None = None
    """Where the damage is only known to lie in a run of lines."""

    @property
    def place(self) -> str:
        """`events.jsonl, line 12`."""
        if self.line is None:
            return self.file
        if self.last_line is None or self.last_line == self.line:
            return f"{self.file}, line {self.line:,}"
        return f"{self.file}, lines {self.line:,} to {self.last_line:,}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of looking at every byte."""

    manifest: Manifest
    findings: tuple[Finding, ...] = ()
    is_unfinished: bool = False
    """A later run has begun and not ended; what it fetched is not part of this yet."""


def verify(folder: Path) -> Verdict:
    """Read an archive through. Raises BadInput where there is none, BadFile where its manifest is damaged."""
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder", hint="Give the folder of an archive.")
    if not is_archive(folder):
        raise BadInput(f"{folder} is no archive", hint="Make one with: finetop archive DIR")
    manifest = read_manifest(folder)
    findings = list(_of_manifest(folder))
    for name, sums in manifest.files.items():
        findings += _of_file(folder, name, sums)
    return Verdict(manifest, tuple(findings), is_unfinished=(folder / UNFINISHED).is_dir())


def _of_manifest(folder: Path) -> Iterator[Finding]:
    """The manifest's own sum stands beside it."""
    try:
        told = (folder / SUMS).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        yield Finding(SUMS, "it is missing or cannot be read")
        return
    sums = {name: sum_ for sum_, _, name in (line.partition("  ") for line in told.splitlines())}
    if sums.get(MANIFEST) != hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest():
        yield Finding(MANIFEST, f"it has changed since it was written, or {SUMS} has")


def _of_file(folder: Path, name: str, sums: Sums) -> list[Finding]:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        return [Finding(MANIFEST, "it names a file outside of the archive")]
    try:
        if name in LINE_FILES:
            return _of_lines(path, name, sums)
        found = sums_of_content(path)
    except FileNotFoundError:
        return [Finding(name, "it is missing")]
    except OSError as error:
        return [Finding(name, f"it cannot be read: {error.strerror}")]
    if found.bytes != sums.bytes:
        return [Finding(name, f"it has {found.bytes:,} bytes, and had {sums.bytes:,}")]
    return [] if found.sha256 == sums.sha256 else [Finding(name, "it has changed since it was written")]


def _of_lines(path: Path, name: str, sums: Sums) -> list[Finding]:
    summing = Summing()
    unreadable: list[Finding] = []
    with path.open("rb") as opened:
        while raw := opened.readline(LONGEST):
            summing.take(raw)
            error = read_line(raw)[1]
            if error and len(unreadable) < MOST_FINDINGS:
                unreadable.append(Finding(name, f"it cannot be read: {error}", summing.lines))
    found = summing.sums(sums.block)
    if found.sha256 == sums.sha256:
        return []
    return unreadable or list(_changed(name, found, sums))


def _changed(name: str, found: Sums, sums: Sums) -> Iterator[Finding]:
    """Where lines that can all be read are not those that were written."""
    if found.lines < sums.lines:
        yield Finding(name, f"it ends here, and had {sums.lines:,} lines", max(1, found.lines))
        return
    pairs = zip(_runs(found.checks), _runs(sums.checks), strict=False)
    first = next((place for place, (now, before) in enumerate(pairs) if now != before), None)
    if first is None:
        said = (
            "lines were added from here on"
            if found.lines > sums.lines
            else "its sum is not that of its lines"
        )
        yield Finding(name, said, sums.lines + 1 if found.lines > sums.lines else None)
        return
    start = first * sums.block + 1
    yield Finding(
        name, "it has changed since it was written", start, min(start + sums.block - 1, found.lines)
    )


def _runs(checks: str) -> list[str]:
    return [checks[place : place + 8] for place in range(0, len(checks), 8)]


def first_of(verdict: Verdict, folder: Path) -> BadFile | None:
    """The first finding as an error; None where there is none."""
    if not verdict.findings:
        return None
    first = verdict.findings[0]
    return BadFile(first.message, path=folder / first.file, line=first.line)
