"""Rows of files; their bytes lie beside the database."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from finetop.server import jobs

if TYPE_CHECKING:
    import sqlite3

    from finetop.server.database import Database
    from finetop.server.layout import Layout
    from finetop.server.uploads import Upload

_ALIVE = "(expires_at is null or expires_at > :now)"


def add(database: Database, file_id: str, upload: Upload, *, at: float | None = None) -> sqlite3.Row:
    """Write the row of a file whose bytes are already in place."""
    with database.write() as connection:
        insert(connection, file_id, upload, at=at)
    row = find(database, file_id)
    if row is None:
        raise LookupError(file_id)
    return row


def insert(connection: sqlite3.Connection, file_id: str, upload: Upload, *, at: float | None = None) -> None:
    """Write the row of a file inside a transaction."""
    now = int(time.time() if at is None else at)
    expires_at = None if upload.expires_after_s is None else now + upload.expires_after_s
    connection.execute(
        "insert into file (id, created_at, expires_at, filename, purpose, bytes, sha256) "
        "values (?, ?, ?, ?, ?, ?, ?)",
        (file_id, now, expires_at, upload.filename, upload.purpose, upload.size, upload.sha256),
    )


def find(database: Database, file_id: str) -> sqlite3.Row | None:
    """One file, or None."""
    rows = database.all(
        f"select * from file where id = :id and {_ALIVE}", {"id": file_id, "now": int(time.time())}
    )
    return rows[0] if rows else None


def listed(
    database: Database, *, limit: int, after: int | None, oldest_first: bool, purpose: str | None
) -> list[sqlite3.Row]:
    """Files in order, one more than `limit` where there are more."""
    conditions = [_ALIVE]
    if after is not None:
        conditions.append("n > :after" if oldest_first else "n < :after")
    if purpose is not None:
        conditions.append("purpose = :purpose")
    order = "asc" if oldest_first else "desc"
    return database.all(
        f"select * from file where {' and '.join(conditions)} order by n {order} limit :limit",
        {"now": int(time.time()), "after": after, "purpose": purpose, "limit": limit + 1},
    )


def remove(database: Database, layout: Layout, file_id: str) -> None:
    """Forget a file, then its bytes."""
    with database.write() as connection:
        connection.execute("delete from result_file where file = ?", (file_id,))
        connection.execute("delete from file where id = ?", (file_id,))
    layout.file(file_id).unlink(missing_ok=True)


def sweep(database: Database, layout: Layout) -> None:
    """Remove expired files no job needs, and bytes that no row tells of."""
    for row in database.all("select id from file where expires_at <= ?", (int(time.time()),)):
        if jobs.using_file(database, row["id"]) is None:
            remove(database, layout, row["id"])
    known = {row["id"] for row in database.all("select id from file")}
    for path in layout.files.iterdir():
        if path.name not in known:
            path.unlink()
