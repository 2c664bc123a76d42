"""Uploads in parts: begun with a size, filled in any order, made into one file; rows and bytes."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finetop.server import files, forms
from finetop.server.faults import ApiFault, shown
from finetop.server.uploads import Upload
from finetop.server.wire import new_id

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from finetop.server.database import Database
    from finetop.server.layout import Layout

MOST_BYTES = 8 << 30
MOST_PART_BYTES = 64 << 20
PATIENCE_S = 3600
"""How long an upload may take before it expires."""

_PIECE_BYTES = 1 << 20


@dataclass(frozen=True)
class Announced:
    """What the sender says of a file before its first byte."""

    filename: str
    purpose: str
    size: int
    expires_after_s: int | None


def begin(database: Database, announced: Announced) -> sqlite3.Row:
    """Write the row of an upload that waits for its parts."""
    upload_id, now = new_id("upload_"), int(time.time())
    with database.write() as connection:
        connection.execute(
            "insert into upload "
            "(id, created_at, expires_at, filename, purpose, bytes, status, file_expires_s) "
            "values (?, ?, ?, ?, ?, ?, 'pending', ?)",
            (
                upload_id,
                now,
                now + PATIENCE_S,
                announced.filename,
                announced.purpose,
                announced.size,
                announced.expires_after_s,
            ),
        )
    return get(database, upload_id)


def find(database: Database, upload_id: str) -> sqlite3.Row | None:
    """One upload, or None."""
    return database.one("select * from upload where id = ?", (upload_id,))


def get(database: Database, upload_id: str) -> sqlite3.Row:
    """One upload that is known to exist."""
    row = find(database, upload_id)
    if row is None:
        raise LookupError(upload_id)
    return row


def parts(database: Database, upload_id: str) -> dict[str, sqlite3.Row]:
    """The parts of an upload by their ids, in the order of their arrival."""
    rows = database.all("select * from part where upload = ? order by n", (upload_id,))
    return {row["id"]: row for row in rows}


def refuse_ended(upload: sqlite3.Row) -> None:
    """Raise unless an upload still takes parts."""
    if upload["status"] != "pending":
        raise ApiFault(
            400, f"The upload {upload['id']} is {upload['status']}.", code=f"upload_{upload['status']}"
        )


def add_part(database: Database, upload: sqlite3.Row, part_id: str, size: int) -> sqlite3.Row:
    """Write the row of a part whose bytes are in place."""
    with database.write() as connection:
        connection.execute(
            "insert into part (id, upload, created_at, bytes) values (?, ?, ?, ?)",
            (part_id, upload["id"], int(time.time()), size),
        )
    return parts(database, upload["id"])[part_id]


def chosen(database: Database, upload: sqlite3.Row, part_ids: list[str]) -> list[sqlite3.Row]:
    """The parts that are to be the file, in this order; refused unless they add up."""
    there = parts(database, upload["id"])
    for part_id in part_ids:
        if part_id not in there:
            raise ApiFault(
                400,
                f"The upload {upload['id']} has no part {shown(part_id)!r}.",
                param="part_ids",
                code="part_not_found",
            )
    if len(set(part_ids)) < len(part_ids):
        raise ApiFault(400, "A part is named twice.", param="part_ids", code="duplicate_part")
    size = sum(there[part_id]["bytes"] for part_id in part_ids)
    if size != upload["bytes"]:
        raise ApiFault(
            400,
            f"The parts have {size} bytes; the upload was announced with {upload['bytes']}.",
            param="part_ids",
            code="size_mismatch",
        )
    return [there[part_id] for part_id in part_ids]


def assemble(layout: Layout, upload: sqlite3.Row, parts: list[str], file_id: str, md5: str | None) -> str:
    """Copy parts behind each other to where files are served, and tell their SHA-256; takes its time."""
    part = layout.incoming / f"{file_id}.part"
    digest, check = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    try:
        with part.open("wb") as target:
            for part_id in parts:
                with layout.part(part_id).open("rb") as source:
                    while piece := source.read(_PIECE_BYTES):
                        digest.update(piece)
                        check.update(piece)
                        target.write(piece)
            target.flush()
            os.fsync(target.fileno())
        if md5 is not None and check.hexdigest() != md5.lower():
            raise ApiFault(
                400,
                f"The bytes of the upload {upload['id']} have the MD5 {check.hexdigest()}.",
                param="md5",
                code="checksum_mismatch",
            )
        forms.settle(part, layout.file(file_id))
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def complete(database: Database, layout: Layout, upload: sqlite3.Row, file_id: str, sha256: str) -> None:
    """The file is in place: write its row, and let the parts go."""
    arrived = Upload(upload["filename"], upload["purpose"], upload["bytes"], sha256, upload["file_expires_s"])
    _end(database, layout, upload["id"], "completed", (file_id, arrived))


def cancel(database: Database, layout: Layout, upload: sqlite3.Row) -> None:
    """Let an upload and its parts go."""
    _end(database, layout, upload["id"], "cancelled")


def expire(database: Database, layout: Layout, *, but: Collection[str] = ()) -> None:
    """Let go of uploads that took too long, except those that are being made into a file right now."""
    now = int(time.time())
    late = database.all("select id from upload where status = 'pending' and expires_at <= ?", (now,))
    for row in late:
        if row["id"] not in but:
            _end(database, layout, row["id"], "expired")


def sweep(database: Database, layout: Layout) -> None:
    """Remove the bytes that no row tells of; only for a server that takes no parts yet."""
    expire(database, layout)
    known = {row["id"] for row in database.all("select id from part")}
    for path in layout.parts.iterdir():
        if path.name not in known:
            path.unlink()


def _end(
    database: Database,
    layout: Layout,
    upload_id: str,
    status: str,
    became: tuple[str, Upload] | None = None,
) -> None:
    left = parts(database, upload_id)
    with database.write() as connection:
        if became is not None:
            files.insert(connection, *became)
        connection.execute("delete from part where upload = ?", (upload_id,))
        connection.execute(
            "update upload set status = ?, file = ? where id = ?",
            (status, None if became is None else became[0], upload_id),
        )
    for part_id in left:
        layout.part(part_id).unlink(missing_ok=True)
