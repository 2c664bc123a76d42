"""What tells one file from another, and whether it is one to train on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.dataset import check_file
from finetop.errors import BadFile

if TYPE_CHECKING:
    from pathlib import Path


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
    size_bytes, sha256 = _digest(path, "sha256")
    return Fingerprint(path.name, size_bytes, sha256)


def md5_of(path: Path) -> str:
    """The sum by which providers check what has arrived."""
    return _digest(path, "md5")[1]


def _digest(path: Path, kind: str) -> tuple[int, str]:
    try:
        with path.open("rb") as opened:
            # It finds what was damaged on the way; nobody is kept out by it.
            digest = hashlib.file_digest(opened, lambda: hashlib.new(kind, usedforsecurity=False))
            return opened.tell(), digest.hexdigest()
    except OSError as error:
        raise BadFile(f"cannot be read: {error.strerror}", path=path) from error
