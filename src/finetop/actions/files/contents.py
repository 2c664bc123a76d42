"""What tells one file from another, and whether it is one to train on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from finetop.dataset import check_file
from finetop.errors import BadFile


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one file from another."""

    name: str
    size_bytes: int
    sha256: str


def check(path: Path) -> None:
    """Raise BadFile with path and line unless this is a file of JSON lines."""
    problem = check_file(path).problem
    if problem is not None:
        raise problem


def fingerprint(path: Path) -> Fingerprint:
    """Read a file through. Raises BadFile where that cannot be done."""
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256")
            return Fingerprint(path.name, opened.tell(), digest.hexdigest())
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error
