"""What lies where in an archive, and the letter to whoever opens it in ten years."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

FORMAT: Final = "finetop-archive"
VERSION: Final = 1

MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
README: Final = "README.txt"
JOBS: Final = "jobs.jsonl"
EVENTS: Final = "events.jsonl"
CHECKPOINTS: Final = "checkpoints.jsonl"
METRICS: Final = "metrics.jsonl"
MODELS: Final = "models.jsonl"
FILES: Final = "files.jsonl"
CONTENTS: Final = "files"
"""The folder of the files' own bytes."""
OF_JOBS: Final = (EVENTS, CHECKPOINTS, METRICS)
"""What a job's line points into."""
LINE_FILES: Final = (JOBS, *OF_JOBS, MODELS, FILES)

UNFINISHED: Final = "unfinished"
"""What has been fetched and is not yet part of the archive."""
NEXT: Final = "next"
"""The archive that is being put together."""
READY: Final = "ready"
"""The same once it is whole; each of its files only has to be moved up."""
LOCK: Final = ".lock"
OWN: Final = frozenset({MANIFEST, SUMS, README, *LINE_FILES, CONTENTS, UNFINISHED, NEXT, READY, LOCK})
"""Every name we give."""

_CONTENT: Final = re.compile(r"[0-9a-f]{24}\.bin(?:\.part)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose jobs an archive holds: the place they were fetched from, never the key."""

    dialect: str
    base_url: str
    organization: str = ""
    project: str = ""

    def to_json(self) -> dict[str, str]:
        """Its fields by name."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Any) -> Origin | None:
        """What `to_json` wrote; None for anything else."""
        if not isinstance(raw, dict):
            return None
        told = [raw.get(name, "") for name in ("dialect", "base_url", "organization", "project")]
        return cls(*told) if all(isinstance(value, str) for value in told) else None

    def __str__(self) -> str:
        beside = [part for part in (self.organization, self.project) if part]
        place = self.base_url.removeprefix("local:").removeprefix("archive:")
        return " ".join([place, *(f"({part})" for part in beside)])


def is_archive(folder: Path) -> bool:
    """Whether a folder holds an archive, or one that is not finished yet."""
    return any((folder / name).exists() for name in (MANIFEST, JOBS, UNFINISHED, READY))


def content_name(file_id: str) -> str:
    """Where a file's bytes lie: no name that a server gives ever becomes a path."""
    return f"{CONTENTS}/{hashlib.sha256(file_id.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}.bin"


def is_content(name: str) -> bool:
    """True for a name in the folder of contents that is ours."""
    return _CONTENT.fullmatch(name) is not None


LETTER: Final = f"""\
What this folder is
===================
The fine-tuning jobs of one account, as its provider told of them: the jobs,
their logs, checkpoints and measurements, the account's models and its files.
It was written by finetop, a program for watching such jobs. You do not need
finetop to read it: everything is plain text in UTF-8, one JSON value a line
(JSON Lines, RFC 8259), times are seconds since 1970-01-01 UTC.

What lies where
===============
{MANIFEST}      when this was written, where the account was, how many jobs, events
                   and so on there are, and the size and SHA-256 of every file here
{SUMS}         the same sums as `sha256sum -c {SUMS}` reads them
{JOBS}         one job a line, the newest first
{EVENTS}       what the jobs logged, oldest first; the lines of a job stand together
{CHECKPOINTS}  usable states of models saved on the way
{METRICS}      loss, accuracy and other measurements by step
{MODELS}       the models the account could use, with the day they are shut down if told
{FILES}        the account's training files and the jobs' result files
{CONTENTS}/             the bytes of those files that were saved, as they came

A line of {JOBS}
====================
  id           the job's id at the provider
  job          the job in one set of names, whichever API told of it
  raw          the provider's own words for it (raw_text: the same as text, where
               they hold something that is not strict JSON)
  archived_at  when it was fetched
  listed       false where the provider no longer listed it when this was last written,
               so that what stands here is from an earlier time
  events, checkpoints, metrics
               where its lines are in the file of that name: `at` and `bytes` count
               bytes from the file's beginning, `lines` how many lines they are
  remembered   true where the provider had forgotten it already, and this is what finetop
               had recorded of it while it was there
  missing      what the provider does not have, or would not give, and why
  failed       what could not be had that day, and why

Lines of {EVENTS}, {CHECKPOINTS} and {METRICS} name their `job`; `event`,
`checkpoint` or `metric` is it in one set of names, `raw` the provider's words.
{METRICS} is taken from the events, or from the job's result file where the log
has no measurements.

A line of {FILES}
=====================
  id, file, raw    as above
  path             where its bytes are, if they were saved
  bytes, sha256    their number and sum
  result_of        the jobs whose result file it is
  missing, failed  why they were not saved

{MANIFEST}, under `files`: `checks` holds eight hexadecimal digits for each run of
`block` lines. They are the CRC-32 of those lines' own CRC-32s (four bytes each,
the lowest first), and tell in which line a damaged file is damaged.
"""
