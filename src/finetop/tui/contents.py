"""The bytes of a file at a provider, where a screen can read them: kept here before, or brought for a look.

What is brought lies in a file without a name, which is gone with the process whichever way it ends.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, cast

from finetop.dataset.kinds import looks_packed
from finetop.dataset.longfile import LongFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from finetop.session import Session

MOST_FETCHED: Final = 32 << 20
"""Bytes that are brought in order to look at them; the first examples tell what a file holds."""
LAST: Final = 1 << 20
"""Bytes in which the end of the last whole line is looked for."""
MOST_UNPACKED: Final = 8 << 20
"""A result file in base64 is smaller than this."""


class Wanted(NamedTuple):
    """A file that somebody wants to look at."""

    account: int
    id: str
    name: str = ""
    size_bytes: int | None = None
    purpose: str = ""


class Content(NamedTuple):
    """The bytes, as lines."""

    file: LongFile
    path: Path | None = None
    """Where they lie on this machine, where they were kept before."""
    is_whole: bool = True
    """False where only the beginning was brought."""
    was_packed: bool = False
    """True where they came as base64."""


async def content_of(session: Session, wanted: Wanted, progress: Callable[[int, int], None]) -> Content:
    """Find or bring the bytes. Raises FinetopError where they cannot be had."""
    kept = await asyncio.to_thread(_kept, session, wanted)
    if kept is not None:
        return kept
    into = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - the long file owns it
    try:
        fetching = session.fetch(
            session.names[wanted.account], wanted.id, into, most_bytes=MOST_FETCHED, progress=progress
        )
        is_whole = await asyncio.wrap_future(fetching)
        return await asyncio.to_thread(_opened, into, is_whole=is_whole)
    except BaseException:
        into.close()
        raise


def kept_path(session: Session, wanted: Wanted) -> Path | None:
    """Where the bytes lie that `finetop record` has brought, if they are still there."""
    kept = session.store.kept.of(wanted.account, wanted.id)
    if kept is None:
        return None
    path = session.paths.store_dir / "results" / kept.path
    return path if path.is_file() else None


def _kept(session: Session, wanted: Wanted) -> Content | None:
    path = kept_path(session, wanted)
    try:
        return None if path is None else Content(LongFile(path.open("rb")), path)
    except OSError:
        return None


def _end_with_a_line(into: BinaryIO) -> None:
    """A beginning ends somewhere within a line, of which nobody could tell what it says."""
    size = into.seek(0, os.SEEK_END)
    start = max(0, size - LAST)
    into.seek(start)
    end = into.read().rfind(b"\n")
    if end >= 0:
        into.truncate(start + end + 1)


def _opened(into: BinaryIO, *, is_whole: bool) -> Content:
    """The bytes that were brought, unpacked where they are one base64 text."""
    if not is_whole:
        _end_with_a_line(into)
    file = LongFile(into)
    if not (is_whole and file.size_bytes <= MOST_UNPACKED and looks_packed(file.head)):
        return Content(file, is_whole=is_whole)
    from finetop.models.results import plain  # noqa: PLC0415 - few files need it

    into.seek(0)
    packed = into.read()
    inner = plain(packed)
    if inner is packed:
        return Content(file)
    file.close()
    unpacked = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - as above
    unpacked.write(inner)
    unpacked.flush()
    return Content(LongFile(unpacked), was_packed=True)
