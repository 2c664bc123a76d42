"""What an archive says of itself: whose it is, how much it holds, and the sums of its files."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from finetop import __version__
from finetop.archive.layout import FORMAT, MANIFEST, SUMS, VERSION, Origin
from finetop.archive.lines import Sums
from finetop.errors import BadFile


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first thing to read of an archive."""

    origin: Origin
    profile: str = ""
    """What its owner called the account."""
    begun_at: float = 0.0
    finished_at: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)
    problems: int = 0
    """Things that could not be had when it was written."""
    files: Mapping[str, Sums] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write it, and the sums beside it."""
        told = {
            "format": FORMAT,
            "version": VERSION,
            "written_by": f"finetop {__version__}",
            "account": {"profile": self.profile, **self.origin.to_json()},
            "begun_at": _moment(self.begun_at),
            "finished_at": _moment(self.finished_at),
            "counts": dict(self.counts),
            "problems": self.problems,
            "files": {name: sums.to_json() for name, sums in self.files.items()},
        }
        content = (json.dumps(told, indent=1) + "\n").encode()
        (folder / MANIFEST).write_bytes(content)
        import hashlib  # noqa: PLC0415 - only who writes needs it

        sums = {name: found.sha256 for name, found in self.files.items()}
        sums[MANIFEST] = hashlib.sha256(content).hexdigest()
        (folder / SUMS).write_text("".join(f"{sum_}  {name}\n" for name, sum_ in sums.items()), "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an archive. Raises BadFile with the line where it cannot be read."""
    path = folder / MANIFEST
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BadFile("there is no manifest: this archive was never finished", path=folder) from error
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error
    except json.JSONDecodeError as error:
        raise BadFile(f"it is damaged: {error.msg}", path=path, line=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise BadFile("it is damaged: it is no JSON in UTF-8", path=path) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadFile("this is no manifest of an archive of finetop", path=path)
    if not isinstance(raw.get("version"), int) or raw["version"] > VERSION:
        raise BadFile(
            f"it was written by a newer {raw.get('written_by', 'finetop')}", path=path, hint="Update finetop."
        )
    return _parsed(raw, path)


def _parsed(raw: dict[str, object], path: Path) -> Manifest:
    account, counts, files = raw.get("account"), raw.get("counts"), raw.get("files")
    origin = Origin.from_json(account)
    profile = account.get("profile") if isinstance(account, dict) else None
    if origin is None or not isinstance(counts, dict) or not isinstance(files, dict):
        raise BadFile("it is damaged: account, counts or files are missing", path=path)
    try:
        sums = {str(name): Sums.from_json(found) for name, found in files.items()}
    except ValueError as error:
        raise BadFile("it is damaged: the sums of a file are missing", path=path) from error
    problems = raw.get("problems")
    return Manifest(
        origin,
        profile if isinstance(profile, str) else "",
        _seconds(raw.get("begun_at")),
        _seconds(raw.get("finished_at")),
        {str(name): count for name, count in counts.items() if isinstance(count, int)},
        problems if isinstance(problems, int) else 0,
        sums,
    )


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def _seconds(moment: object) -> float:
    from datetime import datetime  # noqa: PLC0415 - only who reads needs it

    try:
        return datetime.fromisoformat(str(moment)).timestamp()
    except ValueError:
        return 0.0
