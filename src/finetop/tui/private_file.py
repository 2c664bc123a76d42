"""Small files for their owner's eyes alone, put in their place at once."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def read(path: Path, limit: int) -> bytes | None:
    """What it holds; None where it is missing, larger than the limit, or open to others."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(handle)
        is_ours = facts.st_uid == os.geteuid() and not facts.st_mode & 0o077
        if not (is_ours and stat.S_ISREG(facts.st_mode)):
            return None
        try:
            content = file.read(limit + 1)
        except OSError:
            return None
    return content if len(content) <= limit else None


def write(path: Path, content: bytes) -> None:
    """Put the content in the file's place. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.touch(0o600)
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
